"""Reads a wide table of a tracker: a row a call of its logger, a column a metric, blank where not logged."""

from math import isnan

from pipelines.own.counters import Counters, Places
from pipelines.own.csv_lines import csv_lines
from pipelines.own.curves import Curves
from pipelines.own.found import OwnFile, Reading
from pipelines.own.settle_curves import settle


def read_wide(
    file: OwnFile, header: list[str], counters: Counters, *, run: str | None = None, run_column: int = -1
) -> tuple[Reading, int]:
    """Return what a wide table holds, and the number of its rows.

    ``run`` names the run of all rows, ``run_column`` the column that names each row's.
    """
    curves = Curves(file.path, lambda row, key: f"row {row}, column {key}", counter=counters.counter)
    trouble = Reading()
    places = Places(file, header, counters, trouble)
    named = [(i, key) for i, key in enumerate(header) if i != run_column]
    count = 0
    for row, cells in csv_lines(file, header, trouble):
        count += 1
        place = places.of(row, cells)
        if place is None:
            continue
        whose = cells[run_column] if run_column >= 0 else run
        for index, key in named:
            if not cells[index]:
                continue
            if isnan(place.number) and curves.name(key).left is None:
                curves.leave(key, row, places.missing())
            else:
                curves.add(
                    key,
                    cells[index],
                    place.number,
                    row,
                    tokens=place.tokens,
                    samples=place.samples,
                    run=whose,
                )
    reading = settle(curves)
    reading.broken += trouble.broken
    return reading, count
