"""Huang et al. 2024, "Compression Represents Intelligence Linearly": bits per character of public models."""

import math

import polars as pl

from pipelines.intake.reading import NOT_A_NUMBER, UNREADABLE
from pipelines.intake.spec import Intake, Origin, RawFile, Source, Tables

FIGURES = {
    "model": pl.String,
    "column": pl.String,
    "value": pl.Float64,
    "row": pl.Int64,
    "commit": pl.String,
    "file": pl.String,
}
MODEL = "Model"
LOSSES = {"Common Crawl", "Python", "Arxiv-Math", "Average"}


def parse(files: list[RawFile], intake: Intake) -> Tables:
    """Read the compression leaderboard, a table in the README: a row a model, a column a corpus."""
    figures: list[dict[str, object]] = []
    for file in files:
        text = file.read().decode("utf-8", errors="replace")
        tables = [table for table in _tables(text) if MODEL in table[0] and LOSSES & set(table[0])]
        if not tables:
            message = f"no table with the columns {MODEL} and {', '.join(sorted(LOSSES))}"
            intake.reject(file.path, "", UNREADABLE, None, message)
        for header, *rows in tables:
            for row, cells in enumerate(rows, start=1):
                figures.extend(_read_row(header, cells, row, file, intake))
    return {"figures": pl.DataFrame(figures, schema=FIGURES, orient="row")}


def _tables(text: str) -> list[list[list[str]]]:
    """Return the tables of a Markdown text as rows of cells, the header first, without the dashed line."""
    tables: list[list[list[str]]] = [[]]
    for line in text.splitlines():
        line = line.strip()
        if line.startswith("|"):
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            if not all(set(cell) <= set(":-") for cell in cells):
                tables[-1].append(cells)
        elif tables[-1]:
            tables.append([])
    return [table for table in tables if table]


def _read_row(
    header: list[str], cells: list[str], row: int, file: RawFile, intake: Intake
) -> list[dict[str, object]]:
    if len(cells) != len(header):
        message = f"expected {len(header)} fields, found {len(cells)}"
        intake.reject(file.path, f"row {row}", "ragged_row", None, message)
        return []
    named = dict(zip(header, cells, strict=True))
    model = named.pop(MODEL)
    if not model:
        place = f"row {row}, column {MODEL}"
        intake.reject(file.path, place, "missing_field", None, "expected a model's name")
        return []
    figures: list[dict[str, object]] = []
    for column, cell in named.items():
        value = _number(cell)
        if value is not None:
            origin = {"row": row, "commit": file.commit, "file": file.path}
            figures.append({"model": model, "column": column, "value": value} | origin)
        elif cell:
            place = f"row {row}, column {column}"
            intake.reject(file.path, place, NOT_A_NUMBER, cell, "expected a finite number")
    return figures


def _number(cell: str) -> float | None:
    try:
        value = float(cell)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


SOURCE = Source(
    name="bpc",
    title="Compression represents intelligence linearly",
    address="https://github.com/hkust-nlp/llm-compression-intelligence",
    origins=(
        Origin(
            repo="hkust-nlp/llm-compression-intelligence",
            commit="ff39c4161d4cd16c7603d85f436da123773448bb",
            include=("README.md",),
            expects=("README.md",),
        ),
    ),
    licence="MIT",
    citation="Huang et al. 2024, arXiv:2404.09937",
    redistribute=True,
    tables={"figures": FIGURES},
    parse=parse,
)
