"""Dao and Gu 2024, "Mamba-2": perplexities on the Pile and scores, transcribed from its table 10."""

import polars as pl

from pipelines.intake.csv_table import PLACE, read_tables
from pipelines.intake.spec import Intake, RawFile, Source, Tables

FIGURES = {
    "paper": pl.String,
    "table": pl.String,
    "model": pl.String,
    "tokenizer": pl.String,
    "corpus": pl.String,
    "ppl": pl.Float64,
    "lambada_ppl_last_word": pl.Float64,
    "lambada_acc": pl.Float64,
    "hellaswag_acc": pl.Float64,
    "piqa_acc": pl.Float64,
    "arc_easy_acc": pl.Float64,
    "arc_challenge_acc": pl.Float64,
    "winogrande_acc": pl.Float64,
    "openbookqa_acc": pl.Float64,
    **PLACE,
}


def parse(files: list[RawFile], intake: Intake) -> Tables:
    """Read the one table, as it was transcribed."""
    return {"figures": read_tables(files, FIGURES, intake)}


SOURCE = Source(
    name="mamba2",
    title="Mamba-2 beside Mamba, Pythia and RWKV-4",
    address="https://arxiv.org/abs/2405.21060",
    origins=(),
    embedded=("mamba2.csv",),
    licence="figures are facts; table transcribed with citation",
    citation="Dao and Gu 2024, arXiv:2405.21060, table 10",
    redistribute=True,
    tables={"figures": FIGURES},
    parse=parse,
)
