"""PostgreSQL's types of a catalog query's columns: drivers read oid and "char" otherwise than numbers."""

from sqlglot import exp

from pipelines.serve.catalog.emulated import column_types

SPECIAL = frozenset(("oid", "name", "char", "_oid", "_name", "_char", "int2vector", "oidvector"))


def projected(tree: exp.Query) -> tuple[str | None, ...] | None:
    """The type of each column of a query, where it is one of those; None if a star hides their number."""
    columns = _columns(tree, {cte.alias.lower(): cte.this for cte in tree.find_all(exp.CTE)})
    if columns is None:
        return None
    aliases = _aliases(tree)
    return tuple(_type(column, aliases, set()) for column in columns)


def _columns(query: exp.Expr, named: dict[str, exp.Expr], depth: int = 0) -> list[exp.Expr] | None:
    """The columns of a query; a star over one named or nested query stands for the columns of that."""
    while isinstance(query, exp.SetOperation | exp.Subquery):
        query = query.this
    if not isinstance(query, exp.Select) or depth > 9:
        return None
    found: list[exp.Expr] = []
    for column in query.selects:
        if not column.is_star:
            found.append(column)
            continue
        source = query.args["from_"].this if query.args.get("from_") else None
        inner = named.get(source.name.lower()) if isinstance(source, exp.Table) else source
        if inner is None or query.args.get("joins") or not isinstance(column, exp.Star):
            return None
        below = _columns(inner, named, depth + 1)
        if below is None:
            return None
        found += below
    return found


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
    if isinstance(node, exp.ArrayAgg):
        inner = node.this.this if isinstance(node.this, exp.Ordered | exp.Order) else node.this
        element = _type(inner, aliases, seen)
        return f"_{element}" if element in ("oid", "name", "char") else None
    if isinstance(node, exp.Case | exp.Coalesce | exp.Max | exp.Min):
        ways = [way.args["true"] for way in node.args.get("ifs", ())] or [node.this]
        return _type(ways[0], aliases, seen)
    if not isinstance(node, exp.Column):
        return None
    name = node.name.lower()
    told = {column_types().get(name)} if name in column_types() else set()
    if name in aliases and name not in seen:
        told |= {_type(one, aliases, seen | {name}) for one in aliases[name]}
    kind = told.pop() if len(told) == 1 else None
    return kind if kind in SPECIAL else None
