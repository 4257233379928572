"""Runs brought to one level: how wide a transition is, and whether it steps, shows within runs.

A run that lies above the others as a whole says nothing of the transition's width; left in, its distance
would pass for noise with a long memory, and runs that agree would make the transition wider.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emergence.evidence import cut_offs
from emergence.numerics.arrays import Floats
from emergence.points.scatter import Scatter, correct_rho, independent, lag_one
from emergence.points.series import Series, count_distinct
from emergence.shapes.search import Design, FormFits, fit_forms
from emergence.shapes.smooth_curves import SmoothFits, fit_smooth


@dataclass(frozen=True, slots=True)
class Levelled:
    """The fits to levelled scores, their weighted sum of squares about the mean, and how many independent
    checkpoints they are worth.
    """

    smooth: SmoothFits
    forms: FormFits
    total: float
    n_effective: float


def level_runs(
    series: Series, design: Design, scatter: Scatter, flexible: Floats, above: NDArray[np.bool_]
) -> Levelled | None:
    """Take from every run what it lies off the curve of all, shrunk as runs of that scatter differ.

    `flexible` (n,) is the curve that the noise is taken about, `above` (n,) the points on the floor's side.
    None where runs do not differ, or one of them lacks checkpoints on a side: where runs see other losses,
    their levels could make a step or hide one.
    """
    if not scatter.run_sd > 0 or not all(_crosses(series, above, code) for code in range(series.n_runs)):
        return None
    count = np.bincount(series.run)
    mean = np.bincount(series.run, series.score - scatter.fitted) / count
    # Best linear prediction of a run's level (Henderson 1975): few noisy checkpoints move it little.
    shrunk = count * scatter.run_sd**2 / (scatter.checkpoint_sd**2 + count * scatter.run_sd**2)
    score = series.score - (mean * shrunk)[series.run]
    rho = correct_rho(lag_one(score - flexible, series.run, series.order), score.size)
    worth = independent(score.size, rho) - (series.n_runs - 1)
    total = float(design.w @ (score - design.w @ score) ** 2)
    return Levelled(fit_smooth(design, score), fit_forms(design, score, None), total, worth)


def _crosses(series: Series, above: NDArray[np.bool_], code: int) -> bool:
    mine = series.run == code
    sides = (series.loss[mine & above], series.loss[mine & ~above])
    return min(map(count_distinct, sides)) >= cut_offs.MIN_CHECKPOINTS_SIDE
