"""Huang et al. 2024, "Compression Represents Intelligence Linearly": bits per character of public models."""

import polars as pl

from pipelines.intake.markdown import cell_number, read_markdown
from pipelines.intake.reading import UNREADABLE
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
        tables = [table for table in read_markdown(file, (MODEL,), intake) if LOSSES & set(table.header)]
        if not tables:
            message = f"no table with the columns {MODEL} and {', '.join(sorted(LOSSES))}"
            intake.reject(file.path, "", UNREADABLE, None, message)
        for table in tables:
            for row, cells in table.rows:
                figures.extend(_read_row(cells, row, file, intake))
    return {"figures": pl.DataFrame(figures, schema=FIGURES, orient="row")}


def _read_row(cells: dict[str, str], row: int, file: RawFile, intake: Intake) -> list[dict[str, object]]:
    model = cells.pop(MODEL)
    if not model:
        place = f"row {row}, column {MODEL}"
        intake.reject(file.path, place, "missing_field", None, "expected a model's name")
        return []
    figures: list[dict[str, object]] = []
    for column, cell in cells.items():
        value = cell_number(cell, file, f"row {row}, column {column}", intake)
        if value is not None:
            origin = {"row": row, "commit": file.commit, "file": file.path}
            figures.append({"model": model, "column": column, "value": value} | origin)
    return figures


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
