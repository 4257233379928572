"""Dey et al. 2023, "Cerebras-GPT": figures transcribed from its tables, embedded in the project."""

import polars as pl

from pipelines.intake.reading import cast_columns, read_csv
from pipelines.intake.spec import Intake, RawFile, Source, Tables

FIGURES = {
    "row": pl.Int64,
    "family": pl.String,
    "size": pl.String,
    "train_tokens": pl.Float64,
    "train_flop": pl.Float64,
    "pile_test_loss": pl.Float64,
    "pile_test_loss_revised": pl.Float64,
    "n_shot": pl.Int64,
    "hellaswag": pl.Float64,
    "piqa": pl.Float64,
    "winogrande": pl.Float64,
    "lambada": pl.Float64,
    "arc_easy": pl.Float64,
    "arc_challenge": pl.Float64,
    "openbookqa": pl.Float64,
    "file": pl.String,
}


def parse(files: list[RawFile], intake: Intake) -> Tables:
    """Read the one table: a row a model and number of shots."""
    frames = [pl.DataFrame(schema=FIGURES)]
    for file in files:
        frame = read_csv(file, [name for name in FIGURES if name not in ("row", "file")], intake)
        if frame is not None:
            frame = cast_columns(frame, FIGURES, file, intake).with_columns(file=pl.lit(file.path))
            frames.append(frame.select(list(FIGURES)))
    return {"figures": pl.concat(frames)}


SOURCE = Source(
    name="cerebras_gpt",
    title="Cerebras-GPT: open compute-optimal models, beside Pythia, GPT-J, GPT-NeoX and OPT",
    address="https://arxiv.org/abs/2304.03208",
    origins=(),
    embedded=("cerebras_gpt.csv",),
    licence="figures are facts; table transcribed with citation",
    citation="Dey et al. 2023, arXiv:2304.03208",
    redistribute=True,
    tables={"figures": FIGURES},
    parse=parse,
)
