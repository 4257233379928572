"""Reads the table of one task for a fit: a CSV as `add` reads it, or Parquet; a bad row is an error."""

from pathlib import Path

import polars as pl

from emergence.errors import InputError
from pipelines.own.reading.found import OwnFile, Reading
from pipelines.own.reading.rows import csv_header, rows_of, why_no_table


def read_table(file: Path) -> tuple[pl.DataFrame, list[str]]:
    """Return a CSV (as text) or Parquet file as a frame, and of a CSV on which line each row stands.

    Raises InputError for what cannot be read.
    """
    if file.suffix.lower() in (".csv", ".tsv"):
        return _read_csv(file)
    if file.suffix.lower() == ".parquet":
        try:
            return pl.read_parquet(file, glob=False), []
        except (pl.exceptions.PolarsError, OSError) as error:
            raise InputError(f"{file}: cannot be read: {' '.join(str(error).split())}") from error
    raise InputError(f"{file}: a file ending in .csv or .parquet wanted")


def _read_csv(file: Path) -> tuple[pl.DataFrame, list[str]]:
    own = OwnFile(file, str(file), file.stat().st_size)
    header = csv_header(own)
    if not header:
        why = why_no_table(own) or "a header and rows wanted, cells parted by commas, tabs or semicolons"
        raise InputError(f"{file}: cannot be read: {why}")
    reading = Reading()
    rows = list(rows_of(own, reading))
    if reading.broken:
        first, more = reading.broken[0], len(reading.broken) - 1
        others = f" (and {more:,} more such rows)" if more else ""
        raise InputError(f"{file}: {first.place}: {first.fix}{others}")
    frame = pl.DataFrame([row for _, row in rows], schema=dict.fromkeys(header, pl.String))
    return frame.with_columns(pl.all().str.strip_chars().replace("", None)), [line for line, _ in rows]
