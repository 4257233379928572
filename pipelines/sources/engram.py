"""Engram 2026: two losses and scores of four models, transcribed from its table 1."""

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
    "corpus_1": pl.String,
    "loss_1": pl.Float64,
    "corpus_2": pl.String,
    "loss_2": pl.Float64,
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
    name="engram",
    title="Engram beside a dense model and a mixture",
    address="https://arxiv.org/abs/2601.07372",
    origins=(),
    embedded=("engram.csv",),
    licence="figures are facts; table transcribed with citation",
    citation="Engram 2026, arXiv:2601.07372, table 1",
    redistribute=True,
    tables={"figures": FIGURES},
    parse=parse,
)
