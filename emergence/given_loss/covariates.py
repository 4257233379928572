"""What a numeric covariate changes at equal loss: its slope, its effect over the range seen, and
what that says.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import stdtrit

from emergence.given_loss.partial_slope import free_of_loss, runs_met, simex_slopes, slopes_by_halves
from emergence.numerics.arrays import Floats, Ints
from emergence.points.groups import TaskPoints

CONFIDENCE: Final = 0.95
HALVES_CONFIDENCE: Final = 0.8
"""How sure it has to be that the effect in a half of the losses lies within the margin too: half the runs'
checkpoints are behind it."""
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
    "loss_between": pl.Float64,
    "effect_above": pl.Float64,
    "effect_above_low": pl.Float64,
    "effect_above_high": pl.Float64,
    "effect_below": pl.Float64,
    "effect_below_low": pl.Float64,
    "effect_below_high": pl.Float64,
    "matters": pl.Boolean,
}


@dataclass(frozen=True)
class Slope:
    """Change of the score per unit of a factor at equal loss, and `effect`, what that makes over the range
    seen.

    A unit is a tenfold where `scale` is log10. `effect_above` and `effect_below` are the effects over the
    range seen in either half of the losses, above and below `loss_between`; None of too few runs. `matters`
    is False where the effect, and that in either half, is shown to lie within the margin, True where one is
    shown to differ from zero and not so, None where neither is.
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
    loss_between: float
    effect_above: float | None
    effect_above_low: float | None
    effect_above_high: float | None
    effect_below: float | None
    effect_below_low: float | None
    effect_below_high: float | None
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
    met = runs_met(s.x, s.run, s.runs, stratum)
    found = [
        _slope(s, name, scale, z, off, met, stratum, crossed, margin, seed, confidence)
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
    met: Floats,
    stratum: Ints,
    crossed: bool,
    margin: float,
    seed: int,
    confidence: float,
) -> Slope | None:
    if not np.isfinite(z).all() or np.ptp(z) <= 0:
        return None
    free = _freed(s, z, stratum, both_ways=name not in ("params", "tokens"))
    used = np.isfinite(free) & np.isfinite(off)
    if not used.any():
        return None
    between = middle_loss(s.x[used], s.w[used])
    low = s.x < between
    slopes, errors, freedom = slopes_by_halves(off, free, s.w, s.run, s.runs, low, met)
    if not np.isfinite(slopes[0]):
        return None
    best, simex = slopes, None
    if np.isfinite(s.error).all() and (s.error > 0).any():
        strata = int(stratum.max()) + 1
        found = simex_slopes(s.x, s.y, s.w, z, s.run, s.runs, stratum, strata, s.error, low, seed)
        best, simex = np.where(np.isfinite(found), found, slopes), float(found[0])
    parts = (used, used & ~low, used & low)
    runs = np.array([np.unique(s.run[part]).size for part in parts])
    span = np.array([np.ptp(z), *(np.ptp(z[part]) if part.any() else 0.0 for part in parts[1:])])
    with np.errstate(invalid="ignore", divide="ignore"):
        # What takes the loss's error off the slope stretches its own.
        errors = errors * np.nan_to_num(np.clip(np.abs(best / slopes), 1.0, 2.0), nan=1.0)
    effect, error = best * span, errors * span
    wide = stdtrit(freedom, (1 + confidence) / 2) * error
    return Slope(
        factor=name,
        scale=scale,
        within_corpus=crossed,
        runs=int(runs[0]),
        slope=float(slopes[0]),
        slope_low=float(slopes[0] - wide[0] / span[0]),
        slope_high=float(slopes[0] + wide[0] / span[0]),
        slope_simex=simex,
        span=float(span[0]),
        effect=float(effect[0]),
        effect_low=float(effect[0] - wide[0]),
        effect_high=float(effect[0] + wide[0]),
        loss_between=between,
        **_halves(effect, wide),
        matters=_matters(effect, error, freedom, margin, confidence),
    )


def middle_loss(loss: Floats, weight: Floats) -> float:
    """The loss (of ascending ones) that parts the weight in two."""
    return float(loss[np.searchsorted(np.cumsum(weight), 0.5 * weight.sum())])


def _halves(effect: Floats, wide: Floats) -> dict[str, float | None]:
    """The effects above and below with their limits, from effects and half intervals (3,)."""
    return {
        f"effect_{side}{end}": float(effect[k] + sign * wide[k]) if np.isfinite(wide[k]) else None
        for k, side in ((1, "above"), (2, "below"))
        for end, sign in (("", 0), ("_low", -1), ("_high", 1))
    }


def _matters(effect: Floats, error: Floats, freedom: Floats, margin: float, confidence: float) -> bool | None:
    """What the effects (3,) of all losses and of either half say.

    Within the margin all have to be (two one-sided tests, in the halves at HALVES_CONFIDENCE); beyond zero,
    and not so, one (the halves by Bonferroni).
    """
    sure = np.array([confidence, HALVES_CONFIDENCE, HALVES_CONFIDENCE])
    within = np.abs(effect) + stdtrit(freedom, sure) * error < margin
    if within.all():
        return False
    tail = (1 - confidence) / 2
    beyond = np.abs(effect) > stdtrit(freedom, 1 - np.array([tail, tail / 3, tail / 3])) * error
    return True if (beyond & ~within).any() else None
