"""Reads tables of llm-foundry's gauntlet, in Markdown: Category | Benchmark | Subtask | Accuracy | …"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from pipelines.own.reading.cells import is_empty, read_number
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
from pipelines.words import agreeing

NEEDED = ("benchmark", "accuracy", "number few shot")
OTHER_TABLES = "rows of another table, such as means over a category"
_SHOTS = re.compile(r"^(\d{1,3})(?:[- ]?shot)?$")
_RULE = re.compile(r"^:?-+:?$")
# An average is printed with six digits.
_TOLERANCE = 5e-4


@dataclass(frozen=True)
class _Row:
    """One row of a table."""

    line: int
    cells: dict[str, str]

    @property
    def is_average(self) -> bool:
        cells = self.cells
        return "average" in [cells.get(name, "").lower() for name in ("subtask", "benchmark", "category")]

    @property
    def asked(self) -> tuple[str, str]:
        """Of which model it is, and with how many shots."""
        return self.cells.get("model", ""), self.cells["number few shot"]


@dataclass
class _Block:
    """A row that names its benchmark, and those below it that do not: the parts of an average."""

    head: _Row | None
    parts: list[_Row] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Say whether the parts are those of the head: asked alike, and it is their mean.

        A table that was sorted keeps neither, and which benchmark a part is of nobody can tell.
        """
        if (
            self.head is None
            or not self.head.is_average
            or {p.asked for p in self.parts} != {self.head.asked}
        ):
            return False
        values = [read_number(row.cells["accuracy"]) for row in (self.head, *self.parts)]
        known = [value for value in values if value is not None]
        return len(known) == len(values) and abs(sum(known[1:]) / len(self.parts) - known[0]) <= _TOLERANCE


def recognise(file: OwnFile) -> bool:
    """Say whether a file is one: a row of a Markdown table that names these columns."""
    lines = file.head.decode("utf-8", errors="replace").splitlines()
    return any(_is_header(_cells(line)) for line in lines if "|" in line)


def read(file: OwnFile) -> Reading:
    """Read every table of one file; averages are left alone, and their parts below them are taken."""
    reading = Reading()
    for block in _blocks(_rows(file, reading)):
        if block.head is not None:
            _read_row(file, block.head, "", reading)
        if block.head is not None and block.is_whole:
            for part in block.parts:
                _read_row(file, part, f"{block.head.cells['benchmark']}_", reading)
        elif block.parts:
            count = len(block.parts)
            rows = agreeing(count, "row", "tells", "tell")
            fix = f"name the benchmark of each: {rows} none, and the average above is not theirs"
            value = block.parts[0].cells.get("subtask")
            reading.broken.append(
                Broken(file.path, f"line {block.parts[0].line}", "no_benchmark", value, fix)
            )
    return reading


def _rows(file: OwnFile, reading: Reading) -> Iterator[_Row]:
    """Yield the rows of tables that are such; those of others are counted."""
    header: list[str] = []
    others: list[int] = []
    for place, line in enumerate(file.lines(), start=1):
        cells = _cells(line)
        if _is_header(cells):
            header = [cell.lower() for cell in cells]
        elif not cells:
            header = []
        elif all(_RULE.match(cell) for cell in cells):
            continue
        elif not header:
            others.append(place)
        elif len(cells) == len(header):
            yield _Row(place, dict(zip(header, cells, strict=True)))
        else:
            fix = f"expected {len(header)} cells, found {len(cells)}"
            reading.broken.append(Broken(file.path, f"line {place}", "ragged_row", line[:200], fix))
    if others:
        reading.left.append(Left(file.path, f"line {others[0]}", OTHER_TABLES, len(others)))


def _blocks(rows: Iterator[_Row]) -> Iterator[_Block]:
    block = _Block(None)
    for row in rows:
        if row.cells["benchmark"]:
            yield block
            block = _Block(row)
        else:
            block.parts.append(row)
    yield block


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")] if "|" in line else []


def _is_header(cells: list[str]) -> bool:
    return set(NEEDED) <= {cell.lower() for cell in cells}


def _read_row(file: OwnFile, row: _Row, before: str, reading: Reading) -> None:
    """Read one row, whose part has the name of its benchmark put ``before`` it."""
    place, cells = f"line {row.line}", row.cells
    if row.is_average:
        reading.left.append(Left(file.path, place, f"an average over tasks; {PARTS_ALONE}"))
        return
    if is_empty(cells["accuracy"]):
        return
    subtask, model = cells.get("subtask", ""), cells.get("model", "")
    number, shots = read_number(cells["accuracy"]), _SHOTS.match(cells["number few shot"])
    if number is None or (shots is None and not is_empty(cells["number few shot"])):
        column, fix = ("number few shot", "expected a number, or 3-shot")
        if number is None:
            column, fix = "accuracy", "expected a fraction"
        reading.broken.append(
            Broken(file.path, f"{place}, column {column}", "not_a_number", cells[column][:200], fix)
        )
        return
    task = before + "_".join(filter(None, (cells["benchmark"], subtask)))
    reading.records.append(
        Record(
            Kind.SCORE, task, number,
            position_in_name(model) or position_in_name(file.path) or Position(),
            file.path, place,
            without_position(model),
            task=task, metric="acc", n_shot=int(shots.group(1)) if shots else None, scale=None,
        )
    )  # fmt: skip


READER = Reader("gauntlet", "llm-foundry gauntlet table", recognise, read)
