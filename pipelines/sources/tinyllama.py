"""Zhang et al. 2024, "TinyLlama": scores through three trillion tokens, as Markdown tables."""

import re

import polars as pl

from pipelines.intake.markdown import cell_number, read_markdown
from pipelines.intake.spec import Intake, Origin, RawFile, Source, Tables

MODEL, TOKENS, MEAN = "Model", "Pretrain Tokens", "avg"
SCORES = {
    "model": pl.String,
    "tokens": pl.Int64,
    "task": pl.String,
    "percent": pl.Float64,
    "commit": pl.String,
    "file": pl.String,
    "table": pl.Int64,
    "row": pl.Int64,
}
AMOUNT = re.compile(r"(\d+(?:\.\d+)?)([BT])")
SIZES = {"B": 10**9, "T": 10**12}


def parse(files: list[RawFile], intake: Intake) -> Tables:
    """Read every table of models: a column a task, in percent. A mean over tasks is left out."""
    scores: list[dict[str, object]] = []
    for file in files:
        for number, table in enumerate(read_markdown(file, (MODEL,), intake), start=1):
            for row, cells in table.rows:
                place = f"table {number}, row {row}, column"
                read: dict[str, object] = {
                    "model": cells[MODEL],
                    "tokens": _amount(cells.get(TOKENS, ""), file, f"{place} {TOKENS}", intake),
                    "commit": file.commit,
                    "file": file.path,
                    "table": number,
                    "row": row,
                }
                if not cells[MODEL]:
                    intake.reject(
                        file.path, f"{place} {MODEL}", "missing_field", None, "expected a model's name"
                    )
                    continue
                for task in dict.fromkeys(table.header):
                    if task in (MODEL, TOKENS, MEAN):
                        continue
                    percent = cell_number(cells[task], file, f"{place} {task}", intake)
                    if percent is not None:
                        scores.append(read | {"task": task, "percent": percent})
    return {"scores": pl.DataFrame(scores, schema=SCORES, orient="row")}


def _amount(cell: str, file: RawFile, place: str, intake: Intake) -> int | None:
    """Return a number of tokens such as 503B, None for an empty cell, and None after a reject for another."""
    found = AMOUNT.fullmatch(cell)
    if cell and not found:
        intake.reject(file.path, place, "not_a_number", cell, "expected a number of tokens such as 503B")
    return round(float(found.group(1)) * SIZES[found.group(2)]) if found else None


SOURCE = Source(
    name="tinyllama",
    title="TinyLlama through three trillion tokens",
    address="https://github.com/jzhang38/TinyLlama",
    origins=(
        Origin(
            repo="jzhang38/TinyLlama",
            commit="bf122247c486b6b897050e98cbb7bedae8eeba73",
            include=("EVAL.md",),
            expects=("EVAL.md",),
        ),
    ),
    licence="Apache-2.0",
    citation="Zhang et al. 2024, arXiv:2401.02385",
    redistribute=True,
    tables={"scores": SCORES},
    parse=parse,
)
