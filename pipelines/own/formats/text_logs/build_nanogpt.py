"""build-nanogpt: its ``log.txt`` (``250 val 5.9``) and what it prints (``step   250 | loss: 5.9 | …``)."""

import re
from collections.abc import Iterable
from math import nan

from pipelines.own.formats.text_logs.dialect import Dialect, Log, Point, Told, grouped_whole
from pipelines.own.reading.found import Question
from pipelines.own.reading.loss_names import Name

HELLASWAG_ITEMS = 10_042
# Its score divides by tokens, the harness's acc_norm by characters.
HELLASWAG = Name(
    task="hellaswag",
    metric="acc_norm_by_tokens",
    format="rc",
    n_shot=0,
    n_items=HELLASWAG_ITEMS,
    held_out=True,
)
_FILE = re.compile(r"(\d+) (train|val|hella) (\S+)\s*$")
_STEP = re.compile(r"\s*step +(\d+) \| loss: (\S+)")
_VALIDATION = re.compile(r"\s*validation loss: (\S+)\s*$")
_HELLASWAG = re.compile(r"\s*HellaSwag accuracy: (\d{1,9})/(\d{1,9})=")
_BATCH = re.compile(r"\s*total desired batch size: (\d[\d,]*)\s*$")
_KEYS = {"train": "train loss", "val": "val loss", "hella": "hella"}


class BuildNanogptLog(Log):
    """Holds a validation until the line of its step, which is printed after it."""

    def __init__(self) -> None:
        self._batch = nan
        self._waiting: list[tuple[str, str | float, int]] = []

    def take(self, line: int, text: str) -> Iterable[Point]:
        """Read a line of either form."""
        if found := _FILE.match(text):
            return (self._point(_KEYS[found[2]], found[3], float(found[1]), line),)
        if found := _STEP.match(text):
            return self._step(float(found[1]), found[2], line)
        if found := _VALIDATION.match(text):
            self._waiting.append(("val loss", found[1], line))
        elif found := _HELLASWAG.match(text):
            if int(found[2]) > 0:
                self._waiting.append(("hella", int(found[1]) / int(found[2]), line))
        elif found := _BATCH.match(text):
            self._batch = grouped_whole(found[1])
        return ()

    def _step(self, step: float, cell: str, line: int) -> Iterable[Point]:
        points = [self._point(key, value, step, at) for key, value, at in self._waiting]
        self._waiting = []
        return [*points, self._point("train loss", cell, step, line)]

    def _point(self, key: str, cell: str | float, step: float, line: int) -> Point:
        return Point(key, cell, step, line, step * self._batch)

    def told(self) -> Told:
        """Say whose HellaSwag it is, and ask for the batch where it is not told."""
        notes = [
            "HellaSwag is normalised by tokens here: another metric than the harness's acc_norm",
        ]
        if self._waiting:
            notes.append("the last validation stands before no step, as of a log that is cut: left alone")
        if self._batch == self._batch:
            return Told(tuple(notes))
        text = "How many tokens has a step? The log does not say"
        return Told(tuple(notes), (Question("tokens_per_step", text, ("524288",)),))


DIALECT = Dialect(
    "build_nanogpt",
    "build-nanogpt log",
    re.compile(
        r"^\d+ (?:train|val|hella) [\d.naif+-]+\s*$|^\s*step +\d+ \| loss: \S+ \| lr|^\s*HellaSwag accuracy: "
    ),
    BuildNanogptLog,
    {"hella": HELLASWAG},
)
