"""Reads the CSV that TensorBoard's page gives of a curve: wall time, step, value; the tag is in its name."""

import re

from emergence.errors import InputError
from pipelines.own.reading.counters import Counters, Places
from pipelines.own.reading.csv_lines import csv_lines
from pipelines.own.reading.curves import Curves
from pipelines.own.reading.found import Counter, OwnFile, Reader, Reading
from pipelines.own.reading.rows import csv_header
from pipelines.own.reading.settle_curves import settle

HEADER = ["Wall time", "Step", "Value"]
_NAME = re.compile(r"(?:run-(?P<run>.*?)-)?tag-(?P<tag>.+?)\.csv", re.I)


def recognise(file: OwnFile) -> bool:
    """Say whether a file is one, by its three columns."""
    return csv_header(file) == HEADER


def read(file: OwnFile) -> Reading:
    """Read one curve; raises InputError where the name of the file does not tell what it is of."""
    named = _NAME.fullmatch(file.name)
    if named is None:
        raise InputError(
            f"{file.path} does not say of which tag it is: name it as TensorBoard does "
            "(run-NAME-tag-eval_loss.csv), or add the event files themselves"
        )
    tag, run = named["tag"], named["run"]
    curves = Curves(file.path, lambda row, _: f"row {row}", counter=Counter.UNKNOWN)
    trouble = Reading()
    places = Places(file, HEADER, Counters(Counter.UNKNOWN, 1), trouble)
    for row, cells in csv_lines(file, HEADER, trouble):
        place = places.of(row, cells)
        if place is not None:
            curves.add(tag, cells[2], place.number, row, run=run if run and run != "." else None)
    reading = settle(curves)
    reading.broken += trouble.broken
    return reading


READER = Reader("tensorboard_csv", "CSV of a TensorBoard curve", recognise, read)
