"""The list of fits, a module a line; the assets are made from it."""

from importlib import import_module

from pipelines.fits.run_fits import Fit, Whole
from pipelines.warehouse.home import Warehouse

MODULES = (
    "thresholds",
    "given_loss",
    "universality",
    "laws",
    "forecasts",
    "claims",
)
FITS: tuple[Fit | Whole, ...] = tuple(
    fit for name in MODULES for fit in import_module(f"pipelines.fits.{name}").FITS
)


def drop_gone(warehouse: Warehouse) -> None:
    """Delete from the store the fits that are in the list no longer."""
    made = {output for fit in FITS for output in fit.outputs}
    joined = {model.name for model in warehouse.models.values() if model.room == "fits"}
    warehouse.store.keep_only("fits", "", made | joined)
