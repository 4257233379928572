"""One catalog query from PostgreSQL's dialect into DuckDB's, its names pointed at the emulated catalog."""

import re
from typing import Any

import sqlglot
from sqlglot import exp

from pipelines.serve.names import CATALOG, SCHEMA

_PLAIN_TYPES = {
    "oid": "BIGINT",
    "xid": "BIGINT",
    "name": "VARCHAR",
    "text": "VARCHAR",
    "char": "VARCHAR",
    "varchar": "VARCHAR",
    "bool": "BOOLEAN",
    "int2": "SMALLINT",
    "int4": "INTEGER",
    "int8": "BIGINT",
    "float8": "DOUBLE",
    "regproc": "VARCHAR",
    "regrole": "VARCHAR",
}
_LOOKUPS = {"regclass": "to_regclass", "regtype": "to_regtype", "regnamespace": "to_regnamespace"}
_NAMES = {"regclass": "class_name", "regtype": "type_name", "regnamespace": "namespace_name"}
_RENAMED = {"json_build_object": "json_object", "string_to_array": "string_split"}
_OPERATORS: dict[str, type[exp.Binary]] = {
    "=": exp.EQ,
    "<>": exp.NEQ,
    "<": exp.LT,
    ">": exp.GT,
    "+": exp.Add,
    "~~": exp.Like,
    "||": exp.DPipe,
}


def translate(sql: str, ours: frozenset[str]) -> str | None:
    """The query in DuckDB's dialect; None if it can't be read, or asks nothing of the emulated catalog."""
    try:
        statements = sqlglot.parse(sql, read="postgres")
        tree = statements[0] if len(statements) == 1 else None
        if not isinstance(tree, exp.Query):
            return None
        asked = False
        # Leaves first: what is put in place of a node holds children that are done.
        for node in reversed(list(tree.dfs())):
            changed = _changed(node, ours)
            if changed is not node:
                node.replace(changed)
                asked = True
        return tree.sql("duckdb") if asked else None
    except (sqlglot.errors.SqlglotError, RecursionError):
        return None


def _changed(node: exp.Expr, ours: frozenset[str]) -> exp.Expr:
    if isinstance(node, exp.Table):
        return _table(node, ours)
    if isinstance(node, exp.Column) and node.db.lower() == "pg_catalog":
        return exp.column(node.this.copy(), table=node.args["table"].copy())
    if isinstance(node, exp.Collate):
        return node.this if "default" in node.expression.sql().lower() else node
    if isinstance(node, exp.Dot) and node.this.name.lower() == "pg_catalog":
        called = node.expression
        return _function(called, ours) if isinstance(called, exp.Func) else called
    if isinstance(node, exp.Func) and not isinstance(node, exp.Cast) and not isinstance(node.parent, exp.Dot):
        return _function(node, ours)
    if isinstance(node, exp.Cast):
        return _cast(node)
    if isinstance(node, exp.Operator):
        return _operator(node)
    return node


def _table(node: exp.Table, ours: frozenset[str]) -> exp.Expr:
    if isinstance(node.this, exp.Func):
        if node.db.lower() != "pg_catalog":
            return node
        call = node.copy()
        call.set("db", None)
        # PostgreSQL takes the alias of such a call for its one column too.
        alias = call.args.get("alias")
        if alias is not None and not alias.columns:
            alias.set("columns", [alias.this.copy()])
        return call
    name, schema = node.name.lower(), node.db.lower()
    wanted = f"is_{name}" if schema == "information_schema" else name
    if schema not in ("", "pg_catalog", "information_schema") or wanted not in ours:
        return node
    alias = node.args.get("alias")
    if alias is None:
        alias = exp.TableAlias(this=exp.to_identifier(node.name))
    table = exp.table_(wanted, db=SCHEMA, catalog=CATALOG)
    table.set("alias", alias)
    return table


def _function(node: exp.Func, ours: frozenset[str]) -> exp.Expr:
    name = _name(node)
    if name in _RENAMED:
        return exp.Anonymous(this=_RENAMED[name], expressions=[a.copy() for a in _arguments(node)])
    if name not in ours:
        return node
    call = _ours(name, *_arguments(node))
    # PostgreSQL names an unnamed column by its function alone.
    return exp.alias_(call, name) if _is_column(node) else call


def _cast(node: exp.Cast) -> exp.Expr:
    target = node.to.sql("postgres").lower().split(".")[-1].strip('"')
    if target in _LOOKUPS:
        is_text = node.this.is_string or isinstance(node.this, exp.Placeholder | exp.Parameter)
        return _ours((_LOOKUPS if is_text else _NAMES)[target], node.this)
    if target in _PLAIN_TYPES:
        return exp.Cast(this=node.this.copy(), to=exp.DataType.build(_PLAIN_TYPES[target]))
    if target in ("int2vector", "oidvector", "pg_node_tree", "aclitem[]"):
        inner: exp.Expr = node.this
        return inner
    return node


def _name(node: exp.Func) -> str:
    if isinstance(node, exp.Anonymous):
        return node.name.lower()
    # Functions that sqlglot knows have a name of its own; as written for PostgreSQL it is the name asked for.
    written = re.match(r'"?(\w+)"?\(', node.sql("postgres")) if not isinstance(node, exp.Binary) else None
    return written[1].lower() if written else ""


def _is_column(node: exp.Expr) -> bool:
    outer = node.parent if isinstance(node.parent, exp.Dot) else node
    return isinstance(outer.parent, exp.Select) and outer.arg_key == "expressions"


def _arguments(node: exp.Func) -> list[Any]:
    if isinstance(node, exp.Anonymous):
        return list(node.expressions)
    return [value for value in node.args.values() if isinstance(value, exp.Expr)]


def _ours(name: str, *arguments: exp.Expr) -> exp.Expr:
    call = exp.Anonymous(this=name, expressions=[a.copy() for a in arguments])
    return exp.Dot.build([exp.to_identifier(CATALOG), exp.to_identifier(SCHEMA), call])


def _operator(node: exp.Operator) -> exp.Expr:
    name = str(node.args["operator"]).rsplit(".", 1)[-1]
    left, right = node.this, node.expression
    if name in _OPERATORS:
        return _OPERATORS[name](this=left, expression=right)
    if name in ("~", "!~"):
        found = exp.RegexpLike(this=left, expression=right)
        return exp.Not(this=found) if name == "!~" else found
    return node
