"""Bhagia et al. 2024, "Establishing Task Scaling Laws via Compute-Efficient Model Ladders"."""

import re

import polars as pl

from pipelines.intake.reading import cast_columns, read_csv
from pipelines.intake.spec import Intake, Origin, RawFile, Source, Tables

PUBLISHED = {
    "_step": "step",
    "throughput/total_tokens": "tokens",
    "throughput/total_training_Gflops": "gflops",
    "batch_size_in_tokens": "batch_tokens",
}
ROWS = {
    "commit": pl.String,
    "file": pl.String,
    "row": pl.Int64,
    "step": pl.Int64,
    "tokens": pl.Int64,
    "gflops": pl.Float64,
    "batch_tokens": pl.Int64,
}
VALUES = {"commit": pl.String, "file": pl.String, "row": pl.Int64, "column": pl.String, "value": pl.Float64}

# A loss names its text, a score its task and, at the end, its metric.
MEASURED = re.compile(
    r"eval/(.+-validation/CrossEntropyLoss|downstream\w*/\w+_(len_norm|soft_log|soft|acc|bpb|ce_loss|f1))"
)


def parse(files: list[RawFile], intake: Intake) -> Tables:
    """Read one CSV a run: a row an evaluated checkpoint, a column a loss or a score."""
    rows = [pl.DataFrame(schema=ROWS)]
    values = [pl.DataFrame(schema=VALUES)]
    for file in files:
        frame = read_csv(file, ["batch_size_in_tokens"], intake)
        if frame is None:
            continue
        measured = _measured(frame.columns, file, intake)
        if not measured:
            continue
        frame = frame.rename({old: new for old, new in PUBLISHED.items() if old in frame.columns})
        frame = cast_columns(frame, ROWS | dict.fromkeys(measured, pl.Float64), file, intake)
        frame = frame.with_columns(commit=pl.lit(file.commit), file=pl.lit(file.path))
        absent = [
            pl.lit(None, dtype=dtype).alias(name) for name, dtype in ROWS.items() if name not in frame.columns
        ]
        rows.append(frame.with_columns(absent).select(list(ROWS)))
        values.append(
            frame.unpivot(
                measured, index=["commit", "file", "row"], variable_name="column", value_name="value"
            )
            .drop_nulls("value")
            .select(list(VALUES))
        )
    return {"rows": pl.concat(rows), "values": pl.concat(values)}


def _measured(columns: list[str], file: RawFile, intake: Intake) -> list[str]:
    """Return the columns that hold a loss or a score; one whose name cannot be read is a reject."""
    evaluated = [name for name in columns if name.startswith("eval/")]
    if not evaluated:
        intake.reject(file.path, "row 0", "missing_field", None, "expected columns that begin with eval/")
    for name in evaluated:
        if not MEASURED.fullmatch(name):
            message = "expected the name of a text's loss, or a task's name that ends in a known metric"
            intake.reject(file.path, f"column {name}", "unknown_column", name, message)
    return [name for name in evaluated if MEASURED.fullmatch(name)]


SOURCE = Source(
    name="olmo_ladder",
    title="Establishing Task Scaling Laws via Compute-Efficient Model Ladders",
    address="https://github.com/allenai/OLMo-ladder",
    origins=(
        Origin(
            repo="allenai/OLMo-ladder",
            commit="67a3f440f787d020da35e3ca8eeae475fae754f5",
            include=("src/scripts/paper/data/ladder-runs/*.csv",),
            expects=(
                "src/scripts/paper/data/ladder-runs/*xC.csv",
                "src/scripts/paper/data/ladder-runs/peteish7_eval_full.csv",
                "src/scripts/paper/data/ladder-runs/peteish13_eval_*.csv",
            ),
        ),
        Origin(
            repo="allenai/OLMo-ladder",
            commit="f14a8cfed9094ba3720e0db9977c4bf21694753c",
            include=("src/scripts/other/data/peteish-seed-*/*.csv",),
            expects=("src/scripts/other/data/peteish-seed-*/*.csv",),
        ),
    ),
    licence="Apache-2.0",
    citation="Bhagia et al. 2024, arXiv:2412.04403",
    redistribute=True,
    shipped="olmo_ladder",
    tables={"rows": ROWS, "values": VALUES},
    parse=parse,
    # A file of another evaluation may hold metrics that nobody here has met.
    dirt={"unknown_column": 0.0005},
)
