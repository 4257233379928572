"""Which of the values logged twice count: the later ones, from where a run was taken up again.

A run that resumes from an older checkpoint logs the same steps once more, with other values. Its rows stand
in the order in which they were logged, so that a step that goes back starts a new pass; a pass that logs a
step again replaces all that earlier passes logged from its first step on. Rows that merely stand in another
order (no step twice) replace nothing.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
# Rows in no order at all are no run taken up a thousand times.
MAX_PASSES = 1_000


def restarts(numbers: Floats) -> list[int]:
    """Return the indices at which a pass begins that logs again what was logged before."""
    starts = (np.flatnonzero(np.diff(numbers) < 0) + 1).tolist()
    if not 0 < len(starts) <= MAX_PASSES:
        return []
    ends = [*starts[1:], len(numbers)]
    return [start for start, end in zip(starts, ends, strict=True) if _logs_again(numbers, start, end)]


def _logs_again(numbers: Floats, start: int, end: int) -> bool:
    before = numbers[:start]
    return bool(np.isin(numbers[start:end], before[before >= numbers[start]]).any())


def replaced(numbers: Floats) -> NDArray[np.bool_]:
    """Mark the values that a later one replaces, of one key, in the order of logging."""
    gone = np.zeros(len(numbers), dtype=bool)
    for start in restarts(numbers):
        gone[:start] |= numbers[:start] >= numbers[start]
    # Of what remains at one step, the last.
    _, seen_last = np.unique(numbers[::-1], return_index=True, equal_nan=False)
    is_last = np.zeros(len(numbers), dtype=bool)
    is_last[len(numbers) - 1 - seen_last] = True
    return gone | ~is_last


def stale(numbers: Floats, places: Floats, begun: Sequence[tuple[float, float]]) -> NDArray[np.bool_]:
    """Mark the values of one key that stand before a restart (place, first step) and reach past it."""
    gone = np.zeros(len(numbers), dtype=bool)
    for place, first in begun:
        gone |= (places < place) & (numbers >= first)
    return gone
