"""Cuts what a model reads by one column, runs it on each part, and puts the parts together again in order.

A model's head says what it may be cut by. Parts are ranges of that column's values, so that they follow each
other as the rows of the whole do, and what comes out is what the whole gives: row by row, and byte by byte
where rows have an order.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import sqlglot

from pipelines.engines import Engine
from pipelines.engines.machine import room_in_memory
from pipelines.warehouse import catalog
from pipelines.warehouse.catalog import Model
from pipelines.warehouse.connect import Bounds, connect, engine_in, rows_read
from pipelines.warehouse.heads import Partition
from pipelines.warehouse.lineage import Lineage
from pipelines.warehouse.quoting import quoted_name, read_parquet
from pipelines.warehouse.store import Record, Store, digest_of

BATCH = 1 << 16
log = logging.getLogger("emergence.engine")


@dataclass(frozen=True)
class Piece:
    """Values of a column from ``low`` on, below ``high``; None is no end. The last holds empty ones, too."""

    low: str | None = None
    high: str | None = None

    def condition(self, column: str) -> duckdb.Expression:
        """Return the condition that a row belongs here."""
        value = duckdb.ColumnExpression(column)
        above = duckdb.ConstantExpression(True)
        if self.low is not None:
            above = value >= duckdb.ConstantExpression(self.low)
        return (
            (above | value.isnull())
            if self.high is None
            else above & (value < duckdb.ConstantExpression(self.high))
        )

    def holds(self, value: str) -> bool:
        """Return whether a value that is not empty belongs here."""
        return (self.low is None or value >= self.low) and (self.high is None or value < self.high)

    def of(self, model: Model) -> str:
        """Return the name under which the store keeps what a model makes of this piece."""
        return f"{model.place}/{digest_of(str(self.low), str(self.high))[:16]}"


def run_in_pieces(
    model: Model, store: Store, lineage: Lineage, key: str, engine: Engine, pieces: int
) -> Record | None:
    """Run a model in about so many pieces and write it whole; None where there is nothing to cut.

    A piece lies in a folder of its own; those that were done before an end came are not done again. How much
    memory a row wants hangs on the rows: where a piece does not fit, all that are not done are cut finer.
    Raises ``duckdb.OutOfMemoryException`` where there is nothing finer to cut.
    """
    cut = model.head.partition
    counted = _counted(model, cut, store, lineage, engine) if cut else []
    ranges = list(split(counted, pieces))
    if cut is None or len(ranges) < 2:
        return None
    bounds = Bounds(engine.task_megabytes, threads=1)
    while True:
        tasks = [(store, lineage, model, cut, key, piece, bounds) for piece in ranges]
        try:
            with room_in_memory(engine.alone_megabytes):
                done = engine.side_by_side(run_piece, tasks, megabytes=bounds.megabytes)
                for number, rows in enumerate(done, 1):
                    log.info("%s: partition %d of %d, %s rows", model.name, number, len(tasks), f"{rows:,}")
            break
        except duckdb.OutOfMemoryException:
            finer = list(_finer(model, store, key, ranges, counted))
            if len(finer) == len(ranges):
                raise
            log.info("%s: a partition does not fit in memory, cut into %d", model.name, len(finer))
            ranges = finer
    paths = [store.path(model.room, piece.of(model)) for piece in ranges]
    with engine_in(store.home, Bounds(engine.alone_megabytes)) as con:
        whole = _together(con, model, cut, paths)
        return store.write(model.room, model.place, key, whole, catalog.describer(model.name))


def run_piece(
    store: Store, lineage: Lineage, model: Model, cut: Partition, key: str, piece: Piece, bounds: Bounds
) -> int:
    """Run a model on one piece of what it reads, unless that is done; return the number of rows."""
    if done := _done(store, model, key, piece):
        return done.rows

    def narrow(parent: str, rows: duckdb.DuckDBPyRelation) -> duckdb.DuckDBPyRelation:
        seen = model.seen(parent, rows)
        return seen if parent in cut.whole else seen.filter(piece.condition(cut.column))

    with connect(store, lineage, model.parents, bounds, narrow) as con:
        define_functions(con, model)
        reader = con.sql(model.text).to_arrow_reader(BATCH)
        name = piece.of(model)
        return store.write(model.room, name, digest_of(key, name), reader, lambda _: None).rows


def _done(store: Store, model: Model, key: str, piece: Piece) -> Record | None:
    """Return what the store has of a piece, if that was made of the same rows by the same text."""
    known = store.record(model.room, piece.of(model))
    return known if known and known.key == digest_of(key, piece.of(model)) else None


def define_functions(con: duckdb.DuckDBPyConnection, model: Model) -> None:
    """Make the functions that a model calls."""
    for function in catalog.functions_in(model.text):
        con.execute(catalog.definition(function))


def _counted(
    model: Model, cut: Partition, store: Store, lineage: Lineage, engine: Engine
) -> list[tuple[str, int]]:
    """Return the values a model is cut by, in order, with their rows in the largest relation that is cut."""
    relations = [parent for parent in model.parents if parent not in cut.whole]
    largest = max(relations, key=lambda parent: rows_read(store, lineage, (parent,)))
    column = quoted_name(cut.column)
    with connect(store, lineage, (largest,), Bounds(engine.alone_megabytes)) as con:
        stated = con.view(largest).filter(duckdb.ColumnExpression(cut.column).isnotnull())
        counted = stated.aggregate(f"{column}, count(*)", column).order(column).fetchall()
    return [(str(value), n) for value, n in counted]


def split(counted: list[tuple[str, int]], pieces: int, within: Piece = Piece()) -> Iterator[Piece]:
    """Yield pieces over values in their order, of about as many rows each; no value is in two."""
    waiting = sum(n for _, n in counted)
    low, held = within.low, 0
    for value, n in counted:
        # A share is of what is left, so that what the ones before fell short of is not all in the last.
        if pieces > 1 and held and held + n / 2 > waiting / pieces:
            yield Piece(low, value)
            waiting -= held
            low, held, pieces = value, 0, pieces - 1
        held += n
    yield Piece(low, within.high)


def _finer(
    model: Model, store: Store, key: str, ranges: list[Piece], counted: list[tuple[str, int]]
) -> Iterator[Piece]:
    """Yield the pieces that are done as they are, and halves of the others."""
    for piece in ranges:
        if _done(store, model, key, piece):
            yield piece
        else:
            yield from split([(value, n) for value, n in counted if piece.holds(value)], 2, piece)


def _together(
    con: duckdb.DuckDBPyConnection, model: Model, cut: Partition, paths: list[Path]
) -> pa.RecordBatchReader:
    """Return the rows of all pieces in the order of the whole."""
    if cut.is_sorted_again:
        order = ", ".join(f"{quoted_name(name)} nulls last" for name in _order(model))
        return read_parquet(con, *paths).order(order).to_arrow_reader(BATCH)
    pieces = [read_parquet(con, path) for path in paths]
    if cut.within:
        # A piece stands in order, so that what it holds of one value lies together in it.
        outer = duckdb.ColumnExpression(cut.within)
        values = (
            read_parquet(con, *paths).select(outer).distinct().order(f"{quoted_name(cut.within)} nulls last")
        )
        pieces = [
            piece.filter(outer.isnull() if value is None else outer == duckdb.ConstantExpression(value))
            for (value,) in values.fetchall()
            for piece in pieces
        ]
    schema = read_parquet(con, paths[0]).limit(0).to_arrow_table().schema
    batches = (batch for piece in pieces for batch in piece.to_arrow_reader(BATCH))
    return pa.RecordBatchReader.from_batches(schema, batches)


def _order(model: Model) -> list[str]:
    """Return the columns by which a model's last `order by` puts its rows."""
    order = sqlglot.parse_one(model.text, dialect="duckdb").args["order"]
    return [str(ordered.this.name) for ordered in order.expressions]
