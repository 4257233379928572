"""The list of fits, a module a line; the assets are made from it."""

from importlib import import_module

from pipelines.fits.by_source import BySource, fit_by_source
from pipelines.fits.run_fits import Fit, fit_in_parts
from pipelines.warehouse.home import Warehouse
from pipelines.warehouse.store import Record

MODULES = (
    "thresholds",
    "given_loss",
    "universality",
    "laws",
    "forecasts",
    "claims",
)
FITS: tuple[Fit | BySource, ...] = tuple(
    fit for name in MODULES for fit in import_module(f"pipelines.fits.{name}").FITS
)


def run(warehouse: Warehouse, fit: Fit | BySource) -> dict[str, Record]:
    """Bring what a fit makes up to date."""
    return fit_in_parts(warehouse, fit) if isinstance(fit, Fit) else fit_by_source(warehouse, fit)


def drop_gone(warehouse: Warehouse) -> None:
    """Delete from the store the fits that are in the list no longer."""
    made = {output for fit in FITS for output in fit.outputs}
    joined = {model.name for model in warehouse.models.values() if model.room == "fits"}
    warehouse.store.keep_only("fits", "", made | joined)
