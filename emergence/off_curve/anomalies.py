"""Which tasks of which checkpoints fell off: outside the others' interval, or with their checkpoint."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
from scipy.special import stdtr, stdtrit

from emergence.errors import InputError
from emergence.numerics.arrays import Floats, Ints
from emergence.numerics.p_values import t_quantile
from emergence.off_curve.checkpoints_off import (
    TAIL_FREEDOM,
    TASK_COLUMNS,
    Differences,
    find_checkpoints_off,
    least_sd,
    neighbour_differences,
)
from emergence.score_curves.curve_set import CurveSet, TaskCurve

LEVEL = 0.99
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
    "mean_residual": pl.Float64,
    "checkpoint_is_off": pl.Boolean,
    "is_anomaly": pl.Boolean,
}


def find_anomalies(
    curves: CurveSet,
    off: pl.DataFrame | None = None,
    differences: Differences | None = None,
    *,
    level: float = LEVEL,
) -> pl.DataFrame:
    """Checkpoints whose score lies outside the `level` interval of the curve and spread of the other runs.

    And the tasks that fell with a checkpoint that is off as a whole (`off`, from `find_checkpoints_off`):
    theirs are those beyond their own spread about the run's neighbours, on the same side.

    The curves' frame holds checkpoint_id. A row for each, `residual` and `limit` in score points (else the
    metric's unit, up is better); `p_adjusted` is Benjamini and Yekutieli's over the tasks of that checkpoint
    and corpus (exact below 1 − level); `is_anomaly` says whether it stands, or fell with its checkpoint.
    Groups of fewer than three runs tell only of neighbours. InputError for a missing column.
    """
    frame = curves.frame
    if "checkpoint_id" not in frame.columns:
        raise InputError("frame: no column checkpoint_id, which names what fell off the curve")
    differences = neighbour_differences(curves) if differences is None else differences
    off = find_checkpoints_off(curves, level=level, differences=differences) if off is None else off
    place = [*curves.by, "checkpoint_id"]
    by_interval, fell = _by_interval(curves, level), _by_checkpoint(curves, off, differences, level)
    # One that fell with its checkpoint has done so, whatever adjusting leaves of its own interval.
    by_interval = (
        by_interval.join(fell.select(*place, _fell="is_anomaly"), on=place, how="left", nulls_equal=True)
        .with_columns(pl.col("is_anomaly") | pl.col("_fell").fill_null(False))
        .drop("_fell")
    )
    by_checkpoint = fell.join(by_interval, on=place, how="anti", nulls_equal=True)
    axis = [c for c in curves.by if c not in TASK_COLUMNS]
    about = off.select(*axis, "checkpoint_id", "mean_residual", checkpoint_is_off="is_off")
    return (
        pl.concat([by_interval, by_checkpoint], how="diagonal_relaxed")
        .join(about, on=[*axis, "checkpoint_id"], how="left", nulls_equal=True)
        .with_columns(pl.col("checkpoint_is_off").fill_null(False))
        .select(*curves.by, *ANOMALY_SCHEMA)
        .sort(*curves.by, "checkpoint_id")
    )


def _by_interval(curves: CurveSet, level: float) -> pl.DataFrame:
    """Points outside the interval that the other runs draw, with p adjusted over their checkpoint's tasks."""
    frame = curves.frame
    found = [
        _residuals(task, level) for task in curves.tasks if task.curve is not None and task.curve.by_runs
    ]
    if not found:
        return pl.DataFrame(schema={**{c: frame.schema[c] for c in curves.by}, **ANOMALY_SCHEMA}).drop(
            "mean_residual", "checkpoint_is_off"
        )
    tested = np.concatenate([rows for rows, _, _ in found])
    rows = np.concatenate([low for _, low, _ in found])
    measured = np.concatenate([numbers for _, _, numbers in found], axis=1)
    names = ("expected", "residual", "limit", "p_value")
    low = frame.select(*curves.by, "checkpoint_id", "loss", "score")[rows]
    low = low.with_columns(**{n: pl.Series(v) for n, v in zip(names, measured, strict=True)})
    family = [*(c for c in curves.by if c not in TASK_COLUMNS), "checkpoint_id"]
    counts = frame.select(family)[tested].group_by(family).agg(n_tasks=pl.len().cast(pl.Int64))
    return _adjusted(low, counts, curves.by, family, 1 - level)


def _by_checkpoint(curves: CurveSet, off: pl.DataFrame, found: Differences, level: float) -> pl.DataFrame:
    """Points beyond their own spread about their neighbours, on the side of a checkpoint that is off."""
    frame = curves.frame
    axis = [c for c in curves.by if c not in TASK_COLUMNS]
    limit = float(stdtrit(TAIL_FREEDOM, (1 + level) / 2)) * found.sd
    turned = np.ones(found.rows.size)
    if "higher_is_better" in frame.columns:
        turned = np.where(frame["higher_is_better"].fill_null(True).to_numpy()[found.rows], 1.0, -1.0)
    rows = frame.select(*curves.by, "checkpoint_id", "loss", "score")[found.rows].with_columns(
        expected=pl.col("score") - pl.Series(turned * found.values) / 100.0,
        residual=pl.Series(found.values),
        limit=pl.Series(limit),
        p_value=pl.Series(found.p_values),
        is_anomaly=True,
    )
    sides = off.filter("is_off").select(
        *axis, "checkpoint_id", "n_tasks", _side=pl.col("mean_residual").sign()
    )
    return (
        rows.join(sides, on=[*axis, "checkpoint_id"], nulls_equal=True)
        .filter((pl.col("residual").abs() > pl.col("limit")) & (pl.col("residual").sign() == pl.col("_side")))
        .drop("_side")
    )


def _residuals(task: TaskCurve, level: float) -> tuple[Ints, Ints, Floats]:
    """Rows (k,) of the points that others' losses surround; of those outside the interval (j,) their rows
    and expected score, residual, limit and p (4, j).
    """
    points, curve = task.points, task.curve
    if curve is None:
        return np.empty(0, np.int64), np.empty(0, np.int64), np.empty((4, 0))
    variance, freedom = curve.variance_of_others
    sd = np.sqrt(np.maximum(variance, 1e-12))
    if points.unit == "points":
        sd = np.maximum(sd, least_sd(points.items))
    limit = t_quantile(freedom, (1 + level) / 2) * sd
    outside = curve.inside & (np.abs(curve.errors) > limit)
    residual = curve.errors[outside]
    scale = task.sign * (100.0 if points.unit == "points" else 1.0)
    expected = (points.y[outside] - residual) / scale
    p = 2 * stdtr(freedom[outside], -np.abs(residual) / sd[outside])
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
