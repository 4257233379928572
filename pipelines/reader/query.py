"""Read-only questions to the newest release: the database sees nothing of the host."""

import sys
from pathlib import Path

import duckdb
import polars as pl
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from emergence.errors import EmergenceError, InputError
from pipelines.release.open_release import latest_release

SHOWN_ROWS = 200
PIPE_WIDTH = 10_000


class NoReleaseError(EmergenceError):
    """There is no release to ask."""


def open_release(home: Path) -> duckdb.DuckDBPyConnection:
    """Open the newest release read-only, locked down: no file, no network, no extension, no setting.

    Raises NoReleaseError before the first release.
    """
    release = latest_release(home)
    if release is None:
        raise NoReleaseError(f"no release in {home}; run `emergence run` first")
    return duckdb.connect(str(release.database), read_only=True, config=locked())


def locked() -> dict[str, str | bool | int | float | list[str]]:
    """Return the settings of a connection that sees nothing of the host."""
    return {
        "enable_external_access": "false",
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "lock_configuration": "true",
    }


def run_query(home: Path, sql: str) -> pl.DataFrame:
    """Return the result of one query; raises InputError with DuckDB's own words when it is wrong."""
    with open_release(home) as con:
        try:
            frame: pl.DataFrame = con.sql(sql).pl()
            return frame
        except (duckdb.Error, AttributeError) as error:
            raise InputError(f"query: {error}") from error


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
