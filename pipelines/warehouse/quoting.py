"""Texts, names and paths as DuckDB takes them, where it takes none as a parameter."""

from pathlib import Path

import duckdb


def quoted_text(value: object) -> str:
    """Return a text, or a path, as a literal of SQL."""
    return "'" + str(value).replace("'", "''") + "'"


def quoted_name(identifier: str) -> str:
    """Return the name of a relation or column, whatever stands in it."""
    return '"' + identifier.replace('"', '""') + '"'


def literal_path(path: Path) -> str:
    """Return a path for where DuckDB expects a pattern: one that this very path alone fits."""
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in str(path))


def read_parquet(
    con: duckdb.DuckDBPyConnection, *paths: Path, union_by_name: bool = False, file_row_number: bool = False
) -> duckdb.DuckDBPyRelation:
    """Return the rows of these very files, whatever stands in their paths; if asked, with their numbers."""
    files = [literal_path(path) for path in paths]
    return con.read_parquet(files, union_by_name=union_by_name, file_row_number=file_row_number)
