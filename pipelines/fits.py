"""Fit assets: a mart goes in, ``emergence`` fits it, a relation comes out; no arithmetic here."""

import dagster as dg
import polars as pl

import emergence
from pipelines.lock import only_step
from pipelines.parts import Fit, fit_in_parts, library_code
from pipelines.raw import CHANGED, OWNER, POOL, result
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse

AXIS = ["source", "task", "format", "metric", "n_shot", "corpus", "unit", "comparability_group"]
SCORED = ["run_id", "tokens", "loss", "score", "stderr", "n_items", "chance", "higher_is_better"]


def fit_thresholds(frame: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    """Fit the threshold of every task of a part."""
    return emergence.fit_table(
        frame,
        by=AXIS,
        seed=settings.seed,
        confidence=settings.confidence,
        replicates=settings.replicates,
    )


def adjust_within_source(fits: pl.DataFrame) -> pl.DataFrame:
    """Adjust the p-values of all fits of a source for each other."""
    return emergence.adjust_within(fits, ["source"])


def find_onsets(frame: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    """Bracket the onset of every run and task of a part, where more is better."""
    rising = frame.filter(pl.col("higher_is_better"))
    return emergence.find_onsets(rising, by=AXIS, seed=settings.seed)


IN_PARTS = (
    Fit(
        "threshold_fits",
        "One row a source, task, format, metric, shots and corpus: its threshold of loss.",
        AXIS + SCORED,
        fit_thresholds,
        adjust_within_source,
    ),
    Fit(
        "onset_fits",
        "One row a run, task and rule: the checkpoints between which the task leaves chance.",
        AXIS + SCORED,
        find_onsets,
    ),
)


def fit_assets(warehouse: Warehouse) -> list[dg.AssetsDefinition]:
    """Return one asset for each kind of fit."""
    return [_asset(warehouse, fit) for fit in IN_PARTS]


def _asset(warehouse: Warehouse, fit: Fit) -> dg.AssetsDefinition:
    @dg.asset(
        name=fit.name,
        group_name="fits",
        deps=["loss_scores"],
        description=fit.description,
        kinds={"python", "numba", "parquet"},
        owners=[OWNER],
        code_version=library_code()[:12],
        automation_condition=CHANGED,
        pool=POOL,
    )
    def fitted() -> dg.MaterializeResult[None]:
        with only_step(warehouse.settings.home):
            return result(fit.name, fit_in_parts(warehouse, fit))

    return fitted
