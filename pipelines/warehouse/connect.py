"""Connects DuckDB to relations of the store, within a bound of memory and spilling to the home's disk."""

import itertools
import os
import socket
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from emergence.errors import EmergenceError
from pipelines.engines.here import LEAST_MEGABYTES, Here
from pipelines.engines.machine import room_in_memory
from pipelines.engines.workers import MOST
from pipelines.warehouse.lineage import Lineage
from pipelines.warehouse.quoting import read_parquet
from pipelines.warehouse.store import Store

MEMORY_A_MILLION_ROWS = 500
"""Megabytes that DuckDB wants for each million rows that a query reads; with fewer, more goes to disk."""
READY_MEGABYTES = 128
READY_SHARE = 8
"""Megabytes of rows that DuckDB may have ready while others are written, and which share of all at most."""
SPLITTING = "partitioned_execution"
"""What DuckDB from 2.0 on does to a query that groups rows: it reads a file once for every few millions of
its rows, and holds its footer as many times, whatever it may use: 10 GB for 500 million rows."""


class MemoryShortError(EmergenceError):
    """A query needs more memory than it may use."""


Places = dict[str, list[tuple[str, str]]]
"""What is seen under a name: the rooms and names of what lies in the store."""
Narrow = Callable[[str, duckdb.DuckDBPyRelation], duckdb.DuckDBPyRelation]


@dataclass(frozen=True)
class Bounds:
    """The most that one query may use; no number of threads means all processors."""

    megabytes: int
    threads: int | None = None


def wanted_megabytes(rows: int) -> int:
    """Return what a query over so many rows wants to use."""
    return max(LEAST_MEGABYTES, MEMORY_A_MILLION_ROWS * rows // 1_000_000)


def rows_read(store: Store, lineage: Lineage, parents: tuple[str, ...]) -> int:
    """Return how many rows lie behind some relations."""
    return _rows_at(store, places_of(lineage, parents))


def _rows_at(store: Store, places: Places) -> int:
    return sum(store.need(*place).rows for seen in places.values() for place in seen)


def too_little(name: str, megabytes: int, error: Exception) -> MemoryShortError:
    """Return the error that says which relation needs more memory than there is."""
    said = " ".join(str(error).split())[:200]
    return MemoryShortError(
        f"{name} needs more than the {megabytes:,} MB that DuckDB may use here, 60 % of the memory of this "
        f"machine or its control group; give it more, or run on a cluster ({said})"
    )


@contextmanager
def connect(
    store: Store,
    lineage: Lineage,
    parents: tuple[str, ...],
    bounds: Bounds | None = None,
    narrow: Narrow = lambda _, rows: rows,
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Give a connection in memory in which each parent is a view on its Parquet files.

    Without bounds it may use what its rows want, and no more than this machine lets it; ``narrow`` is given
    the name and rows of each parent and returns those to see.
    """
    with connect_to(store, places_of(lineage, parents), bounds, narrow) as con:
        yield con


def places_of(lineage: Lineage, parents: tuple[str, ...]) -> Places:
    """Return where the rows of relations lie."""
    return {parent: [(lineage.room(name), name) for name in lineage.behind(parent)] for parent in parents}


@contextmanager
def connect_to(
    store: Store,
    places: Places,
    bounds: Bounds | None = None,
    narrow: Narrow = lambda _, rows: rows,
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Give a connection as ``connect`` does, by the places of what is to be seen."""
    if bounds is None:
        bounds = Bounds(min(wanted_megabytes(_rows_at(store, places)), Here().alone_megabytes))
    with engine_in(store.home, bounds) as con:
        for name, seen in places.items():
            rows_seen = read_parquet(con, *(store.path(*place) for place in seen), union_by_name=True)
            narrow(name, rows_seen).create_view(name, replace=True)
        yield con


@contextmanager
def engine_in(home: Path, bounds: Bounds) -> Iterator[duckdb.DuckDBPyConnection]:
    """Give a connection in memory that spills to a home folder, when there is room for what it may use."""
    with room_in_memory(bounds.megabytes), _engine(home) as engine, engine.cursor() as con:
        con.execute("set memory_limit = ?", [f"{bounds.megabytes}MB"])
        ready = min(READY_MEGABYTES, bounds.megabytes // READY_SHARE)
        con.execute("set streaming_buffer_size = ?", [f"{ready}MB"])
        if bounds.threads:
            con.execute("set threads = ?", [bounds.threads])
        yield con
        if bounds.threads:
            con.execute("reset threads")


@contextmanager
def writing_beside(
    folder: Path, *, at_once: int = 1, most: int | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Give a connection of its own that spills to the disk that it writes to.

    It is bound as all are; those that are open ``at_once`` share what one may use, and ``most`` is, in
    megabytes, what this one is let have where there is more.
    """
    share = Here().alone_megabytes // at_once
    with tempfile.TemporaryDirectory(prefix=".spill-", dir=folder) as spill, duckdb.connect() as con:
        con.execute("set memory_limit = ?", [f"{min(share, most or share)}MB"])
        con.execute("set temp_directory = ?", [spill])
        con.execute("set enable_progress_bar = false")
        _read_files_once(con)
        yield con


def spill_folder(home: Path) -> Path:
    """Return where this process spills: on a home that several machines see, two may have one number."""
    return home / "tmp" / f"{socket.gethostname()}-{os.getpid()}"


@dataclass(frozen=True)
class _Database:
    """A database in memory, and where it alone spills: two in one folder would write over each other."""

    home: Path
    con: duckdb.DuckDBPyConnection
    spill: Path


_AT_REST: deque[_Database] = deque(maxlen=MOST)
"""Databases that no query is using, the last used last; of more than these the oldest is closed."""
_TAKING = threading.Lock()
_NUMBERS = itertools.count()


@contextmanager
def _engine(home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Give a database in memory that nobody else uses: its bounds are those of all that runs in it.

    It is kept for the next query, since to start one costs more than most models do; where a query failed, it
    is not.
    """
    with _TAKING:
        database = next((at_rest for at_rest in reversed(_AT_REST) if at_rest.home == home), None)
        if database:
            _AT_REST.remove(database)
    database = database or _started(home)
    database.spill.mkdir(parents=True, exist_ok=True)
    yield database.con
    with _TAKING:
        _AT_REST.append(database)


def _started(home: Path) -> _Database:
    con, spill = duckdb.connect(), spill_folder(home) / str(next(_NUMBERS))
    con.execute("set temp_directory = ?", [str(spill)])
    # Files are replaced under their names: nothing of them may be remembered.
    con.execute("set enable_external_file_cache = false")
    _read_files_once(con)
    return _Database(home, con, spill)


def _read_files_once(con: duckdb.DuckDBPyConnection) -> None:
    """Leave out of a database what would read a file many times over."""
    names = con.table_function("duckdb_optimizers").select("name").fetchall()
    if (SPLITTING,) in names:
        con.execute("set disabled_optimizers = ?", [SPLITTING])
