"""The frozen result of a threshold fit; it knows its one row and its one-line text."""

from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import ArrayLike

from emergence.evidence.replicates import Replicates
from emergence.numerics.arrays import Floats
from emergence.numerics.words import above_floor, counted
from emergence.points.series import Series
from emergence.shapes.curves import ThresholdCurve


@dataclass(frozen=True, slots=True)
class ScoresAt:
    """The curve's score at given losses with its interval, arrays of one shape (m,)."""

    loss: Floats
    score: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdFit:
    """Where one task's score leaves its floor as loss falls, how sure that is, and what to call it.

    Losses are in the units given, scores and floors in those of the score; an empty number is None.
    `status` says what the fit met, `verdict` what may be concluded, `reason` why, in one sentence.
    """

    n_checkpoints: int
    n_dropped: int
    n_runs: int
    loss_min: float | None
    loss_max: float | None
    chance: float | None
    floor: float | None = None
    floor_low: float | None = None
    floor_high: float | None = None
    floor_is_fixed: bool | None = None
    floor_differs_from_chance: bool | None = None
    loss_at_2_points: float | None = None
    loss_at_2_points_low: float | None = None
    loss_at_2_points_high: float | None = None
    loss_at_5_points: float | None = None
    loss_at_5_points_low: float | None = None
    loss_at_5_points_high: float | None = None
    loss_at_2_points_above_chance: float | None = None
    loss_at_2_points_above_chance_low: float | None = None
    loss_at_2_points_above_chance_high: float | None = None
    step_in_points: bool | None = None
    eta: float | None = None
    eta_low: float | None = None
    eta_high: float | None = None
    confidence: float = 0.95
    inference: str
    form: str | None = None
    power: float | None = None
    eta_by_form_min: float | None = None
    eta_by_form_max: float | None = None
    slope: float | None = None
    slope_low: float | None = None
    slope_high: float | None = None
    n_above: int | None = None
    n_below: int | None = None
    runs_above: int | None = None
    runs_below: int | None = None
    runs_agreeing: int | None = None
    detectable_rise: float | None = None
    p_threshold: float | None = None
    p_adjusted: float | None = None
    p_step: float | None = None
    p_local: float | None = None
    p_fit: float | None = None
    width: float | None = None
    width_low: float | None = None
    width_high: float | None = None
    delta_smooth: float | None = None
    delta_smooth_se: float | None = None
    smooth_form: str | None = None
    rho: float | None = None
    r2_threshold: float | None = None
    r2_linear: float | None = None
    r2_smooth: float | None = None
    r2_isotonic: float | None = None
    sufficient: bool | None = None
    status: str
    verdict: str
    verdict_v1: str | None = None
    reason: str
    curve: ThresholdCurve | None = field(default=None, repr=False)
    replicates: Replicates | None = field(default=None, repr=False, compare=False)
    series: Series | None = field(default=None, repr=False, compare=False)
    turned: bool = field(default=False, repr=False)

    def to_row(self) -> dict[str, Any]:
        """Give the columns of table `thresholds` that a fit fills, in its order."""
        return {name: getattr(self, name) for name in SCHEMA}

    def scores_at(self, loss: ArrayLike) -> ScoresAt:
        """Read the curve at each loss, with the interval of the same replicates; empty arrays without a
        curve.
        """
        at = np.atleast_1d(np.asarray(loss, dtype=np.float64))
        if self.curve is None or self.replicates is None:
            gone = np.full(at.shape, np.nan)
            return ScoresAt(at, gone, gone, gone)
        score, drawn = self.curve(at), self.replicates.scores_at(at)
        limits = [
            self.replicates.interval(float(s), column, self.confidence)
            for s, column in zip(score, drawn.T, strict=True)
        ]
        low, high = np.array([i.low for i in limits]), np.array([i.high for i in limits])
        return ScoresAt(at, -score, -high, -low) if self.turned else ScoresAt(at, score, low, high)

    def plot(self) -> Any:
        """Draw what the site draws, as an Altair chart: points by run, floor, chance, departure, eta."""
        from emergence.threshold.chart import draw_fit  # the plotting library is wanted only here

        return draw_fit(self)

    def __str__(self) -> str:
        """Say the departure, eta where it is located, and the verdict in one line."""
        said = []
        for name, value in (
            (f"{above_floor(self.step_in_points)} at", self.loss_at_2_points),
            ("eta =", self.eta),
        ):
            low, high = (
                (self.eta_low, self.eta_high)
                if name == "eta ="
                else (self.loss_at_2_points_low, self.loss_at_2_points_high)
            )
            if value is not None and low is not None and high is not None:
                said.append(f"{name} {value:.3f} [{low:.3f}, {high:.3f}]")
        said.append(f"{self.verdict} ({self.status}, {self.inference})")
        return (
            f"{', '.join(said)}; {counted(self.n_checkpoints, 'checkpoint')}, {counted(self.n_runs, 'run')}"
        )


_TYPES: dict[str, type[pl.DataType]] = {
    "int": pl.Int64,
    "float": pl.Float64,
    "str": pl.String,
    "bool": pl.Boolean,
}

_NOT_COLUMNS = {"curve", "replicates", "series", "turned"}

SCHEMA: dict[str, type[pl.DataType]] = {
    f.name: _TYPES[getattr(f.type, "__name__", str(f.type)).split(" | ")[0]]
    for f in fields(ThresholdFit)
    if f.name not in _NOT_COLUMNS
}
"""The columns a fit fills, with their types, in the order of the table."""
