"""Runs a fit that says of each source what its rows alone say, and keeps that until one of them changes."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter

import polars as pl

from pipelines.fits.part_digests import part_digests
from pipelines.fits.run_fits import Read, library_code, reusable
from pipelines.keys import with_series_id
from pipelines.settings import Settings
from pipelines.warehouse.home import Warehouse
from pipelines.warehouse.store import Record, digest_of

SOURCE = ("source",)
ALL: tuple[str, ...] = ()
"""All columns of a relation."""
log = logging.getLogger("emergence.fits")


@dataclass(frozen=True)
class BySource:
    """A fit of whole relations whose answer on a source rests on the rows of that source.

    ``reads`` gives the relations that are asked of sources, with the columns that are read, all where none is
    named; ``fit`` is given them without the rows of some sources and returns rows that name theirs.
    ``finish`` is given the answers on all sources, in the order of their names, and may read ``more``. Unless
    rows are read ``in_order``, theirs may be any.
    """

    outputs: Mapping[str, str]
    reads: Mapping[str, Sequence[str]]
    fit: Callable[[Read, Settings], pl.DataFrame]
    finish: Callable[[pl.DataFrame, Read, Settings], pl.DataFrame]
    more: Sequence[str] = ()
    in_order: bool = True

    @property
    def parents(self) -> list[str]:
        """The relations that it reads."""
        return [*self.reads, *self.more]


def fit_by_source(warehouse: Warehouse, fit: BySource) -> dict[str, Record]:
    """Fit the sources of which a row changed, or what names no source, and put all together."""
    store, settings, lineage = warehouse.store, warehouse.settings, warehouse.lineage
    (output,) = fit.outputs
    read = [store.need(lineage.room(name), name).digest for name in fit.parents]
    key = digest_of(output, *read, library_code(), str(settings.numbers()))
    if known := reusable(store, output, key, force=settings.force):
        return {output: known}
    started = perf_counter()
    answers, anew = _answers(warehouse, fit, output)
    whole = fit.finish(answers, _reader(warehouse, fit), settings)
    record = store.write("fits", output, key, with_series_id(whole), lambda _: None)
    seconds = perf_counter() - started
    log.info("%s: %d rows in %.1f s, %d sources anew", output, record.rows, seconds, anew)
    return {output: record}


def _answers(warehouse: Warehouse, fit: BySource, output: str) -> tuple[pl.DataFrame, int]:
    """Return the answers on all sources, in the order of their names, and on how many they were made anew."""
    store, settings = warehouse.store, warehouse.settings
    keys = _keys(warehouse, fit)
    places = {source: f"{output}/{digest_of(source)[:16]}" for source in keys}
    due = [s for s, k in keys.items() if not reusable(store, places[s], k, force=settings.force)]
    kept = []
    if due or not keys:
        made = fit.fit(_reader(warehouse, fit, due), settings)
        kept = [made.clear()]
        for source in due:
            answer = made.filter(pl.col("source") == source)
            store.write("fits", places[source], keys[source], answer, lambda _: None)
    store.keep_only("fits", output, [place.partition("/")[2] for place in places.values()])
    kept += [pl.read_parquet(store.path("fits", place), glob=False) for place in places.values()]
    return pl.concat(kept), len(due)


def _keys(warehouse: Warehouse, fit: BySource) -> dict[str, str]:
    """Return the key of each source: of its rows, of the rows that are of no source, of code and settings."""
    store, lineage = warehouse.store, warehouse.lineage
    code = (library_code(), str(warehouse.settings.numbers()))
    shared, rows = [], []
    for name in fit.reads:
        room, columns = lineage.room(name), _columns(warehouse, fit, name)
        if "source" in columns:
            rows.append(part_digests(store, room, name, columns, by=SOURCE, in_order=fit.in_order))
        else:
            shared.append(store.need(room, name).digest)
    return {
        source: digest_of(source, *(of.get((source,), (0, ""))[1] for of in rows), *shared, *code)
        for (source,) in sorted(set().union(*rows))
    }


def _columns(warehouse: Warehouse, fit: BySource, name: str) -> list[str]:
    path = warehouse.store.path(warehouse.lineage.room(name), name)
    return list(fit.reads[name] or pl.read_parquet_schema(path))


def _reader(warehouse: Warehouse, fit: BySource, only: Sequence[str] | None = None) -> Read:
    """Return what reads a relation: of some sources alone, and what may be read of sources, or all of it."""

    def read(name: str) -> pl.LazyFrame:
        rows = pl.scan_parquet(warehouse.store.path(warehouse.lineage.room(name), name), glob=False)
        if only is None:
            return rows
        columns = _columns(warehouse, fit, name)
        is_of = pl.col("source").is_in(only) if "source" in columns else pl.lit(value=True)
        return rows.select(columns).filter(is_of)

    return read
