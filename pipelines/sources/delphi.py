"""Marin's Delphi suite: bits per byte on C4 over five orders of compute, transcribed."""

import polars as pl

from pipelines.intake.csv_table import PLACE, read_tables
from pipelines.intake.spec import Intake, RawFile, Source, Tables

FIGURES = {
    "source": pl.String,
    "flop": pl.Float64,
    "paloma_c4_en_bpb": pl.Float64,
    "run": pl.String,
    **PLACE,
}


def parse(files: list[RawFile], intake: Intake) -> Tables:
    """Read the one table, as it was transcribed."""
    return {"figures": read_tables(files, FIGURES, intake)}


SOURCE = Source(
    name="delphi",
    title="Delphi: loss over compute",
    address="https://github.com/marin-community/marin",
    origins=(),
    embedded=("delphi.csv",),
    licence="figures are facts; table transcribed with citation",
    citation="Marin community, Delphi suite, losses by compute budget",
    redistribute=True,
    tables={"figures": FIGURES},
    parse=parse,
)
