"""Does a threshold predict a run it has not seen better than a smooth curve does?"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from emergence.evidence.replicates import select_form
from emergence.numerics.arrays import Floats, Ints
from emergence.numerics.cells import wide_gaps
from emergence.numerics.compiled import njit
from emergence.shapes.curves import EXPONENTS, evaluate_curves
from emergence.shapes.search import Design, search_replicates, to_units
from emergence.shapes.smooth_curves import GAMMA, SmoothFits, logistic_grid, slow_sums

SMOOTH_STEEPNESS: Final = 0.03
"""Of the range of losses: a logistic steeper than this is no rival of a threshold in held-out prediction,
but a step.
"""
LEAST_VARIANCE: Final = 1e-4
"""Of the scores' variance: what a fold is taken to leave at least."""
MOST_POINTS: Final = 512
"""More points are pooled by run before logistics are summed over them."""


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Log score of the best threshold form less the best smooth form, summed over runs left out, with its
    error.

    `explained` is the share of the scores' variance that the better of the two predicts in runs it has not
    seen.
    """

    difference: float
    se: float
    explained: float

    @property
    def lead(self) -> float:
        """The difference in standard errors."""
        return self.difference / max(self.se, 1e-300)


def compare_left_out(design: Design, score: Floats, fits: SmoothFits) -> HeldOut:
    """Leave each run out in turn; form and rival are selected anew without it (Gaussian log score).

    Checkpoints share the variance left in the fold's fit, weighted as in the fit.
    """
    R, run, w = design.n_runs, design.run, design.w
    centre = float(w @ score)
    z = score - centre
    rest = 1.0 - np.eye(R)
    numbers = search_replicates(design, z, rest, rest, free=True)
    Wr, Yr = np.bincount(run, w) @ rest, np.bincount(run, w * z) @ rest
    total = np.bincount(run, w * z * z) @ rest - Yr**2 / Wr
    form = select_form(numbers[:, 0], total, score.size)
    gain = np.maximum(numbers[form, 0, np.arange(R)], 0.0)
    values = np.empty((4, R))
    for f in range(5):
        mine = form == f
        values[:, mine] = to_units(design, numbers[f][1:, mine], f, centre)
    flat = numbers[form, 0, np.arange(R)] <= 0
    values[:, flat] = np.stack([np.zeros(R), centre + Yr / Wr, np.zeros(R), np.zeros(R)])[:, flat]
    loss = design.to_loss(design.x)
    sharp = evaluate_curves(values[:, run], EXPONENTS[form[run]], loss[:, None])[:, 0]
    smooth, smooth_variance = _predict_smooth(design, score, fits)
    sharp_variance = np.maximum(total - gain, 1e-14 * total) / Wr
    # a fold may leave nothing (all but one run constant): its variance is then no estimate
    least = LEAST_VARIANCE * float(w @ z**2)
    sharp_variance, smooth_variance = np.maximum(sharp_variance, least), np.maximum(smooth_variance, least)
    ahead = _log_score(score - sharp, w, sharp_variance[run]) - _log_score(
        score - smooth, w, smooth_variance[run]
    )
    by_run = np.bincount(run, ahead)
    mean = Yr[run] / Wr[run]
    spread = float(w @ (z - mean) ** 2)
    left = min(float(w @ (score - sharp) ** 2), float(w @ (score - smooth) ** 2))
    return HeldOut(
        float(by_run.sum()),
        float(np.sqrt(R / (R - 1) * ((by_run - by_run.mean()) ** 2).sum())),
        1 - left / spread if spread > 0 else 0.0,
    )


def _log_score(error: Floats, weight: Floats, variance: Floats) -> Floats:
    each = np.maximum(variance / (weight * weight.size), 1e-300)
    return np.asarray(-0.5 * (error**2 / each + np.log(each)))


@njit(cache=True, nogil=True, error_model="numpy")
def _logistic_sums(x: Any, w: Any, z: Any, run: Any, n_runs: int, middles: Any, slopes: Any) -> Any:
    """Sum wσ, wσ², wσz by run over logistics: (R, 3, grid)."""
    out = np.zeros((n_runs, 3, middles.size))
    for i in range(x.size):
        r, wi, zi = run[i], w[i], z[i]
        for j in range(middles.size):
            g = 1.0 / (1.0 + np.exp(min((x[i] - middles[j]) / slopes[j], 700.0)))
            out[r, 0, j] += wi * g
            out[r, 1, j] += wi * g * g
            out[r, 2, j] += wi * g * zi
    return out


@njit(cache=True, nogil=True, error_model="numpy")
def _best_of(whole: Any, own: Any, W: float, Y: float) -> Any:
    """The column of most gain, its gain and slope, among sums (3, C) less a run's own; gain 0: none rises."""
    at, most, slope = 0, 0.0, 0.0
    for j in range(whole.shape[1]):
        a, b, q = whole[0, j] - own[0, j], whole[1, j] - own[1, j], whole[2, j] - own[2, j]
        over, spread = q - a * Y / W, b - a * a / W
        if over > 0.0 and spread > 1e-12 * W and over * over > most * spread:
            at, most, slope = j, over * over / spread, over / spread
    return at, most, slope


@njit(cache=True, nogil=True, error_model="numpy")
def _left_out(G: Any, H: Any, Wr: Any, Yr: Any, SSr: Any, nr: Any) -> Any:
    """The rival without each run: (5, R) its kind (0 line, 1 exponential, 2 logistic), column, slope, level
    and variance left. H (R, 3, 1 + gammas) are the sums of line and exponentials, G (R, 3, grid) of the
    logistics.
    """
    runs = Wr.size
    out = np.zeros((5, runs))
    all_G, all_H = G.sum(axis=0), H.sum(axis=0)
    for r in range(runs):
        W, Y = Wr.sum() - Wr[r], Yr.sum() - Yr[r]
        total = SSr.sum() - SSr[r] - Y * Y / W
        count = nr.sum() - nr[r]
        least, left = np.inf, total
        for kind in range(3):
            if kind == 0:
                at, gain, slope = _best_of(all_H[:, :1], H[r, :, :1], W, Y)
            elif kind == 1:
                at, gain, slope = _best_of(all_H[:, 1:], H[r, :, 1:], W, Y)
            else:
                at, gain, slope = _best_of(all_G, G[r], W, Y)
            rest = max(total - gain, 1e-14 * total)
            score = count * np.log(rest) + (kind + 2.0) * np.log(count)
            if score < least and (gain > 0.0 or kind == 0):
                base = all_G[0, at] - G[r, 0, at] if kind == 2 else all_H[0, at + kind] - H[r, 0, at + kind]
                least, left = score, rest
                out[0, r], out[1, r], out[2, r] = kind, at, slope
                out[3, r], out[4, r] = (Y - slope * base) / W, left / W
    return out


def _predict_smooth(design: Design, score: Floats, fits: SmoothFits) -> tuple[Floats, Floats]:
    """Predict every run from the others: (n,) scores, (R,) variances of what the fold leaves.

    The rival is the line, exponential or logistic of least BIC in the fold, the logistic no steeper than
    SMOOTH_STEEPNESS: with a tail, or as steep as a step, it would be a threshold under another name.
    """
    x, w, run, runs = design.x, design.w, design.run, design.n_runs
    centre = float(w @ score)
    z = score - centre
    middles, slopes = (
        np.append(*both) for both in zip(logistic_grid(), (fits.middles, fits.slopes), strict=True)
    )
    middles, slopes = middles[slopes >= SMOOTH_STEEPNESS], slopes[slopes >= SMOOTH_STEEPNESS]
    kind, at, slope, level, variance = _left_out(
        _logistic_sums(*_run_cells(design, z), runs, middles, slopes),
        slow_sums(x, w, z, run, runs),
        np.bincount(run, w),
        np.bincount(run, w * z),
        np.bincount(run, w * z * z),
        np.bincount(run).astype(np.float64),
    )
    column = at.astype(np.int64)[run]
    kind = kind[run]
    rise = np.where(kind == 0, -x, 0.0)
    exponential, logistic = kind == 1, kind == 2
    rise[exponential] = np.exp(-GAMMA[column[exponential]] * x[exponential])
    away = (x[logistic] - middles[column[logistic]]) / slopes[column[logistic]]
    rise[logistic] = 1 / (1 + np.exp(np.minimum(away, 700.0)))
    return centre + level[run] + slope[run] * rise, variance


def _run_cells(design: Design, z: Floats) -> tuple[Floats, Floats, Floats, Ints]:
    """Pool neighbours of one run within each of 48 cells of even rank, where there are many points; codes
    too. No cell reaches across a wide gap.
    """
    n = design.x.size
    if n <= MOST_POINTS:
        return design.x, design.w, z, design.run
    gaps, at = wide_gaps(design.x), np.arange(n)
    cell = at * 48 // n + np.searchsorted(gaps, at, side="right")
    key = design.run * (48 + gaps.size) + cell
    order = np.argsort(key, kind="stable")
    start = np.flatnonzero(np.append(True, np.diff(key[order]) > 0))
    w = np.add.reduceat(design.w[order], start)
    x = np.add.reduceat((design.w * design.x)[order], start) / w
    return x, w, np.add.reduceat((design.w * z)[order], start) / w, design.run[order][start]
