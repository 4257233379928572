"""What a numeric covariate changes at equal loss: its slope, its effect over the range seen, and
what that says.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import stdtrit

from emergence.given_loss.partial_slope import free_of_loss, simex_slope, slope_by_runs
from emergence.numerics.arrays import Floats, Ints
from emergence.points.groups import TaskPoints

CONFIDENCE: Final = 0.95
CROSSED: Final = 2
"""Training corpora with as many sizes each: then sizes are compared within them."""
SLOPE_FIELDS: Final[dict[str, Any]] = {
    "factor": pl.String,
    "scale": pl.String,
    "within_corpus": pl.Boolean,
    "runs": pl.Int64,
    "slope": pl.Float64,
    "slope_low": pl.Float64,
    "slope_high": pl.Float64,
    "slope_simex": pl.Float64,
    "span": pl.Float64,
    "effect": pl.Float64,
    "effect_low": pl.Float64,
    "effect_high": pl.Float64,
    "matters": pl.Boolean,
}


@dataclass(frozen=True)
class Slope:
    """Change of the score per unit of a factor at equal loss, and `effect`, what that makes over the range
    seen.

    A unit is a tenfold where `scale` is log10. `matters` is False where the effect is shown to lie within the
    margin, True where it is shown to differ from zero and not so, None where neither is.
    """

    factor: str
    scale: str
    within_corpus: bool
    runs: int
    slope: float
    slope_low: float
    slope_high: float
    slope_simex: float | None
    span: float
    effect: float
    effect_low: float
    effect_high: float
    matters: bool | None

    def row(self) -> dict[str, Any]:
        """One struct of `slopes`."""
        return dict(vars(self))


def fit_slopes(
    s: TaskPoints,
    margin: float,
    seed: int,
    confidence: float = CONFIDENCE,
    held_out: tuple[Floats, NDArray[np.bool_]] | None = None,
) -> list[Slope]:
    """The slope of every numeric covariate that varies over runs: params, tokens, and what else is given.

    Two one-sided tests at 5 % on slope times range tell that an effect is within the margin. `held_out` are
    the scores less the curve of the other runs (n,) and whether these surround them, where that is known.
    """
    stratum, crossed = _strata(s)
    if held_out is None or crossed:
        off = _freed(s, s.y, stratum, both_ways=False)
    else:
        off = np.where(held_out[1], held_out[0], np.nan)
    found = [
        _slope(s, name, scale, z, off, stratum, crossed, margin, seed, confidence)
        for name, scale, z in _covariates(s)
    ]
    return [slope for slope in found if slope is not None]


def _covariates(s: TaskPoints) -> list[tuple[str, str, Floats]]:
    own = [(name, *_scaled(values)) for name, values in s.covariates.items()]
    return [("params", "log10", s.log_params), ("tokens", "log10", s.log_tokens), *own]


def _scaled(values: Floats) -> tuple[str, Floats]:
    """A covariate that spans a factor of three or more counts in tenfolds."""
    if np.isfinite(values).all() and values.min() > 0 and values.max() >= 3 * values.min():
        return "log10", np.log10(values)
    return "linear", values


def _strata(s: TaskPoints) -> tuple[Ints, bool]:
    """Training corpora as strata where size and data are crossed, else one stratum."""
    label, names = s.labels["training_corpus"]
    sizes = [np.unique(s.log_params[label == k]).size for k in range(len(names))]
    if sum(n >= CROSSED for n in sizes) >= CROSSED:
        return label, True
    return np.zeros(s.x.size, np.int64), False


def _freed(s: TaskPoints, values: Floats, stratum: Ints, *, both_ways: bool) -> Floats:
    return np.asarray(
        free_of_loss(s.x, values, s.w, s.run, s.runs, stratum, int(stratum.max()) + 1, both_ways)
    )


def _slope(
    s: TaskPoints,
    name: str,
    scale: str,
    z: Floats,
    off: Floats,
    stratum: Ints,
    crossed: bool,
    margin: float,
    seed: int,
    confidence: float,
) -> Slope | None:
    if not np.isfinite(z).all() or np.ptp(z) <= 0:
        return None
    free = _freed(s, z, stratum, both_ways=name not in ("params", "tokens"))
    slope, error = slope_by_runs(off, free, s.w, s.run, s.runs)
    if not np.isfinite(slope):
        return None
    used = np.unique(s.run[np.isfinite(free)]).size
    simex = None
    if np.isfinite(s.error).all() and (s.error > 0).any():
        strata = int(stratum.max()) + 1
        simex = simex_slope(s.x, s.y, s.w, z, s.run, s.runs, stratum, strata, s.error, seed)
    best = slope if simex is None or not np.isfinite(simex) else float(simex)
    # What takes the loss's error off the slope stretches its own.
    error *= float(np.clip(abs(best / slope), 1.0, 2.0)) if slope else 1.0
    wide = float(stdtrit(used - 1, (1 + confidence) / 2)) * error
    span = float(np.ptp(z))
    inner = float(stdtrit(used - 1, confidence)) * error
    within = (abs(best) + inner) * span < margin
    return Slope(
        factor=name,
        scale=scale,
        within_corpus=crossed,
        runs=used,
        slope=float(slope),
        slope_low=float(slope - wide),
        slope_high=float(slope + wide),
        slope_simex=simex,
        span=span,
        effect=best * span,
        effect_low=(best - wide) * span,
        effect_high=(best + wide) * span,
        matters=False if within else True if abs(best) > wide else None,
    )
