"""DuckDB as the door uses it: the released file attached read-only to a locked-down database in memory.

Attached, not opened as the main database, since DuckDB keeps one instance a path and process: a path whose
file was replaced would go on showing the old one. An instance in memory is always new.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from pipelines.serve.guard import check
from pipelines.serve.limits import Limits, QueryError
from pipelines.serve.pgtypes import ARRAYS, SCALARS, TEXT, Column, pg_type
from pipelines.serve.rewrite import rewritten
from pipelines.warehouse.questions import read_question
from pipelines.warehouse.quoting import quoted_text

ALIAS = "emergence"

_LOCKED = {
    "temp_directory": "",
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "allow_unsigned_extensions": False,
    "python_enable_replacements": False,
}


class Engine:
    """One locked-down connection; it follows the file, so that every query sees the newest release."""

    def __init__(self, database: Path, limits: Limits) -> None:
        self._database = database
        self._limits = limits
        self._signature: tuple[int, ...] = ()
        self._connection: duckdb.DuckDBPyConnection | None = None

    def interrupt(self) -> None:
        """End the query at work; harmless when there is none."""
        if self._connection is not None:
            self._connection.interrupt()

    def describe(self, sql: str, values: Sequence[Any] | None) -> tuple[list[Column], int]:
        """Columns that a query would give, and its number of parameters, null if unknown; it is not run."""
        connection, query, names = self._admitted(sql)
        if query.type == duckdb.StatementType.EXPLAIN:
            return [Column("explain_key", TEXT), Column("explain_value", TEXT)], names
        bound = [None] * names if values is None else list(values)
        rows = connection.execute(f"describe {query.query}", bound).fetchall()
        return [Column(row[0], pg_type(row[1])) for row in rows], names

    def start(self, sql: str, values: Sequence[Any]) -> list[Column]:
        """Run a query and say its columns; raises QueryError if it is refused, duckdb.Error if it fails."""
        connection, query, _ = self._admitted(sql)
        # The file is read-only; this keeps the instance in memory from being written too.
        connection.execute("begin transaction read only")
        connection.execute(query, list(values))
        return [Column(name, pg_type(str(kind))) for name, kind, *_ in connection.description or ()]

    def fetch(self, count: int) -> list[tuple[Any, ...]]:
        """The next rows of the running query, at most `count`; fewer when it is at its end."""
        rows: list[tuple[Any, ...]] = self._open().fetchmany(count)
        return rows

    def finish(self) -> None:
        """Forget the running query."""
        if self._connection is not None:
            try:
                self._connection.execute("rollback")
            except duckdb.TransactionException:
                pass  # nothing was begun, or the failed query has ended the transaction itself
            except duckdb.Error:
                self._close()

    def _admitted(self, sql: str) -> tuple[duckdb.DuckDBPyConnection, duckdb.Statement, int]:
        connection = self._newest()
        text = rewritten(sql)
        statements = connection.extract_statements(text)
        if len(statements) != 1:
            raise QueryError("42601", f"one statement at a time: found {len(statements)}")
        check(connection, statements[0])
        return connection, statements[0], len(statements[0].named_parameters)

    def warm_up(self) -> None:
        """Open the newest release ahead of the first query; raises OSError or duckdb.Error if it can't be."""
        self._newest()

    def _newest(self) -> duckdb.DuckDBPyConnection:
        found = os.stat(self._database)
        signature = (found.st_dev, found.st_ino, found.st_mtime_ns, found.st_size)
        if signature != self._signature:
            self._close()
            # Taken before the file is opened: if it is replaced in between, the next query looks again.
            self._signature = signature
        return self._open()

    def _open(self) -> duckdb.DuckDBPyConnection:
        if self._connection is None:
            self._connection = open_locked(self._database, self._limits)
        return self._connection

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def open_locked(database: Path, limits: Limits) -> duckdb.DuckDBPyConnection:
    """A connection that reads `database`, with PostgreSQL's catalog beside it, and can reach nothing else."""
    settings: dict[str, Any] = {
        **_LOCKED,
        "threads": limits.threads,
        "memory_limit": f"{limits.memory_mb}MiB",
    }
    connection = duckdb.connect(":memory:", config=settings)
    connection.execute(f"attach {quoted_text(database)} as {ALIAS} (read_only)")
    connection.execute("create schema memory.pg")
    connection.execute("set timezone = 'UTC'")
    kinds = SCALARS + ARRAYS
    connection.execute(
        "create table memory.pg.kinds as select unnest($oid) as oid, unnest($size) as size,"
        " unnest($name) as name, unnest($sql_name) as sql_name, unnest($array) as array_oid,"
        " unnest($element) as element_oid",
        {
            "oid": [kind.oid for kind in kinds],
            "size": [kind.size for kind in kinds],
            "name": [kind.name for kind in kinds],
            "sql_name": [kind.sql_name for kind in kinds],
            "array": [kind.array_oid for kind in kinds],
            "element": [kind.element.oid if kind.element else 0 for kind in kinds],
        },
    )
    connection.execute(read_question("serve/catalog"))
    connection.execute(f"use {ALIAS}")
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")
    return connection
