"""litgpt: ``Epoch 1 | iter 64 step 16 | loss train: 6.1, val: n/a | …`` and ``iter 64: val loss 6.05``."""

import re
from collections.abc import Iterable
from math import nan

from pipelines.own.formats.text_logs.dialect import Dialect, Log, Point, Told

# Earlier: `iter 64 | step 16: loss 6.1, iter time: …`, or without the bar.
_HEAD = r"\s*(?:Epoch \d+ \| )?iter (\d+) (?:\| )?step (\d+)(?::| \|) loss"
_STEP = re.compile(_HEAD + r"(?: train:)? ([^ ,|]+),")
_VALIDATION = re.compile(r"\s*iter (\d+): val loss ([^ ,]+), val time:")


class LitgptLog(Log):
    """Remembers the step of the last iteration: validations are told by iteration only."""

    def __init__(self) -> None:
        self._iteration = self._step = nan
        self._lost = 0

    def take(self, line: int, text: str) -> Iterable[Point]:
        """Read an iteration or a validation; the `val:` of an iteration repeats an older validation."""
        if found := _STEP.match(text):
            self._iteration, self._step = float(found[1]), float(found[2])
            return (Point("train loss", found[3], self._step, line),)
        found = _VALIDATION.match(text)
        if found is None:
            return ()
        if float(found[1]) != self._iteration:
            self._lost += 1
            return ()
        return (Point("val loss", found[2], self._step, line),)

    def told(self) -> Told:
        """Say which validations have no step."""
        if not self._lost:
            return Told()
        return Told((f"{self._lost} validations of iterations whose step is not printed: use metrics.csv",))


DIALECT = Dialect(
    "litgpt",
    "litgpt log",
    re.compile(rf"^{_HEAD} .*iter time: |^\s*iter \d+: val loss \S+, val time:"),
    LitgptLog,
)
