"""The result of a query on a terminal, or as a file of a kind that programs read."""

import io
import math
import shutil
import sys
from collections.abc import Mapping
from dataclasses import replace

import polars as pl

from pipelines.screen.fitted import Column, Row, print_table
from pipelines.screen.terminal import GREY, console, say
from pipelines.vocabulary import words
from pipelines.words import counted

SHOWN_ROWS = 200
DIGITS = 6
MOST_WHOLE = 1e16
PROSE_FROM = 24
"""Characters from which text of several words may be wrapped between them."""


def write_result(
    frame: pl.DataFrame,
    shape: str,
    shown: int = SHOWN_ROWS,
    columns: Mapping[str, Column] | None = None,
    note: str = "",
) -> None:
    """Write a frame to standard output as a table of ``shown`` rows, or whole as CSV, JSON or Parquet.

    ``columns`` says of some what they are and in which order they are left out where the terminal is narrow;
    without it none is, and rows that do not fit are printed a line a value. ``note`` is said below a table.
    """
    if shape == "csv":
        _no_formulas(frame).write_csv(sys.stdout.buffer)
    elif shape == "json":
        print(frame.write_json())
    elif shape == "parquet":
        whole = io.BytesIO()  # a reader that leaves before the end is told by the system's own error alone
        frame.write_parquet(whole)
        whole.seek(0)
        shutil.copyfileobj(whole, sys.stdout.buffer)
    else:
        _print_table(frame, shown, columns, note)


def spoken_names(frame: pl.DataFrame) -> pl.DataFrame:
    """Return a frame whose units and verdicts stand as a person says them."""
    units, verdicts = (
        {name: word.words for name, word in words(kind).items()} for kind in ("unit", "verdict")
    )
    named = {
        "unit": pl.col("unit").replace(units),
        "verdicts": pl.col("verdicts").str.replace_many(verdicts),
        "tokenizer": pl.col("tokenizer").replace("unknown", "tokenizer not known"),
    }
    return frame.with_columns(**{name: said for name, said in named.items() if name in frame.columns})


def _no_formulas(frame: pl.DataFrame) -> pl.DataFrame:
    """Return a frame in which a text that a spreadsheet would run stands behind an apostrophe."""
    text = pl.col(pl.String)
    # A number below zero is none, however it is written.
    runs = text.str.contains(r"^[=+@\t\r-]") & ~text.str.contains(r"^[+-]?[0-9.]+([eE][+-]?[0-9]+)?$")
    return frame.with_columns(pl.when(runs).then("'" + text).otherwise(text).name.keep())


def _print_table(frame: pl.DataFrame, shown: int, known: Mapping[str, Column] | None, note: str) -> None:
    out = console()
    head = frame.head(shown)
    columns = [_column(series, (known or {}).get(series.name)) for series in head]
    write = written if known is None else _listed
    rows = [Row([" ".join(write(cell).split()) for cell in row]) for row in head.rows()]
    print_table(out, columns, rows, long=known is None, note=note)
    said = [counted(frame.height, "row")]
    if frame.height > shown:
        said.append(f"{shown} shown")
    if any(_is_shortened(cell) for row in head.rows() for cell in row):
        said.append(f"numbers to {DIGITS} digits (--format csv has all)")
    say(out, ", ".join(said), GREY)


def _listed(cell: object) -> str:
    """Write a cell of a list of the project's own, where every whole number is a count."""
    return f"{cell:,}" if isinstance(cell, int) and not isinstance(cell, bool) else written(cell)


def written(cell: object) -> str:
    """Write a cell for a reader: a measured number in as many digits as anybody compares."""
    text = "" if cell is None else str(cell)
    if isinstance(cell, bool):
        return text.lower()
    if not isinstance(cell, float) or not math.isfinite(cell):
        return text
    if cell == 0:
        return "0"
    if 10**DIGITS <= abs(cell) < MOST_WHOLE:
        return f"{cell:.0f}"
    return f"{cell:.{DIGITS}g}" if len(text) > DIGITS + 2 else text


def _is_shortened(cell: object) -> bool:
    return isinstance(cell, float) and math.isfinite(cell) and float(written(cell)) != cell


def _column(series: pl.Series, known: Column | None) -> Column:
    is_text = series.dtype == pl.String
    longest = max((len(str(cell)) for cell in series if cell is not None and " " in str(cell)), default=0)
    is_prose = is_text and longest >= PROSE_FROM
    return replace(
        known or Column(""), name=series.name, is_number=series.dtype.is_numeric(), is_prose=is_prose
    )
