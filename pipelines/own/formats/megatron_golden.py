"""Reads golden values of Megatron, JSON of curves: ``{"lm loss": {start_step, step_interval, values}}``."""

from collections.abc import Iterator
from math import nan
from typing import Any

from pipelines.own.reading.cells import read_number
from pipelines.own.reading.curves import NOT_A_NUMBER, Curves
from pipelines.own.reading.found import Broken, OwnFile, Reader, Reading
from pipelines.own.reading.settle_curves import settle

_KEYS = frozenset({"start_step", "step_interval", "values"})


def recognise(file: OwnFile) -> bool:
    """Say whether a file is one: every member a curve with its first step and its interval."""
    document = file.document if b'"step_interval"' in file.head else None
    return isinstance(document, dict) and bool(document) and all(map(_is_curve, document.values()))


def _is_curve(told: Any) -> bool:
    return isinstance(told, dict) and told.keys() >= _KEYS and isinstance(told["values"], dict | list)


def read(file: OwnFile) -> Reading:
    """Read the losses among the curves, at the steps that they are written under."""
    document: dict[str, dict[str, Any]] = file.document
    places = [(key, step) for key, told in document.items() for step, _ in _cells(told)]
    curves = Curves(file.path, lambda row, key: f"{key}.values.{places[row][1]}")
    broken: list[Broken] = []
    row = 0
    for key, told in document.items():
        for name, cell in _cells(told):
            step = read_number(name)
            if step is None:
                fix = "expected the number of a step"
                broken.append(Broken(file.path, f"{key}.values.{name}", NOT_A_NUMBER, str(cell)[:200], fix))
            curves.add(key, None if step is None else cell, nan if step is None else step, row)
            row += 1
    reading = settle(curves)
    reading.broken += broken
    return reading


def _cells(told: dict[str, Any]) -> Iterator[tuple[Any, Any]]:
    """Yield (step, value); in a list the values stand an interval apart."""
    values = told["values"]
    if isinstance(values, dict):
        yield from values.items()
        return
    start, interval = read_number(told["start_step"]), read_number(told["step_interval"])
    for index, cell in enumerate(values):
        yield (None if start is None or interval is None else start + index * interval), cell


READER = Reader("megatron_golden", "golden values of Megatron", recognise, read)
