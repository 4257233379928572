"""Rows of any table: CSV with its separator, JSON lines, Parquet; one at a time, with their place."""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice, pairwise
from typing import Any

from emergence.errors import InputError
from pipelines.own.reading.cells import read_number
from pipelines.own.reading.found import Broken, OwnFile, Reading
from pipelines.own.reading.log_lines import is_log_line
from pipelines.own.reading.mapping import known_columns
from pipelines.own.reading.parquet_file import MAGIC, parquet_columns, parquet_rows
from pipelines.own.reading.positions import position_in_name

Row = Mapping[str, Any]
SEPARATORS = (",", "\t", ";")
MAX_COLUMNS = 10_000
MAX_ROWS = 5_000_000
MAX_CELL = 1 << 20
MAX_BEFORE = 50
RAGGED = "ragged_row"
_EXCEL = re.compile(r'"?sep=.?"?,*', re.I)
# Below the header of a table in Markdown.
_RULE = re.compile(r"\s*\|?(?:\s*:?-{3,}:?\s*\|)+(?:\s*:?-{3,}:?\s*)?")
# Where cells are parted by semicolons, commas stand for points, and dots may part thousands.
_COMMA = re.compile(r"\s*[+-]?[0-9]+,[0-9]+(?:[eE][+-]?[0-9]+)?\s*%?\s*")
_DOTS = re.compile(r"\s*[0-9]{1,3}(?:\.[0-9]{3})+\s*")


def is_table(file: OwnFile) -> bool:
    """Say whether a file is a table: Parquet, JSON lines, or a header over a row of as many cells."""
    if file.head[:4] == MAGIC or _is_json_lines(file):
        return True
    return bool(json_records(file)) or len(csv_header(file)) > 1


def columns_of(file: OwnFile) -> list[str]:
    """Return the names of the columns; of JSON those of every row, as a log's rows are of several kinds."""
    if file.head[:4] == MAGIC:
        return parquet_columns(file)
    if _is_json_lines(file):
        return _names_of_lines(file)
    if records := json_records(file):
        return list(dict.fromkeys(name for row in records for name in _flat(row)))
    return csv_header(file)


def csv_header(file: OwnFile) -> list[str]:
    """Return the header of a CSV, or nothing where the first two lines are no table."""
    header, first = _first_rows(file)
    named = [cell.strip() for cell in header]
    return named if len(header) == len(first) and 1 < len(header) <= MAX_COLUMNS and any(named) else []


def _first_rows(file: OwnFile) -> tuple[list[str], list[str]]:
    """Return the header and the first row of a CSV; nothing where they cannot be such."""
    lines = [line for line in _first_lines(file)[before_header(file) :] if line.strip()][:2]
    if len(lines) < 2 or "\x00" in lines[0] or all(map(is_log_line, lines)):
        return [], []
    split = separator(lines[0])
    # The first row may take several lines, where a note does.
    below = "\n".join(_first_lines(file)[before_header(file) :])
    rows = csv.reader(io.StringIO(below, newline=""), delimiter=split, strict=True)
    try:
        header, first = islice((row for row in rows if row and (len(row) > 1 or row[0].strip())), 2)
    except (csv.Error, ValueError):
        return [], []
    return header, first


def why_no_table(file: OwnFile) -> str | None:
    """Say of what looks like a table why it is none; None of all else."""
    if any(_RULE.fullmatch(line) for line in _first_lines(file)):
        return "a table in Markdown: save it as CSV, one table a file, and add that"
    header, first = _first_rows(file)
    if file.document is None and len(header) > 1 and len(first) > 1 and len(header) != len(first):
        return f"no table: its header has {len(header)} cells, and the row below it {len(first)}"
    return _why_no_rows(file.document)


def _why_no_rows(document: object) -> str | None:
    """Say of JSON that holds several tables, or rows without names, how to write it; None of all else."""
    if isinstance(document, list) and document and all(isinstance(row, list) for row in document):
        return 'JSON rows that name no columns: write each as {"step": …, "loss": …}'
    lists = _lists(document)
    if len({*lists.values()}) > 1 and known_columns(list(lists)).has_values():
        told = ", ".join(f"{name} {count}" for name, count in list(lists.items())[:4])
        return f"JSON with lists of unlike lengths ({told}): write those of one length to a file of their own"
    inside = _rows_inside(document)
    if inside is not None:
        return f"JSON with rows inside it, at {inside}: write each list of rows to a file of its own"
    return None


def _lists(document: object) -> dict[str, int]:
    """Return the lengths of the lists of one JSON object, by name."""
    told = document.items() if isinstance(document, dict) else ()
    return {str(name): len(value) for name, value in told if isinstance(value, list)}


def _rows_inside(document: object, place: str = "", depth: int = 3) -> str | None:
    """Return where the first list of rows with a loss or a score stands in JSON; None if nowhere."""
    if isinstance(document, list):
        is_row = bool(document) and isinstance(document[0], dict)
        return place if is_row and known_columns(list(_flat(document[0]))).has_values() else None
    if not isinstance(document, dict) or not depth:
        return None
    inner = (_rows_inside(told, f"{place}.{name}".lstrip("."), depth - 1) for name, told in document.items())
    return next((found for found in inner if found is not None), None)


def _first_lines(file: OwnFile) -> list[str]:
    # The head may end within a letter.
    return file.head.removeprefix(b"\xef\xbb\xbf").decode(errors="replace").splitlines()[: MAX_BEFORE + 2]


def before_header(file: OwnFile) -> int:
    """Return how many lines stand before the header of a CSV: Excel's `sep=;`, comments, blanks."""
    lines = _first_lines(file)
    for index, (line, below) in enumerate(pairwise(lines)):
        split = separator(below)
        # numpy writes the header itself as a comment, over numbers.
        is_over = 0 < below.count(split) == line.count(split)
        is_header = not line.startswith("#") or (
            is_over and any(read_number(cell) is not None for cell in below.split(split))
        )
        if is_header and line.strip() and not _EXCEL.fullmatch(line):
            return index
    return 0


def with_points(row: list[str], split: str) -> list[str]:
    """Return the cells of a row, of a table of semicolons with points where commas stand for them."""
    if split != ";":
        return row
    return [cell.replace(",", ".") if _COMMA.fullmatch(cell) else cell for cell in row]


def is_dotted(cell: object) -> bool:
    """Say whether a cell may be a number with dots between thousands: 1.000."""
    return bool(_DOTS.fullmatch(str(cell)))


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
    if _is_json_lines(file):
        return _json_rows(file, reading)
    records = json_records(file)
    if records:
        return ((f"[{place}]", _flat(row)) for place, row in enumerate(records))
    return _csv_rows(file, reading)


def _csv_rows(file: OwnFile, reading: Reading) -> Iterator[tuple[str, Row]]:
    header = csv_header(file)
    refuse_twins(file, header)
    with io.StringIO(file.text(), newline="") as stream:
        before = before_header(file)
        for _ in range(before):
            stream.readline()
        split = separator(stream.readline())
        lines = numbered_rows(file, stream, before + 1, header, split, reading)
        for line, row in islice(lines, MAX_ROWS):
            yield f"line {line}", dict(zip(header, row, strict=True))


def numbered_rows(
    file: OwnFile, stream: Iterable[str], before: int, header: list[str], split: str, reading: Reading
) -> Iterator[tuple[int, list[str]]]:
    """Yield (line of the file, cells) of each row behind the first ``before`` lines, none that is empty.

    A row may take several lines, and its first is told. One of another length is broken by its line.
    """
    rows = csv.reader(stream, delimiter=split, strict=True)
    while True:
        line = before + rows.line_num + 1
        try:
            row = next(rows, None)
        except csv.Error as error:
            fix = f"no row of a CSV: {error}"
            reading.broken.append(Broken(file.path, f"line {line}", RAGGED, None, fix))
            continue
        if row is None:
            return
        if not any(cell.strip() for cell in row):
            continue
        if len(row) == len(header):
            yield line, with_points(row, split)
        else:
            fix = f"expected {len(header)} fields, found {len(row)}"
            reading.broken.append(Broken(file.path, f"line {line}", RAGGED, None, fix))


def is_continental(file: OwnFile) -> bool:
    """Say whether a table is a CSV whose cells are parted by semicolons, so that dots may part thousands."""
    if file.head[:4] == MAGIC or _is_json_lines(file) or json_records(file):
        return False
    return separator(_first_lines(file)[before_header(file)]) == ";"


def json_records(file: OwnFile) -> list[dict[str, Any]]:
    """Return the rows of one JSON document: a list of objects, or as pandas writes them, column by column."""
    document = file.document
    if isinstance(document, list):
        return document if document and all(isinstance(row, dict) for row in document) else []
    if not isinstance(document, dict) or not document:
        return []
    columns = list(document.values())
    if all(isinstance(c, dict) and c and all(k.isdecimal() for k in c) for c in columns):
        columns = [[*c.values()] for c in columns if c.keys() == columns[0].keys()]
    elif all(isinstance(c, dict) for c in columns) and all(_names_step(name) for name in document):
        return [{"step": name, **row} for name, row in document.items()]
    if len(columns) < len(document) or not all(isinstance(c, list) for c in columns):
        return [document] if _is_of_checkpoint(file, document) else []
    if not columns[0] or len({len(c) for c in columns}) > 1:
        return []
    return [dict(zip(document, row, strict=True)) for row in zip(*columns, strict=True)]


def _names_step(name: str) -> bool:
    return name.isdecimal() or position_in_name(name) is not None


def _is_of_checkpoint(file: OwnFile, document: dict[str, Any]) -> bool:
    """Say whether one object holds values, and its file or itself a position: no configuration does."""
    flat = _flat(document)
    mapped = known_columns(list(flat))
    if any(isinstance(flat[name], list) for name in (*mapped.columns.values(), *mapped.losses)):
        return False
    is_placed = {"step", "tokens", "samples"} & set(mapped.columns) or position_in_name(file.path)
    return mapped.has_values() and bool(is_placed)


def _is_json_lines(file: OwnFile) -> bool:
    first = file.head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if first[:1] != b"{":
        return False
    line, _, rest = first.partition(b"\n")
    try:
        is_one = isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False
    return is_one and (bool(rest.strip()) or not (json_records(file) or _why_no_rows(file.document)))


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


def _names_of_lines(file: OwnFile) -> list[str]:
    """Return the names in all lines; of lines with the same ones, as most are, the first is looked into."""
    names: dict[str, None] = {}
    seen: set[tuple[str, ...]] = set()
    for line in file.lines():
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if not isinstance(row, dict):
            continue
        shape = tuple(row)
        if shape not in seen or any(isinstance(value, dict) for value in row.values()):
            seen.add(shape)
            names |= dict.fromkeys(_flat(row))
    return list(names)


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
