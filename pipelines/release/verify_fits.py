"""Holds the fits of a release against a sample of them that is fitted again."""

from collections.abc import Iterator, Mapping
from typing import Any

import duckdb
import polars as pl
import polars.selectors as cs

from pipelines.fits.part_digests import PART
from pipelines.fits.run_fits import library_code
from pipelines.keys import SERIES_ID
from pipelines.release import refit
from pipelines.release.open_release import Release
from pipelines.warehouse.catalog import Model, models, public_models
from pipelines.warehouse.quoting import read_parquet

DIGITS = 1e-6
"""Numbers that agree to a millionth are the same: another processor rounds the last digits otherwise."""
MOST_LINES = 10
MOST_NAMED = 4
FACTS = {"facts_vocabulary": "vocabulary", "sufficiency_fits": "sufficiency"}
"""What the models of fits read that no release holds by that name, with the table that tells the same."""
CIRCULAR = "facts_circular"


def refitted(release: Release, manifest: Mapping[str, Any], rows: int) -> Iterator[tuple[bool, str]]:
    """Fit a sample again and yield what was seen, each with whether it is as it must be."""
    if manifest.get("library") != library_code():
        yield True, "made by other statistics than are here: no fit is fitted again"
        return
    try:
        settings = refit.stated_settings(manifest)
    except refit.RefitError as error:
        yield False, str(error)
        return
    drawn = refit.sample(release, str(manifest["release"]), rows)
    if drawn.without and "export_of" not in manifest:
        yield (
            False,
            f"thresholds: {len(drawn.without)} rows have no inputs in loss_scores: {drawn.without[0]}",
        )
    seen: set[str] = set()
    wrong = list(_of_series(release, settings, drawn.series, seen))
    for part in drawn.parts:
        wrong += _of_part(release, settings, part, seen)
    yield from ((False, line) for line in wrong[:MOST_LINES])
    if len(wrong) > MOST_LINES:
        yield False, f"and {len(wrong) - MOST_LINES} fitted numbers more"
    if not wrong:
        yield True, _vouched(drawn, seen)


def _vouched(drawn: refit.Sample, seen: set[str]) -> str:
    """Return what was fitted again, and what was not."""
    series, parts = drawn.of
    rest = sorted({m.name for m in public_models() if m.room == "fits"} - seen)
    named = [" on ".join(part) for part in drawn.parts]
    shown = ", ".join(named[:MOST_NAMED]) + (", …" if len(named) > MOST_NAMED else "")
    absent = f"; {len(drawn.without)} thresholds have no inputs here" if drawn.without else ""
    return (
        f"fitted again as on record: {len(drawn.series)} of {series:,} thresholds with their onsets, every "
        f"fit of {len(named)} of {parts} parts ({shown}); not vouched for: the rest, "
        f"and {', '.join(rest)}{absent}"
    )


def _of_series(release: Release, settings: Any, series: list[str], seen: set[str]) -> Iterator[str]:
    if series:
        made = refit.fit_series(release, settings, series)
        yield from _compare(release, made, pl.col(SERIES_ID).is_in(series), seen)


def _of_part(release: Release, settings: Any, part: tuple[str, str], seen: set[str]) -> Iterator[str]:
    made = refit.fit_part(release, settings, part)
    yield from _compare(release, made, (pl.col(PART[0]) == part[0]) & (pl.col(PART[1]) == part[1]), seen)


def _compare(release: Release, made: refit.Fitted, rows: pl.Expr, seen: set[str]) -> Iterator[str]:
    """Yield each number of the tables that the SQL of the release makes of fits, and that differs."""
    with duckdb.connect() as con:
        for model in _models_of(made):
            _define(con, release, model, made)
            again = con.sql(model.text).pl()
            found = refit.released(release, model.name).filter(rows).collect()
            seen.add(model.name)
            yield from differences(model, found, again)


def _models_of(made: refit.Fitted) -> list[Model]:
    """Return the tables of fits of which all that was fitted is there."""
    fits = [model for model in models().values() if model.room == "fits" and not model.head.is_internal]
    return [
        model
        for model in fits
        if {p for p in model.parents if p.endswith("_fits")} - FACTS.keys() <= made.keys()
        and any(p in made for p in model.parents)
        # What sums up a whole source cannot be made of a part.
        and {SERIES_ID, "corpus"} & set(model.head.grain)
    ]


def _define(con: duckdb.DuckDBPyConnection, release: Release, model: Model, made: refit.Fitted) -> None:
    """Make the parents of a model views: on what was fitted again, else on what was released."""
    for name in model.parents:
        if name in made:
            rows = con.from_arrow(made[name].to_arrow())
        elif name == CIRCULAR:
            known = read_parquet(con, release.table("loss_scores"))
            rows = known.filter("circular").select("corpus", "task").distinct()
        elif name in FACTS:  # fits themselves have not the column that the tables get from CIRCULAR
            told = read_parquet(con, release.table(FACTS[name]))
            rows = told.select(*(column for column in told.columns if column != "circular"))
        else:
            rows = read_parquet(con, release.table(name))
        rows.create_view(name, replace=True)


def differences(model: Model, found: pl.DataFrame, again: pl.DataFrame) -> Iterator[str]:
    """Yield each cell that is on record otherwise than it was fitted again, by table, key and column."""
    key = list(model.head.grain)
    found, again = (frame.with_columns(cs.float().fill_nan(None)).sort(key) for frame in (found, again))
    if not found.select(key).equals(again.select(key)):
        odd = [
            one.join(other, on=key, how="anti", nulls_equal=True).select(key)
            for one, other in ((found, again), (again, found))
        ]
        yield from (f"{model.name}: {_said(row)} is not fitted again" for row in odd[0].to_dicts())
        yield from (
            f"{model.name}: {_said(row)} is fitted again, and not on record" for row in odd[1].to_dicts()
        )
        return
    for column in again.columns:
        for k in (~_same(found[column], again[column])).arg_true():
            values = f"{found[column][k]!r:.60} on record, fitted again {again[column][k]!r:.60}"
            yield f"{model.name}: {_said(found.select(key).row(k, named=True))}: {column} is {values}"


def _said(row: dict[str, Any]) -> str:
    return ", ".join(str(value) for value in row.values())


def _same(one: pl.Series, other: pl.Series) -> pl.Series:
    if not other.dtype.is_float() or not one.dtype.is_float():
        return one.eq_missing(other)
    near = (one - other).abs() <= DIGITS * pl.select(pl.max_horizontal(one.abs(), other.abs())).to_series()
    return one.eq_missing(other) | near.fill_null(False)
