"""Reads the tables of a Markdown text; a row that its header does not fit is rejected with its place."""

import re
from dataclasses import dataclass

from pipelines.intake.reading import NOT_A_NUMBER, RAGGED, UNREADABLE, as_number
from pipelines.intake.spec import Intake, RawFile

_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")


@dataclass(frozen=True)
class MarkdownTable:
    """One table: ``header``, and of each row its number below the header and its cells by column."""

    header: tuple[str, ...]
    rows: tuple[tuple[int, dict[str, str]], ...]


def read_markdown(file: RawFile, required: tuple[str, ...], intake: Intake) -> list[MarkdownTable]:
    """Return the tables of a text that have the columns ``required``; a link counts as its words.

    Of a column named twice the last counts. A file without such a table is one reject (``unreadable_file``),
    a row with more or fewer cells than its header another (``ragged_row``).
    """
    found = []
    for header, *rows in _tables(file.read().decode("utf-8", errors="replace")):
        if set(required) <= set(header):
            found.append(MarkdownTable(tuple(header), tuple(_fitting(header, rows, file, intake))))
    if not found:
        intake.reject(file.path, "", UNREADABLE, None, f"no table with the columns {', '.join(required)}")
    return found


def cell_number(cell: str, file: RawFile, place: str, intake: Intake) -> float | None:
    """Return the finite number in a cell, None for an empty one, and None after a reject for any other."""
    if not cell:
        return None
    value = as_number(cell)
    if value is None:
        intake.reject(file.path, place, NOT_A_NUMBER, cell, "expected a finite number")
    return value


def _tables(text: str) -> list[list[list[str]]]:
    """Return the tables as rows of cells, the header first, without the dashed line."""
    tables: list[list[list[str]]] = [[]]
    for line in text.splitlines():
        line = line.strip()
        if line.startswith("|"):
            cells = [_LINK.sub(r"\1", cell).strip() for cell in line[1:].removesuffix("|").split("|")]
            if not all(set(cell) <= set(":-") for cell in cells):
                tables[-1].append(cells)
        elif tables[-1]:
            tables.append([])
    return [table for table in tables if table]


def _fitting(
    header: list[str], rows: list[list[str]], file: RawFile, intake: Intake
) -> list[tuple[int, dict[str, str]]]:
    """Return the rows as long as their header, numbered from 1; each of the others is a reject."""
    fitting = []
    for place, cells in enumerate(rows, start=1):
        if len(cells) == len(header):
            fitting.append((place, dict(zip(header, cells, strict=True))))
        else:
            message = f"expected {len(header)} fields, found {len(cells)}"
            intake.reject(file.path, f"row {place}", RAGGED, None, message)
    return fitting
