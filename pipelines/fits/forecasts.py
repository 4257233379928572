"""Scores foretold of models to come: a law gives the loss, a curve the score there."""

from collections.abc import Sequence

import polars as pl

import emergence
from emergence.laws.planned_models import larger_models, plan_losses
from pipelines.fits.run_fits import Read, Whole
from pipelines.keys import LAW_KEYS, LOSS_AXIS, OWN, SERIES
from pipelines.settings import Settings

TOLD = ["scenario", "family", "params", "tokens", "loss_low", "loss_high", "form"]


def fit_forecasts(read: Read, settings: Settings) -> Sequence[pl.DataFrame]:
    """Scores of models larger than any published one, and of one's own running models."""
    laws, draws = read("loss_law_fits").collect(), read("law_draw_fits").collect()
    points = read("law_points").rename({"study": "family"}).collect()
    planned = plan_losses(larger_models(points, LAW_KEYS), laws, draws, LAW_KEYS)
    grids, running = read("score_curve_fits").collect(), read("running_losses").collect()
    others = grids.filter(pl.col("source") != OWN)
    return [pl.concat([_foretold(grids, planned, LOSS_AXIS), _foretold(others, running, LOSS_AXIS[1:])])]


def _foretold(curves: pl.DataFrame, plans: pl.DataFrame, at: list[str]) -> pl.DataFrame:
    """What the curves say of planned losses, with what each plan says of itself."""
    answers = emergence.read_grids(curves, plans, SERIES)
    about = plans.select(*at, *TOLD)
    return answers.join(about, on=[*at, "scenario"], nulls_equal=True, maintain_order="left")


FORECASTS = Whole(
    {"forecast_fits": "One row a scenario and fit: the score foretold."},
    ["score_curve_fits", "loss_law_fits", "law_draw_fits", "law_points", "running_losses"],
    fit_forecasts,
)
FITS = (FORECASTS,)
