"""Beck et al. 2024, "xLSTM": perplexities on SlimPajama and Paloma and scores, from tables 3 and 4."""

import polars as pl

from pipelines.intake.csv_table import PLACE, read_tables
from pipelines.intake.spec import Intake, RawFile, Source, Tables

FIGURES = {
    "paper": pl.String,
    "table": pl.String,
    "size": pl.String,
    "architecture": pl.String,
    "params_M": pl.Float64,
    "training": pl.String,
    "slimpajama_val_ppl": pl.Float64,
    "lambada_ppl_last_word": pl.Float64,
    "lambada_acc": pl.Float64,
    "hellaswag_acc": pl.Float64,
    "piqa_acc": pl.Float64,
    "arc_easy_acc": pl.Float64,
    "arc_challenge_acc": pl.Float64,
    "winogrande_acc": pl.Float64,
    "paloma_ppl_c4": pl.Float64,
    "paloma_ppl_mc4_en": pl.Float64,
    "paloma_ppl_wikitext_103": pl.Float64,
    "paloma_ppl_penn_treebank": pl.Float64,
    "paloma_ppl_redpajama": pl.Float64,
    "paloma_ppl_refinedweb": pl.Float64,
    "paloma_ppl_dolma": pl.Float64,
    "paloma_ppl_m2d2_s2orc": pl.Float64,
    "paloma_ppl_m2d2_wikipedia": pl.Float64,
    "paloma_ppl_c4_domains": pl.Float64,
    "paloma_ppl_dolma_subreddits": pl.Float64,
    "paloma_ppl_dolma_coding": pl.Float64,
    **PLACE,
}


def parse(files: list[RawFile], intake: Intake) -> Tables:
    """Read the one table, as it was transcribed."""
    return {"figures": read_tables(files, FIGURES, intake)}


SOURCE = Source(
    name="xlstm",
    title="xLSTM beside Llama, Mamba and RWKV-4",
    address="https://arxiv.org/abs/2405.04517",
    origins=(),
    embedded=("xlstm.csv",),
    licence="figures are facts; table transcribed with citation",
    citation="Beck et al. 2024, arXiv:2405.04517, tables 3 and 4",
    redistribute=True,
    tables={"figures": FIGURES},
    parse=parse,
)
