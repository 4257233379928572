"""Reads tables of llm-foundry's gauntlet, in Markdown: Category | Benchmark | Subtask | Accuracy | …"""

import re

from pipelines.own.reading.cells import is_empty, read_number
from pipelines.own.reading.found import Broken, Kind, Left, OwnFile, Position, Reader, Reading, Record
from pipelines.own.reading.positions import position_in_name, without_position

NEEDED = ("benchmark", "accuracy", "number few shot")
_SHOTS = re.compile(r"^(\d+)[- ]?shot$")
_RULE = re.compile(r"^:?-+:?$")


def recognise(file: OwnFile) -> bool:
    """Say whether a file is one: a row of a Markdown table that names these columns."""
    lines = file.head.decode("utf-8", errors="replace").splitlines()
    return any(_is_header(_cells(line)) for line in lines if "|" in line)


def read(file: OwnFile) -> Reading:
    """Read every table of one file; averages are left alone, and a blank benchmark is the one above."""
    reading = Reading()
    header: list[str] = []
    benchmark = ""
    for place, line in enumerate(file.lines(), start=1):
        cells = _cells(line)
        if _is_header(cells):
            header, benchmark = [cell.lower() for cell in cells], ""
        elif header and len(cells) == len(header) and not all(_RULE.match(c) for c in cells):
            row = dict(zip(header, cells, strict=True))
            benchmark = row["benchmark"] or benchmark
            _read_row(file, f"line {place}", benchmark, row, reading)
        elif header and "|" in line and len(cells) != len(header):
            fix = f"expected {len(header)} cells, found {len(cells)}"
            reading.broken.append(Broken(file.path, f"line {place}", "ragged_row", line[:200], fix))
        elif "|" not in line:
            header = []
    return reading


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")] if "|" in line else []


def _is_header(cells: list[str]) -> bool:
    return set(NEEDED) <= {cell.lower() for cell in cells}


def _read_row(file: OwnFile, place: str, benchmark: str, row: dict[str, str], reading: Reading) -> None:
    subtask, model = row.get("subtask", ""), row.get("model", "")
    if "average" in (subtask.lower(), benchmark.lower(), row.get("category", "").lower()):
        reading.left.append(Left(file.path, place, "an average over tasks; its parts are taken"))
        return
    if is_empty(row["accuracy"]) or not benchmark:
        return
    number, shots = read_number(row["accuracy"]), _SHOTS.match(row["number few shot"])
    if number is None:
        fix = "expected a fraction"
        reading.broken.append(Broken(file.path, place, "not_a_number", row["accuracy"][:200], fix))
        return
    task = f"{benchmark}_{subtask}" if subtask else benchmark
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
