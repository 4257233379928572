"""nanochat: ``step 00010/05000 (0.20%) | loss: …`` and ``Step 00250 | Validation bpb: …``."""

import re
from collections.abc import Iterable
from math import nan

from pipelines.own.formats.text_logs.dialect import Dialect, Log, Point, Told, grouped_whole
from pipelines.own.reading.loss_names import CENTRED, Name

_STEP = re.compile(r"\s*step (\d+)/\d+ \([\d.]+%\) \| loss: ([^ |]+)")
_VALUE = re.compile(r"\s*Step (\d+) \| (Validation bpb|CORE metric): ([^ |]+)")
_BATCH = re.compile(r"\s*Total batch size (\d[\d,]*) => gradient accumulation steps: ")


class NanochatLog(Log):
    """Remembers the tokens of a step, which the log tells at its head."""

    def __init__(self) -> None:
        self._batch = nan

    def take(self, line: int, text: str) -> Iterable[Point]:
        """Read a step, a validation or the mean over tasks."""
        if found := _STEP.match(text):
            step = float(found[1])
            return (Point("loss", found[2], step, line, step * self._batch),)
        if found := _VALUE.match(text):
            step = float(found[1])
            return (Point(found[2], found[3], step, line, step * self._batch),)
        if found := _BATCH.match(text):
            self._batch = grouped_whole(found[1])
        return ()

    def told(self) -> Told:
        """Say that the training loss is smoothed."""
        note = (
            "the printed training loss is an exponential mean over the last micro-batches of rank 0; "
            "Validation bpb (bits per byte) is the loss to take"
        )
        return Told((note,))


DIALECT = Dialect(
    "nanochat",
    "nanochat log",
    re.compile(r"^\s*step \d+/\d+ \([\d.]+%\) \| loss: |^\s*Step \d+ \| (?:Validation bpb|CORE metric): "),
    NanochatLog,
    {"Validation bpb": Name(held_out=True, unit="bits_per_byte"), "CORE metric": Name(left=CENTRED)},
)
