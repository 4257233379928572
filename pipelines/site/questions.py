"""The queries of ``sql/questions/site/``, asked of one released database."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from pipelines.warehouse import catalog

FOLDER = catalog.QUESTIONS / "site"


@cache
def read_query(name: str) -> tuple[str, tuple[str, ...]]:
    """Return a query's text and the tables that it reads."""
    text = (FOLDER / f"{name}.sql").read_text()
    return text, catalog.parents_of(text)


class Questions:
    """One released database and what the pages ask of it; a table it lacks is an answer without rows."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self.con = con
        known = con.sql("select table_name from duckdb_tables() union select view_name from duckdb_views()")
        self.tables = {name for (name,) in known.fetchall()}

    def ask(self, name: str, **values: Any) -> pl.DataFrame:
        """Return the rows of one query, its parameters bound; no rows and no columns without its tables."""
        text, parents = read_query(name)
        if not set(parents) <= self.tables:
            return pl.DataFrame()
        frame: pl.DataFrame = self.con.sql(text, params=values or None).pl()
        return frame

    def table(self, name: str, columns: Iterable[str]) -> list[dict[str, Any]]:
        """Return a table's rows in the named columns: None for a column it lacks, no rows for no table."""
        if name not in self.tables:
            return []
        relation = self.con.table(name)
        held = [column for column in columns if column in relation.columns]
        frame: pl.DataFrame = relation.select(*(duckdb.ColumnExpression(column) for column in held)).pl()
        return [{column: row.get(column) for column in columns} for row in frame.to_dicts()]

    def rows(self, name: str, **values: Any) -> list[dict[str, Any]]:
        """Return the rows of one query as dictionaries."""
        return self.ask(name, **values).to_dicts()


def grouped(rows: list[dict[str, Any]], key: str) -> dict[Any, list[dict[str, Any]]]:
    """Return rows by one column, in their order."""
    found: dict[Any, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row[key], []).append(row)
    return found


def open_database(database: Path) -> duckdb.DuckDBPyConnection:
    """Open a released database read-only."""
    return duckdb.connect(str(database), read_only=True)
