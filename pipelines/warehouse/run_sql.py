"""Runs one SQL model on its parents' Parquet files and keeps the result."""

import logging
import math
from pathlib import Path
from time import perf_counter

import duckdb
import polars as pl

from pipelines.engines import Engine, Here
from pipelines.keys import OWN
from pipelines.warehouse import catalog
from pipelines.warehouse.apart import SHARES, Share, run_apart
from pipelines.warehouse.catalog import Model
from pipelines.warehouse.connect import Bounds, connect, rows_read, too_little, wanted_megabytes
from pipelines.warehouse.disk import full, is_full
from pipelines.warehouse.lineage import Lineage
from pipelines.warehouse.partitions import BATCH, define_functions, run_in_pieces
from pipelines.warehouse.reports import REJECT_SCHEMA
from pipelines.warehouse.store import Record, Store, digest_of

log = logging.getLogger("emergence.engine")
HERE = Here()


def run_model(
    model: Model, store: Store, lineage: Lineage, *, force: bool = False, engine: Engine = HERE
) -> Record:
    """Run a model unless neither its text nor its parents changed since it last ran, cut where it is large.

    A staging file that fails leaves its last good rows (or none) and one reject, so that the other sources
    go on; a failure anywhere else raises ``duckdb.Error``.
    """
    parents = lineage.made_from(model)
    digests = [store.need(lineage.room(parent), parent).digest for parent in parents]
    key = _key(model, *parents, *digests)
    if known := _standing(model, store, key, force=force):
        return known
    started = perf_counter()

    def run_share(share: Share) -> Record:
        key = _key(share, *share.made_from(store, lineage))
        known = _standing(share, store, key, force=force)
        return known or _run(share, store, lineage, key, engine, at_once=share.share == OWN)

    try:
        if model.head.is_apart:
            record = run_apart(model, store, key, run_share)
        else:
            record = _run(model, store, lineage, key, engine)
        # Pieces, of this run or of one that was ended before they were put together.
        store.keep_only(model.room, model.place, SHARES if model.head.is_apart else ())
    except duckdb.OutOfMemoryException as error:
        raise too_little(model.name, engine.alone_megabytes, error) from error
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


def _key(model: Model, *made_from: str) -> str:
    called = [function.text for function in catalog.functions_in(model.text)]
    return digest_of(model.text, *called, duckdb.__version__, *made_from)


def _standing(model: Model, store: Store, key: str, *, force: bool) -> Record | None:
    """Return the record of what stands as this key makes it; None where it has to be made."""
    known = store.record(model.room, model.place)
    if known is None or known.key != key or force:
        return None
    return Record(known.key, known.digest, known.rows, True)


def _run(
    model: Model, store: Store, lineage: Lineage, key: str, engine: Engine, *, at_once: bool = False
) -> Record:
    """Run a model, cut where it wants more memory than there is, ``at_once`` only if that turns out so."""
    rows = rows_read(store, lineage, model.parents)
    wanted = wanted_megabytes(rows)
    pieces = 1 if at_once else engine.pieces(rows, wanted)
    record = run_in_pieces(model, store, lineage, key, engine, pieces) if pieces > 1 else None
    if record is None:
        bounds = Bounds(min(wanted, engine.alone_megabytes))
        try:
            record = _run_whole(model, store, lineage, key, bounds)
        except duckdb.OutOfMemoryException:
            # Not all that a query holds can go to disk: a median keeps all of its values.
            fitting = max(2, math.ceil(wanted / engine.task_megabytes))
            record = run_in_pieces(model, store, lineage, key, engine, fitting) if pieces == 1 else None
            if record is None:
                raise
    store.keep_only(model.room, model.place, ())
    return record


def _run_whole(model: Model, store: Store, lineage: Lineage, key: str, bounds: Bounds) -> Record:
    with connect(store, lineage, model.parents, bounds, model.seen) as con:
        define_functions(con, model)
        reader = con.sql(model.text).to_arrow_reader(BATCH)
        return store.write(model.room, model.place, key, reader, catalog.describer(model.name))


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
