"""Does a threshold predict a run it has not seen better than a smooth curve does?"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from emergence.numerics.arrays import Floats
from emergence.numerics.compiled import njit
from emergence.shapes.curves import EXPONENTS, evaluate_curves
from emergence.shapes.search import Design, search_replicates, to_units
from emergence.shapes.smooth_curves import GAMMA, SmoothFits, solve_logistic
from emergence.threshold.replicates import select_form

SMOOTH_STEEPNESS: Final = 0.03
"""Of the range of losses: a logistic steeper than this is no rival of a threshold in held-out prediction,
but a step.
"""
LEAST_VARIANCE = 1e-4
"""Of the scores' variance: what a fold is taken to leave at least."""


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
def _left_out(
    x: Any,
    run: Any,
    G: Any,
    H: Any,
    Wr: Any,
    Yr: Any,
    SSr: Any,
    nr: Any,
    gamma: Any,
    middles: Any,
    slopes: Any,
    least: float,
) -> Any:
    n, runs = x.size, Wr.size
    predicted, variance = np.empty(n), np.empty(runs)
    all_G, all_H = G.sum(axis=0), H.sum(axis=0)
    for r in range(runs):
        W, Y = Wr.sum() - Wr[r], Yr.sum() - Yr[r]
        total = SSr.sum() - SSr[r] - Y * Y / W
        count = nr.sum() - nr[r]
        best, kind, at = np.inf, -1, 0
        d = 0.0
        for k in range(H.shape[2]):
            h0, h1, h2 = all_H[0, k] - H[r, 0, k], all_H[1, k] - H[r, 1, k], all_H[2, k] - H[r, 2, k]
            over, spread = h2 - h0 * Y / W, h1 - h0 * h0 / W
            gain = over * over / spread if over > 0.0 and spread > 1e-12 * W else 0.0
            size = 2.0 if k == 0 else 3.0
            score = count * np.log(max(total - gain, 1e-14 * total)) + size * np.log(count)
            if score < best:
                best, kind, at, d = score, 0, k, (over / spread if gain > 0.0 else 0.0)
        for j in range(G.shape[2]):
            g = all_G[:, j] - G[r, :, j]
            S = (g[0], g[1], g[2], g[3], g[4], g[5], g[6])
            if slopes[j] < least:
                continue
            plain = solve_logistic(S, W, Y, middles[j])[0]
            score = count * np.log(max(total - plain, 1e-14 * total)) + 4.0 * np.log(count)
            if plain > 0.0 and score < best:
                over, spread = S[5] - S[0] * Y / W, S[1] - S[0] * S[0] / W
                best, kind, at, d = score, 1, j, over / spread
        used, rest = 0.0, 0.0
        if kind == 0:
            h = all_H[:, at] - H[r, :, at]
            level = (Y - d * h[0]) / W
            used = d * (h[2] - h[0] * Y / W)
        else:
            g = all_G[:, at] - G[r, :, at]
            level = (Y - d * g[0]) / W
            used = d * (g[5] - g[0] * Y / W)
        rest = max(total - used, 1e-14 * total)
        variance[r] = rest / W
        for i in range(n):
            if run[i] == r:
                if kind == 0:
                    predicted[i] = level + d * (-x[i] if at == 0 else np.exp(-gamma[at - 1] * x[i]))
                else:
                    predicted[i] = level + d / (1.0 + np.exp(min((x[i] - middles[at]) / slopes[at], 700.0)))
    return predicted, variance


def _predict_smooth(design: Design, score: Floats, fits: SmoothFits) -> tuple[Floats, Floats]:
    """Predict every run from the others: (n,) scores, (R,) variances of what the fold leaves.

    The rival is the line, exponential or logistic of least BIC in the fold, the logistic no steeper than
    SMOOTH_STEEPNESS: with a tail, or as steep as a step, it would be a threshold under another name.
    """
    centre = float(design.w @ score)
    z = score - centre
    predicted, variance = _left_out(
        design.x,
        design.run,
        fits.sums,
        fits.slow_sums,
        np.bincount(design.run, design.w),
        np.bincount(design.run, design.w * z),
        np.bincount(design.run, design.w * z * z),
        np.bincount(design.run).astype(np.float64),
        GAMMA,
        fits.middles,
        fits.slopes,
        SMOOTH_STEEPNESS,
    )
    return predicted + centre, variance
