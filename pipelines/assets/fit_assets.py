"""Fit assets: a mart goes in, ``emergence`` fits it, a relation comes out; no arithmetic here."""

from collections.abc import Iterator

import dagster as dg
import polars as pl

from pipelines.assets.figure_metadata import PREVIEW, fit_metadata, preview
from pipelines.assets.raw_assets import CHANGED, OWNER, POOL, STEPS, result
from pipelines.fits.by_source import BySource
from pipelines.fits.registry import FITS, run
from pipelines.fits.run_fits import Fit, library_code
from pipelines.fits.thresholds import THRESHOLDS
from pipelines.warehouse.home import Warehouse


def fit_assets(warehouse: Warehouse) -> list[dg.AssetsDefinition]:
    """Return one asset for each relation that a fit makes."""
    return [_assets(warehouse, fit) for fit in FITS]


def _assets(warehouse: Warehouse, fit: Fit | BySource) -> dg.AssetsDefinition:
    specs = [
        dg.AssetSpec(
            name,
            group_name="fits",
            deps=fit.parents,
            description=description,
            kinds={"python", "numba", "parquet"},
            owners=[OWNER],
            code_version=library_code()[:12],
            automation_condition=CHANGED,
        )
        for name, description in fit.outputs.items()
    ]

    @dg.multi_asset(name=f"fit_{next(iter(fit.outputs))}", specs=specs, pool=POOL)
    def fitted(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
        STEPS.info(next(iter(fit.outputs)))
        with warehouse.home.only_step():
            records = run(warehouse, fit)
        for name, record in records.items():
            # From the command line nobody would ever see them.
            seen = {} if context.instance.is_ephemeral else _shown(warehouse, name)
            yield result(name, record, **seen)

    return fitted


def _shown(warehouse: Warehouse, name: str) -> dict[str, dg.MetadataValue]:
    """Return what Dagster shows of a fit: its first rows, and the figures of thresholds."""
    rows = pl.scan_parquet(warehouse.store.path("fits", name), glob=False)
    figures = fit_metadata(rows.collect()) if name in THRESHOLDS.outputs else {}
    return {"rows": preview(rows.head(PREVIEW).collect()), **figures}
