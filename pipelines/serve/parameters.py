"""The types of a query's parameters, told as PostgreSQL does: by what each stands beside."""

from collections.abc import Mapping

import sqlglot
from sqlglot import exp

from pipelines.serve.values.pgtypes import BOOL, BY_OID, FLOAT8, INT8, NAME, OID, TEXT, PgType, pg_type

Columns = Mapping[str, Mapping[str, str]]  # of each relation: column and DuckDB's type

_COMPARES = (
    exp.EQ,
    exp.NEQ,
    exp.GT,
    exp.GTE,
    exp.LT,
    exp.LTE,
    exp.NullSafeEQ,
    exp.NullSafeNEQ,
    exp.Between,
    exp.In,
)
_NAMED = {kind.name: kind for kind in (OID, NAME)} | {"oid[]": BY_OID[OID.array_oid]}
_COUNTS = (exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod)
_WORDS = {
    "text": "VARCHAR",
    "int": "INTEGER",
    "float8": "DOUBLE",
    "int8": "BIGINT",
    "int4": "INTEGER",
    "bool": "BOOLEAN",
}


def inferred(sql: str, count: int, columns: Columns) -> list[int]:
    """Numbers of the types of `count` parameters; text where nothing tells."""
    found = [TEXT.oid] * count
    try:
        tree = sqlglot.parse_one(sql, read="duckdb")
    except (sqlglot.errors.SqlglotError, RecursionError):
        return found
    if tree is None:
        return found
    tables = _tables(tree, columns)
    told: dict[int, PgType] = {}
    for node in tree.find_all(exp.Parameter, exp.Placeholder):
        place = str(node.this or "")
        place = getattr(node.this, "name", place) or place
        if place.isdigit() and 0 < int(place) <= count and (kind := _beside(node, tables)):
            told.setdefault(int(place), kind)
    return [told[place].oid if place in told else TEXT.oid for place in range(1, count + 1)]


def _tables(tree: exp.Expr, columns: Columns) -> dict[str, Mapping[str, str]]:
    """The relations that a query names, by the name that it gives them."""
    return {
        table.alias_or_name.lower(): columns[table.name.lower()]
        for table in tree.find_all(exp.Table)
        if table.name.lower() in columns
    }


def _beside(node: exp.Expr, tables: Mapping[str, Mapping[str, str]]) -> PgType | None:
    parent = node.parent
    while isinstance(parent, exp.Paren | exp.Neg):
        node, parent = parent, parent.parent
    if isinstance(parent, exp.Cast):
        written = parent.to.sql("duckdb").upper()
        written = "INTEGER" if written == "INT" else written
        return _NAMED.get(written.lower()) or pg_type(
            written.replace("TEXT", "VARCHAR").replace("INT[", "INTEGER[")
        )
    if isinstance(parent, exp.Limit | exp.Offset):
        return INT8
    if isinstance(parent, exp.And | exp.Or | exp.Not | exp.Where):
        return BOOL
    if isinstance(parent, exp.Any | exp.All) and isinstance(parent.parent, exp.Binary):
        kind = _of_others(parent.parent, parent, tables)
        return pg_type(_listed(kind)) if kind else None
    if isinstance(parent, (*_COMPARES, *_COUNTS)):
        kind = _of_others(parent, node, tables)
        if kind is None and isinstance(parent, _COUNTS):
            return FLOAT8
        return pg_type(kind) if kind else None
    return None


def _listed(kind: str) -> str:
    return f"{kind}[]"


def _of_others(parent: exp.Expr, node: exp.Expr, tables: Mapping[str, Mapping[str, str]]) -> str | None:
    for other in parent.iter_expressions():
        if other is not node and (kind := _type(other, tables)):
            return kind
    return None


def _type(node: exp.Expr, tables: Mapping[str, Mapping[str, str]]) -> str | None:
    """DuckDB's type of an expression, where it can be told without binding it."""
    if isinstance(node, exp.Paren | exp.Neg | exp.Max | exp.Min | exp.Sum):
        return _type(node.this, tables)
    if isinstance(node, exp.Column):
        known = [tables[node.table.lower()]] if node.table.lower() in tables else list(tables.values())
        kinds = {table[node.name.lower()] for table in known if node.name.lower() in table}
        return kinds.pop() if len(kinds) == 1 else None
    if isinstance(node, exp.Literal):
        return "VARCHAR" if node.is_string else ("BIGINT" if node.is_int else "DOUBLE")
    if isinstance(node, exp.Cast):
        return node.to.sql("duckdb").upper()
    if isinstance(node, exp.Count | exp.Length):
        return "BIGINT"
    if isinstance(node, exp.Avg | exp.Ln | exp.Sqrt | exp.Exp | exp.Div):
        return "DOUBLE"
    if isinstance(node, _COUNTS):
        left, right = (_type(side, tables) for side in (node.this, node.expression))
        return "DOUBLE" if "DOUBLE" in (left, right) else left or right
    return None
