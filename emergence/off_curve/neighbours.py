"""What a checkpoint's scores are less those of its neighbours in the run, and how that scatters: compiled."""

import numpy as np
import polars as pl

from emergence.numerics.arrays import Floats, Ints
from emergence.numerics.compiled import njit

SIDE = 2
"""Neighbours on either side; at an end of the run as many more on the other."""
FEWEST = 2
"""Neighbours without which nothing is compared."""
NEAREST = 41
"""Values nearest in loss that tell the spread there: where tasks have risen, scores scatter more."""
BORROWED = 10.0
"""Values' worth of the spread of all that a spread of fewer is mixed with."""
MAD = 1.4826
"""SD of a normal over its median absolute deviation."""


@njit(cache=True, nogil=True)
def less_neighbours(values: Floats, run: Ints) -> tuple[Floats, Ints]:
    """Each value (n,) less the median of its neighbours, and how many these are.

    Points come by run and then in the order of training; a run of too few points gives NaN.
    """
    n = values.size
    out, count = np.full(n, np.nan), np.zeros(n, np.int64)
    room = np.empty(2 * SIDE)
    start = 0
    while start < n:
        stop = start
        while stop < n and run[stop] == run[start]:
            stop += 1
        for i in range(start, stop):
            low = max(start, min(i - SIDE, stop - 2 * SIDE - 1))
            k = 0
            for j in range(low, min(low + 2 * SIDE + 1, stop)):
                if j != i:
                    room[k] = values[j]
                    k += 1
            if k >= FEWEST:
                out[i], count[i] = values[i] - np.median(room[:k]), k
        start = stop
    return out, count


def robust_sd(values: Floats) -> float:
    """SD of the bulk of the values (n,), NaN left out; NaN of none."""
    known = values[np.isfinite(values)]
    return float(MAD * np.median(np.abs(known))) if known.size else np.nan


def spread_by_loss(values: Floats, loss: Floats) -> Floats:
    """SD (n,) of the bulk of the values (n,) nearest to each in loss; that of all where they are few."""
    whole = robust_sd(values)
    if values.size <= NEAREST:
        return np.full(values.size, whole)
    order = np.argsort(loss, kind="stable")
    middles = pl.Series(np.abs(values[order])).rolling_median(NEAREST, center=True)
    # An end of the losses has the spread of the last whole window.
    near = MAD * middles.fill_null(strategy="forward").fill_null(strategy="backward").to_numpy()
    out = np.empty(values.size)
    out[order] = np.sqrt((NEAREST * near**2 + BORROWED * whole**2) / (NEAREST + BORROWED))
    return out
