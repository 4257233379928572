"""Ruan et al. 2024, "Observational Scaling Laws": benchmark scores of public models."""

import polars as pl

from pipelines.intake.reading import cast_columns, read_csv
from pipelines.intake.spec import Intake, Origin, RawFile, Source, Tables

PUBLISHED = {
    "Model": "model",
    "Model Family": "family",
    "Model Size (B)": "size_billions",
    "Pretraining Data Size (T)": "tokens_trillions",
    "FLOPs (1E21)": "flop_1e21",
}
MODELS = {
    "model": pl.String,
    "family": pl.String,
    "size_billions": pl.Float64,
    "tokens_trillions": pl.Float64,
    "flop_1e21": pl.Float64,
    "file": pl.String,
    "row": pl.Int64,
}
MOST_TRILLIONS = 200
"""Beyond it a size of data is a slip, of billions for trillions: no published run has a fifth of it."""
VALUES = {
    "model": pl.String,
    "column": pl.String,
    "value": pl.Float64,
    "commit": pl.String,
    "file": pl.String,
    "row": pl.Int64,
}


def parse(files: list[RawFile], intake: Intake) -> Tables:
    """Read the tables of evaluations: a row a model, a column a score or a figure of the model."""
    models = [pl.DataFrame(schema=MODELS)]
    values = [pl.DataFrame(schema=VALUES)]
    for file in files:
        frame = read_csv(file, ["Model"], intake)
        if frame is None:
            continue
        frame = _named(frame, file, intake)
        frame = frame.rename({old: new for old, new in PUBLISHED.items() if old in frame.columns})
        measured = [name for name in frame.columns if name not in MODELS]
        frame = cast_columns(frame, MODELS | dict.fromkeys(measured, pl.Float64), file, intake)
        frame = frame.with_columns(file=pl.lit(file.path), commit=pl.lit(file.commit))
        frame = _without_slips(frame, file, intake)
        if "family" in frame.columns:
            absent = [pl.lit(None, dtype=d).alias(n) for n, d in MODELS.items() if n not in frame.columns]
            models.append(frame.with_columns(absent).select(list(MODELS)))
        values.append(
            frame.unpivot(
                measured, index=["model", "commit", "file", "row"], variable_name="column", value_name="value"
            )
            .drop_nulls("value")
            .select(list(VALUES))
        )
    return {"models": pl.concat(models), "values": pl.concat(values)}


def _named(frame: pl.DataFrame, file: RawFile, intake: Intake) -> pl.DataFrame:
    """Return the rows that name their model; each of the others is a reject."""
    is_named = pl.col("Model").str.strip_chars() != ""
    for (row,) in frame.filter(~is_named).select("row").iter_rows():
        intake.reject(file.path, f"row {row}, column Model", "missing_field", None, "expected a model's name")
    return frame.filter(is_named)


def _without_slips(frame: pl.DataFrame, file: RawFile, intake: Intake) -> pl.DataFrame:
    """Return the rows without sizes of data that cannot be and the compute made of them; each is a reject."""
    if "tokens_trillions" not in frame.columns:
        return frame
    is_slip = (pl.col("tokens_trillions") > MOST_TRILLIONS).fill_null(False)
    for row, size in frame.filter(is_slip).select("row", "tokens_trillions").iter_rows():
        place = f"row {row}, column Pretraining Data Size (T)"
        message = f"more than {MOST_TRILLIONS} T tokens; left out with the compute that is made of it"
        intake.reject(file.path, place, "out_of_range", size, message)
    made = [name for name in ("tokens_trillions", "flop_1e21") if name in frame.columns]
    return frame.with_columns(pl.when(~is_slip).then(pl.col(name)).alias(name) for name in made)


SOURCE = Source(
    name="obs",
    title="Observational scaling laws and the predictability of language model performance",
    address="https://github.com/ryoungj/ObsScaling",
    origins=(
        Origin(
            repo="ryoungj/ObsScaling",
            commit="4d6e1e43fd2635d04654aa77d1df9d5266ea0382",
            include=("eval_results/*.csv",),
            expects=(
                "eval_results/base_llm_benchmark_eval.csv",
                "eval_results/base_llm_emergent_capability_eval.csv",
                "eval_results/base_llm_post_training_eval.csv",
            ),
        ),
    ),
    licence="Apache-2.0",
    citation="Ruan et al. 2024, arXiv:2405.10938",
    redistribute=True,
    dirt={"out_of_range": 0.0002},
    tables={"models": MODELS, "values": VALUES},
    parse=parse,
)
