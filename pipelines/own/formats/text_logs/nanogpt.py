"""nanoGPT: ``step N: train loss a, val loss b`` and ``iter N: loss x, time …``."""

import re
from collections.abc import Iterable
from math import nan

from pipelines.own.formats.text_logs.dialect import Dialect, Log, Point, Told, grouped_whole

_STEP = re.compile(r"\s*step (\d+): train loss ([^ ,]+), val loss ([^ ,]+)\s*$")
_ITER = re.compile(r"\s*iter (\d+): loss ([^ ,]+), time ")
_TOKENS = re.compile(r"\s*tokens per iteration will be: (\d[\d,]*)\s*$")


class NanogptLog(Log):
    """Remembers the tokens of an iteration, which the log tells at its head."""

    def __init__(self) -> None:
        self._sizes: list[float] = []
        self._evaluated: set[float] = set()

    def take(self, line: int, text: str) -> Iterable[Point]:
        """Read an estimate over both splits, or the loss of one micro-batch."""
        if found := _ITER.match(text):
            step = float(found[1])
            # The mean that was just told of this step is the same loss, known better.
            return (
                () if step in self._evaluated else (Point("loss", found[2], step, line, self._tokens(step)),)
            )
        if found := _STEP.match(text):
            step = float(found[1])
            tokens = self._tokens(step)
            self._evaluated.add(step)
            return (
                Point("train loss", found[2], step, line, tokens),
                Point("val loss", found[3], step, line, tokens),
            )
        if found := _TOKENS.match(text):
            self._sizes.append(grouped_whole(found[1]))
        return ()

    def _tokens(self, step: float) -> float:
        # A run taken up again with other batches has seen neither number times its steps.
        return step * self._sizes[-1] if len(set(self._sizes)) == 1 else nan

    def told(self) -> Told:
        """Say what the losses are means over."""
        notes = [
            "`iter` losses are of one micro-batch of rank 0; `step` losses are means over eval_iters "
            "batches, and count where both stand"
        ]
        if len(set(self._sizes)) > 1:
            notes.append("tokens per iteration change within the log: steps times one number is wrong")
        return Told(tuple(notes))


DIALECT = Dialect(
    "nanogpt",
    "nanoGPT log",
    re.compile(r"^\s*step \d+: train loss \S+, val loss \S+\s*$|^\s*iter \d+: loss [^ ,]+, time "),
    NanogptLog,
)
