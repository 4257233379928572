"""One catalog query from PostgreSQL's dialect into DuckDB's, its names pointed at the emulated catalog.

Nodes are changed where they stand, never built anew around a part of what they held: nothing can get lost.
"""

import re
from typing import Any

import sqlglot
from sqlglot import exp

from pipelines.serve.catalog.differences import (
    COMPARISONS,
    LOOKUPS,
    MATCHES,
    NUMBERS,
    OPERATORS,
    PLAIN_TYPES,
    RENAMED,
    SETS,
    USERS,
    VECTORS,
    WRITES,
)
from pipelines.serve.catalog.emulated import column_types
from pipelines.serve.catalog.formats import spelled_out
from pipelines.serve.catalog.names import CATALOG, INFORMATION, SCHEMA, Names, Translation
from pipelines.serve.catalog.projections import projected
from pipelines.serve.catalog.stars import leave_hidden_out
from pipelines.serve.limits import QueryError


def translate(sql: str, ours: Names) -> Translation | None:
    """The query in DuckDB's dialect; None if it asks nothing of the catalog; or raises QueryError."""
    tree = _parsed(sql)
    if tree is None:
        return None
    change = _Change(tree, ours)
    try:
        types = projected(tree)
        # Leaves first: what is changed holds children that are done.
        for node in reversed(list(tree.dfs())):
            change.at(node)
        if not change.is_done:
            return None
        return Translation(
            tree.sql("duckdb", unsupported_level=sqlglot.ErrorLevel.RAISE), types, frozenset(change.relations)
        )
    except (sqlglot.errors.SqlglotError, RecursionError) as error:
        raise _not_understood(str(error).splitlines()[0]) from error


def _parsed(sql: str) -> exp.Query | None:
    failures = []
    for dialect in ("postgres", "duckdb"):
        try:
            statements = sqlglot.parse(sql, read=dialect)
        except (sqlglot.errors.SqlglotError, RecursionError) as error:
            failures.append(str(error).splitlines()[0])
            continue
        tree = statements[0] if len(statements) == 1 else None
        return tree if isinstance(tree, exp.Query) else None
    raise _not_understood(failures[0])


def _not_understood(what: str) -> QueryError:
    return QueryError("0A000", f"this question about PostgreSQL's catalog is not understood: {what[:200]}")


class _Change:
    """The changes of one tree."""

    def __init__(self, tree: exp.Query, ours: Names) -> None:
        self._ours = ours
        self._named = {cte.alias.lower() for cte in tree.find_all(exp.CTE)}
        self.is_done = False
        self.relations: set[tuple[str, str]] = set()

    def at(self, node: exp.Expr) -> None:
        """Change one node, or leave it."""
        if isinstance(node, exp.Table):
            self._table(node)
        elif isinstance(node, exp.Column):
            self._column(node)
        elif isinstance(node, exp.Collate):
            self._put(node, node.this)
        elif isinstance(node, exp.Dot) and node.this.name.lower() in ("pg_catalog", "information_schema"):
            self._dot(node)
        elif isinstance(node, exp.Cast):
            self._cast(node)
        elif isinstance(node, exp.Func) and not isinstance(node.parent, exp.Dot | exp.Table):
            self._function(node, "")
        elif isinstance(node, exp.Operator):
            self._operator(node)
        elif isinstance(node, exp.Star):
            self.is_done |= leave_hidden_out(node)
        elif isinstance(node, exp.Any):
            self._any(node)
        elif isinstance(node, exp.Bracket) and column_types().get(node.this.name.lower()) in VECTORS:
            self._element(node)
        elif isinstance(node, exp.EQ | exp.NEQ):
            for one, other in ((node.this, node.expression), (node.expression, node.this)):
                if isinstance(one, exp.Column) and column_types().get(one.name.lower()) == "regproc":
                    self._function_named(one, other)

    def _any(self, node: exp.Any) -> None:
        """An array of a query's rows is no other than they are."""
        held = node.this.this if isinstance(node.this, exp.Paren) else node.this
        if isinstance(held, exp.Array) and len(held.expressions) == 1:
            inner = held.expressions[0]
            if isinstance(inner, exp.Query):
                self._put(node.this, inner if isinstance(inner, exp.Subquery) else exp.Subquery(this=inner))

    def _element(self, node: exp.Bracket) -> None:
        """PostgreSQL counts what is in a vector from zero, DuckDB from one."""
        for place in list(node.expressions):
            if not isinstance(place, exp.Slice):
                self._put(place, exp.Add(this=exp.paren(place.copy()), expression=exp.Literal.number(1)))

    def _function_named(self, column: exp.Column, other: exp.Expr) -> None:
        """A column that names a function is compared with 0, which is none, or with a function's number."""
        if isinstance(other, exp.Literal) and other.name == "0":
            self._put(other, exp.Literal.string("-"))
        elif isinstance(other, exp.Column) and column_types().get(other.name.lower()) == "oid":
            self._put(column, _called("to_regproc", column))

    def _put(self, node: exp.Expr, other: exp.Expr) -> None:
        node.replace(other)
        self.is_done = True

    def _table(self, node: exp.Table) -> None:
        schema = node.db.lower()
        if isinstance(node.this, exp.Func):
            self._call_as_table(node, schema)
            return
        name = node.name.lower()
        place = INFORMATION if schema == "information_schema" else SCHEMA
        known = self._ours.information if place == INFORMATION else self._ours.relations
        if schema not in ("", "pg_catalog", "information_schema") or (not schema and name in self._named):
            return
        if name not in known:
            if schema:
                raise QueryError("42P01", f'relation "{schema}.{name}" does not exist')
            return
        self.relations.add((place, name))
        if node.args.get("alias") is None:
            node.set("alias", exp.TableAlias(this=exp.to_identifier(node.name)))
        node.set("this", exp.to_identifier(name, quoted=True))
        node.set("db", exp.to_identifier(place))
        node.set("catalog", exp.to_identifier(CATALOG))
        self.is_done = True

    def _call_as_table(self, node: exp.Table, schema: str) -> None:
        name = _name(node.this)
        if name in self._ours.functions and schema in ("", "pg_catalog"):
            node.set("db", exp.to_identifier(SCHEMA))
            node.set("catalog", exp.to_identifier(CATALOG))
            if name not in self._ours.sets:
                self._call_as_row(node, name)
                return
        elif name in RENAMED or (name == "generate_series" and not node.args.get("ordinality")):
            self._call_as_row(node, name)
            return
        elif schema in ("pg_catalog", "information_schema"):
            node.set("db", None)
        else:
            return
        self.is_done = True
        # PostgreSQL takes the alias of a call that gives one column for that column too.
        alias = node.args.get("alias")
        if alias is not None and not alias.columns and name in SETS:
            alias.set("columns", [alias.this.copy()])

    def _call_as_row(self, node: exp.Table, name: str) -> None:
        """A call of a value, where a table is asked for, is a table of one row of it, or of its items."""
        alias = node.args.get("alias") or exp.TableAlias(this=exp.to_identifier(name))
        called = alias.columns[0].name if alias.columns else alias.name
        value = node.this.copy()
        if name in SETS:
            listed = exp.Anonymous(this=name, expressions=_arguments(value))
            value = exp.Anonymous(this="unnest", expressions=[listed])
        row = exp.Select().select(exp.alias_(value, called, quoted=True))
        self._put(node, exp.Subquery(this=row, alias=exp.TableAlias(this=exp.to_identifier(alias.name))))
        if name not in SETS:
            self._function(row.selects[0].this, "")

    def _column(self, node: exp.Column) -> None:
        if node.db.lower() in ("pg_catalog", "information_schema"):
            node.set("db", None)
            self.is_done = True
        elif not node.table and node.name.lower() in USERS and not node.this.args.get("quoted"):
            self._put(node, _called(node.name.lower()))

    def _dot(self, node: exp.Dot) -> None:
        called = node.expression
        if isinstance(called, exp.Func):
            self._function(called, node.this.name.lower())
            if node.expression is called:  # one of DuckDB's own, known to behave alike
                self._put(node, called)
            else:
                self._put(node, node.expression)
        else:
            self._put(node, called)

    def _function(self, node: exp.Func, schema: str) -> None:
        name = _name(node)
        if name == "age" and _is_transaction(_arguments(node)):
            self._put(node, self._titled(node, _called("xid_age", *_arguments(node)), name))
        elif name in RENAMED:
            arguments = [a.copy() for a in _arguments(node)]
            self._put(node, exp.Anonymous(this=RENAMED[name], expressions=arguments))
        elif name == "format" and (spelled := spelled_out(_arguments(node))) is not None:
            self._put(node, self._titled(node, spelled, name))
        elif name in self._ours.information_functions and (
            schema == "information_schema" or name.startswith("_pg")
        ):
            self._put(node, self._titled(node, _called(name, *_arguments(node), schema=INFORMATION), name))
        elif name in self._ours.functions:
            self._put(node, self._titled(node, _called(name, *_arguments(node)), name))
        elif name.startswith("pg_") or schema == "information_schema":
            raise QueryError("0A000", f"the function {name} of PostgreSQL's catalog is not offered here")

    def _titled(self, node: exp.Func, call: exp.Expr, name: str) -> exp.Expr:
        # PostgreSQL names an unnamed column by its function alone.
        return exp.alias_(call, name) if _is_column(node) else call

    def _cast(self, node: exp.Cast) -> None:
        target = _target(node)
        is_text = node.this.is_string or isinstance(node.this, exp.Placeholder | exp.Parameter)
        is_compared = isinstance(node.parent, COMPARISONS)
        if target in ("regproc", "regprocedure") and is_compared:
            if node.this.is_string:  # its columns hold names
                self._put(node, exp.Literal.string(node.this.name.removeprefix("pg_catalog.")))
        elif target in LOOKUPS and is_compared and not is_text:
            self._put(node, node.this)
        elif target in LOOKUPS:
            number, shown = LOOKUPS[target]
            if not is_text and self._is_read_as_number(node):
                self._put(node, _called(number, node.this))
            elif not is_text:
                self._put(node, self._titled(node, _called(shown, node.this), target))
            elif _is_column(node.parent if isinstance(node.parent, exp.Alias) else node):
                self._put(node, self._titled(node, _called(shown, _called(number, node.this)), target))
            else:
                self._put(node, _called(number, node.this))
        elif target.endswith("[]"):
            self._array(node, target[:-2])
        elif target in PLAIN_TYPES:
            node.set("to", exp.DataType.build(PLAIN_TYPES[target], dialect="duckdb"))
            self.is_done = True

    def _is_read_as_number(self, node: exp.Cast) -> bool:
        """Whether what a name stands for is asked for, and not what is shown of it."""
        parent = node.parent
        if isinstance(parent, exp.Cast):
            return _target(parent) in NUMBERS
        name = _name(parent) if isinstance(parent, exp.Func) else ""
        return name in self._ours.functions and name not in WRITES

    def _array(self, node: exp.Cast, element: str) -> None:
        """PostgreSQL writes an array as '{a,b}'."""
        if node.this.is_string and re.fullmatch(r"\{[^{}\"\\]*\}", node.this.name):
            items = [item.strip() for item in node.this.name[1:-1].split(",") if item.strip()]
            node.set("this", exp.Array(expressions=[exp.Literal.string(item) for item in items]))
            self.is_done = True
        if element in PLAIN_TYPES:
            node.set("to", exp.DataType.build(PLAIN_TYPES[element] + "[]", dialect="duckdb"))
            self.is_done = True
        elif element in LOOKUPS:
            node.set("to", exp.DataType.build("VARCHAR[]", dialect="duckdb"))
            self.is_done = True

    def _operator(self, node: exp.Operator) -> None:
        name = str(node.args["operator"]).rsplit(".", 1)[-1]
        left, right = node.this, node.expression
        if name in OPERATORS:
            self._put(node, OPERATORS[name](this=left, expression=right))
        elif name in MATCHES:
            is_not, is_loose = MATCHES[name]
            found: exp.Expr = (exp.RegexpILike if is_loose else exp.RegexpLike)(this=left, expression=right)
            self._put(node, exp.Not(this=found) if is_not else found)
        else:
            raise QueryError("0A000", f"the operator {name} of PostgreSQL's catalog is not offered here")


def _target(node: exp.Cast) -> str:
    return re.sub(r"\(.*", "", node.to.sql("postgres").lower().split(".")[-1].strip('"'))


def _is_transaction(arguments: list[Any]) -> bool:
    names = [one.name.lower() for one in arguments if isinstance(one, exp.Column)]
    return len(arguments) == 1 and any(n in ("xmin", "xmax") or column_types().get(n) == "xid" for n in names)


def _name(node: exp.Func) -> str:
    if isinstance(node, exp.Anonymous):
        return node.name.lower()
    # Functions that sqlglot knows have a name of its own; as written for PostgreSQL it is the name asked for.
    if isinstance(node, exp.Binary | exp.Case | exp.If):
        return ""
    written = re.match(r'"?(\w+)"?(?:\(|$)', node.sql("postgres"))
    return written[1].lower() if written else ""


def _is_column(node: exp.Expr) -> bool:
    outer = node.parent if isinstance(node.parent, exp.Dot) else node
    return isinstance(outer.parent, exp.Select) and outer.arg_key == "expressions"


def _arguments(node: exp.Func) -> list[Any]:
    found: list[Any] = []
    for value in [node.args.get("expressions")] if isinstance(node, exp.Anonymous) else node.args.values():
        if isinstance(value, list):
            found.extend(value)
        elif isinstance(value, exp.Expr):
            found.append(value)
    return found


def _called(name: str, *arguments: exp.Expr, schema: str = SCHEMA) -> exp.Expr:
    call = exp.Anonymous(this=name, expressions=[a.copy() for a in arguments])
    return exp.Dot.build([exp.to_identifier(CATALOG), exp.to_identifier(schema), call])
