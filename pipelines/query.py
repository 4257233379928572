"""Read-only questions to the newest release: the database sees nothing of the host."""

import sys
from pathlib import Path

import duckdb
import polars as pl
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from emergence.errors import EmergenceError, InputError
from pipelines.release.released import latest_release

SHOWN_ROWS = 200


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


def write_result(frame: pl.DataFrame, shape: str) -> None:
    """Write a frame to standard output as a table, CSV, JSON or Parquet."""
    if shape == "csv":
        frame.write_csv(sys.stdout.buffer)
    elif shape == "json":
        print(frame.write_json())
    elif shape == "parquet":
        frame.write_parquet(sys.stdout.buffer)
    else:
        _print_table(frame)


def _print_table(frame: pl.DataFrame) -> None:
    table = Table(*frame.columns, box=None, header_style="bold", pad_edge=False)
    for row in frame.head(SHOWN_ROWS).iter_rows():
        table.add_row(*("" if cell is None else escape(str(cell)) for cell in row))
    console = Console(soft_wrap=not sys.stdout.isatty())
    console.print(table)
    hidden = frame.height - SHOWN_ROWS
    console.print(f"{frame.height:,} rows" + (f", {SHOWN_ROWS} shown" if hidden > 0 else ""), style="dim")
