"""NeMo 2: ``Training epoch 0, iteration 9/99 | … | global_step: 9 | reduced_train_loss: 8.5 | …``."""

import re
from collections.abc import Iterable

from pipelines.own.formats.text_logs.dialect import Dialect, Log, Point, Told
from pipelines.own.reading.loss_names import Name

_HEAD = r"\bTraining epoch \d+, iteration \d+/\d+ \|"
_LINE = re.compile(_HEAD + r".*\| global_step: (\d+) \| reduced_train_loss: *([^ |]+)")
_SAMPLES = re.compile(r"\| consumed_samples: (\d+)")
_VALIDATION = re.compile(r"\| val_loss: *([^ |]+)")


class NemoLog(Log):
    """Remembers the last validation, which every later line repeats, and the line before it."""

    def __init__(self) -> None:
        self._validated: str | None = None
        self._has_begun_before = False
        self._last: Point | None = None

    def take(self, line: int, text: str) -> Iterable[Point]:
        """Read a step; steps count from 0 there, and the one that is printed is over."""
        found = _LINE.search(text) if "reduced_train_loss" in text else None
        if found is None:
            return ()
        samples, validated = _SAMPLES.search(text), _VALIDATION.search(text)
        told = float(samples[1]) if samples else float("nan")
        made = Point("reduced_train_loss", found[2], float(found[1]) + 1, line, samples=told)
        points = [made]
        if validated and validated[1] != self._validated:
            self._validated = validated[1]
            if self._last is None:
                self._has_begun_before = True
            else:
                points.append(self._last._replace(key="val_loss", cell=validated[1], line=line))
        self._last = made
        return points

    def told(self) -> Told:
        """Say where validations were put."""
        notes = []
        if self._validated is not None:
            notes.append(
                "a validation is printed with every later step, and taken once, for the line before it"
            )
        if self._has_begun_before:
            notes.append("the first line repeats a validation of a step before it, which is left out")
        return Told(tuple(notes))


DIALECT = Dialect(
    "nemo",
    "NeMo log",
    re.compile(_HEAD + r".*\| reduced_train_loss:"),
    NemoLog,
    {"reduced_train_loss": Name()},
)
