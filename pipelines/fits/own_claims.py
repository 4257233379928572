"""The test of each stated claim: a named one, or the user's own SQL, on the rows that meet its condition."""

import json
from collections.abc import Mapping
from dataclasses import fields, replace
from functools import partial
from typing import Any

import duckdb
import polars as pl

import emergence
from emergence.claims.judge import Finding, Test, untestable
from emergence.claims.rows import ClaimTables
from emergence.claims.rules import decide
from emergence.errors import InputError

WANTED = ("source", "value", "low", "high")
OPTIONAL: dict[str, Any] = {"n": 0, "statistic": "value", "reason": "", "counter": ""}
FENCED = ("set enable_external_access = false", "set lock_configuration = true")


def tests_of(stated: pl.DataFrame) -> dict[str, Test]:
    """The test of every stated claim; one that names no test there is answers so for each source."""
    return {row["claim_id"]: _test_of(row) for row in stated.sort("claim_id").iter_rows(named=True)}


def _test_of(row: Mapping[str, Any]) -> Test:
    name = row["test_name"] or row["claim_id"]
    only = json.loads(row["only"]) if row["only"] else {}
    if row["sql"]:
        test: Test = partial(_by_sql, row=row)
    elif name in emergence.CLAIM_TESTS:
        test = emergence.CLAIM_TESTS[name]
    else:
        return partial(_say, why=f"there is no test of the name {name}")
    return partial(_on_condition, test=test, only=only) if only else test


def _say(tables: ClaimTables, *, why: str) -> list[Finding]:
    raise InputError(why)


def _on_condition(tables: ClaimTables, *, test: Test, only: dict[str, list[str]]) -> list[Finding]:
    """Judge on the rows that meet the condition; a source that has none is told so."""
    kept = {
        field.name: _filtered(getattr(tables, field.name), only)
        for field in fields(tables)
        if field.name != "chosen"
    }
    narrowed = replace(tables, **kept)
    told = " and ".join(f"{name} is {' or '.join(values)}" for name, values in only.items())
    have = {
        s for frame in kept.values() if frame is not None and frame.height for s in frame["source"].unique()
    }
    if not have:
        raise InputError(f"no table meets the condition: {told}")
    answers = [answer for answer in test(narrowed) if answer.source in have]
    everywhere = tables.loss_scores["source"].unique().to_list() if tables.loss_scores is not None else []
    return answers + [untestable(s, f"no row of it where {told}") for s in sorted(set(everywhere) - have)]


def _filtered(frame: pl.DataFrame | None, only: dict[str, list[str]]) -> pl.DataFrame | None:
    """Rows that meet the condition, as far as a table has its columns."""
    if frame is None:
        return None
    return frame.filter(
        pl.all_horizontal(
            pl.lit(value=True), *(pl.col(c).is_in(v) for c, v in only.items() if c in frame.columns)
        )
    )


def _by_sql(tables: ClaimTables, *, row: Mapping[str, Any]) -> list[Finding]:
    """Ask the claim's query of the tables and decide by its limit."""
    with duckdb.connect() as connection:
        for field in fields(tables):
            frame = getattr(tables, field.name)
            if frame is not None:
                connection.register(field.name, frame.to_arrow())
        for fence in FENCED:
            connection.execute(fence)
        try:
            found = connection.sql(row["sql"]).pl()
        except duckdb.Error as error:
            raise InputError(f"its SQL fails: {str(error).splitlines()[0]}") from error
    missing = [name for name in WANTED if name not in found.columns]
    if missing:
        raise InputError(f"its SQL gives no column {', '.join(missing)}; wanted: {', '.join(WANTED)}")
    return [_decided(answer, row) for answer in found.iter_rows(named=True)]


def _decided(answer: Mapping[str, Any], row: Mapping[str, Any]) -> Finding:
    """One row of the query's answer with its verdict."""
    more = {name: answer.get(name, default) for name, default in OPTIONAL.items()}
    least, most = row["at_least"], row["at_most"]
    told = f"supported at {f'{least:g} or more' if least is not None else f'{most:g} or less'}"
    numbers = [None if answer[name] is None else float(answer[name]) for name in ("value", "low", "high")]
    word, reason = decide(
        numbers[1],
        numbers[2],
        supported=lambda v: v >= least if least is not None else v <= most,
        words=str(more["reason"] or told),
    )
    value, low, high = numbers
    return Finding(
        str(answer["source"]),
        str(more["statistic"]),
        value,
        low,
        high,
        int(more["n"]),
        word,
        reason,
        str(more["counter"]),
    )
