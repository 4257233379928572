"""The list of fits, one line each; the assets are made from it."""

from pipelines.fits.claims import CLAIMS
from pipelines.fits.given_loss import FORECASTS, GIVEN_LOSS
from pipelines.fits.laws import LAWS, SIZES
from pipelines.fits.run_fits import Fit, Whole
from pipelines.fits.thresholds import ONSETS, THRESHOLDS
from pipelines.fits.universality import UNIVERSALITY
from pipelines.warehouse.home import Warehouse

FITS: tuple[Fit | Whole, ...] = (
    THRESHOLDS,
    ONSETS,
    GIVEN_LOSS,
    UNIVERSALITY,
    LAWS,
    SIZES,
    FORECASTS,
    CLAIMS,
)


def drop_gone(warehouse: Warehouse) -> None:
    """Delete from the store the fits that are in the list no longer."""
    made = {output for fit in FITS for output in fit.outputs}
    joined = {model.name for model in warehouse.models.values() if model.room == "fits"}
    warehouse.store.keep_only("fits", "", made | joined)
