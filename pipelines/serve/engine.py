"""DuckDB as the door uses it: the released file attached read-only to a locked-down database in memory.

Attached, not opened as the main database, since DuckDB keeps one instance a path and process: a path whose
file was replaced would go on showing the old one. An instance in memory is always new.
"""

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from pipelines.serve.catalog.emulated import Relations, make_catalog
from pipelines.serve.catalog.names import Translation
from pipelines.serve.catalog.rewrite import rewritten
from pipelines.serve.commands import shown_settings
from pipelines.serve.guard import check
from pipelines.serve.limits import Limits, QueryError
from pipelines.serve.values.held import as_asked
from pipelines.serve.values.pgtypes import TEXT, Column, as_said, pg_type
from pipelines.warehouse.questions import read_question
from pipelines.warehouse.quoting import quoted_text

ALIAS = "emergence"
_BATCH, _ROWS = 8192, 2048  # rows that are put together at once, as columns and one by one
_QUICK = frozenset(("BOOLEAN", "SMALLINT", "INTEGER", "BIGINT", "FLOAT", "DOUBLE", "VARCHAR"))
_READS_DAYS = re.compile(r"\bto_(?:date|timestamp)\s*\(", re.IGNORECASE)
_SELECT = duckdb.StatementType.SELECT

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
        self._catalog: Relations | None = None
        self._reader: Any = None
        self._rest: Any = None
        self._types: dict[str, dict[str, str]] | None = None
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._reads_days = False
        self.lines_before = 0
        """Lines that stand before a client's statement in what is asked of DuckDB."""

    def interrupt(self) -> None:
        """End the query at work; harmless when there is none."""
        if self._connection is not None:
            self._connection.interrupt()

    def describe(self, sql: str, values: Sequence[Any] | None) -> tuple[list[Column], list[int]]:
        """Columns that a query would give, and the types of its parameters; it is not run."""
        connection, query, told = self._admitted(sql)
        names = len(query.named_parameters)
        if query.type == duckdb.StatementType.EXPLAIN:
            return [Column("explain_key", TEXT), Column("explain_value", TEXT)], [TEXT.oid] * names
        bound = [None] * names if values is None else list(values)
        self.lines_before = 1
        rows = connection.execute(f"describe\n{query.query}", bound).fetchall()
        return _columns([(row[0], row[1]) for row in rows], told), self._parameters(sql, names)

    def _parameters(self, sql: str, count: int) -> list[int]:
        if not count:
            return []
        # Read only when a client leaves types to the door: the import costs more than most queries.
        from pipelines.serve.parameters import inferred

        if self._types is None:
            rows = self._open().execute(
                "select lower(table_name), lower(column_name), data_type from duckdb_columns()"
                " where database_name = 'emergence'"
            )
            self._types = {}
            for table, column, kind in rows.fetchall():
                self._types.setdefault(table, {})[column] = kind
        return inferred(sql, count, self._types)

    def start(self, sql: str, values: Sequence[Any]) -> list[Column]:
        """Run a query and say its columns; raises QueryError if it is refused, duckdb.Error if it fails."""
        connection, query, told = self._admitted(sql)
        # The file is read-only; this keeps the instance in memory from being written too.
        connection.execute("begin transaction read only")
        if query.type == _SELECT:
            names, kinds, asked = self._bound(connection, query, values)
            self._run(connection, asked or query, values)
            return _columns(list(zip(names, kinds, strict=True)), told)
        connection.execute(query, list(values))
        return _columns([(name, str(kind)) for name, kind, *_ in connection.description or ()], told)

    def start_blocks(self, sql: str, values: Sequence[Any]) -> list[Column]:
        """Run a select whose rows are read as whole columns, where all its types have a quick way."""
        connection, query, told = self._admitted(sql)
        if query.type != _SELECT:
            raise QueryError("42601", "a cursor and COPY take a select")
        connection.execute("begin transaction read only")
        names, kinds, asked = self._bound(connection, query, values)
        relation = connection.sql(asked or query.query, params=list(values))
        self._rest = None
        if all(str(kind) in _QUICK for kind in relation.types):
            self.lines_before = int(asked is not None)
            self._reader = relation.to_arrow_reader(_BATCH)
        else:
            self._run(connection, asked or query, values)
        return _columns(list(zip(names, kinds, strict=True)), told)

    def _bound(
        self, connection: duckdb.DuckDBPyConnection, query: duckdb.Statement, values: Sequence[Any]
    ) -> tuple[list[str], list[str], str | None]:
        """Names and types of a select's columns, and how it is asked for some of them as text, if need be."""
        try:
            relation = connection.sql(query.query, params=list(values))
        except duckdb.BinderException:
            connection.execute(query, list(values))  # fails alike, and says where
            raise
        kinds = [str(kind) for kind in relation.types]
        return list(relation.columns), kinds, as_asked(query.query, kinds)

    def _run(
        self, connection: duckdb.DuckDBPyConnection, asked: str | duckdb.Statement, values: Sequence[Any]
    ) -> None:
        self.lines_before = int(isinstance(asked, str))
        connection.execute(asked, list(values))

    def fetch_block(self, count: int) -> list[Any]:
        """The next rows, at most `count`, as columns: Arrow's, or lists of values."""
        if self._reader is None:
            rows = self.fetch(min(count, _ROWS))
            return [list(column) for column in zip(*rows, strict=True)]
        batch = self._rest if self._rest is not None else next(iter(self._reader), None)
        if batch is None:
            return []
        self._rest = batch.slice(count) if batch.num_rows > count else None
        columns: list[Any] = batch.slice(0, count).columns
        return columns

    def fetch(self, count: int) -> list[tuple[Any, ...]]:
        """The next rows of the running query, at most `count`; fewer when it is at its end."""
        rows: list[tuple[Any, ...]] = self._open().fetchmany(count)
        return rows

    def finish(self) -> None:
        """Forget the running query."""
        self._reader = self._rest = None
        if self._connection is not None:
            try:
                self._connection.execute("rollback")
            except duckdb.TransactionException:
                pass  # nothing was begun, or the failed query has ended the transaction itself
            except duckdb.Error:
                self._close()

    def _admitted(self, sql: str) -> tuple[duckdb.DuckDBPyConnection, duckdb.Statement, Translation | None]:
        self.lines_before = 0
        connection = self._newest()
        if _READS_DAYS.search(sql) and not self._reads_days:
            connection.execute(read_question("serve/reading"))
            self._reads_days = True
        translated = rewritten(sql)
        if translated is not None:
            self._make(connection, translated)
        statements = connection.extract_statements(translated.sql if translated else sql)
        if len(statements) != 1:
            raise QueryError("42601", f"one statement at a time: found {len(statements)}")
        check(connection, statements[0])
        return connection, statements[0], translated

    def _make(self, connection: duckdb.DuckDBPyConnection, translated: Translation) -> None:
        """What of the catalog a query needs and is not there yet: most queries never ask for it."""
        if self._catalog is None:
            self._catalog = make_catalog(connection, shown_settings())
        for name in translated.relations & self._catalog.keys():
            connection.execute(self._catalog.pop(name))

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
            self._types = None
            self._catalog = None
            self._reads_days = False
        return self._connection

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _columns(found: list[tuple[str, str]], told: Translation | None) -> list[Column]:
    kinds = [pg_type(kind) for _, kind in found]
    if told is not None and told.types is not None and len(told.types) == len(kinds):
        kinds = [as_said(kind, said) for kind, said in zip(kinds, told.types, strict=True)]
    return [Column(name, kind) for (name, _), kind in zip(found, kinds, strict=True)]


def open_locked(database: Path, limits: Limits) -> duckdb.DuckDBPyConnection:
    """A connection that reads `database` and can reach nothing else."""
    settings: dict[str, Any] = {
        **_LOCKED,
        "threads": limits.threads,
        "memory_limit": f"{limits.memory_mb}MiB",
    }
    connection = duckdb.connect(":memory:", config=settings)
    connection.execute(f"attach {quoted_text(database)} as {ALIAS} (read_only)")
    connection.execute("set timezone = 'UTC'")
    connection.execute(f"use {ALIAS}")
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")
    return connection
