"""Which statements pass the door: queries on tables, without functions that show or touch the host."""

import json
import re
from collections.abc import Iterator
from typing import Any

import duckdb

from pipelines.serve.catalog.names import CATALOG, INFORMATION, SCHEMA
from pipelines.serve.limits import QueryError

# Table functions are named one by one: the others read files, show the host's paths, or take pointers.
_TABLE_FUNCTIONS = frozenset(
    (
        *("range", "generate_series", "unnest", "repeat", "json_each", "json_tree", "histogram", "summary"),
        *("duckdb_tables", "duckdb_columns", "duckdb_views", "duckdb_schemas", "duckdb_constraints"),
        *("duckdb_indexes", "duckdb_functions", "duckdb_keywords", "duckdb_types"),
    )
)
_REFUSED_FUNCTIONS = frozenset(
    (
        *("current_setting", "getenv", "write_log", "json_execute_serialized_sql", "json_serialize_plan"),
        *("query", "query_table", "which_secret", "setval", "nextval", "currval"),
    )
)
_EXPLAIN = re.compile(r"\s*explain\s+(?:analy[sz]e\s+)?(?:\([^)]*\)\s*)?(?:analy[sz]e\s+)?", re.IGNORECASE)
_READ_ONLY = "this door is read-only and shows the released tables alone"
_HINT = "Ask with select; the tables are listed by: show tables"


def check(connection: duckdb.DuckDBPyConnection, statement: duckdb.Statement) -> None:
    """Let a select, or an explain of one, pass; raises QueryError for every other statement."""
    text = statement.query
    if statement.type == duckdb.StatementType.EXPLAIN:
        text = _EXPLAIN.sub("", text, count=1)
    elif statement.type != duckdb.StatementType.SELECT:
        name = _word(text)
        hint = "In a pivot, name the values: on COLUMN in (…)" if name == "PIVOT" else _HINT
        raise QueryError("25006", f"{name} is refused: {_READ_ONLY}", hint)
    # DuckDB's own parser says what the statement holds, so nothing can be spelled past this check.
    row = connection.execute("select json_serialize_sql($1::varchar)", [text]).fetchone()
    tree = json.loads(row[0]) if row else {"error": True}
    if tree["error"]:
        if tree.get("error_type") == "parser":
            raise QueryError("42601", f"syntax error: {tree.get('error_message', '')}")
        raise QueryError("25006", f"{_word(text)} is refused: {_READ_ONLY}", _HINT)
    for node in _nodes(tree["statements"]):
        _check_node(node)


def _check_node(node: dict[str, Any]) -> None:
    kind = node.get("type", "")
    if kind == "TABLE_FUNCTION":
        called = node.get("function", {})
        if str(called.get("function_name", "")).lower() not in _TABLE_FUNCTIONS and not _is_ours(called):
            raise _refused(f"the function {called.get('function_name', '?')}")
    elif kind == "BASE_TABLE":
        _check_table(node)
    elif kind in ("INSERT_QUERY_NODE", "UPDATE_QUERY_NODE", "DELETE_QUERY_NODE", "MERGE_QUERY_NODE"):
        raise QueryError("25006", f"a statement that writes is refused: {_READ_ONLY}", _HINT)
    elif str(node.get("function_name", "")).lower() in _REFUSED_FUNCTIONS and not _is_ours(node):
        raise _refused(f"the function {node['function_name']}")


def _check_table(node: dict[str, Any]) -> None:
    name = str(node.get("table_name", "")).lower()
    schema = str(node.get("schema_name", "")).lower()
    catalog = str(node.get("catalog_name", "")).lower()
    if catalog == CATALOG and schema in (SCHEMA, INFORMATION):
        return
    shows_host = name.startswith(("duckdb_", "pragma_")) and name not in _TABLE_FUNCTIONS
    if shows_host or name == "pg_settings" or re.search(r"[/\\]", name):
        raise _refused(f"the relation {node.get('table_name')}")


def _is_ours(function: dict[str, Any]) -> bool:
    return function.get("catalog") == CATALOG and function.get("schema") in (SCHEMA, INFORMATION)


def _refused(what: str) -> QueryError:
    return QueryError("42501", f"{what} is refused: {_READ_ONLY}", _HINT)


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    """Every object of a tree; without recursion, so that a deeply nested query can't exhaust the stack."""
    waiting = [tree]
    while waiting:
        found = waiting.pop()
        if isinstance(found, dict):
            yield found
            waiting.extend(found.values())
        elif isinstance(found, list):
            waiting.extend(found)


def _word(sql: str) -> str:
    match = re.search(r"[A-Za-z]+", re.sub(r"/\*.*?\*/|--[^\n]*", " ", sql, flags=re.DOTALL))
    return match[0].upper() if match else "this statement"
