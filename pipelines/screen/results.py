"""The result of a query on a terminal, or as a file of a kind that programs read."""

import sys
from collections.abc import Mapping

import polars as pl

from pipelines.screen.fitted import Column, Row, print_table
from pipelines.screen.terminal import GREY, console, say
from pipelines.words import counted

SHOWN_ROWS = 200
DIGITS = 6
PROSE_FROM = 24
"""Characters from which text of several words may be wrapped between them."""


def write_result(
    frame: pl.DataFrame,
    shape: str,
    shown: int = SHOWN_ROWS,
    goes: Mapping[str, int] | None = None,
    note: str = "",
) -> None:
    """Write a frame to standard output as a table of ``shown`` rows, or whole as CSV, JSON or Parquet.

    ``goes`` says in which order columns are left out where the terminal is narrow; without it none is, and
    rows that do not fit are printed a line a value. ``note`` says below a table what its columns mean.
    """
    if shape == "csv":
        _no_formulas(frame).write_csv(sys.stdout.buffer)
    elif shape == "json":
        print(frame.write_json())
    elif shape == "parquet":
        frame.write_parquet(sys.stdout.buffer)
    else:
        _print_table(frame, shown, goes, note)


def _no_formulas(frame: pl.DataFrame) -> pl.DataFrame:
    """Return a frame in which a text that a spreadsheet would run stands behind an apostrophe."""
    text = pl.col(pl.String)
    # A number below zero is none, however it is written.
    runs = text.str.contains(r"^[=+@\t\r-]") & ~text.str.contains(r"^[+-]?[0-9.]+([eE][+-]?[0-9]+)?$")
    return frame.with_columns(pl.when(runs).then("'" + text).otherwise(text).name.keep())


def _print_table(frame: pl.DataFrame, shown: int, goes: Mapping[str, int] | None, note: str) -> None:
    out = console()
    head = frame.head(shown)
    columns = [_column(series, (goes or {}).get(series.name, 0)) for series in head]
    rows = [Row([" ".join(_written(cell).split()) for cell in row]) for row in head.rows()]
    print_table(out, columns, rows, long=goes is None, note=note)
    said = [counted(frame.height, "row")]
    if frame.height > shown:
        said.append(f"{shown} shown")
    if any(isinstance(cell, float) and _written(cell) != str(cell) for row in head.rows() for cell in row):
        said.append(f"numbers to {DIGITS} digits (--format csv has all)")
    say(out, ", ".join(said), GREY)


def _written(cell: object) -> str:
    """Write a cell for a reader: a measured number in as many digits as anybody compares."""
    text = "" if cell is None else str(cell)
    is_long = isinstance(cell, float) and len(text) > DIGITS + 2 and not 1e6 <= abs(cell) < 1e16
    return f"{cell:.{DIGITS}g}" if is_long else text


def _column(series: pl.Series, goes: int) -> Column:
    is_text = series.dtype == pl.String
    longest = max((len(str(cell)) for cell in series if cell is not None and " " in str(cell)), default=0)
    return Column(series.name, series.dtype.is_numeric(), goes, is_text and longest >= PROSE_FROM)
