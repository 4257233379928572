"""How far from a curve a model lies that is larger than all behind it: each size is foretold by the smaller.

What size adds to loss shows in no run that is left out: the runs of its own size are still there.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from emergence.numerics.arrays import Floats, Ints
from emergence.numerics.compiled import njit
from emergence.numerics.monotone import pool
from emergence.score_curves.extrapolation import FEWEST_LOSSES_SEEN, stretch_to_hold

USUAL_GROWTH = 2.0
"""Of the variance, where no size was ever foretold by smaller ones."""
RECENT = 4.0
"""How much more a size counts than the one before it: what size adds is more from size to size."""
BORROWED = 2.0
"""Sizes' worth of the other tasks' record that each task's own is mixed with."""
FREEDOM_A_SIZE = 3.0
"""Degrees of freedom that a size which was foretold is worth: several runs, over many losses."""
LEAST_STRETCH, MOST_STRETCH = 0.96, 4.0
COLUMNS = 4
SIZE, ERROR, VARIANCE, WEIGHT = range(COLUMNS)


@dataclass(frozen=True, slots=True)
class NewSize:
    """How many times the variance of a new run that of a new, larger size is, and the degrees of freedom."""

    growth: float = USUAL_GROWTH
    freedom: float = FREEDOM_A_SIZE


UNSEEN = NewSize()
"""Nothing is known of how larger sizes do."""


def ranks_of_sizes(log_params: Floats) -> Ints:
    """The place (n,) of each point's size among all sizes, from the smallest; -1 where it is unknown."""
    known = np.isfinite(log_params)
    return np.where(known, np.searchsorted(np.unique(log_params[known]), log_params), -1)


@njit(cache=True, nogil=True)
def size_record(x: Floats, y: Floats, w: Floats, rank: Ints, variance: Floats) -> Floats:
    """What smaller sizes have foretold of the points of each larger one within their losses: a row (m, 4) a
    point.

    `x` (n,) ascends; `rank` (n,) is the place of the size; `variance` (n,) is that of a new run at the point.
    Columns: place of the size foretold, error, variance, weight. The weights of one size are one together,
    times RECENT for every larger one.
    """
    rows, largest = 0, rank.max()
    out = np.empty((x.size, COLUMNS))
    for k in range(1, largest + 1):
        seen = np.flatnonzero((rank >= 0) & (rank < k))
        if seen.size == 0 or 1 + np.count_nonzero(np.diff(x[seen])) < FEWEST_LOSSES_SEEN:
            continue
        new = np.flatnonzero((rank == k) & (x >= x[seen[0]]) & (x <= x[seen[-1]]))
        total = w[new].sum()
        if total <= 0.0:
            continue
        knots, heights = pool(x[seen], y[seen], w[seen])
        foretold = np.interp(x[new], knots, heights)
        for j in range(new.size):
            i = new[j]
            out[rows, SIZE], out[rows, ERROR], out[rows, VARIANCE] = k, y[i] - foretold[j], variance[i]
            out[rows, WEIGHT] = w[i] / total * RECENT ** (k - largest)
            rows += 1
    return out[:rows].copy()


def learn_new_sizes(records: Sequence[Floats]) -> list[NewSize]:
    """What each task's record (m, 4), mixed with that of the others, says of a size larger than all seen."""
    own = np.array([_growth(record) for record in records])
    known = np.isfinite(own)
    if not known.any():
        return [UNSEEN] * len(records)
    sizes = np.array([np.unique(record[:, SIZE]).size for record in records], dtype=float)
    mixed = sizes * np.where(known, own, 0.0) + BORROWED * np.median(own[known])
    growth = np.maximum(mixed / (sizes + BORROWED), 1.0)
    freedom = max(FREEDOM_A_SIZE * float(np.median(sizes[known])), FREEDOM_A_SIZE)
    stretch = _stretch(records, growth, freedom)
    return [NewSize(float(g) * stretch**2, freedom) for g in growth]


def _growth(record: Floats) -> float:
    """Squared error of larger sizes per variance of a new run; NaN of no record."""
    below = float(record[:, WEIGHT] @ record[:, VARIANCE])
    return float(record[:, WEIGHT] @ record[:, ERROR] ** 2) / below if below > 0 else np.nan


def _stretch(records: Sequence[Floats], growth: Floats, freedom: float) -> float:
    """How much wider than t says the intervals of all sizes foretold must be to hold as much as they say."""
    off = [
        np.abs(record[:, ERROR]) / np.sqrt(more * record[:, VARIANCE] + 1e-12)
        for record, more in zip(records, growth, strict=True)
    ]
    weight = np.concatenate([record[:, WEIGHT] for record in records])
    return float(np.clip(stretch_to_hold(np.concatenate(off), weight, freedom), LEAST_STRETCH, MOST_STRETCH))
