"""Mayilvahanan et al. 2025, "LLMs on the Line": public models, each loss taken on short windows."""

import polars as pl

from pipelines.intake.csv_table import PLACE, read_tables
from pipelines.intake.spec import Intake, Origin, RawFile, Source, Tables

NAMED = {
    "model": "Name",
    "architecture": "Architecture",
    "params": "Size",
    "training_corpus": "Pretraining Data",
    "step": "Steps",
    "tokenizer": "Tokenizer",
    "tokens": "Tokens",
}
CORPORA = ("C4", "The Pile UC", "RefineWeb", "Slimpajama", "FineWeb-Edu")
TASKS = (
    "ARC-Challenge",
    "ARC-Easy",
    "HellaSwag",
    "MMLU",
    "Winogrande",
    "PIQA",
    "Social IQa",
    "CommonSenseQA",
    "COPA",
    "OpenBookQA",
)
VALUES = (
    *(f"{corpus} Validation Loss" for corpus in CORPORA),
    *(f"{task} {what}" for task in TASKS for what in ("Accuracy", "Loss")),
)
MODELS = {
    "model": pl.String,
    "architecture": pl.String,
    "params": pl.Int64,
    "training_corpus": pl.String,
    "step": pl.Int64,
    "tokenizer": pl.String,
    "tokens": pl.Int64,
    **dict.fromkeys(VALUES, pl.Float64),
    **PLACE,
}
FILE = "data/latest_pm_hf.csv"


def parse(files: list[RawFile], intake: Intake) -> Tables:
    """Read one CSV: a row a model or a revision of one.

    Its second heading and any other row without a model's name is rejected; columns named twice are not read.
    """
    models = read_tables(files, MODELS, intake, NAMED)
    is_named = pl.col("model").str.strip_chars() != ""
    for file, row in models.filter(~is_named).select("file", "row").iter_rows():
        intake.reject(file, f"row {row}, column Name", "missing_field", None, "expected a model's name")
    return {"models": models.filter(is_named)}


SOURCE = Source(
    name="llm_line",
    title="LLMs on the line: data determines loss-to-loss scaling laws",
    address="https://github.com/brendel-group/llm-line",
    origins=(
        Origin(
            repo="brendel-group/llm-line",
            commit="e57749dab976fbe2dc58596ad1c0f61518ac0644",
            include=(FILE,),
            expects=(FILE,),
        ),
    ),
    licence="MIT",
    citation="Mayilvahanan et al. 2025, arXiv:2502.12120",
    redistribute=True,
    tables={"models": MODELS},
    parse=parse,
    # The table has a second heading below its first.
    dirt={"missing_field": 0.01},
)
