"""What a star stands for: PostgreSQL's tables have columns, as xmin, that it leaves out."""

from functools import cache

from sqlglot import exp

from pipelines.serve.catalog.emulated import shapes
from pipelines.serve.catalog.names import SCHEMA

HIDDEN = ("xmin", "tableoid")


def leave_hidden_out(star: exp.Star) -> bool:
    """Leave a star's hidden columns out; says whether it has some."""
    column = star.parent if isinstance(star.parent, exp.Column) else None
    select = column.parent if column is not None else star.parent
    if not isinstance(select, exp.Select) or star.args.get("except_"):
        return False
    of = column.table.lower() if column is not None else ""
    if not any(_has_hidden(table) for table in _sources(select) if of in ("", table.alias_or_name.lower())):
        return False
    star.set("except_", [exp.to_identifier(name) for name in HIDDEN])
    return True


def _sources(select: exp.Select) -> list[exp.Table]:
    """The tables that stand in a select itself, those inside parentheses too."""
    waiting = [select.args.get("from_"), *(select.args.get("joins") or [])]
    found: list[exp.Table] = []
    while waiting:
        node = waiting.pop()
        node = node.this if isinstance(node, exp.From | exp.Join) else node
        if isinstance(node, exp.Table):
            found.append(node)
            waiting += node.args.get("joins") or []
        elif isinstance(node, exp.Paren) or (
            isinstance(node, exp.Subquery) and isinstance(node.this, exp.Table)
        ):
            waiting += [node.this, *(node.args.get("joins") or [])]
    return found


def _has_hidden(table: exp.Table) -> bool:
    return table.db.lower() in ("", "pg_catalog", SCHEMA) and table.name.lower() in _tables()


@cache
def _tables() -> frozenset[str]:
    return frozenset(shape.name for shape in shapes() if shape.schema == "pg_catalog" and shape.kind == "r")
