"""PostgreSQL's catalog beside an attached release: all relations and columns of version 15, filled from it.

Names, numbers and types are those that a PostgreSQL 15 server tells of itself; `sql/questions/serve/` says
which rows a release has to give. What it has none of stands empty, so that joins of any shape work.
"""

from functools import cache
from typing import NamedTuple

import duckdb

from pipelines.serve.catalog.names import CATALOG, INFORMATION, SCHEMA
from pipelines.serve.catalog.server_facts import facts
from pipelines.serve.values.pgtypes import BY_DUCKDB, pg_type
from pipelines.warehouse.questions import read_question
from pipelines.warehouse.quoting import quoted_name

_DUCKDB = {
    "bool": "BOOLEAN",
    "int2": "SMALLINT",
    "int4": "INTEGER",
    "int8": "BIGINT",
    "oid": "BIGINT",
    "xid": "BIGINT",
    "float4": "FLOAT",
    "float8": "DOUBLE",
    "timestamptz": "TIMESTAMPTZ",
    "bytea": "BLOB",
    "interval": "INTERVAL",
    "cardinal_number": "INTEGER",
    "time_stamp": "TIMESTAMPTZ",
    "int2vector": "SMALLINT[]",
    "oidvector": "BIGINT[]",
    "_oid": "BIGINT[]",
    "_int2": "SMALLINT[]",
    "_text": "VARCHAR[]",
    "_name": "VARCHAR[]",
    "_char": "VARCHAR[]",
    "_aclitem": "VARCHAR[]",
    "_bool": "BOOLEAN[]",
    "_float4": "FLOAT[]",
    "_float8": "DOUBLE[]",
    "_regtype": "BIGINT[]",
}
_FACT_TYPES = {
    **dict.fromkeys(("oid", "size", "element_oid", "array_oid", "collation_oid"), "BIGINT"),
    **dict.fromkeys(("by_value", "is_preferred"), "BOOLEAN"),
}
_EMPTY = {"BOOLEAN": "false", "BIGINT": "0", "INTEGER": "0", "SMALLINT": "0", "FLOAT": "0"}


Relations = dict[tuple[str, str], str]  # schema and name of each; made when it is first asked for


class Shape(NamedTuple):
    """A relation of PostgreSQL's own: where it stands, r table or v view, its columns with their types."""

    schema: str
    name: str
    kind: str
    columns: list[list[str]]


@cache
def shapes() -> list[Shape]:
    """Every relation of PostgreSQL 15's two catalogs."""
    return [
        Shape(row["schema_name"], row["name"], row["kind"], [c.split(" ") for c in row["columns"].split(",")])
        for row in facts("relations")
    ]


@cache
def column_types() -> dict[str, str]:
    """The type of each catalog column whose name has one type wherever it stands."""
    found: dict[str, set[str]] = {}
    for shape in shapes():
        for name, kind in shape.columns:
            found.setdefault(name, set()).add(kind)
    return {name: min(kinds) for name, kinds in found.items() if len(kinds) == 1}


def make_catalog(connection: duckdb.DuckDBPyConnection, settings: dict[str, str]) -> Relations:
    """Build the catalog over the release that is attached; gives the statement that makes each relation."""
    for schema in (SCHEMA, INFORMATION, "made", "made_info"):
        connection.execute(f"create schema {CATALOG}.{schema}")
    for table, file in (("types", "types"), ("shapes", "relations")):
        _add_facts(connection, table, facts(file))
    _add_types(connection)
    connection.execute(
        "create table memory.made.settings as select unnest($1) as name, unnest($2) as setting",
        [list(settings), list(settings.values())],
    )
    for question in ("serve/catalog_quoting", "serve/catalog"):
        connection.execute(read_question(question))
    _mark_keys_with_unknowns(connection)
    for question in ("serve/catalog_words", "serve/catalog_relations", "serve/information_schema"):
        connection.execute(read_question(question))
    connection.execute(read_question("serve/catalog_functions"))
    return _statements(connection)


def _add_facts(connection: duckdb.DuckDBPyConnection, table: str, rows: list[dict[str, str]]) -> None:
    columns = [
        f"unnest(${place})::{_FACT_TYPES.get(name, 'VARCHAR')} as {name}"
        for place, name in enumerate(rows[0], 1)
    ]
    values = [[row[name] for row in rows] for name in rows[0]]
    connection.execute(f"create table memory.made.{table} as select {', '.join(columns)}", values)


def _mark_keys_with_unknowns(connection: duckdb.DuckDBPyConnection) -> None:
    """A grain of which a column is null somewhere is unique, but no primary key as PostgreSQL means it."""
    grains = connection.execute("select relation, name, columns from memory.made.grains").fetchall()
    asked = []
    for oid, name, columns in grains:
        unknown = " or ".join(f"count(*) > count({quoted_name(column)})" for column in columns)
        asked.append(
            f"select {int(oid)} as oid, {unknown} as is_unknown from emergence.main.{quoted_name(name)}"
        )
    if asked:  # all in one: a question each would cost more than what it asks
        connection.execute(
            "update memory.made.grains set kind = 'u' where relation in"
            f" (select oid from ({' union all '.join(asked)}) where is_unknown)"
        )
    connection.execute(read_question("serve/catalog_keys"))


def _add_types(connection: duckdb.DuckDBPyConnection) -> None:
    told = connection.execute(
        "select distinct data_type from duckdb_columns() where database_name = 'emergence'"
    )
    known = {name: kind.oid for name, kind in BY_DUCKDB.items()}
    known |= {f"{name}[]": kind.array_oid for name, kind in BY_DUCKDB.items()}
    known |= {str(row[0]): pg_type(str(row[0])).oid for row in told.fetchall()}
    connection.execute(
        "create table memory.made.duckdb_types as select unnest($1) as duckdb_name, unnest($2) as oid",
        [list(known), list(known.values())],
    )


def _statements(connection: duckdb.DuckDBPyConnection) -> Relations:
    """One statement a relation: its columns in their order, from what was made of it, or without rows."""
    rows = connection.execute(
        "select schema_name, table_name, column_name from duckdb_columns()"
        " where database_name = 'memory' and schema_name in ('made', 'made_info')"
    ).fetchall()
    made: dict[tuple[str, str], set[str]] = {}
    for schema, table, column in rows:
        made.setdefault((schema, table), set()).add(column)
    return {(_place(shape), shape.name): _statement(shape, made) for shape in shapes()}


def _place(shape: Shape) -> str:
    return SCHEMA if shape.schema == "pg_catalog" else INFORMATION


def _statement(shape: Shape, made: dict[tuple[str, str], set[str]]) -> str:
    is_own = shape.schema == "pg_catalog"
    home, place = "made" if is_own else "made_info", _place(shape)
    there = made.get((home, shape.name))
    columns = []
    for name, kind in shape.columns:
        target = _DUCKDB.get(kind, "VARCHAR")
        empty = _EMPTY.get(target, "''" if kind in ("char", "name") else "null")
        if there is not None and name in there:
            value = quoted_name(name)
        else:
            value = empty if is_own and shape.kind == "r" else "null"
        columns.append(f"{value}::{target} as {quoted_name(name)}")
    if is_own and shape.kind == "r":  # columns that PostgreSQL's tables have without saying so
        columns += ["1::BIGINT as xmin", "0::BIGINT as tableoid"]
    source = f"from memory.{home}.{quoted_name(shape.name)}" if there is not None else "where false"
    return f"create table memory.{place}.{quoted_name(shape.name)} as select {', '.join(columns)} {source};\n"
