"""Rows of a CSV that a tracker wrote, one at a time: a table of a gigabyte fills no memory."""

import csv
from collections.abc import Iterator
from itertools import chain

from pipelines.own.reading.found import Broken, OwnFile, Reading
from pipelines.own.reading.rows import before_header, separator, with_points

RAGGED = "ragged_row"


def csv_lines(file: OwnFile, header: list[str], reading: Reading) -> Iterator[tuple[int, list[str]]]:
    """Yield (row from 1 below the header, cells); a row of another length is broken by its place."""
    with file.local.open(encoding="utf-8-sig", errors="replace", newline="") as stream:
        for _ in range(before_header(file)):
            stream.readline()
        first = stream.readline()
        split = separator(first)
        rows = csv.reader(chain([first], stream), delimiter=split, strict=True)
        place = -1
        while True:
            place += 1
            try:
                row = next(rows, None)
            except csv.Error as error:
                reading.broken.append(
                    Broken(file.path, f"row {place}", RAGGED, None, f"no row of a CSV: {error}")
                )
                continue
            if row is None:
                return
            if place == 0 or not any(cell.strip() for cell in row):
                continue
            if len(row) == len(header):
                yield place, with_points(row, split)
            else:
                fix = f"expected {len(header)} fields, found {len(row)}"
                reading.broken.append(Broken(file.path, f"row {place}", RAGGED, None, fix))
