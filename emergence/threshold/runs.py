"""Which runs count, and how: a run too short to be fitted never enters; a few are judged one by one."""

from typing import Final

import numpy as np

from emergence.evidence.floor import LEAST_CHECKPOINTS
from emergence.numerics.arrays import Ints
from emergence.points.series import Series, count_distinct
from emergence.shapes.search import MIN_SIDE

LEAST_DISTINCT: Final = 2 * MIN_SIDE + 1
"""Distinct losses with which a run can be fitted by itself."""
MAIN_SHARE: Final = 0.5
"""Of the checkpoints: where the runs that can be fitted hold as many, the shorter ones are left out."""
RESAMPLED_FROM: Final = 6
"""With so many runs they are drawn again; with fewer each is judged by itself, and all are joined."""


def long_runs(series: Series) -> Ints:
    """List the runs (codes) that can be fitted by themselves, the longest first."""
    order = np.argsort(series.run, kind="stable")  # losses ascend within each run
    run, loss = series.run[order], series.loss[order]
    new = np.append(True, (run[1:] != run[:-1]) | (loss[1:] > loss[:-1]))
    distinct = np.bincount(run, new, series.n_runs)
    codes = np.argsort(-distinct, kind="stable")
    return np.asarray(codes[distinct[codes] >= LEAST_DISTINCT], dtype=np.int64)


def counted_runs(series: Series) -> Series:
    """Leave runs too short to be fitted out, where the others hold at least half of all checkpoints.

    One annealed final checkpoint does not count as a run. Where most runs are that short, all are kept, as
    points of one curve.
    """
    kept = long_runs(series)
    held = np.isin(series.run, kept)
    many = series.n_runs >= RESAMPLED_FROM and held.sum() < MAIN_SHARE * held.size
    if kept.size in (0, series.n_runs) or many:
        return series
    return series.only_runs(kept)


def judged_alone(series: Series) -> list[Series]:
    """Give the series of each run, where two to five can be fitted by themselves; else nothing."""
    kept = long_runs(series)
    if not 2 <= series.n_runs < RESAMPLED_FROM or kept.size < series.n_runs:
        return []
    return [series.only_run(code) for code in range(series.n_runs)]


def seeing_floor(runs: list[Series], highest: float) -> list[Series]:
    """Give the runs with five distinct losses from `highest` on, where the floor is; all if none has.

    A run that starts later may have left its floor before: its own highest losses are no floor.
    """
    seeing = [one for one in runs if count_distinct(one.loss[one.loss >= highest]) >= LEAST_CHECKPOINTS]
    return seeing or runs


def crossing_runs(series: Series, at: float) -> list[Series]:
    """Give the series of the runs, the longest first, with enough losses on both sides of `at`."""
    chosen = []
    for code in long_runs(series):
        loss = series.loss[series.run == code]
        if min(count_distinct(loss[loss >= at]), count_distinct(loss[loss < at])) >= MIN_SIDE:
            chosen.append(series.only_run(int(code)))
    return chosen
