"""The result of a query on a terminal, or as a file of a kind that programs read."""

import sys

import polars as pl
from rich.console import Console
from rich.markup import escape
from rich.table import Table

SHOWN_ROWS = 200
PIPE_WIDTH = 10_000


def write_result(frame: pl.DataFrame, shape: str, shown: int = SHOWN_ROWS) -> None:
    """Write a frame to standard output as a table of ``shown`` rows, or whole as CSV, JSON or Parquet."""
    if shape == "csv":
        frame.write_csv(sys.stdout.buffer)
    elif shape == "json":
        print(frame.write_json())
    elif shape == "parquet":
        frame.write_parquet(sys.stdout.buffer)
    else:
        _print_table(frame, shown)


def _print_table(frame: pl.DataFrame, shown: int) -> None:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name, dtype in frame.schema.items():
        table.add_column(escape(name), justify="right" if dtype.is_numeric() else "left", overflow="fold")
    for row in frame.head(shown).iter_rows():
        table.add_row(*("" if cell is None else escape(str(cell)) for cell in row))
    # Not a terminal: nothing says how wide a line may be, and a wrapped cell helps no program.
    console = Console(width=None if sys.stdout.isatty() else PIPE_WIDTH)
    console.print(table)
    hidden = frame.height - shown
    console.print(f"{frame.height:,} rows" + (f", {shown} shown" if hidden > 0 else ""), style="dim")
