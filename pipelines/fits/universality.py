"""The fit over tasks: do those that emerge share one threshold of loss?"""

from collections.abc import Sequence

import polars as pl

import emergence
from pipelines.fits.columns import SCORED
from pipelines.fits.run_fits import Fit, Part
from pipelines.keys import LOSS_AXIS, SERIES

SETTING = ["task", "metric", "n_shot"]
SHARED_REPLICATES = 400


def fit_universality(part: Part) -> Sequence[pl.DataFrame]:
    """Whether the tasks of a part that leave a floor share one threshold."""
    found = emergence.fit_universality(
        part.rows,
        [*LOSS_AXIS, "format"],
        thresholds=part.others["threshold_fits"],
        onsets=part.others["onset_fits"].filter(pl.col("rule") == "detectable"),
        task=SETTING,
        replicates=SHARED_REPLICATES,
        seed=part.settings.seed,
        threads=part.threads,
    )
    return [found]


UNIVERSALITY = Fit(
    {"universality_fits": "One row an axis of loss and format: do its tasks share one threshold?"},
    [*SERIES, *SCORED],
    fit_universality,
    needs=("threshold_fits", "onset_fits"),
)
FITS = (UNIVERSALITY,)
