"""Compares what a model gives of all rows at once with what lies in its file, where its shares are."""

from collections.abc import Iterable

import polars as pl

from pipelines.keys import OWN
from pipelines.warehouse.catalog import Model
from pipelines.warehouse.connect import connect
from pipelines.warehouse.lineage import Lineage
from pipelines.warehouse.partitions import define_functions
from pipelines.warehouse.store import Store


def rows_of(model: Model, store: Store, lineage: Lineage) -> pl.DataFrame:
    """Return what a model gives of all rows at once."""
    with connect(store, lineage, model.parents) as con:
        define_functions(con, model)
        return con.sql(model.text).pl()


def compare_with_whole(models: Iterable[Model], store: Store, lineage: Lineage) -> list[str]:
    """Compare every row, and return the models of which some are one's own; those stand last."""
    with_own = []
    for model in models:
        whole = rows_of(model, store, lineage)
        made = pl.read_parquet(store.path(model.room, model.name))
        assert made.height == whole.height, model.name
        assert made.sort(pl.all()).equals(whole.cast(dict(made.schema)).sort(pl.all())), model.name
        is_own = (
            made["source"] == OWN
            if "source" in made.columns
            else made["series_id"].str.starts_with(f"{OWN}/")
        )
        assert is_own.is_sorted(), model.name
        if is_own.any():
            with_own.append(model.name)
    return with_own
