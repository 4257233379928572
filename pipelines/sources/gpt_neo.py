"""GPT-Neo: losses on the Pile and scores, transcribed from the table of its README."""

import polars as pl

from pipelines.intake.csv_table import PLACE, read_tables
from pipelines.intake.spec import Intake, RawFile, Source, Tables

FIGURES = {
    "source": pl.String,
    "table": pl.String,
    "model": pl.String,
    "pile_bpb": pl.Float64,
    "pile_ppl": pl.Float64,
    "wikitext_ppl": pl.Float64,
    "lambada_ppl_last_word": pl.Float64,
    "lambada_acc": pl.Float64,
    "winogrande_acc": pl.Float64,
    "hellaswag_acc": pl.Float64,
    "mathqa_acc": pl.Float64,
    "pubmedqa_acc": pl.Float64,
    "piqa_acc": pl.Float64,
    **PLACE,
}


def parse(files: list[RawFile], intake: Intake) -> Tables:
    """Read the one table, as it was transcribed."""
    return {"figures": read_tables(files, FIGURES, intake)}


SOURCE = Source(
    name="gpt_neo",
    title="GPT-Neo beside GPT-2 and GPT-3",
    address="https://github.com/EleutherAI/gpt-neo",
    origins=(),
    embedded=("gpt_neo.csv",),
    licence="figures are facts; table transcribed with citation",
    citation="Black et al. 2021, GPT-Neo, README of EleutherAI/gpt-neo@23485e3c",
    redistribute=True,
    tables={"figures": FIGURES},
    parse=parse,
)
