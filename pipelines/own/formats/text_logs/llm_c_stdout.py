"""What llm.c prints: ``step 2/9 | loss 9.5 (…)| norm …``, ``val loss 9.4``, ``HellaSwag: 2508/10042 = …``."""

import re
from collections.abc import Iterable
from math import nan

from pipelines.own.formats.text_logs.build_nanogpt import HELLASWAG
from pipelines.own.formats.text_logs.dialect import Dialect, Log, Point

_STEP = re.compile(r"step +(\d+)/\d+ \| (?:train )?loss ([^ |]+)")
_VALIDATION = re.compile(r"val loss (\S+)\s*$")
_HELLASWAG = re.compile(r"HellaSwag: (\d{1,9})/(\d{1,9}) = ")
_BATCH = re.compile(r"batch_size B=\d+ \* .*total_batch_size=(\d{1,15})\s*$")


class LlmcStdout(Log):
    """Holds a validation until the next step, which is trained after it: it is of the one before."""

    def __init__(self) -> None:
        self._batch = nan
        self._step = 0.0
        self._waiting: list[tuple[str, str | float, int]] = []

    def take(self, line: int, text: str) -> Iterable[Point]:
        """Read a step, counted from 1, or a validation between two."""
        if found := _STEP.match(text):
            step = float(found[1])
            points = self._flush(max(step - 1, 0.0))
            self._step = step
            return [*points, self._point("train loss", found[2], step, line)]
        if found := _VALIDATION.match(text):
            self._waiting.append(("val loss", found[1], line))
        elif found := _HELLASWAG.match(text):
            if int(found[2]) > 0:
                self._waiting.append(("hella", int(found[1]) / int(found[2]), line))
        elif found := _BATCH.search(text):
            self._batch = float(found[1])
        return ()

    def _flush(self, step: float) -> list[Point]:
        points = [self._point(key, value, step, at) for key, value, at in self._waiting]
        self._waiting = []
        return points

    def end(self) -> Iterable[Point]:
        """Return the validation after the last step."""
        return self._flush(self._step)

    def _point(self, key: str, cell: str | float, step: float, line: int) -> Point:
        return Point(key, cell, step, line, step * self._batch)


DIALECT = Dialect(
    "llm_c_stdout",
    "output of llm.c",
    re.compile(r"^step +\d+/\d+ \| (?:train )?loss \S+ |^val loss [\d.naif+-]+\s*$"),
    LlmcStdout,
    {"hella": HELLASWAG},
)
