"""Neighbours pooled into cells of even rank, none of which reaches across a wide gap."""

from typing import Final

import numpy as np

from emergence.numerics.arrays import Floats, Ints

WIDE_GAP: Final = 0.02
"""Of the range: between neighbours further apart nothing is seen, and no cell may stand there."""


def wide_gaps(x: Floats) -> Ints:
    """List the points (sorted x) that follow a gap wider than WIDE_GAP of the range."""
    apart = np.diff(x)
    return np.flatnonzero(apart > WIDE_GAP * (x[-1] - x[0])) + 1


def cell_starts(x: Floats, most: int) -> Ints:
    """Give the first point of each cell: `most` cells of even rank, begun anew after each wide gap."""
    even = np.linspace(0, x.size, most + 1).astype(np.int64)[:-1]
    return np.union1d(even, wide_gaps(x))
