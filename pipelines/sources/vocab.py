"""Tao et al. 2024, "Scaling Laws with Vocabulary": losses of ten vocabularies, normalised by unigrams."""

import polars as pl

from pipelines.intake.csv_table import PLACE, read_tables
from pipelines.intake.spec import Intake, Origin, RawFile, Source, Tables

NAMED = {
    "params_non_vocabulary": "Non_vocab_parameters",
    "characters": "num_characters",
    "flop": "FLOPs",
    "loss": "Lossu",
}
POINTS = {
    "vocab_size": pl.Int64,
    "embed_dim": pl.Int64,
    "params_non_vocabulary": pl.Int64,
    "characters": pl.Float64,
    "flop": pl.Float64,
    "loss": pl.Float64,
    **PLACE,
}
FIGURES = ["vocab_size", "embed_dim", "params_non_vocabulary", "flop"]
FILE = "exp_data.csv"


def parse(files: list[RawFile], intake: Intake) -> Tables:
    """Read one CSV: a row a checkpoint."""
    return {"points": read_tables(files, POINTS, intake, NAMED, figures=FIGURES)}


SOURCE = Source(
    name="vocab",
    title="Scaling laws with vocabulary",
    address="https://github.com/sail-sg/scaling-with-vocab",
    origins=(
        Origin(
            repo="sail-sg/scaling-with-vocab",
            commit="6701cc202af8b075a46eef8e9d263b3f2ebe012c",
            include=(FILE,),
            expects=(FILE,),
        ),
    ),
    licence="none stated",
    citation="Tao et al. 2024, arXiv:2407.13623",
    redistribute=False,
    tables={"points": POINTS},
    parse=parse,
)
