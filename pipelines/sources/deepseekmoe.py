"""Dai et al. 2024, "DeepSeekMoE": losses on the Pile and scores, from tables 1, 2 and 6."""

import polars as pl

from pipelines.intake.csv_table import PLACE, read_tables
from pipelines.intake.spec import Intake, RawFile, Source, Tables

FIGURES = {
    "paper": pl.String,
    "table": pl.String,
    "model": pl.String,
    "params_total": pl.String,
    "params_activated": pl.String,
    "tokens": pl.String,
    "corpus": pl.String,
    "loss": pl.Float64,
    "unit": pl.String,
    "tokenizer": pl.String,
    "task": pl.String,
    "n_shot": pl.Int64,
    "score_percent": pl.Float64,
    **PLACE,
}


def parse(files: list[RawFile], intake: Intake) -> Tables:
    """Read the one table, as it was transcribed."""
    return {"figures": read_tables(files, FIGURES, intake)}


SOURCE = Source(
    name="deepseekmoe",
    title="DeepSeekMoE beside dense models and other mixtures",
    address="https://arxiv.org/abs/2401.06066",
    origins=(),
    embedded=("deepseekmoe.csv",),
    licence="figures are facts; table transcribed with citation",
    citation="Dai et al. 2024, arXiv:2401.06066, tables 1, 2 and 6",
    redistribute=True,
    tables={"figures": FIGURES},
    parse=parse,
)
