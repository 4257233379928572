"""Muennighoff et al. 2023, "Scaling Data-Constrained Language Models": losses of runs that repeat data."""

import polars as pl

from pipelines.intake.csv_table import PLACE, read_tables
from pipelines.intake.spec import Intake, RawFile, Source, Tables

FIGURES = {
    "name": pl.String,
    "params": pl.Int64,
    "tokens": pl.Int64,
    "unique_tokens": pl.Int64,
    "seed": pl.Int64,
    "c4_val_loss_nats_per_token": pl.Float64,
    "citation": pl.String,
    **PLACE,
}


def parse(files: list[RawFile], intake: Intake) -> Tables:
    """Read the one table, a row a run. A loss of zero is a run that did not finish, and is rejected."""
    figures = read_tables(files, FIGURES, intake)
    is_unfinished = pl.col("c4_val_loss_nats_per_token") == 0
    for file, row in figures.filter(is_unfinished).select("file", "row").iter_rows():
        place = f"row {row}, column c4_val_loss_nats_per_token"
        intake.reject(file, place, "unfinished_run", 0, "a loss of zero: the run did not finish")
    return {"figures": figures.filter(~is_unfinished.fill_null(False))}


SOURCE = Source(
    name="datablations",
    title="Scaling data-constrained language models",
    address="https://github.com/huggingface/datablations",
    origins=(),
    embedded=("datablations.csv",),
    licence="Apache-2.0",
    citation="Muennighoff et al. 2023, arXiv:2305.16264; huggingface/datablations@13701315",
    redistribute=True,
    tables={"figures": FIGURES},
    parse=parse,
    dirt={"unfinished_run": 0.05},
)
