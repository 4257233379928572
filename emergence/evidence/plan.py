"""How a series is to be fitted."""

from dataclasses import dataclass

from emergence.numerics.arrays import CONFIDENCE


@dataclass(frozen=True, slots=True)
class Plan:
    """How to fit: confidence of intervals, replicates, at most how many behind a small p, the one form to
    keep.

    Without `keep` (an index into FORMS) form and power are sought, and again in every replicate. The floor is
    looked for from the loss `floor_from` on: that of all runs, where they are judged one by one.
    """

    confidence: float = CONFIDENCE
    replicates: int = 1000
    most_replicates: int = 0
    keep: int | None = None
    floor_from: float | None = None
