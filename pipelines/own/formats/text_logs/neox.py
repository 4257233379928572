"""GPT-NeoX: ``samples/sec: … | iteration N/ M | … | lm_loss: … |``."""

import re
from collections.abc import Iterable
from math import nan

from pipelines.own.formats.text_logs.dialect import Dialect, Log, Point, last_step

# A count in brackets may follow the iteration: it is another than the step.
_COUNT = r"\biteration\s+(\d+)(?:\s*\[\s*\d+\])?/\s*(\d+) \|"
_ITERATION = re.compile(_COUNT + r".*\| lm_loss: *([^ |]+)")
_RESULTS = re.compile(r"\b(\w+) results at (?:iteration (\d+)|[^|]*)\|.*?\blm_loss value: *([^ |]+)")


class NeoxLog(Log):
    """Remembers the last iteration, for results at the end of training."""

    def __init__(self) -> None:
        self._step = self._before = self._total = nan

    def take(self, line: int, text: str) -> Iterable[Point]:
        """Read an iteration or the results of a validation."""
        if found := _ITERATION.search(text):
            self._before, self._step, self._total = self._step, float(found[1]), float(found[2])
            return (Point("lm_loss", found[3], self._step, line),)
        if "lm_loss value:" in text and (found := _RESULTS.search(text)):
            step = float(found[2]) if found[2] else last_step(self._step, self._before, self._total)
            kind = "test" if found[1] == "test" else "validation"
            return (Point(f"lm loss {kind}", found[3], step, line),)
        return ()


DIALECT = Dialect(
    "gpt_neox",
    "GPT-NeoX log",
    re.compile(_COUNT + r".*\| lm_loss:|\bresults at .*\| lm_loss value:"),
    NeoxLog,
)
