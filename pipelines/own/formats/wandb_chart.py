"""Reads the export of a Weights & Biases chart: three columns a run, ``<run> - <metric>``, MIN and MAX."""

import re
from dataclasses import dataclass

from emergence.errors import InputError
from pipelines.own.reading.counters import Places, find_counters
from pipelines.own.reading.csv_lines import csv_lines
from pipelines.own.reading.curves import Curves
from pipelines.own.reading.found import OwnFile, Reader, Reading
from pipelines.own.reading.rows import csv_header, refuse_twins
from pipelines.own.reading.settle_curves import settle
from pipelines.words import agreeing

_BOUND = re.compile(r"__(?:MIN|MAX)$")
_CLOCK = re.compile(r"(?:relative|wall) time.*", re.I)
_GROUP = "Group: "
OF_A_GROUP = "a mean over the runs of a group, and no run: export the runs by themselves"
SAMPLED = "the export of a chart holds some 500 to 1,500 points of a run, or means of buckets"


@dataclass(frozen=True)
class _Column:
    index: int
    run: str
    key: str
    low: int
    high: int


def recognise(file: OwnFile) -> bool:
    """Say whether a file is one: a column of a run and metric, with its MIN and its MAX."""
    header = csv_header(file)
    names = set(header)
    return any(" - " in name and {f"{name}__MIN", f"{name}__MAX"} <= names for name in header)


def read(file: OwnFile) -> Reading:
    """Read every run of one chart; a mean over a group of runs is none, and blanks are no reject."""
    header = csv_header(file)
    if _CLOCK.fullmatch(header[0]):
        raise InputError(
            f"{file.path} has {header[0]} for its x axis, which is no position in training: export the chart "
            "with Step, or a logged counter (global_step, tokens), for its x axis"
        )
    refuse_twins(file, header)
    counters = find_counters(header[:1])
    curves = Curves(file.path, lambda row, key: f"line {row}, {key}", counter=counters.counter)
    columns = [c for i in range(1, len(header)) if (c := _column(header, i)) is not None]
    trouble, buckets = Reading(), 0
    places = Places(file, header, counters, trouble)
    for row, cells in csv_lines(file, header, trouble):
        place = places.of(row, cells)
        for column in columns if place is not None else ():
            cell = cells[column.index]
            if not cell.strip() or place is None:
                continue
            if column.run.startswith(_GROUP):
                curves.leave(f"{column.run} - {column.key}", row, OF_A_GROUP)
                continue
            buckets += cells[column.low] != cells[column.high]
            curves.add(
                column.key,
                cell,
                place.number,
                row,
                tokens=place.tokens,
                samples=place.samples,
                run=column.run,
            )
    reading = settle(curves)
    reading.broken += trouble.broken
    reading.notes.append(f"{file.path}: {SAMPLED}")
    if buckets:
        means = agreeing(buckets, "value", "is the mean", "are means")
        reading.notes.append(f"{file.path}: {means} of a bucket: MIN and MAX beside them differ")
    return reading


def _column(header: list[str], index: int) -> _Column | None:
    """Return what a column holds, its name parted at the last ` - `; None for a MIN, a MAX or another."""
    name = header[index]
    run, parted, key = name.rpartition(" - ")
    if not parted or _BOUND.search(name):
        return None
    low, high = (f"{name}__{bound}" for bound in ("MIN", "MAX"))
    is_whole = low in header and high in header
    return _Column(
        index, run, key, *((header.index(low), header.index(high)) if is_whole else (index, index))
    )


READER = Reader("wandb_chart", "chart export of Weights & Biases", recognise, read)
