"""How a series is to be fitted."""

from dataclasses import dataclass

import numpy as np

from emergence.errors import InputError
from emergence.numerics.arrays import CONFIDENCE
from emergence.points.series import fraction

LEAST_CONFIDENCE = 0.5
LEAST_REPLICATES = 20


@dataclass(frozen=True, slots=True)
class Plan:
    """How to fit: confidence of intervals, replicates, at most how many behind a small p, the one form to
    keep.

    Without `keep` (an index into FORMS) form and power are sought, and again in every replicate. The floor is
    looked for from the loss `floor_from` on: that of all runs, where they are judged one by one. Raises
    InputError for a confidence outside [0.5, 1) and for fewer than 20 replicates.
    """

    confidence: float = CONFIDENCE
    replicates: int = 1000
    most_replicates: int = 0
    keep: int | None = None
    floor_from: float | None = None

    def __post_init__(self) -> None:
        """Check what a caller gives."""
        if not LEAST_CONFIDENCE <= fraction("confidence", self.confidence) < 1:
            raise InputError(f"confidence: {LEAST_CONFIDENCE} to below 1 wanted, found {self.confidence}")
        whole = isinstance(self.replicates, (int, np.integer)) and not isinstance(self.replicates, bool)
        if not whole or self.replicates < LEAST_REPLICATES:
            raise InputError(
                f"replicates: a whole number of at least {LEAST_REPLICATES} wanted, found {self.replicates!r}"
            )
