"""torchtitan: ``step: N  loss: 4.1 …`` and ``validate step: N  loss: 3.9``."""

import re
from collections.abc import Iterable

from pipelines.own.text_logs.dialect import Dialect, Log, Point, Told

_STEP = re.compile(r"\b(validate )?step:\s*(\d+)\s+loss:\s*(\S+)")


class TorchtitanLog(Log):
    """Every line stands for itself."""

    def __init__(self) -> None:
        self._has_validation = False

    def take(self, line: int, text: str) -> Iterable[Point]:
        """Read a step."""
        found = _STEP.search(text)
        if found is None:
            return ()
        self._has_validation |= found[1] is not None
        key = "validation_metrics/loss" if found[1] else "loss"
        return (Point(key, found[3], float(found[2]), line),)

    def told(self) -> Told:
        """Say what older versions print as a validation loss."""
        if not self._has_validation:
            return Told()
        return Told(("before October 2025 the validation loss was divided by the accumulation steps",))


DIALECT = Dialect("torchtitan", "torchtitan log", re.compile(r"\bstep:\s*\d+\s+loss:\s*\S"), TorchtitanLog)
