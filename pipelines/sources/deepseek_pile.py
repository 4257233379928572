"""DeepSeek's tables of base models: bits per byte on the Pile's test set and scores, transcribed."""

import polars as pl

from pipelines.intake.csv_table import PLACE, read_tables
from pipelines.intake.spec import Intake, RawFile, Source, Tables

FIGURES = {
    "paper": pl.String,
    "table": pl.String,
    "model": pl.String,
    "corpus": pl.String,
    "loss": pl.Float64,
    "unit": pl.String,
    "task": pl.String,
    "n_shot": pl.Int64,
    "score_percent": pl.Float64,
    **PLACE,
}


def parse(files: list[RawFile], intake: Intake) -> Tables:
    """Read the one table, as it was transcribed."""
    return {"figures": read_tables(files, FIGURES, intake)}


SOURCE = Source(
    name="deepseek_pile",
    title="DeepSeek's comparisons of base models",
    address="https://arxiv.org/abs/2412.19437",
    origins=(),
    embedded=("deepseek_pile.csv",),
    licence="figures are facts; table transcribed with citation",
    citation=(
        "DeepSeek LLM, arXiv:2401.02954, table 5; DeepSeek-V2, arXiv:2405.04434, table 2; "
        "DeepSeek-V3, arXiv:2412.19437, table 3"
    ),
    redistribute=True,
    tables={"figures": FIGURES},
    parse=parse,
    # Two models stand in two papers each; a third of their scores was measured anew.
    dirt={"conflicting_duplicate": 0.1},
)
