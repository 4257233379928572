"""Composer and llm-foundry: a head ``[batch=10/480]:``, then ``Train loss/train/total: 8.5``, ``Eval …``."""

import re
from collections.abc import Iterable, Iterator
from math import nan

from pipelines.own.formats.text_logs.dialect import Dialect, Log, Point, Told
from pipelines.words import agreeing

# Where training lasts so many tokens or epochs, the head counts those.
_HEAD = re.compile(r"\s*(\[epoch=\d+\])?\[(batch|token|sample)=(\d+)(?:/\d+)?\]:?")
_VALUE = re.compile(r"(?:^|\s)(Train|Eval) ((?:loss|metrics|trainer|time)/[^:]+): (\S+)")
# Batches that were over before this one.
_BEFORE = ("trainer/global_step", "time/batch")


class ComposerLog(Log):
    """Gathers what follows a head until the next one: the step may stand anywhere below it."""

    def __init__(self) -> None:
        self._step = self._tokens = self._samples = nan
        self._waiting: list[tuple[str, str, int]] = []
        self._lost = self._evaluated = 0

    def take(self, line: int, text: str) -> Iterable[Point]:
        """Read a head or a value below one."""
        points: list[Point] = []
        if head := _HEAD.match(text):
            points = list(self.end())
            count = {head[2]: float(head[3])}
            self._step = count.get("batch", nan) if head[1] is None else nan
            self._tokens, self._samples = count.get("token", nan), count.get("sample", nan)
        if value := _VALUE.search(text):
            if value[2] in _BEFORE and value[3].isdecimal():
                self._step = float(value[3]) + 1
            elif value[2] == "time/token" and value[3].isdecimal():
                # Those of the batches before; of batches alike this one has as many as each.
                one, rest = divmod(float(value[3]), self._step - 1) if self._step > 1 else (nan, nan)
                self._tokens = one * self._step if rest == 0 else nan
            elif value[2] not in _BEFORE and not value[2].startswith(("trainer/", "time/")):
                self._waiting.append((value[2], value[3], line))
                self._evaluated += value[1] == "Eval"
        return points

    def end(self) -> Iterator[Point]:
        """Return what stands below the last head."""
        for key, cell, line in self._waiting:
            if self._step == self._step:
                yield Point(key, cell, self._step, line, self._tokens, self._samples)
            else:
                self._lost += 1
        self._waiting = []

    def told(self) -> Told:
        """Say where evaluations were put, and what has no step."""
        notes = []
        if self._evaluated:
            notes.append("evaluations are put at the batch that was last printed before them")
        if self._lost:
            notes.append(f"{agreeing(self._lost, 'value', 'stands', 'stand')} below no batch, left alone")
        return Told(tuple(notes))


DIALECT = Dialect(
    "composer",
    "Composer log",
    re.compile(r"(?:^|\s)(?:Train|Eval) (?:loss/train/total|metrics/(?:train|eval)/[\w/]*CrossEntropy): "),
    ComposerLog,
)
