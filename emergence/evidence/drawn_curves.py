"""The curve of a fitted threshold, made again from its row and its points, to be drawn."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from emergence.errors import InputError
from emergence.numerics.arrays import Floats
from emergence.numerics.cells import cell_starts
from emergence.numerics.monotone import pool
from emergence.points.scatter import estimate_scatter
from emergence.points.series import Series, build_series
from emergence.shapes.curves import POWERS, SHAPES_OF_ROWS, ThresholdCurve
from emergence.shapes.search import build_design
from emergence.shapes.smooth_curves import SMOOTH_FORMS, draw_smooth

GRID = 48
"""Losses at which a curve is drawn, besides the two that a kink or a jump needs."""
CELLS = 512
"""Cells that neighbours are pooled into before the smooth rival is fitted again."""
ALONE = 8
"""Points at either end of the losses that stay by themselves, so that the curve reaches both ends."""


@dataclass(frozen=True, slots=True)
class DrawnCurves:
    """Scores (m,) at losses (m,), from high loss to low: the monotone fit, the threshold curve where one is
    located, and the smooth rival where its form is known.

    At a jump the loss of the threshold comes twice, before and after it.
    """

    loss: Floats
    monotone: Floats
    threshold: Floats | None
    smooth: Floats | None


def draw_curves(
    loss: ArrayLike,
    score: ArrayLike,
    *,
    form: str | None,
    eta: float | None,
    floor: float | None,
    power: float | None = None,
    smooth_form: str | None = None,
    run: ArrayLike | None = None,
    n_items: ArrayLike | None = None,
    stderr: ArrayLike | None = None,
    higher_is_better: bool = True,
    grid: int = GRID,
) -> DrawnCurves:
    """Give the curves of a fit on an even grid of losses; without form, eta or floor no threshold curve.

    `loss`, `score`, `run`, `n_items`, `stderr` (n,) are what the fit was given; `eta` is in units of the
    loss, `floor` in those of the score, `power` the exponent of the forms power and plateau
    (whose ceiling is not drawn), `smooth_form` one of `SMOOTH_FORMS`. What is linear in the curve (its
    rise and jump) follows by weighted least squares, with the weights of the fit. Raises InputError for an
    unknown form or unusable arrays.
    """
    series = build_series(loss, score, n_items, stderr, run, None, None, higher_is_better)
    return draw_series(
        series, form=form, eta=eta, floor=floor, power=power, smooth_form=smooth_form, grid=grid
    )


def draw_series(
    series: Series,
    *,
    form: str | None,
    eta: float | None,
    floor: float | None,
    power: float | None = None,
    smooth_form: str | None = None,
    grid: int = GRID,
) -> DrawnCurves:
    """Give the curves of a fit through a series that is checked already; else as `draw_curves`."""
    if form is not None and form not in SHAPES_OF_ROWS:
        raise InputError(f"form: one of {', '.join(SHAPES_OF_ROWS)} wanted, found {form!r}")
    if smooth_form is not None and smooth_form not in SMOOTH_FORMS:
        raise InputError(f"smooth_form: one of {', '.join(SMOOTH_FORMS)} wanted, found {smooth_form!r}")
    sign = -1.0 if series.turned else 1.0
    weight = 1.0 / estimate_scatter(series.score, series.run, series.n_items, series.stderr).variance
    curve = None
    if form is not None and eta is not None and floor is not None:
        exponent = POWERS.get(form, 1.0 if power is None else power)
        curve = _solve(series, weight, form, eta, sign * floor, exponent)
    # A step just wide enough to be seen as one, and never to leave the order of the losses.
    step = 1e-9 * float(series.loss[-1] - series.loss[0])
    even = np.linspace(series.loss[-1], series.loss[0], grid)
    kinks = [] if eta is None else [eta, eta - step]
    at = np.sort(np.concatenate([even, kinks]))[::-1]
    at = at[(at >= series.loss[0]) & (at <= series.loss[-1])]
    knots, heights = pool(series.loss, series.score, weight)
    return DrawnCurves(
        at,
        np.asarray(sign * np.interp(at, knots, heights)),
        None if curve is None else sign * curve(at),
        _smooth(series, weight, smooth_form, at, sign),
    )


def _smooth(
    series: Series, weight: Floats, smooth_form: str | None, at: Floats, sign: float
) -> Floats | None:
    if smooth_form is None:
        return None
    loss, score, weight = _pool(series.loss, series.score, weight)
    design = build_design(loss, weight, np.zeros(loss.size, dtype=np.int64))
    fitted = draw_smooth(design, score, smooth_form)
    return np.asarray(sign * np.interp(at, loss, fitted))


def _pool(loss: Floats, score: Floats, weight: Floats) -> tuple[Floats, Floats, Floats]:
    """Pool neighbours into about `CELLS` cells of even rank: what a drawn curve can show of them."""
    if loss.size <= CELLS:
        return loss, score, weight
    ends = np.arange(ALONE)
    start = np.unique(np.concatenate([ends, cell_starts(loss, CELLS), loss.size - 1 - ends]))
    total = np.add.reduceat(weight, start)
    return (
        np.add.reduceat(weight * loss, start) / total,
        np.add.reduceat(weight * score, start) / total,
        total,
    )


def _solve(
    series: Series, weight: Floats, form: str, eta: float, floor: float, exponent: float
) -> ThresholdCurve:
    """Least squares for slope and jump, given form, threshold and floor."""
    below = series.loss < eta
    w, z = weight[below], series.score[below] - floor
    rise = (eta - series.loss[below]) ** exponent
    if form != "jump" or rise.size < 2:
        square = float(w @ rise**2)
        slope = float(w @ (rise * z)) / square if square > 0 else 0.0
        return ThresholdCurve(form, eta, floor, slope, exponent=exponent)
    root = np.sqrt(w)
    both = np.column_stack([root, root * rise])
    jump, slope = np.linalg.lstsq(both, root * z, rcond=None)[0]
    return ThresholdCurve(form, eta, floor, float(slope), float(jump))
