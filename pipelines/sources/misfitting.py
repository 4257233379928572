"""Li et al. 2025, "(Mis)Fitting": checkpoints of eleven sizes over tokens and learning rates."""

import polars as pl

from pipelines.intake.csv_table import PLACE, read_tables
from pipelines.intake.spec import Intake, Origin, RawFile, Source, Tables

NAMED = {
    "params": "N",
    "params_non_embedding": "N_no_emb",
    "tokens": "D",
    "compute_flop": "C",
    "loss": "C4 Eval Loss",
    "portion": "portion_steps_elapsed",
    "step": "current_steps",
}
POINTS = {
    "model": pl.String,
    "params": pl.Int64,
    "params_non_embedding": pl.Int64,
    "tokens": pl.Int64,
    "compute_flop": pl.Float64,
    "loss": pl.Float64,
    "portion": pl.Float64,
    "step": pl.Int64,
    "total_steps": pl.Int64,
    "peak_lr": pl.Float64,
    "sweep": pl.String,
    **PLACE,
}
FIGURES = ["params", "tokens", "loss", "step", "total_steps"]
FILE = "data/scaling_results.csv"


def parse(files: list[RawFile], intake: Intake) -> Tables:
    """Read one CSV: a row a checkpoint. A file of last checkpoints repeats its rows and is not read."""
    return {"points": read_tables(files, POINTS, intake, NAMED, figures=FIGURES)}


SOURCE = Source(
    name="misfitting",
    title="(Mis)Fitting: a survey of scaling laws, with trainings of its own",
    address="https://github.com/hadasah/scaling_laws",
    origins=(
        Origin(
            repo="hadasah/scaling_laws",
            commit="1f3708c0a12df0effb0ee906b1da5f9f0ff4f4f1",
            include=(FILE,),
            expects=(FILE,),
        ),
    ),
    licence="none stated",
    citation="Li et al. 2025, arXiv:2502.18969",
    redistribute=False,
    tables={"points": POINTS},
    parse=parse,
)
