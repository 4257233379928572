"""Runs a fit part by part, and keeps what came out until something it read changes."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from time import perf_counter

import polars as pl

import emergence
from pipelines.engines import Engine
from pipelines.engines.workers import cores
from pipelines.fits.part_digests import PART, part_digests
from pipelines.keys import OWN, with_series_id
from pipelines.settings import Settings
from pipelines.warehouse.apart import PUBLISHED, SHARES, share_of
from pipelines.warehouse.home import Warehouse
from pipelines.warehouse.store import Record, Store, digest_of, file_digest

MEGABYTES = 500
MEGABYTES_A_MILLION_ROWS = 500
"""What a process needs for the libraries of a fit, and for the rows of a part."""
NUMERICS = ("numba", "numpy", "polars", "scipy")
log = logging.getLogger("emergence.fits")
Read = Callable[[str], pl.LazyFrame]
"""Gives a relation by its name."""


@dataclass(frozen=True)
class Part:
    """What a fit is given of one source and corpus: rows of its parent, and what other fits made of them.

    ``threads`` says how many may work on it.
    """

    rows: pl.DataFrame
    settings: Settings
    others: Mapping[str, pl.DataFrame]
    threads: int = 1


@dataclass(frozen=True)
class Fit:
    """A fit part by part: what it makes, the columns of its parent that it reads, what it does to a part.

    ``outputs`` gives each relation it makes with what a row is; ``fit_part`` returns a frame for each, in
    that order; ``needs`` names fits whose rows of the part are read too; ``finish`` sees the first output
    whole; from ``rows_for_processes`` rows on, other processes help.
    """

    outputs: Mapping[str, str]
    columns: list[str]
    fit_part: Callable[[Part], Sequence[pl.DataFrame]]
    finish: Callable[[pl.DataFrame], pl.DataFrame] | None = None
    needs: tuple[str, ...] = ()
    parent: str = "loss_scores"
    rows_for_processes: int = 100_000

    @property
    def parents(self) -> list[str]:
        """The relations that it reads."""
        return [self.parent, *self.needs]


@dataclass(frozen=True)
class _Work:
    """One part to be fitted: source and corpus, its rows, and the key of each relation that it gives."""

    name: tuple[str, ...]
    rows: int
    keys: Mapping[str, str]


def fit_in_parts(warehouse: Warehouse, fit: Fit) -> dict[str, Record]:
    """Fit a relation part by part, reusing each part whose rows did not change, and stack the results.

    A part is one source and corpus: what one source changes leaves the fits of the others alone, and no more
    than a part is in memory at once.
    """
    store, settings = warehouse.store, warehouse.settings
    parts = _parts(warehouse, fit)
    due = [part for part in parts if settings.force or not _stands(store, part)]
    path = store.path(warehouse.lineage.room(fit.parent), fit.parent)
    _fit_all(store, settings, warehouse.engine, fit, path, due)
    places = [_place(part.name) for part in parts]
    nothing = [] if places else _fit_nothing(store, settings, fit, pl.scan_parquet(path, glob=False))
    records = {}
    for k, output in enumerate(fit.outputs):
        names = [f"{output}/{place}" for place in places]
        key = digest_of(output, library_code(), *(store.need("fits", name).digest for name in names))
        if known := reusable(store, output, key, force=settings.force):
            records[output] = known
            continue
        if not names:
            records[output] = _write(store, output, key, nothing[k])
        elif k == 0 and fit.finish:
            records[output] = _write(store, output, key, fit.finish(_read_all(store, names)))
        else:
            records[output] = _put_together(store, output, key, parts, force=settings.force)
        store.keep_only("fits", output, [*places, *SHARES])
    return records


def _put_together(store: Store, output: str, key: str, parts: Sequence[_Work], *, force: bool) -> Record:
    """Write an output's parts in order, those of one's own last: the others stay as they lie."""
    shares = {
        share: [f"{output}/{_place(part.name)}" for part in parts if (part.name[0] == OWN) == (share == OWN)]
        for share in SHARES
    }
    if not shares[PUBLISHED]:
        return _write(store, output, key, _read_all(store, shares[OWN]))
    for share, names in shares.items():
        made_from = digest_of(share, *(store.need("fits", name).digest for name in names))
        if not reusable(store, share_of(output, share), made_from, force=force):
            published = store.path("fits", share_of(output, PUBLISHED))
            rows = _read_all(store, names) if names else pl.read_parquet(published, n_rows=0, glob=False)
            _write(store, share_of(output, share), made_from, rows)
    return store.stack("fits", output, key, *(share_of(output, share) for share in SHARES))


def _read_all(store: Store, names: Sequence[str]) -> pl.DataFrame:
    return pl.concat(pl.read_parquet(store.path("fits", name), glob=False) for name in names)


def _write(store: Store, name: str, key: str, rows: pl.DataFrame) -> Record:
    return store.write("fits", name, key, rows, lambda _: None)


def _parts(warehouse: Warehouse, fit: Fit) -> list[_Work]:
    """Return every part, in order, with keys of all that it is fitted from: rows, code, settings."""
    store, room = warehouse.store, warehouse.lineage.room(fit.parent)
    code = (library_code(), str(warehouse.settings.numbers()))
    mine = part_digests(store, room, fit.parent, fit.columns)
    others = [part_digests(store, "fits", name, _columns(store, name)) for name in fit.needs]
    found = []
    for part, (rows, digest) in mine.items():
        beside = [other.get(part, (0, ""))[1] for other in others]
        outputs = [f"{output}/{_place(part)}" for output in fit.outputs]
        keys = {name: digest_of(name, digest, *beside, *code) for name in outputs}
        found.append(_Work(part, rows, keys))
    return found


def _columns(store: Store, name: str) -> list[str]:
    return list(pl.read_parquet_schema(store.path("fits", name)))


def _stands(store: Store, part: _Work) -> bool:
    return all(reusable(store, name, key, force=False) for name, key in part.keys.items())


def reusable(store: Store, relation: str, key: str, *, force: bool) -> Record | None:
    """Return the record of a relation that stands as some key makes it; None where it has to be made."""
    known = store.record("fits", relation)
    if known is None or known.key != key or force:
        return None
    return Record(known.key, known.digest, known.rows, True)


def _fit_all(
    store: Store, settings: Settings, engine: Engine, fit: Fit, path: Path, due: Sequence[_Work]
) -> None:
    """Fit the parts that are due, the largest first; side by side where that repays starting processes."""
    largest_first = sorted(due, key=lambda part: (-part.rows, part.name))
    tasks = [(store, settings, fit, path, part) for part in largest_first]
    if len(tasks) > 1 and sum(part.rows for part in due) > fit.rows_for_processes:
        megabytes = MEGABYTES + MEGABYTES_A_MILLION_ROWS * largest_first[0].rows // 1_000_000
        done = engine.side_by_side(_fit_part, tasks, megabytes=megabytes)
    else:
        done = (_fit_part(*task, threads=cores()) for task in tasks)
    for line in done:
        log.info(line)


def _fit_nothing(store: Store, settings: Settings, fit: Fit, rows: pl.LazyFrame) -> Sequence[pl.DataFrame]:
    """What comes out where there is no part: every output, without rows."""
    others = {name: pl.read_parquet(store.path("fits", name), glob=False) for name in fit.needs}
    made = fit.fit_part(Part(rows.select(fit.columns).collect(), settings, others))
    return [with_series_id(frame) for frame in made]


def _place(part: tuple[str, ...]) -> str:
    """The folder of a part, whatever its name."""
    return digest_of(*part)[:16]


def _fit_part(
    store: Store, settings: Settings, fit: Fit, path: Path, part: _Work, *, threads: int = 1
) -> str:
    """Fit one part; return what to tell of it."""
    started = perf_counter()
    frame = _rows_of(path, part.name).select(fit.columns).collect()
    read = {name: _rows_of(store.path("fits", name), part.name).collect() for name in fit.needs}
    fitted = fit.fit_part(Part(frame, settings, read, threads))
    for (name, key), result in zip(part.keys.items(), fitted, strict=True):
        store.write("fits", name, key, with_series_id(result), lambda _: None)
    seconds = perf_counter() - started
    return f"{next(iter(fit.outputs))}: {' on '.join(part.name)}, {fitted[0].height} rows in {seconds:.1f} s"


def _rows_of(path: Path, part: tuple[str, ...]) -> pl.LazyFrame:
    return pl.scan_parquet(path, glob=False).filter(pl.col(PART[0]) == part[0], pl.col(PART[1]) == part[1])


@cache
def library_code() -> str:
    """Digest of the statistics library, of how it is called, and of the packages whose arithmetic it uses."""
    rooms = (Path(str(emergence.__file__)).parent, Path(__file__).parent)
    files = [path for room in rooms for path in sorted(room.rglob("*.py"))]
    versions = [f"{name} {version(name)}" for name in NUMERICS]
    return digest_of(*(file_digest(path) for path in files), *versions)
