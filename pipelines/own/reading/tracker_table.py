"""Reads a wide table of a tracker: a row a call of its logger, a column a metric, blank where not logged."""

from math import isnan

from pipelines.own.reading.counters import Counters, Places
from pipelines.own.reading.csv_lines import csv_lines
from pipelines.own.reading.curves import Curves
from pipelines.own.reading.found import OwnFile, Reading
from pipelines.own.reading.loss_names import NO_MEASURE
from pipelines.own.reading.rows import refuse_twins
from pipelines.own.reading.settle_curves import settle

# A tracker writes one run into a file; a table that was put together of several says so in such a column.
_TELLERS = frozenset(("seed", "split", "phase", "subset"))


def is_put_together(file: OwnFile, header: list[str]) -> bool:
    """Say whether a column of a table tells rows of several runs, or kinds, apart."""
    columns = [i for i, name in enumerate(header) if name.lower() in _TELLERS]
    if not columns:
        return False
    seen: dict[int, str] = {}
    for _, cells in csv_lines(file, header, Reading()):
        for column in columns:
            cell = cells[column].strip()
            if cell and seen.setdefault(column, cell) != cell:
                return True
    return False


def read_wide(
    file: OwnFile, header: list[str], counters: Counters, *, run: str | None = None, run_column: int = -1
) -> tuple[Reading, int]:
    """Return what a wide table holds, and the number of its rows.

    ``run`` names the run of all rows, ``run_column`` the column that names each row's.
    """
    refuse_twins(file, header)
    curves = Curves(file.path, lambda row, key: f"line {row}, column {key}", counter=counters.counter)
    trouble = Reading()
    places = Places(file, header, counters, trouble)
    measured = [(i, key) for i, key in enumerate(header) if curves.name(key).left is None]
    others = _Others([i for i, key in enumerate(header) if curves.name(key).left not in (None, NO_MEASURE)])
    count = 0
    for row, cells in csv_lines(file, header, trouble):
        count += 1
        others.see(row, cells)
        place = places.of(row, cells)
        if place is None:
            continue
        whose = cells[run_column] if run_column >= 0 else run
        for index, key in measured:
            if not cells[index]:
                continue
            if isnan(place.number):
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
    for index, first, seen in others.filled():
        curves.leave(header[index], first, curves.name(header[index]).left or "", seen)
    reading = settle(curves)
    reading.broken += trouble.broken
    return reading, count


class _Others:
    """Counts the filled cells of columns that hold no loss: a tracker logs dozens of them."""

    def __init__(self, columns: list[int]) -> None:
        self._columns = columns
        self._seen = dict.fromkeys(columns, 0)
        self._first: dict[int, int] = {}

    def see(self, row: int, cells: list[str]) -> None:
        """Count those of one row."""
        for column in self._columns:
            if cells[column]:
                if not self._seen[column]:
                    self._first[column] = row
                self._seen[column] += 1

    def filled(self) -> list[tuple[int, int, int]]:
        """Return (column, first row, number of cells) of those that hold any."""
        return [(column, self._first[column], seen) for column, seen in self._seen.items() if seen]
