"""Rows of any table: CSV with its separator, JSON lines, Parquet; one at a time, with their place."""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from emergence.errors import InputError
from pipelines.own.reading.found import Broken, OwnFile, Reading
from pipelines.own.reading.parquet_file import MAGIC, parquet_columns, parquet_rows

Row = Mapping[str, Any]
SEPARATORS = (",", "\t", ";")
MAX_COLUMNS = 10_000
MAX_ROWS = 5_000_000
MAX_CELL = 1 << 20


def is_table(file: OwnFile) -> bool:
    """Say whether a file is a table: Parquet, JSON lines, or a header over a row of as many cells."""
    if file.head[:4] == MAGIC or _is_json_lines(file):
        return True
    return len(csv_header(file)) > 1


def columns_of(file: OwnFile) -> list[str]:
    """Return the names of the columns; of JSON lines those of the first line."""
    if file.head[:4] == MAGIC:
        return parquet_columns(file)
    if _is_json_lines(file):
        return list(_flat(json.loads(file.head.lstrip().split(b"\n", 1)[0])))
    return csv_header(file)


def csv_header(file: OwnFile) -> list[str]:
    """Return the header of a CSV, or nothing where the first two lines are no table."""
    try:
        lines = file.head.removeprefix(b"\xef\xbb\xbf").decode().splitlines()[:2]
    except UnicodeDecodeError:
        # The head may end within a letter.
        lines = file.head.decode(errors="replace").splitlines()[:2]
    if len(lines) < 2 or "\x00" in lines[0]:
        return []
    split = separator(lines[0])
    try:
        header, first = (next(csv.reader([line], delimiter=split, strict=True)) for line in lines)
    except (csv.Error, StopIteration):
        return []
    named = [cell.strip() for cell in header]
    return named if len(header) == len(first) and 1 < len(header) <= MAX_COLUMNS and any(named) else []


def refuse_twins(file: OwnFile, header: list[str]) -> None:
    """Raise InputError where two columns have one name: nothing tells which of them is meant."""
    twice = next((name for name in header if name and header.count(name) > 1), None)
    if twice is not None:
        raise InputError(f"{file.path} has two columns called {twice!r}: rename one")


def separator(line: str) -> str:
    """Return the separator of a header: the commonest of comma, tab and semicolon."""
    return max(SEPARATORS, key=line.count)


def rows_of(file: OwnFile, reading: Reading) -> Iterator[tuple[str, Row]]:
    """Yield (place, row); a row of another length or no JSON is broken by its place and left out."""
    if file.head[:4] == MAGIC:
        return _parquet_rows(file)
    return _json_rows(file, reading) if _is_json_lines(file) else _csv_rows(file, reading)


def _csv_rows(file: OwnFile, reading: Reading) -> Iterator[tuple[str, Row]]:
    header = csv_header(file)
    refuse_twins(file, header)
    with io.StringIO(file.text(), newline="") as stream:
        lines = csv.reader(stream, delimiter=separator(stream.readline()), strict=True)
        place = 0
        while True:
            place += 1
            try:
                row = next(lines, None)
            except csv.Error as error:
                reading.broken.append(Broken(file.path, f"row {place}", "ragged_row", None, str(error)))
                continue
            if row is None or place > MAX_ROWS:
                return
            if len(row) == len(header):
                yield f"row {place}", dict(zip(header, row, strict=True))
            elif any(cell.strip() for cell in row):
                fix = f"expected {len(header)} fields, found {len(row)}"
                reading.broken.append(Broken(file.path, f"row {place}", "ragged_row", None, fix))


def _is_json_lines(file: OwnFile) -> bool:
    first = file.head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if first[:1] != b"{":
        return False
    try:
        return isinstance(json.loads(first.split(b"\n", 1)[0]), dict)
    except (ValueError, RecursionError):
        return False


def _json_rows(file: OwnFile, reading: Reading) -> Iterator[tuple[str, Row]]:
    for place, line in enumerate(file.lines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            reading.broken.append(
                Broken(file.path, f"line {place}", "unreadable_row", line[:200], f"no JSON: {error}")
            )
            continue
        if isinstance(row, dict):
            yield f"line {place}", _flat(row)
        else:
            fix = "expected an object: names and values"
            reading.broken.append(Broken(file.path, f"line {place}", "unreadable_row", line[:200], fix))


def _flat(row: dict[str, Any], prefix: str = "", depth: int = 0) -> dict[str, Any]:
    """Return a row whose records within records are columns of their own: ``metrics.acc``."""
    flat: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, dict) and depth < 4:
            flat |= _flat(value, f"{prefix}{name}.", depth + 1)
        else:
            flat[prefix + name] = value
    return flat


def _parquet_rows(file: OwnFile) -> Iterator[tuple[str, Row]]:
    for place, row in enumerate(islice(parquet_rows(file), MAX_ROWS), start=1):
        yield f"row {place}", _flat(row)
