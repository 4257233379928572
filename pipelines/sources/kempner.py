"""Brandfonbrener et al. 2024, "Loss-to-Loss Prediction": finished runs of six training corpora."""

import re

import polars as pl

from pipelines.intake.reading import cast_columns, read_csv
from pipelines.intake.spec import Intake, Origin, RawFile, Source, Tables

RUNS = {
    "id": pl.String,
    "state": pl.String,
    "n_layers": pl.Int64,
    "d_model": pl.Int64,
    "params": pl.Int64,
    "data": pl.String,
    "iso_flop": pl.Float64,
    "tokens": pl.Float64,
    "steps": pl.Int64,
    "commit": pl.String,
    "file": pl.String,
    "row": pl.Int64,
}
VALUES = {
    "id": pl.String,
    "column": pl.String,
    "value": pl.Float64,
    "file": pl.String,
    "row": pl.Int64,
}
# Losses on a corpus, accuracies, losses on the right answer. A perplexity repeats its loss, a suite is a
# mean, and the loss on a task's context has no score beside it.
MEASURED = re.compile(
    r"eval/[^/]+_val/CrossEntropyLoss|eval/downstream/.+_(acc|len_norm)|eval/downstream_ce_loss/.+_ce_loss"
)
FILE = "data/sweep.csv"


def parse(files: list[RawFile], intake: Intake) -> Tables:
    """Read one CSV: a row a run, a column a value. A run that is not called finished is rejected."""
    runs, values = [pl.DataFrame(schema=RUNS)], [pl.DataFrame(schema=VALUES)]
    needed = [name for name in RUNS if name not in ("commit", "file", "row")]
    for file in files:
        frame = read_csv(file, needed, intake)
        if frame is None:
            continue
        measured = [name for name in frame.columns if MEASURED.fullmatch(name)]
        frame = cast_columns(frame, RUNS | dict.fromkeys(measured, pl.Float64), file, intake)
        frame = frame.with_columns(file=pl.lit(file.path), commit=pl.lit(file.commit))
        for row, state in frame.filter(pl.col("state") != "finished").select("row", "state").iter_rows():
            intake.reject(file.path, f"row {row}", "unfinished_run", state, "expected a finished run")
        frame = frame.filter(pl.col("state") == "finished")
        runs.append(frame.select(list(RUNS)))
        long = frame.unpivot(
            measured, index=["id", "file", "row"], variable_name="column", value_name="value"
        )
        values.append(long.drop_nulls("value").select(list(VALUES)))
    return {"runs": pl.concat(runs), "values": pl.concat(values)}


SOURCE = Source(
    name="kempner",
    title="Loss-to-loss prediction: scaling laws for all datasets",
    address="https://github.com/KempnerInstitute/loss-to-loss-notebooks",
    origins=(
        Origin(
            repo="KempnerInstitute/loss-to-loss-notebooks",
            commit="457ce81a019019bc3981937c20a70c52f5fad436",
            include=(FILE,),
            expects=(FILE,),
        ),
    ),
    licence="none stated",
    citation="Brandfonbrener et al. 2024, arXiv:2411.12925",
    redistribute=False,
    tables={"runs": RUNS, "values": VALUES},
    parse=parse,
    dirt={"unfinished_run": 0.5},
)
