"""Yang et al. 2024, "Gated DeltaNet": perplexity on WikiText and scores, from its table 3."""

import polars as pl

from pipelines.intake.csv_table import PLACE, read_tables
from pipelines.intake.spec import Intake, RawFile, Source, Tables

FIGURES = {
    "paper": pl.String,
    "table": pl.String,
    "params": pl.String,
    "training": pl.String,
    "architecture": pl.String,
    "wikitext_ppl": pl.Float64,
    "lambada_ppl_last_word": pl.Float64,
    "lambada_acc": pl.Float64,
    "piqa_acc": pl.Float64,
    "hellaswag_acc_norm": pl.Float64,
    "winogrande_acc": pl.Float64,
    "arc_easy_acc": pl.Float64,
    "arc_challenge_acc_norm": pl.Float64,
    "siqa_acc": pl.Float64,
    "boolq_acc": pl.Float64,
    **PLACE,
}


def parse(files: list[RawFile], intake: Intake) -> Tables:
    """Read the one table, as it was transcribed."""
    return {"figures": read_tables(files, FIGURES, intake)}


SOURCE = Source(
    name="gated_deltanet",
    title="Gated DeltaNet beside other architectures of 1.3B",
    address="https://arxiv.org/abs/2412.06464",
    origins=(),
    embedded=("gated_deltanet.csv",),
    licence="figures are facts; table transcribed with citation",
    citation="Yang et al. 2024, arXiv:2412.06464, table 3",
    redistribute=True,
    tables={"figures": FIGURES},
    parse=parse,
)
