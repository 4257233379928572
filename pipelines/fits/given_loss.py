"""The fits of scores given a loss: sufficiency, clocks, curves, their coverage, anomalies."""

from collections.abc import Sequence

import numpy as np
import polars as pl

import emergence
from pipelines.fits.columns import SCORED
from pipelines.fits.run_fits import Fit, Part
from pipelines.keys import SERIES

COVARIATES = [
    "checkpoint_id",
    "params",
    "family",
    "training_corpus",
    "compute_flop",
    "loss_low",
    "loss_high",
]


def fit_given_loss(part: Part) -> Sequence[pl.DataFrame]:
    """Sufficiency, clocks, curves, their coverage, the largest size foretold and anomalies of a part."""
    rng = np.random.default_rng(part.settings.seed)
    # Models of unknown size are kept, except in the tests that use size.
    verdicts = part.others["threshold_fits"]
    curves = emergence.fit_curves(part.rows, SERIES, verdicts=verdicts, threads=part.threads)
    differences = emergence.neighbour_differences(curves)
    off = emergence.find_checkpoints_off(curves, differences=differences)
    return [
        emergence.fit_sufficiency(part.rows, SERIES, curves=curves, rng=rng, threads=part.threads),
        emergence.grid_curves(curves, threads=part.threads),
        emergence.fit_coverage(curves),
        emergence.predict_largest(curves, threads=part.threads),
        emergence.find_anomalies(curves, off, differences),
        off,
        emergence.fit_clocks(curves, threads=part.threads),
    ]


GIVEN_LOSS = Fit(
    {
        "sufficiency_fits": "One row a fit: what size, data and family add once loss is known.",
        "score_curve_fits": "One row a fit and loss on a grid: the score of a new run there.",
        "coverage_fits": "One row a fit: how often the forecast interval held left-out runs.",
        "largest_size_fits": "One row a fit: how well smaller sizes foretold the largest.",
        "anomaly_fits": "One row a checkpoint and fit: outside the interval that the other runs draw.",
        "checkpoint_anomaly_fits": "One row a checkpoint and axis of loss: off over all its tasks.",
        "clock_fits": "One row a fit and clock: how well it foretells the scores of runs left out.",
    },
    [*SERIES, *SCORED, *COVARIATES],
    fit_given_loss,
    needs=("threshold_fits",),
)
FITS = (GIVEN_LOSS,)
