"""Besiroglu et al. 2024: the points of Hoffmann et al.'s figure 4, read off the published drawing."""

import polars as pl

from pipelines.intake.law_table import whole_points
from pipelines.intake.reading import cast_columns, read_csv
from pipelines.intake.spec import Intake, Origin, RawFile, Source, Tables

PUBLISHED = {"Model Size": "params", "Training FLOP": "flop", "loss": "loss"}
POINTS = {
    "params": pl.Float64,
    "flop": pl.Float64,
    "loss": pl.Float64,
    "commit": pl.String,
    "file": pl.String,
    "row": pl.Int64,
}


FIGURES = ["params", "flop", "loss"]
NAMES = {name: published for published, name in PUBLISHED.items()}


def parse(files: list[RawFile], intake: Intake) -> Tables:
    """Read one CSV: a row a point of the figure."""
    points = [pl.DataFrame(schema=POINTS)]
    for file in files:
        frame = read_csv(file, list(PUBLISHED), intake)
        if frame is not None:
            frame = cast_columns(frame.rename(PUBLISHED), POINTS, file, intake)
            frame = frame.with_columns(commit=pl.lit(file.commit), file=pl.lit(file.path))
            points.append(whole_points(frame.select(list(POINTS)), FIGURES, NAMES, file, intake))
    return {"points": pl.concat(points)}


SOURCE = Source(
    name="chinchilla",
    title="Chinchilla scaling: a replication attempt (points of Hoffmann et al.'s figure 4)",
    address="https://github.com/epoch-research/analyzing-chinchilla",
    origins=(
        Origin(
            repo="epoch-research/analyzing-chinchilla",
            commit="92258837425e1b5f2851d624287f0120583a3d0e",
            include=("data/svg_extracted_data.csv",),
            expects=("data/svg_extracted_data.csv",),
        ),
    ),
    licence="none stated",
    citation="Besiroglu et al. 2024, arXiv:2404.10102; Hoffmann et al. 2022, arXiv:2203.15556",
    redistribute=False,
    tables={"points": POINTS},
    parse=parse,
)
