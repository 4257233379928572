"""Does a threshold predict a run it has not seen better than a smooth curve does?"""

from dataclasses import dataclass

import numpy as np

from emergence.curves import Floats, evaluate_curves
from emergence.interval import select_form
from emergence.rivals import SmoothFits, predict_left_out
from emergence.search import Design, search_replicates, to_units

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
    sharp = np.empty_like(score)
    for r in range(R):
        mine = run == r
        sharp[mine] = evaluate_curves(form[r : r + 1], values[:, r : r + 1], loss[mine])[0]
    smooth, smooth_variance = predict_left_out(design, score, fits)
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
