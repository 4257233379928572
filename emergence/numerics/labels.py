"""Labels as small whole numbers."""

import numpy as np

from emergence.numerics.arrays import Ints
from emergence.numerics.compiled import njit


@njit(cache=True, nogil=True)
def renumber(codes: Ints) -> tuple[Ints, Ints]:
    """Codes (n,), small and not negative, as 0…k−1 in order of value, and the values (k,)."""
    values = np.flatnonzero(np.bincount(codes))
    place = np.zeros(values[-1] + 1, np.int64)
    place[values] = np.arange(values.size)
    return place[codes], values
