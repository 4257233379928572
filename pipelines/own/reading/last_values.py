"""Reads a table of runs: one row each, with the last value of every metric, and no curve."""

from collections.abc import Callable
from math import isnan

from pipelines.own.reading.counters import CALLS, Counters, Places, find_counters
from pipelines.own.reading.csv_lines import csv_lines
from pipelines.own.reading.curves import Curves
from pipelines.own.reading.found import Counter, OwnFile, Reading
from pipelines.own.reading.loss_names import NO_CROSS_ENTROPY, NO_MEASURE, UNKNOWN
from pipelines.own.reading.settle_curves import settle

LAST_VALUES = "a table of runs holds the last logged value of each run (not its best), and no curve"


def read_last_values(
    file: OwnFile, header: list[str], plain: list[str], run: int, key_of: Callable[[str], str | None]
) -> Reading:
    """Return the last values of each run, at the step that its row tells, else at its end.

    ``plain`` are the names of the columns without what their tracker puts before them; ``run`` is the column
    of a run's name; ``key_of`` gives the metric that a column holds, if any.
    """
    counters = _counters(plain)
    curves = Curves(file.path, lambda row, key: f"line {row}, column {key}")
    keys = [
        (i, key) for i, name in enumerate(header) if (key := key_of(name)) and not _is_setting(curves, key)
    ]
    trouble, seen = Reading(), set[str]()
    places = Places(file, header, counters, trouble)
    for row, cells in csv_lines(file, header, trouble):
        place = places.of(row, cells)
        if place is None:
            continue
        # Two runs may have one name, and are two all the same.
        whose = cells[run] or f"line {row}"
        whose = f"{whose} (line {row})" if whose in seen else whose
        seen.add(whose)
        counter = Counter.LAST if isnan(place.number) else counters.counter
        for index, key in keys:
            curves.add(
                key, cells[index], place.number, row, tokens=place.tokens, samples=place.samples,
                run=whose, counter=counter,
            )  # fmt: skip
    reading = settle(curves)
    reading.broken += trouble.broken
    reading.notes.append(f"{file.path}: {LAST_VALUES}")
    return reading


def _is_setting(curves: Curves, key: str) -> bool:
    """Say whether a column is no measure, by its name: dozens of settings stand beside what was logged."""
    left = curves.name(key).left
    return left in (NO_MEASURE, UNKNOWN) or (left == NO_CROSS_ENTROPY and "loss" not in key.lower())


def _counters(plain: list[str]) -> Counters:
    """Return the columns of positions: never a count of calls, which a row of last values repeats."""
    found = find_counters([name if name not in CALLS else "" for name in plain])
    return found if found.number >= 0 else Counters(Counter.LAST)
