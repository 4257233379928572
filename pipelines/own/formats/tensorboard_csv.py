"""Reads what TensorBoard's page gives of a curve, CSV or JSON: time, step, value; the tag is in its name."""

import re

from emergence.errors import InputError
from pipelines.own.reading.cells import read_number
from pipelines.own.reading.counters import Counters, Places
from pipelines.own.reading.csv_lines import csv_lines
from pipelines.own.reading.curves import Curves
from pipelines.own.reading.found import Counter, OwnFile, Reader, Reading
from pipelines.own.reading.rows import csv_header
from pipelines.own.reading.settle_curves import settle

HEADER = ["Wall time", "Step", "Value"]
_NAME = re.compile(r"(?:run-(?P<run>.*?)-)?tag-(?P<tag>.+?)\.(?:csv|json)", re.I)
# Seconds since 1970, as no step or loss is that large beside the others.
_LEAST_TIME = 1e8


def recognise(file: OwnFile) -> bool:
    """Say whether a file is one, by its three columns; those of JSON have no names."""
    return csv_header(file) == HEADER or bool(_triples(file))


def read(file: OwnFile) -> Reading:
    """Read one curve; raises InputError where the name of the file does not tell what it is of."""
    named = _NAME.fullmatch(file.name)
    if named is None:
        raise InputError(
            f"{file.path} does not say of which tag it is: name it as TensorBoard does "
            "(run-NAME-tag-eval_loss.csv, or .json), or add the event files themselves"
        )
    tag, run = named["tag"], named["run"]
    trouble = Reading()
    places = Places(file, HEADER, Counters(Counter.UNKNOWN, 1), trouble)
    triples = _triples(file)
    rows_or_lines = "row" if triples else "line"
    curves = Curves(file.path, lambda at, _: f"{rows_or_lines} {at}", counter=Counter.UNKNOWN)
    for row, cells in enumerate(triples, start=1) if triples else csv_lines(file, HEADER, trouble):
        place = places.of(row, cells)
        if place is not None:
            curves.add(tag, cells[2], place.number, row, run=run if run and run != "." else None)
    reading = settle(curves)
    reading.broken += trouble.broken
    return reading


def _triples(file: OwnFile) -> list[list[str]]:
    """Return the cells of a curve in JSON, ``[[1700000000.5, 10, 5.5], …]``; none of any other file."""
    document = file.document
    if not isinstance(document, list) or not all(isinstance(row, list) and len(row) == 3 for row in document):
        return []
    times = [read_number(row[0]) for row in document]
    is_curve = all(time is not None and time > _LEAST_TIME for time in times)
    return [[str(cell) for cell in row] for row in document] if is_curve else []


READER = Reader("tensorboard_csv", "curve of TensorBoard", recognise, read)
