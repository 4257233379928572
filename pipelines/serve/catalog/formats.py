"""PostgreSQL's format() as joined texts: DuckDB's function of that name means something else."""

import re
from typing import Any

from sqlglot import exp

from pipelines.serve.catalog.names import CATALOG, SCHEMA
from pipelines.serve.limits import QueryError

_PLACE = re.compile(r"%(?:(\d+)\$)?([sIL%])")
_WRITTEN_BY = {"I": "quote_ident", "L": "quote_nullable"}


def spelled_out(arguments: list[Any]) -> exp.Expr | None:
    """The call as a concatenation; None if PostgreSQL would not write it so; or raises QueryError."""
    if not arguments or not arguments[0].is_string:
        return None
    written = arguments[0].name
    if "%" not in written:
        return None
    if re.search("%", _PLACE.sub("", written)):
        raise QueryError(
            "0A000", "format is offered with %s, %I and %L alone, each with or without its place"
        )
    parts: list[exp.Expr] = []
    end, place = 0, 0
    for match in _PLACE.finditer(written):
        parts.append(exp.Literal.string(written[end : match.start()]))
        end = match.end()
        if match[2] == "%":
            parts.append(exp.Literal.string("%"))
            continue
        place = int(match[1]) if match[1] else place + 1
        if not 0 < place < len(arguments):
            raise QueryError("22023", "too few arguments for format()")
        parts.append(_one(arguments[place].copy(), match[2]))
    parts.append(exp.Literal.string(written[end:]))
    # concat passes over nulls, as format does.
    return exp.Anonymous(this="concat", expressions=parts)


def _one(value: exp.Expr, kind: str) -> exp.Expr:
    text = exp.Cast(this=value, to=exp.DataType.build("VARCHAR"))
    if kind == "s":
        return text
    call = exp.Anonymous(this=_WRITTEN_BY[kind], expressions=[text])
    return exp.Dot.build([exp.to_identifier(CATALOG), exp.to_identifier(SCHEMA), call])
