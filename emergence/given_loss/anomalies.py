"""Checkpoints that fell off the curve: outside the interval that all other runs draw, adjusted over tasks."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
from scipy.special import stdtr, stdtrit

from emergence.errors import InputError
from emergence.given_loss.curve_set import CurveSet, TaskCurve
from emergence.numerics.arrays import Floats, Ints

LEVEL = 0.99
TASK_COLUMNS = ("task", "format", "metric", "n_shot")
ANOMALY_SCHEMA: dict[str, Any] = {
    "checkpoint_id": pl.String,
    "loss": pl.Float64,
    "score": pl.Float64,
    "expected": pl.Float64,
    "residual": pl.Float64,
    "limit": pl.Float64,
    "p_value": pl.Float64,
    "p_adjusted": pl.Float64,
    "n_tasks": pl.Int64,
    "is_anomaly": pl.Boolean,
}


def find_anomalies(curves: CurveSet, *, level: float = LEVEL) -> pl.DataFrame:
    """Checkpoints whose score lies outside the `level` interval of the curve and spread of the other runs.

    The curves' frame holds checkpoint_id. A row for each, `residual` and `limit` in score points (else the
    metric's unit, up is better); `p_adjusted` is Benjamini and Yekutieli's over the tasks of that checkpoint
    and corpus (exact below 1 − level); `is_anomaly` says whether it stands. Groups of fewer than three runs
    cannot tell and give none. InputError for a missing column.
    """
    frame = curves.frame
    if "checkpoint_id" not in frame.columns:
        raise InputError("frame: no column checkpoint_id, which names what fell off the curve")
    found = [
        _residuals(task, level) for task in curves.tasks if task.curve is not None and task.curve.by_runs
    ]
    if not found:
        return pl.DataFrame(schema={**{c: frame.schema[c] for c in curves.by}, **ANOMALY_SCHEMA})
    tested = np.concatenate([rows for rows, _, _ in found])
    rows = np.concatenate([low for _, low, _ in found])
    measured = np.concatenate([numbers for _, _, numbers in found], axis=1)
    names = ("expected", "residual", "limit", "p_value")
    low = frame.select(*curves.by, "checkpoint_id", "loss", "score")[rows]
    low = low.with_columns(**{n: pl.Series(v) for n, v in zip(names, measured, strict=True)})
    family = [*(c for c in curves.by if c not in TASK_COLUMNS), "checkpoint_id"]
    counts = frame.select(family)[tested].group_by(family).agg(n_tasks=pl.len().cast(pl.Int64))
    return _adjusted(low, counts, curves.by, family, 1 - level).select(*curves.by, *ANOMALY_SCHEMA)


def _residuals(task: TaskCurve, level: float) -> tuple[Ints, Ints, Floats]:
    """Rows (k,) of the points that others' losses surround; of those outside the interval (j,) their rows
    and expected score, residual, limit and p (4, j).
    """
    points, curve = task.points, task.curve
    if curve is None:
        return np.empty(0, np.int64), np.empty(0, np.int64), np.empty((4, 0))
    sd = np.sqrt(np.maximum(curve.variance_of_others(), 1e-12))
    freedom = max(curve.freedom - 1, 1)
    limit = float(stdtrit(freedom, (1 + level) / 2)) * sd
    outside = curve.inside & (np.abs(curve.errors) > limit)
    residual = curve.errors[outside]
    scale = task.sign * (100.0 if points.unit == "points" else 1.0)
    expected = (points.y[outside] - residual) / scale
    p = 2 * stdtr(freedom, -np.abs(residual) / sd[outside])
    return (
        task.rows[curve.inside],
        task.rows[outside],
        np.stack([expected, residual, limit[outside], p]).astype(float),
    )


def _adjusted(
    low: pl.DataFrame, counts: pl.DataFrame, by: Sequence[str], family: list[str], alpha: float
) -> pl.DataFrame:
    """Rows with p below `alpha`, with p adjusted over the `n_tasks` of their checkpoint and corpus.

    Larger p can lower none of the adjusted values below alpha: p·m·c(m)/j is at least alpha for them.
    """
    low = low.join(counts, on=family, how="left", nulls_equal=True)
    size = low["n_tasks"].to_numpy()
    harmonic = np.concatenate([[0.0], np.cumsum(1.0 / np.arange(1, size.max(initial=0) + 1))])
    low = low.with_columns(_factor=pl.Series(size * harmonic[size])).sort(*family, "p_value", *by)
    rank = pl.int_range(1, pl.len() + 1).over(family)
    raw = pl.col("p_value") * pl.col("_factor") / rank
    return (
        low.with_columns(_raw=raw)
        .with_columns(p_adjusted=pl.col("_raw").cum_min(reverse=True).over(family).clip(upper_bound=1.0))
        .with_columns(is_anomaly=pl.col("p_adjusted") < alpha)
        .sort(*by, "checkpoint_id")
    )
