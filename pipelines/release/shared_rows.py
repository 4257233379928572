"""What others may have of a table: no row of a closed source, and nothing that names one's own runs."""

import re
from pathlib import Path

import duckdb
import polars as pl

from pipelines.keys import OWN
from pipelines.release.open_release import Release
from pipelines.warehouse import catalog
from pipelines.warehouse.catalog import Model
from pipelines.warehouse.connect import writing_beside
from pipelines.warehouse.quoting import read_parquet
from pipelines.warehouse.store import Store

LISTS = {
    "corpora": ("sources",),
    "models": ("sources", "aliases"),
    "tasks": ("aliases",),
}
"""Columns that list sources, or names as `source:name`, in tables of what several sources have."""
COUNTS = {"corpora": ("n_losses", "losses"), "models": ("n_runs", "runs")}
"""Columns that count the rows of another table, over all sources."""


def shared_file(model: Model, release: Release, folder: Path) -> Path:
    """Return a table's Parquet file as others may have it, below ``folder`` where that is not all of it."""
    whole = release.table(model.name)
    has_source = "source" in pl.read_parquet_schema(whole)
    if not has_source and model.name not in LISTS:
        return whole
    store = Store(folder)
    with writing_beside(folder.parent) as con:
        kept = read_parquet(con, whole)
        if has_source:
            source = duckdb.ColumnExpression("source")
            kept = kept.filter(~source.isin(*map(duckdb.ConstantExpression, _left_out(model, release))))
        if "scenario" in kept.columns:
            told = duckdb.ColumnExpression("scenario"), duckdb.ConstantExpression(f"{OWN}/")
            kept = kept.filter(~duckdb.FunctionExpression("starts_with", *told))
        rows = kept.to_arrow_reader(1 << 16)
        if model.name in LISTS:  # a few thousand rows
            rows = (
                _without_own_names(model, release, pl.DataFrame(rows.read_all()))
                .to_arrow()
                .cast(rows.schema)
                .to_reader()
            )
        store.write("tables", model.name, "", rows, catalog.describer(model.name))
    return store.path("tables", model.name)


def _left_out(model: Model, release: Release) -> list[str]:
    """Return the sources whose rows a table must not hold: one's own, and those of closed ones."""
    if model.name == "sources":
        return [OWN]
    is_published = model.room == "marts" or "checkpoint_id" in model.head.grain
    sources = pl.read_parquet(release.table("sources"), glob=False)
    closed = sources.filter(~pl.col("redistribute"))["source"].to_list() if is_published else []
    return sorted({*closed, OWN})


def _without_own_names(model: Model, release: Release, rows: pl.DataFrame) -> pl.DataFrame:
    """Return rows whose lists and counts are of others alone; a row that nobody else has goes."""
    lists = LISTS[model.name]
    kept = rows.with_columns(pl.col(lists).map_elements(_others, return_dtype=pl.String))
    kept = kept.filter(pl.all_horizontal(pl.col(lists).fill_null("-") != ""))
    if model.name not in COUNTS:
        return kept
    count, counted = COUNTS[model.name]
    of_others = pl.scan_parquet(release.table(counted), glob=False).filter(pl.col("source") != OWN)
    counts = (
        of_others.group_by(model.head.grain).agg(pl.len().cast(rows.schema[count]).alias(count)).collect()
    )
    return (
        kept.drop(count)
        .join(counts, on=model.head.grain, how="left", maintain_order="left", nulls_equal=True)
        .select(rows.columns)
    )


def _others(listed: str) -> str:
    """Return a list of sources, or of names as `source:name`, without one's own; a name may hold commas."""
    items = re.split(r", (?=\w+:)" if ":" in listed else ", ", listed)
    return ", ".join(item for item in items if item != OWN and not item.startswith(f"{OWN}:"))
