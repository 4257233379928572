"""GeoV 9B: results of the harness before 0.4 at four checkpoints, as Markdown tables."""

import re

import polars as pl

from pipelines.intake.markdown import cell_number, read_markdown
from pipelines.intake.spec import Intake, Origin, RawFile, Source, Tables

SCORES = {
    "billion_tokens": pl.Int64,
    "task": pl.String,
    "metric": pl.String,
    "value": pl.Float64,
    "stderr": pl.Float64,
    "commit": pl.String,
    "file": pl.String,
    "row": pl.Int64,
}
NAMED = re.compile(r"results\.(\d+)B\.md")
TASK, METRIC, VALUE, ERROR = "Task", "Metric", "Value", "Stderr"


def parse(files: list[RawFile], intake: Intake) -> Tables:
    """Read a table a checkpoint: the file's name says its tokens, since one heading repeats another's."""
    scores: list[dict[str, object]] = []
    for file in files:
        named = NAMED.fullmatch(file.path)
        if named is None:
            intake.skip(file.path, "no number of tokens in its name")
            continue
        for table in read_markdown(file, (TASK, METRIC, VALUE, ERROR), intake):
            task = ""
            for row, cells in table.rows:
                # A task's further metrics leave its name out.
                task = cells[TASK] or task
                value = cell_number(cells[VALUE], file, f"row {row}, column {VALUE}", intake)
                error = cell_number(cells[ERROR], file, f"row {row}, column {ERROR}", intake)
                if not (task and cells[METRIC]):
                    intake.reject(
                        file.path, f"row {row}", "missing_field", None, "expected a task and a metric"
                    )
                elif value is not None:
                    measured = {"task": task, "metric": cells[METRIC], "value": value, "stderr": error}
                    place = {"commit": file.commit, "file": file.path, "row": row}
                    scores.append({"billion_tokens": int(named.group(1))} | measured | place)
    return {"scores": pl.DataFrame(scores, schema=SCORES, orient="row")}


SOURCE = Source(
    name="geov",
    title="GeoV 9B at its checkpoints",
    address="https://github.com/geov-ai/geov",
    origins=(
        Origin(
            repo="geov-ai/geov",
            commit="4bd51d2d81168ca1d8917aeb7513a1d95feaf727",
            include=("results.*.md",),
            expects=("results.074B.md", "results.117B.md"),
        ),
    ),
    licence="Apache-2.0",
    citation="Harik and Jayasiri 2023, GeoV",
    redistribute=True,
    tables={"scores": SCORES},
    parse=parse,
)
