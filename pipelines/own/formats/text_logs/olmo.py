"""OLMo and OLMo-core: a head with the step, then indented lines ``key=value``."""

import re
from collections.abc import Iterable, Iterator
from math import nan

from pipelines.own.formats.text_logs.dialect import Dialect, Log, Point
from pipelines.own.reading.cells import read_grouped, read_rounded

_HEAD = re.compile(r"\[step=(\d+)(?:/(?:\d+|\?+))?(?:,[^\]]*)?\]")
# OLMo-core prints evaluations at once: before the head of their step, without what their names begin with.
_EVALS = re.compile(r"\bFinished (\w+) evals in .*Metrics:\s*$")
_RESULT = re.compile(r"\s+([^=]+)=(\S+)\s*$")
_VALUE = re.compile(r"\s*((?:train|eval)/[^=]+|throughput/total[_ ]tokens)=(\S+)\s*$")


class OlmoLog(Log):
    """Gathers what follows a head until the next one, so that all of it has the tokens of its step."""

    def __init__(self) -> None:
        self._step = self._tokens = nan
        self._is_rounded = False
        self._waiting: list[tuple[str, str, int]] = []
        self._ahead: list[tuple[str, str, int]] = []
        self._evals = ""

    def take(self, line: int, text: str) -> Iterable[Point]:
        """Read a head or a value below one."""
        if self._evals:
            if result := _RESULT.match(text):
                self._ahead.append((f"eval/{self._evals}/{result[1].strip()}", result[2], line))
                return ()
            self._evals = ""
        if "[step=" in text and (head := _HEAD.search(text)):
            points = list(self._flush())
            self._step, self._tokens = float(head[1]), nan
            self._waiting, self._ahead = self._ahead, []
            return points
        if "Metrics:" in text and (evals := _EVALS.search(text)):
            self._evals = evals[1]
            return ()
        if "=" in text and (value := _VALUE.match(text)):
            self._value(value[1], value[2], line)
        return ()

    def _value(self, key: str, cell: str, line: int) -> None:
        if key.startswith("throughput/"):
            self._tokens, self._is_rounded = read_rounded(cell) or (nan, False)
        else:
            self._waiting.append((key, cell, line))

    def _flush(self) -> Iterator[Point]:
        for key, cell, line in self._waiting:
            value = read_grouped(cell)
            printed = cell if value is None else value
            yield Point(key, printed, self._step, line, self._tokens, is_rounded=self._is_rounded)
        self._waiting = []

    def end(self) -> Iterable[Point]:
        """Return what stands below the last head, and evaluations that no head followed."""
        self._waiting += self._ahead
        return self._flush()


DIALECT = Dialect(
    "olmo",
    "OLMo or OLMo-core log",
    re.compile(
        r"\[step=\d+/(?:\d+|\?+)(?:,[^\]]*)?\]"
        r"|^\s*(?:train/(?:CrossEntropyLoss|CE loss|PPL|Perplexity)|eval/[^=]+)=\S+\s*$"
    ),
    OlmoLog,
)
