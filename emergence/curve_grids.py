"""Curves of score by loss as rows on a grid of losses, so that it can be asked without fitting again."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import polars as pl

from emergence.curve_set import CurveSet, TaskCurve
from emergence.loss_law import Floats
from emergence.prediction import LEVEL, ScoreCurve

EVEN, RANKED, BEYOND = 32, 32, 10
REACH = 0.5  # of the range of losses, how far below the lowest loss the grid goes
GRID_SCHEMA: dict[str, Any] = {
    "loss": pl.Float64,
    "score": pl.Float64,
    "score_low": pl.Float64,
    "score_high": pl.Float64,
    "sd": pl.Float64,
    "freedom": pl.Float64,
    "extrapolated": pl.Boolean,
    "higher_is_better": pl.Boolean,
    "lower_bound": pl.Float64,
    "upper_bound": pl.Float64,
    "loss_min": pl.Float64,
    "loss_max": pl.Float64,
    "chance": pl.Float64,
    "n_checkpoints": pl.Int64,
    "n_runs": pl.Int64,
    "by_runs": pl.Boolean,
    "confidence": pl.Float64,
}


def grid_curves(curves: CurveSet, *, confidence: float = LEVEL, threads: int = 2) -> pl.DataFrame:
    """Rows of every fitted curve: the curves' keys, then GRID_SCHEMA, by ascending loss.

    Half the losses stand evenly, half at the ranks of the checkpoints, where the curve can turn; ten more
    reach half the range below the lowest loss seen, marked `extrapolated`. Scores are as published
    (fractions where all are), limits for a new run's score. Groups without a curve give no row.
    """
    names = curves.by
    schema = {**{c: curves.frame.schema[c] for c in names}, **GRID_SCHEMA}

    def one(task: TaskCurve) -> pl.DataFrame | None:
        return None if task.curve is None else _rows(task, task.curve, confidence, schema)

    with ThreadPoolExecutor(threads) as workers:
        found = [frame for frame in workers.map(one, curves.tasks, chunksize=8) if frame is not None]
    if not found:
        return pl.DataFrame(schema=schema)
    chances = _chances(curves)
    return (
        pl.concat(found)
        .join(chances, on=names, how="left", nulls_equal=True, maintain_order="left")
        .select(list(schema))
    )


def _chances(curves: CurveSet) -> pl.DataFrame:
    if "chance" not in curves.frame.columns:
        return curves.frame.select(*curves.by, chance=pl.lit(None, pl.Float64)).unique()
    return curves.frame.group_by(curves.by).agg(pl.col("chance").drop_nulls().first().cast(pl.Float64))


def _rows(task: TaskCurve, curve: ScoreCurve, confidence: float, schema: dict[str, Any]) -> pl.DataFrame:
    loss = _grid(task.points.x)
    scale = 100.0 if task.points.unit == "points" else 1.0
    beyond = loss < curve.loss_range[0]
    # Asked apart: beyond the data the logistic's few cuts limit the degrees of freedom.
    parts = [curve.predict(loss[mask], confidence) for mask in (beyond, ~beyond)]
    score, low, high, sd = (
        np.concatenate([getattr(p, name) for p in parts]) / scale for name in ("score", "low", "high", "sd")
    )
    if task.sign < 0:
        score, low, high = -score, -high, -low
    bounds = (0.0, 1.0) if scale == 100.0 else (None, None)
    return pl.DataFrame(
        {
            **task.key,
            "loss": loss,
            "score": score,
            "score_low": low,
            "score_high": high,
            "sd": sd,
            "freedom": np.repeat([p.freedom for p in parts], [p.score.size for p in parts]),
            "extrapolated": beyond,
            "higher_is_better": task.sign > 0,
            "lower_bound": bounds[0],
            "upper_bound": bounds[1],
            "loss_min": curve.loss_range[0],
            "loss_max": curve.loss_range[1],
            "n_checkpoints": task.points.x.size,
            "n_runs": task.points.runs,
            "by_runs": curve.by_runs,
            "confidence": confidence,
        },
        schema_overrides={k: v for k, v in schema.items() if k != "chance"},
    )


def _grid(x: Floats) -> Floats:
    low, high = float(x[0]), float(x[-1])
    inside = [np.linspace(low, high, EVEN), np.quantile(x, np.linspace(0, 1, RANKED), method="nearest")]
    bottom = max(low - REACH * (high - low), low / 2)
    below = np.linspace(bottom, low, BEYOND, endpoint=False)
    return np.unique(np.concatenate([*inside, below]))
