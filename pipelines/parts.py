"""Runs a fit part by part and keeps each part, so that a change refits only what it touches."""

import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from time import perf_counter

import polars as pl

import emergence
from pipelines.settings import Settings
from pipelines.store import Record, digest_of, file_digest
from pipelines.warehouse import Warehouse

PART = ["source", "corpus"]
NUMERICS = ("numba", "numpy", "polars", "scipy")
Fitter = Callable[[pl.DataFrame, Settings], pl.DataFrame]
log = logging.getLogger("emergence.fits")


def unchanged(fits: pl.DataFrame) -> pl.DataFrame:
    """Return the fits of all parts as they are."""
    return fits


@dataclass(frozen=True)
class Fit:
    """One kind of fit: the columns of ``loss_scores`` it reads, what it does to a part, and to all parts."""

    name: str
    description: str
    columns: list[str]
    fit_part: Fitter
    finish: Callable[[pl.DataFrame], pl.DataFrame] = unchanged


def fit_in_parts(warehouse: Warehouse, fit: Fit) -> Record:
    """Fit ``loss_scores`` part by part, reusing each part whose rows did not change, and stack the results.

    A part is one source and corpus: what one source changes leaves the fits of the others alone, and no more
    than a part is in memory at once.
    """
    store, settings = warehouse.store, warehouse.settings
    rows = pl.scan_parquet(store.path("marts", "loss_scores"))
    parts = rows.select(PART).unique().sort(PART).collect().rows()
    names = [f"{fit.name}/{digest_of(*part)[:16]}" for part in parts]
    for part, name in zip(parts, names, strict=True):
        mine = rows.filter(pl.col(PART[0]) == part[0], pl.col(PART[1]) == part[1])
        _fit_part(warehouse, fit, name, part, mine.select(fit.columns).collect())
    key = digest_of(fit.name, library_code(), *(store.need("fits", name).digest for name in names))
    known = store.record("fits", fit.name)
    if known and known.key == key and not settings.force:
        return Record(known.key, known.digest, known.rows, True)
    if not names:
        nothing = rows.select(fit.columns).collect()
        return store.write("fits", fit.name, key, fit.fit_part(nothing, settings), lambda _: None)
    stacked = pl.concat([pl.read_parquet(store.path("fits", name)) for name in names])
    return store.write("fits", fit.name, key, fit.finish(stacked), lambda _: None)


def _fit_part(warehouse: Warehouse, fit: Fit, name: str, part: tuple[str, ...], frame: pl.DataFrame) -> None:
    store, settings = warehouse.store, warehouse.settings
    key = digest_of(name, frame_digest(frame), library_code(), str(settings.numbers()))
    known = store.record("fits", name)
    if known and known.key == key and not settings.force:
        return
    log.info("%s: fitting %s", fit.name, " on ".join(part))
    started = perf_counter()
    fitted = fit.fit_part(frame, settings)
    store.write("fits", name, key, fitted, lambda _: None)
    log.info("%s: %d rows in %.1f s", fit.name, fitted.height, perf_counter() - started)


def fit_whole(warehouse: Warehouse, relation: str, parent: tuple[str, str], fitter: Fitter) -> Record:
    """Fit one relation as a whole, unless it and the library are as they were."""
    store, settings = warehouse.store, warehouse.settings
    room, name = parent
    key = digest_of(relation, store.need(room, name).digest, library_code(), str(settings.numbers()))
    known = store.record("fits", relation)
    if known and known.key == key and not settings.force:
        return Record(known.key, known.digest, known.rows, True)
    started = perf_counter()
    record = store.write(
        "fits", relation, key, fitter(pl.read_parquet(store.path(room, name)), settings), lambda _: None
    )
    log.info("%s: %d rows in %.1f s", relation, record.rows, perf_counter() - started)
    return record


def frame_digest(frame: pl.DataFrame) -> str:
    """Digest of a frame's rows, in their order."""
    hashes = frame.hash_rows(seed=0).to_numpy().tobytes()
    return digest_of(str(frame.schema), hashlib.sha256(hashes).hexdigest())


@cache
def library_code() -> str:
    """Digest of the statistics library and of the packages whose arithmetic it uses."""
    files = sorted(Path(str(emergence.__file__)).parent.glob("*.py"))
    versions = [f"{name} {version(name)}" for name in NUMERICS]
    return digest_of(*(file_digest(path) for path in files), *versions)
