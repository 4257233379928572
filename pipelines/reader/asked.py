"""The queries of ``sql/questions/ask/`` on the newest release, and names put right."""

import difflib
from collections.abc import Sequence
from typing import Any

import duckdb
import polars as pl

from emergence.errors import InputError
from pipelines.warehouse import catalog

NEAREST = 5


def ask_sql(con: duckdb.DuckDBPyConnection, name: str, **values: Any) -> pl.DataFrame:
    """Return the rows of one query, its parameters bound.

    Raises InputError where the release lacks a table, as one made before the table was.
    """
    text = (catalog.QUESTIONS / "ask" / f"{name}.sql").read_text()
    try:
        frame: pl.DataFrame = con.sql(text, params=values or None).pl()
    except duckdb.CatalogException as error:
        said = str(error).splitlines()[0]
        raise InputError(f"this release cannot be asked ({said}); run `emergence run` for a newer") from error
    return frame


def unknown(what: str, name: str, known: Sequence[str], see: str) -> InputError:
    """Return the error for a name that a release does not hold, with the nearest that it does."""
    lowered = {other.lower(): other for other in known}
    near = difflib.get_close_matches(name.lower(), list(lowered), n=NEAREST, cutoff=0.5)
    holding = [other for other in known if name.lower() in other.lower()][:NEAREST]
    names = list(dict.fromkeys([*(lowered[n] for n in near), *holding]))[:NEAREST]
    hint = f"the nearest are {', '.join(names)}" if names else f"see `{see}`"
    return InputError(f"no {what} {name!r}; {hint}")
