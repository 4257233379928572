"""Runs one SQL model on its parents' Parquet files and keeps the result."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from time import perf_counter

import duckdb
import polars as pl

from pipelines.warehouse import catalog
from pipelines.warehouse.catalog import Model
from pipelines.warehouse.disk import full, is_full
from pipelines.warehouse.lineage import Lineage
from pipelines.warehouse.quoting import read_parquet
from pipelines.warehouse.reports import REJECT_SCHEMA
from pipelines.warehouse.store import Record, Store, digest_of

LEAST_MEMORY = 700
MEMORY_A_MILLION_ROWS = 500
"""Megabytes that DuckDB may use at least, and for each million rows that a model reads; more goes to disk."""
READY_MEGABYTES = 128
"""Megabytes of rows that DuckDB may have ready while others are being written."""
log = logging.getLogger("emergence.engine")


def run_model(model: Model, store: Store, lineage: Lineage, *, force: bool = False) -> Record:
    """Run a model unless neither its text nor its parents changed since it last ran.

    A staging file that fails leaves its last good rows (or none) and one reject, so that the other sources
    go on; a failure anywhere else raises ``duckdb.Error``.
    """
    parents = lineage.made_from(model)
    digests = [store.need(lineage.room(parent), parent).digest for parent in parents]
    called = [function.text for function in catalog.functions_in(model.text)]
    key = digest_of(model.text, *called, duckdb.__version__, *parents, *digests)
    known = store.record(model.room, model.name)
    if known and known.key == key and not force:
        return Record(known.key, known.digest, known.rows, True)
    started = perf_counter()
    try:
        record = _run(model, store, lineage, key)
    except duckdb.Error as error:
        if is_full(error):
            raise full(store.path(model.room, model.name), error) from error
        if model.room != "staging":
            raise
        return _stage_nothing(model, store, lineage, error)
    if model.room == "staging":
        _write_staging_rejects(model, store, None)
    log.info("%s: %s rows in %.1f s", model.name, f"{record.rows:,}", perf_counter() - started)
    return record


def _run(model: Model, store: Store, lineage: Lineage, key: str) -> Record:
    with connect(store, lineage, model.parents) as con:
        for function in catalog.functions_in(model.text):
            con.execute(catalog.definition(function))
        reader = con.sql(model.text).to_arrow_reader(1 << 16)
        return store.write(model.room, model.name, key, reader, catalog.describer(model.name))


@contextmanager
def connect(store: Store, lineage: Lineage, parents: tuple[str, ...]) -> Iterator[duckdb.DuckDBPyConnection]:
    """Give a connection in memory in which each parent is a view on its Parquet files."""
    rows = sum(store.need(lineage.room(n), n).rows for parent in parents for n in lineage.behind(parent))
    megabytes = max(LEAST_MEMORY, MEMORY_A_MILLION_ROWS * rows // 1_000_000)
    with _engine(store.home).cursor() as con:
        con.execute("set memory_limit = ?", [f"{megabytes}MB"])
        for parent in parents:
            paths = [store.path(lineage.room(name), name) for name in lineage.behind(parent)]
            read_parquet(con, *paths, union_by_name=True).create_view(parent, replace=True)
        yield con


@lru_cache(maxsize=2)
def _engine(home: Path) -> duckdb.DuckDBPyConnection:
    """The one database in memory for a home folder: to start one costs more than most models do."""
    con = duckdb.connect()
    con.execute("set temp_directory = ?", [str(home / "tmp")])
    # Files are replaced under their names: nothing of them may be remembered.
    con.execute("set enable_external_file_cache = false")
    con.execute("set streaming_buffer_size = ?", [f"{READY_MEGABYTES}MB"])
    return con


def _stage_nothing(model: Model, store: Store, lineage: Lineage, error: duckdb.Error) -> Record:
    _write_staging_rejects(model, store, error)
    known = store.record(model.room, model.name)
    if known:
        return known
    shape = pl.read_parquet(store.path("staging", "stg_shape"), glob=False)
    return store.write(model.room, model.name, "", shape, catalog.describer(model.name))


def _write_staging_rejects(model: Model, store: Store, error: duckdb.Error | None) -> None:
    source = model.name.removeprefix("stg_")
    place = f"{Path(model.room) / model.name}.sql"
    rows = [(source, None, place, "staging_failed", None, str(error))] if error else []
    frame = pl.DataFrame(rows, schema=REJECT_SCHEMA, orient="row")
    store.write("staging", f"{model.name}_rejects", digest_of(str(error)), frame, lambda _: None)
