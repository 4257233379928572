"""Fit assets: a mart goes in, ``emergence`` fits it, a relation comes out; no arithmetic here."""

import hashlib
import logging
from collections.abc import Callable
from functools import cache
from importlib.metadata import version
from pathlib import Path
from time import perf_counter

import dagster as dg
import polars as pl

import emergence
from pipelines.raw import OWNER, result
from pipelines.store import Record, digest_of, file_digest
from pipelines.warehouse import Warehouse

AXIS = ["source", "task", "format", "metric", "n_shot", "corpus", "unit", "comparability_group"]
FIT_COLUMNS = [
    "run_id",
    "tokens",
    "loss",
    "score",
    "stderr",
    "n_items",
    "chance",
    "higher_is_better",
]
PART = ["source", "corpus"]
NUMERICS = ("numba", "numpy", "polars", "scipy")
Fit = Callable[[pl.DataFrame], pl.DataFrame]
log = logging.getLogger("emergence.fits")


def fit_assets(warehouse: Warehouse) -> list[dg.AssetsDefinition]:
    """Return one asset for each kind of fit."""
    return [_threshold_fits(warehouse)]


def _threshold_fits(warehouse: Warehouse) -> dg.AssetsDefinition:
    settings = warehouse.settings

    def fit(frame: pl.DataFrame) -> pl.DataFrame:
        return emergence.fit_table(
            frame,
            by=AXIS,
            seed=settings.seed,
            confidence=settings.confidence,
            replicates=settings.replicates,
        )

    @dg.asset(
        name="threshold_fits",
        group_name="fits",
        deps=["loss_scores"],
        description="One row a source, task, format, metric, shots and corpus: its threshold of loss.",
        kinds={"python", "numba", "parquet"},
        owners=[OWNER],
        code_version=library_code()[:12],
    )
    def threshold_fits() -> dg.MaterializeResult[None]:
        return result("threshold_fits", fit_in_parts(warehouse, "threshold_fits", AXIS + FIT_COLUMNS, fit))

    return threshold_fits


def fit_in_parts(warehouse: Warehouse, relation: str, columns: list[str], fit: Fit) -> Record:
    """Fit ``loss_scores`` part by part, reusing each part whose rows did not change, and stack the results.

    A part is one source and corpus: what one source changes leaves the fits of the others alone, and no more
    than a part is in memory at once.
    """
    store = warehouse.store
    rows = pl.scan_parquet(store.path("marts", "loss_scores"))
    parts = rows.select(PART).unique().sort(PART).collect().rows()
    if not parts:
        return store.write("fits", relation, "", fit(rows.select(columns).collect()), lambda _: None)
    names = [f"{relation}/{digest_of(*part)[:16]}" for part in parts]
    for part, name in zip(parts, names, strict=True):
        mine = rows.filter(pl.col(PART[0]) == part[0], pl.col(PART[1]) == part[1])
        _fit_part(warehouse, name, part, mine.select(columns).collect(), fit)
    key = digest_of(relation, *(store.need("fits", name).digest for name in names))
    known = store.record("fits", relation)
    if known and known.key == key and not warehouse.settings.force:
        return Record(known.key, known.digest, known.rows, True)
    stacked = pl.concat([pl.read_parquet(store.path("fits", name)) for name in names])
    return store.write("fits", relation, key, stacked, lambda _: None)


def _fit_part(warehouse: Warehouse, name: str, part: tuple[str, ...], frame: pl.DataFrame, fit: Fit) -> None:
    store, settings = warehouse.store, warehouse.settings
    key = digest_of(name, frame_digest(frame), library_code(), str(settings.numbers()))
    known = store.record("fits", name)
    if known and known.key == key and not settings.force:
        return
    log.info("%s: fitting %s", name.split("/")[0], " on ".join(part))
    started = perf_counter()
    fitted = fit(frame)
    store.write("fits", name, key, fitted, lambda _: None)
    log.info("%s: %d fits in %.1f s", name.split("/")[0], fitted.height, perf_counter() - started)


def frame_digest(frame: pl.DataFrame) -> str:
    """Digest of a frame's rows, in their order."""
    hashes = frame.hash_rows(seed=0).to_numpy().tobytes()
    return digest_of(str(frame.schema), hashlib.sha256(hashes).hexdigest())


@cache
def library_code() -> str:
    """Digest of the statistics library and of the packages whose arithmetic it uses."""
    files = sorted(Path(str(emergence.__file__)).parent.glob("*.py"))
    return digest_of(
        *(file_digest(path) for path in files), *(f"{name} {version(name)}" for name in NUMERICS)
    )
