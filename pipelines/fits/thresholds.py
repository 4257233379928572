"""The fits of thresholds and onsets, part by part."""

from collections.abc import Sequence

import polars as pl

import emergence
from pipelines.fits.columns import SCORED
from pipelines.fits.run_fits import Fit, Part
from pipelines.keys import SERIES


def fit_thresholds(part: Part) -> Sequence[pl.DataFrame]:
    """Fit the threshold of every task of a part."""
    settings = part.settings
    fitted = emergence.fit_table(
        part.rows,
        by=SERIES,
        seed=settings.seed,
        confidence=settings.confidence,
        replicates=settings.replicates,
        threads=part.threads,
    )
    return [fitted]


def adjust_within_source(fits: pl.DataFrame) -> pl.DataFrame:
    """Adjust the p-values of all fits of a source for each other."""
    return emergence.adjust_within(fits, ["source"])


def find_onsets(part: Part) -> Sequence[pl.DataFrame]:
    """Bracket the onset of every run and task of a part, where more is better."""
    rising = part.rows.filter(pl.col("higher_is_better"))
    return [emergence.find_onsets(rising, by=SERIES, seed=part.settings.seed)]


THRESHOLDS = Fit(
    {"threshold_fits": "One row a source, task, format, metric, shots and corpus: its threshold of loss."},
    SERIES + SCORED,
    fit_thresholds,
    adjust_within_source,
)
ONSETS = Fit(
    {"onset_fits": "One row a run, task and rule: the checkpoints between which the task leaves chance."},
    SERIES + SCORED,
    find_onsets,
)
FITS = (THRESHOLDS, ONSETS)
