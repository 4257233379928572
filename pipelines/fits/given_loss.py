"""The fits of scores given a loss: sufficiency, curves, their coverage, anomalies, forecasts."""

from collections.abc import Sequence

import numpy as np
import polars as pl

import emergence
from emergence.laws.planned_models import larger_models, plan_losses
from pipelines.fits.columns import LAW_KEYS, OWN, SCORED
from pipelines.fits.run_fits import Fit, Part, Read, Whole
from pipelines.keys import LOSS_AXIS, SERIES
from pipelines.settings import Settings

COVARIATES = ["checkpoint_id", "params", "family", "training_corpus", "loss_low", "loss_high"]
TOLD = ["scenario", "family", "params", "tokens", "loss_low", "loss_high", "form"]


def fit_given_loss(part: Part) -> Sequence[pl.DataFrame]:
    """Sufficiency, curves, their coverage, the largest size foretold and anomalies of a part."""
    rng = np.random.default_rng(part.settings.seed)
    # A model whose size nobody published has its place all the same, but for what is asked of size.
    curves = emergence.fit_curves(part.rows, SERIES, threads=part.threads)
    return [
        emergence.fit_sufficiency(part.rows, SERIES, curves=curves, rng=rng, threads=part.threads),
        emergence.grid_curves(curves, threads=part.threads),
        emergence.fit_coverage(curves),
        emergence.predict_largest(curves, threads=part.threads),
        emergence.find_anomalies(curves),
    ]


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


GIVEN_LOSS = Fit(
    {
        "sufficiency_fits": "One row a fit: what size, data and family add once loss is known.",
        "score_curve_fits": "One row a fit and loss on a grid: the score of a new run there.",
        "coverage_fits": "One row a fit: how often the forecast interval held left-out runs.",
        "largest_size_fits": "One row a fit: how well smaller sizes foretold the largest.",
        "anomaly_fits": "One row a checkpoint and fit: outside the interval that the other runs draw.",
    },
    [*SERIES, *SCORED, *COVARIATES],
    fit_given_loss,
)
FORECASTS = Whole(
    {"forecast_fits": "One row a scenario and fit: the score foretold."},
    ["score_curve_fits", "loss_law_fits", "law_draw_fits", "law_points", "running_losses"],
    fit_forecasts,
)
