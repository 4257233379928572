"""Scores foretold of models to come: a law gives the loss, a curve the score there."""

import polars as pl

import emergence
from emergence.laws.planned_models import larger_models, plan_losses
from pipelines.fits.by_source import ALL, BySource
from pipelines.fits.run_fits import Read
from pipelines.keys import LAW_KEYS, LOSS_AXIS, OWN, SERIES
from pipelines.settings import Settings

TOLD = ["scenario", "family", "params", "tokens", "loss_low", "loss_high", "form"]


def foretell_larger(read: Read, settings: Settings) -> pl.DataFrame:
    """Scores of models larger than any published one, source by source."""
    laws, draws = read("loss_law_fits").collect(), read("law_draw_fits").collect()
    points = read("law_points").rename({"study": "family"}).collect()
    planned = plan_losses(larger_models(points, LAW_KEYS), laws, draws, LAW_KEYS)
    return _foretold(read("score_curve_fits"), planned, LOSS_AXIS)


def foretell_running(larger: pl.DataFrame, read: Read, settings: Settings) -> pl.DataFrame:
    """Add the scores of one's own running models, by the curves of others."""
    others = read("score_curve_fits").filter(pl.col("source") != OWN)
    return pl.concat([larger, _foretold(others, read("running_losses").collect(), LOSS_AXIS[1:])])


def _foretold(curves: pl.LazyFrame, plans: pl.DataFrame, at: list[str]) -> pl.DataFrame:
    """What the curves say of planned losses, with what each plan says of itself."""
    asked = curves.join(plans.lazy().select(at).unique(), on=at, how="semi", nulls_equal=True)
    answers = emergence.read_grids(asked.collect(), plans, SERIES)
    about = plans.select(*at, *TOLD)
    return answers.join(about, on=[*at, "scenario"], nulls_equal=True, maintain_order="left")


FORECASTS = BySource(
    {"forecast_fits": "One row a scenario and fit: the score foretold."},
    {"score_curve_fits": ALL, "loss_law_fits": ALL, "law_draw_fits": ALL, "law_points": ALL},
    foretell_larger,
    foretell_running,
    more=["running_losses"],
)
FITS = (FORECASTS,)
