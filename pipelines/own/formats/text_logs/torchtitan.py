"""torchtitan: ``step: N  loss: 4.1 …`` and ``validate step: N  loss: 3.9``; its head may tell the batch."""

import re
from collections.abc import Iterable
from math import nan

from pipelines.own.formats.text_logs.dialect import Dialect, Log, Point, Told

_STEP = re.compile(r"\b(validate )?step:\s*(\d+)\s+loss:\s*(\S+)")
_HEAD = re.compile(r"\bglobal batch size (\d+), .*?\bsequence length (\d+)")
OLD_VALIDATION = "before October 2025 the validation loss was divided by the accumulation steps"
CHANGES = "the batch changes within the log: steps times one number of tokens is wrong"


class TorchtitanLog(Log):
    """Remembers the tokens of a step, where the head of the log tells batch and length."""

    def __init__(self) -> None:
        self._has_validation = False
        self._sizes: set[float] = set()

    def take(self, line: int, text: str) -> Iterable[Point]:
        """Read a step, or the head."""
        found = _STEP.search(text)
        if found is None:
            if "sequence length" in text and (head := _HEAD.search(text)):
                self._sizes.add(float(head[1]) * float(head[2]))
            return ()
        self._has_validation |= found[1] is not None
        key = "validation_metrics/loss" if found[1] else "loss"
        step = float(found[2])
        size = next(iter(self._sizes)) if len(self._sizes) == 1 else nan
        return (Point(key, found[3], step, line, step * size),)

    def told(self) -> Told:
        """Say what older versions print as a validation loss, and whether the batch changes."""
        notes = [OLD_VALIDATION] if self._has_validation else []
        return Told((*notes, *([CHANGES] if len(self._sizes) > 1 else [])))


DIALECT = Dialect("torchtitan", "torchtitan log", re.compile(r"\bstep:\s*\d+\s+loss:\s*\S"), TorchtitanLog)
