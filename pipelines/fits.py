"""Fit assets: a mart goes in, ``emergence`` fits it, a relation comes out; no arithmetic here."""

import hashlib
import logging
from collections.abc import Callable
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
NUMERICS = ("numba", "numpy", "polars", "scipy")
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
        return result("threshold_fits", fit_by_source(warehouse, "threshold_fits", AXIS + FIT_COLUMNS, fit))

    return threshold_fits


def fit_by_source(
    warehouse: Warehouse, relation: str, columns: list[str], fit: Callable[[pl.DataFrame], pl.DataFrame]
) -> Record:
    """Fit ``loss_scores`` source by source, reusing each source whose rows did not change, and stack them."""
    store = warehouse.store
    path = store.path("marts", "loss_scores")
    names = pl.scan_parquet(path).select(pl.col("source").unique().sort()).collect()["source"].to_list()
    parts = [_fit_source(warehouse, relation, source, columns, path, fit) for source in names]
    digests = [part.digest for part in parts]
    key = digest_of(relation, *digests)
    known = store.record("fits", relation)
    if known and known.key == key and not warehouse.settings.force:
        return Record(known.key, known.digest, known.rows, True)
    frames = [pl.read_parquet(store.path("fits", f"{relation}/{source}")) for source in names]
    stacked = pl.concat(frames) if frames else fit(pl.scan_parquet(path).select(columns).collect())
    return store.write("fits", relation, key, stacked, lambda _: None)


def _fit_source(
    warehouse: Warehouse,
    relation: str,
    source: str,
    columns: list[str],
    path: Path,
    fit: Callable[[pl.DataFrame], pl.DataFrame],
) -> Record:
    store = warehouse.store
    frame = pl.scan_parquet(path).filter(pl.col("source") == source).select(columns).collect()
    key = digest_of(relation, frame_digest(frame), library_code(), str(warehouse.settings.numbers()))
    part = f"{relation}/{source}"
    known = store.record("fits", part)
    if known and known.key == key and not warehouse.settings.force:
        return known
    log.info("%s: fitting %s", relation, source)
    started = perf_counter()
    fitted = fit(frame)
    log.info("%s: %d of %s in %.1f s", relation, fitted.height, source, perf_counter() - started)
    return store.write("fits", part, key, fitted, lambda _: None)


def frame_digest(frame: pl.DataFrame) -> str:
    """Digest of a frame's rows, in their order."""
    hashes = frame.hash_rows(seed=0).to_numpy().tobytes()
    return digest_of(str(frame.schema), hashlib.sha256(hashes).hexdigest())


def library_code() -> str:
    """Digest of the statistics library and of the packages whose arithmetic it uses."""
    files = sorted(Path(str(emergence.__file__)).parent.glob("*.py"))
    return digest_of(
        *(file_digest(path) for path in files), *(f"{name} {version(name)}" for name in NUMERICS)
    )
