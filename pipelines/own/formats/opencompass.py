"""Reads summaries of OpenCompass, ``summary_<date>.csv`` or ``.txt``: one column a model, in percent."""

import csv
import io
import re

from emergence.errors import InputError
from pipelines.own.reading.cells import is_empty, read_number, read_whole
from pipelines.own.reading.checked_numbers import read_count
from pipelines.own.reading.found import (
    PARTS_ALONE,
    Broken,
    Kind,
    Left,
    OwnFile,
    Position,
    Reader,
    Reading,
    Record,
)
from pipelines.own.reading.positions import position_in_name, without_position

FIXED = ("dataset", "version", "metric", "mode")
_MARK = "csv format"
_END = "$$$"
_SECTION = re.compile(r"^-{2,}")
_MEANS = frozenset({"naive_average", "weighted_average", "harmonic_mean", "sum", "standard_deviation"})
_OF_MANY = re.compile(r"^([\d.]+)\s*\((\d+)/(\d+)\)$")
_SHOTS = re.compile(r"(\d+)[_-]?shot", re.I)
_DATE = re.compile(r"(\d{8})_(\d{6})")
_HEADER = ",".join(FIXED).encode()


def recognise(file: OwnFile) -> bool:
    """Say whether a file is one: its header, or a summary that holds that table."""
    head = file.head.removeprefix(b"\xef\xbb\xbf")
    return head.startswith(_HEADER) or (_MARK.encode() in head and _HEADER in head)


def read(file: OwnFile) -> Reading:
    """Read every model's column; means over datasets are left alone, and their parts taken."""
    match = _DATE.search(file.name)
    reading = Reading(written=float("".join(match.groups())) if match else None)
    try:
        before, table = _table(file.text())
        lines = csv.reader(io.StringIO(table, newline=""))
        rows = [(before + lines.line_num, row) for row in lines]
    except csv.Error as error:
        raise InputError(f"{file.path} is no whole CSV ({error}): write it again, or take it away") from error
    header = [cell.strip() for cell in rows[0][1]] if rows else []
    counts = header.index("total_count") if "total_count" in header else None
    models = [i for i in range(len(FIXED), len(header)) if header[i] and i != counts]
    for place, row in rows[1:]:
        if not row or not any(cell.strip() for cell in row) or _SECTION.match(row[0].strip()):
            continue
        if len(row) != len(header):
            fix = f"expected {len(header)} fields, found {len(row)}"
            reading.broken.append(Broken(file.path, f"line {place}", "ragged_row", None, fix))
            continue
        _read_row(file, header, row, place, models, counts, reading)
    return reading


def _table(text: str) -> tuple[int, str]:
    """Return the CSV of a summary, which may stand between other forms of it, and the lines before it."""
    at = text.find(_MARK)
    if at < 0:
        return 0, text
    start = text.find(",".join(FIXED), at)
    end = text.find(_END, start)
    return text.count("\n", 0, start), text[start : end if end > 0 else None]


def _read_row(
    file: OwnFile,
    header: list[str],
    row: list[str],
    place: int,
    models: list[int],
    counts: int | None,
    reading: Reading,
) -> None:
    dataset, _, metric, mode = (cell.strip() for cell in row[: len(FIXED)])
    if metric in _MEANS:
        why = f"a {metric.replace('_', ' ')} over datasets; {PARTS_ALONE}"
        reading.left.append(Left(file.path, f"line {place}", why))
        return
    shots = _SHOTS.search(dataset)
    told = row[counts] if counts is not None else None
    items = read_count(file, f"line {place}, column total_count", told, 0, reading)
    for column in models:
        cell, where = row[column].strip(), f"line {place}, column {header[column]}"
        if is_empty(cell):
            continue
        counted = _OF_MANY.match(cell)
        number = read_number(counted.group(1) if counted else cell)
        if number is None:
            reading.broken.append(
                Broken(file.path, where, "not_a_number", cell[:200], "expected a percentage")
            )
            continue
        known = read_whole(counted.group(3)) if counted else items
        reading.records.append(
            Record(
                Kind.SCORE, f"{dataset} {metric}", number,
                position_in_name(header[column]) or position_in_name(file.path) or Position(),
                file.path, where,
                without_position(header[column]),
                task=_SHOTS.sub("", dataset).strip("_- ") if shots else dataset,
                metric="acc" if metric == "accuracy" else metric,
                format={"gen": "generate"}.get(mode),
                n_shot=read_whole(shots.group(1)) if shots else None,
                n_items=known if known and known > 0 else None,
                scale=100.0,
                facts=(("mode", mode),),
            )
        )  # fmt: skip


READER = Reader("opencompass", "OpenCompass summary", recognise, read)
