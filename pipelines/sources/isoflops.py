"""Losses over sizes and tokens at fixed compute from five studies, gathered with flags for outliers."""

import polars as pl

from pipelines.intake.law_table import whole_points
from pipelines.intake.reading import cast_columns, read_csv
from pipelines.intake.spec import Intake, Origin, RawFile, Source, Tables

PUBLISHED = ["source", "dataset", "model", "condition", "experiment", "tokens", "params", "budget", "loss"]
FIGURES = ["params", "tokens", "loss"]
RAW, EXPONENTIAL = "raw_loss", "exp_loss"
POINT = ["study", "dataset", "model", "tokens", "params"]
POINTS = {
    "study": pl.String,
    "dataset": pl.String,
    "model": pl.String,
    "condition": pl.String,
    "experiment": pl.String,
    "tokens": pl.Float64,
    "params": pl.Float64,
    "budget": pl.Float64,
    "loss": pl.Float64,
    "outlier": pl.String,
    "reason": pl.String,
    "commit": pl.String,
    "file": pl.String,
    "row": pl.Int64,
}


def parse(files: list[RawFile], intake: Intake) -> Tables:
    """Read one CSV: a row a trained model."""
    points = [pl.DataFrame(schema=POINTS)]
    for file in files:
        frame = read_csv(file, [*PUBLISHED, "outlier", "reason"], intake)
        if frame is not None:
            frame = cast_columns(frame.rename({"source": "study"}), POINTS, file, intake)
            frame = frame.with_columns(commit=pl.lit(file.commit), file=pl.lit(file.path))
            whole = whole_points(frame.select(list(POINTS)), FIGURES, {}, file, intake)
            points.append(_one_reading(whole, file, intake))
    return {"points": pl.concat(points)}


def _one_reading(frame: pl.DataFrame, file: RawFile, intake: Intake) -> pl.DataFrame:
    """Leave out the rows whose loss is the exponential of a point's raw loss, which is what was published."""
    raw = frame.filter(pl.col("condition") == RAW).select(*POINT, raw=pl.col("loss").exp())
    twice = (
        frame.filter(pl.col("condition") == EXPONENTIAL)
        .join(raw, on=POINT)
        .filter((pl.col("loss") - pl.col("raw")).abs() <= 1e-9 * pl.col("raw"))
    )
    for row, loss in twice.select("row", "loss").iter_rows():
        message = "the exponential of the raw loss of the same point, which is kept"
        intake.reject(file.path, f"row {row}, column loss", "second_reading", loss, message)
    return frame.join(twice, on="row", how="anti")


SOURCE = Source(
    name="isoflops",
    title="IsoFLOP losses of five studies, gathered by Scaling Law Analysis",
    address="https://github.com/Open-Athena/scaling-law-analysis",
    origins=(
        Origin(
            repo="Open-Athena/scaling-law-analysis",
            commit="3e0656ee3dce1a2c89aa67691920f5eb9d30f0fc",
            include=("data/isoflops/transform/isoflops.csv",),
            expects=("data/isoflops/transform/isoflops.csv",),
        ),
    ),
    licence="none stated",
    citation="Open Athena 2026, scaling-law-analysis; the studies named in each row",
    redistribute=False,
    tables={"points": POINTS},
    parse=parse,
    # The Llama 3 points stand a second time, as the exponential of their losses.
    dirt={"second_reading": 0.15},
)
