"""Columns that are asked for as text, since Python has no value for all of theirs, or not the same.

Python's days end with 9999 and know no infinite one, and a struct's members lose their types there;
DuckDB's own text tells all of it apart.
"""

import re
from collections.abc import Sequence

from pipelines.serve.values.pgtypes import JSON, pg_type

_TEMPORAL = re.compile(r"(DATE|TIMESTAMP(?:_S|_MS|_NS)?|TIMESTAMP WITH TIME ZONE)((?:\[\d*\])?)")


def as_asked(query: str, kinds: Sequence[str]) -> str | None:
    """The query with such columns as text, one line further down; None where it has none."""
    asked = [_column(kind, f"#{place}") for place, kind in enumerate(kinds, start=1)]
    if all(column.startswith("#") for column in asked):
        return None
    return f"select {', '.join(asked)} from (\n{query}\n)"


def _column(kind: str, held: str) -> str:
    if kind == "JSON":
        return f"({held}::varchar)"
    if pg_type(kind) is JSON:
        return f"(if({held} is null, null, to_json({held})::varchar))"
    if found := _TEMPORAL.fullmatch(kind):
        micros = f"{held}::timestamp{found[2]}" if found[1] == "TIMESTAMP_NS" else held
        return f"({micros}::varchar{found[2]})"
    return held
