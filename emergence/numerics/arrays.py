"""The array types and levels that every wing shares, and labels as small whole numbers."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CONFIDENCE: Final = 0.95
"""The level of an interval unless the caller asks for another."""
SIGNIFICANCE: Final = 0.05
"""The level below which a p-value counts as evidence."""


def renumber(codes: Ints) -> tuple[Ints, Ints]:
    """Codes (n,), small and not negative, as 0…k−1 in order of value, and the values (k,)."""
    values = np.flatnonzero(np.bincount(codes))
    place = np.zeros(values[-1] + 1, np.int64)
    place[values] = np.arange(values.size)
    return place[codes], values
