"""The array types and the two levels that every wing shares."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CONFIDENCE: Final = 0.95
"""The level of an interval unless the caller asks for another."""
SEED: Final = 20240323
"""Where random numbers begin unless the caller asks for others."""
SIGNIFICANCE: Final = 0.05
"""The level below which a p-value counts as evidence."""
