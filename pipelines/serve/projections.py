"""PostgreSQL's types of a catalog query's columns: drivers read oid and "char" otherwise than numbers."""

from sqlglot import exp

from pipelines.serve.catalog import column_types

SPECIAL = frozenset(("oid", "name", "char", "_oid", "_name", "_char", "int2vector", "oidvector"))


def projected(tree: exp.Query) -> tuple[str | None, ...] | None:
    """The type of each column of a query, where it is one of those; None if a star hides their number."""
    try:
        columns = tree.selects
    except (AttributeError, ValueError):
        return None
    if any(column.is_star for column in columns):
        return None
    aliases = _aliases(tree)
    return tuple(_type(column, aliases, set()) for column in columns)


def _aliases(tree: exp.Query) -> dict[str, list[exp.Expr]]:
    found: dict[str, list[exp.Expr]] = {}
    for alias in tree.find_all(exp.Alias):
        found.setdefault(alias.alias.lower(), []).append(alias.this)
    return found


def _type(node: exp.Expr, aliases: dict[str, list[exp.Expr]], seen: set[str]) -> str | None:
    node = node.unalias()
    while isinstance(node, exp.Paren):
        node = node.this
    if isinstance(node, exp.Cast):
        target = node.to.sql("postgres").lower().split(".")[-1].strip('"')
        target = f"_{target[:-2]}" if target.endswith("[]") else target
        return target if target in SPECIAL and not str(node.to).upper().startswith("CHAR(") else None
    if isinstance(node, exp.Subquery | exp.Query):
        inner = node.selects if hasattr(node, "selects") else []
        return _type(inner[0], aliases, seen) if len(inner) == 1 else None
    if not isinstance(node, exp.Column):
        return None
    name = node.name.lower()
    told = {column_types().get(name)} if name in column_types() else set()
    if name in aliases and name not in seen:
        told |= {_type(one, aliases, seen | {name}) for one in aliases[name]}
    kind = told.pop() if len(told) == 1 else None
    return kind if kind in SPECIAL else None
