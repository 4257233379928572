"""Checkpoints that fell off as a whole: their mean over tasks less their neighbours' in the run."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

from emergence.numerics.arrays import Floats, Ints
from emergence.numerics.monotone import in_sample
from emergence.off_curve.neighbours import BORROWED, SIDE, less_neighbours, robust_sd, spread_by_loss
from emergence.score_curves.curve_set import CurveSet, TaskCurve

Booleans = NDArray[np.bool_]
TASK_COLUMNS: Final = ("task", "format", "metric", "n_shot")
LEVEL: Final = 0.99
TAIL_FREEDOM: Final = 12.0
"""Degrees of freedom of t: checkpoints scatter with heavier tails than a normal's."""
FEWEST_TASKS: Final = 3
"""Tasks without which a mean over tasks says no more than they."""
FEWEST_CHECKPOINTS: Final = 20
"""Differences, over all runs, from which their spread is read."""
SHADOW: Final = 2.0
"""Times its own difference, by which a neighbour's explains it."""
OFF_SCHEMA: Final[dict[str, Any]] = {
    "checkpoint_id": pl.String,
    "loss": pl.Float64,
    "mean_residual": pl.Float64,
    "limit": pl.Float64,
    "p_value": pl.Float64,
    "n_tasks": pl.Int64,
    "n_tasks_off": pl.Int64,
    "is_off": pl.Boolean,
}


@dataclass(frozen=True)
class Differences:
    """Every point's residual less its neighbours': rows (m,) in the frame, values in points, SDs
    of the task about its loss.

    `sampled` is one answer more or less, `moved` what the loss by which runs are usually apart
    adds to the score there beyond its neighbours': healthy checkpoints scatter by no less than both.
    """

    rows: Ints
    values: Floats
    sd: Floats
    sampled: Floats
    moved: Floats

    @property
    def p_values(self) -> Floats:
        """How often a point of its task lies as far off (m,)."""
        return np.asarray(2 * stdtr(TAIL_FREEDOM, -np.abs(self.values) / np.maximum(self.sd, 1e-12)))


def neighbour_differences(curves: CurveSet) -> Differences:
    """Residuals about the curve, less the neighbours' in the run, of every task in points.

    Where any task has a chance level only those that have one count: they are the accuracies.
    """
    tasks = [t for t in curves.tasks if t.curve is not None and t.points.unit == "points"]
    chances = _chances(curves)
    judged = [t for t in tasks if np.isfinite(chances[t.rows]).any()] or tasks
    order = _order(curves.frame)
    parts = [part for task in judged if (part := _of_task(task, order)) is not None]
    if not parts:
        return Differences(np.empty(0, np.int64), *(np.empty(0) for _ in range(4)))
    return Differences(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _chances(curves: CurveSet) -> Floats:
    frame = curves.frame
    known = frame["chance"] if "chance" in frame.columns else pl.repeat(None, frame.height, eager=True)
    return known.cast(pl.Float64).fill_null(np.nan).to_numpy()


def _order(frame: pl.DataFrame) -> Floats:
    """When in its run each row of the frame stands: its tokens where known, else how low its loss is."""
    fallen = -frame["loss"].cast(pl.Float64)
    told = frame["tokens"].cast(pl.Float64) if "tokens" in frame.columns else None
    return (fallen if told is None or told.null_count() else told).to_numpy()


def _of_task(task: TaskCurve, order: Floats) -> tuple[Ints, Floats, Floats, Floats, Floats] | None:
    """Rows, differences and SDs of one task's points that have neighbours."""
    p, curve = task.points, task.curve
    if curve is None:
        return None
    # The curve through all points: one without a run ends where the others' losses end, and neighbours
    # on either side of that end would differ for no other reason.
    residual = p.y - in_sample(p.x, p.y, p.w)
    by_time = np.lexsort((order[task.rows], p.run))
    value, count = less_neighbours(residual[by_time], p.run[by_time])
    known = np.isfinite(value)
    if not known.any():
        return None
    # A median of few neighbours scatters more.
    value = value[known] / np.sqrt(1 + 1 / count[known])
    at = by_time[known]
    sampled = least_sd(p.items[at])
    moved = np.abs(less_neighbours(curve.moved(p.x[by_time]), p.run[by_time])[0][known])
    sd = np.maximum(spread_by_loss(value, p.x[at]), np.hypot(sampled, moved))
    return task.rows[at], value, sd, sampled, moved


def least_sd(items: Floats) -> Floats:
    """SD in points that scores (m,) have at least: one answer more or less; 0 where items are unknown."""
    return np.divide(100, items, out=np.zeros(items.size), where=items > 0)


def find_checkpoints_off(
    curves: CurveSet, *, level: float = LEVEL, differences: Differences | None = None
) -> pl.DataFrame:
    """Checkpoints whose mean difference over tasks lies outside the `level` interval of such differences.

    A difference is the residual about the curve of all runs less the median of its neighbours' in the
    run: size, recipe and drift fall out. Tasks weigh by the inverse of their scatter. Rows: the curves' keys
    but for the task's, then OFF_SCHEMA; `mean_residual` and `limit` are in score points, `n_tasks_off`
    counts tasks that lie off by themselves on the same side.
    """
    found = neighbour_differences(curves) if differences is None else differences
    frame = curves.frame
    axis = [c for c in curves.by if c not in TASK_COLUMNS]
    schema = {**{c: frame.schema[c] for c in axis}, **OFF_SCHEMA}
    if not found.rows.size:
        return pl.DataFrame(schema=schema)
    means = _means(frame, found, axis)
    if means.is_empty():  # no checkpoint has tasks enough
        return pl.DataFrame(schema=schema)
    measured = (
        [_measured(part, level) for part in means.partition_by(axis, maintain_order=True)]
        if axis
        else [_measured(means, level)]
    )
    return (
        pl.concat(measured)
        .filter(pl.col("p_value") < 1 - level)
        .select(list(schema))
        .sort(*axis, "checkpoint_id")
    )


def _means(frame: pl.DataFrame, found: Differences, axis: Sequence[str]) -> pl.DataFrame:
    """One row an axis and checkpoint: weighted mean of its tasks' differences, and how many lie
    off its way.
    """
    least = np.median(found.sd[found.sd > 0]) if (found.sd > 0).any() else 1.0
    weight = 1.0 / np.maximum(found.sd, least) ** 2
    rows = frame.select(*axis, "run_id", "checkpoint_id", "loss")[found.rows].with_columns(
        order=pl.Series(_order(frame)[found.rows]),
        value=pl.Series(found.values),
        weight=pl.Series(weight),
        sampled=pl.Series((weight * found.sampled) ** 2),
        moved=pl.Series(weight * found.moved),
        off=pl.Series(np.where(found.p_values < 1 - LEVEL, np.sign(found.values), 0.0)),
    )
    mean = (pl.col("weight") * pl.col("value")).sum() / pl.col("weight").sum()
    return (
        rows.group_by([*axis, "run_id", "checkpoint_id"])
        .agg(
            pl.col("loss").cast(pl.Float64).first(),
            pl.col("order").first(),
            mean_residual=mean,
            _least=(pl.col("sampled").sum() + pl.col("moved").sum() ** 2).sqrt() / pl.col("weight").sum(),
            n_tasks=pl.len().cast(pl.Int64),
            _low=(pl.col("off") < 0).sum().cast(pl.Int64),
            _high=(pl.col("off") > 0).sum().cast(pl.Int64),
        )
        .filter(pl.col("n_tasks") >= FEWEST_TASKS)
        .with_columns(
            n_tasks_off=pl.when(pl.col("mean_residual") < 0).then(pl.col("_low")).otherwise(pl.col("_high"))
        )
        .sort([*axis, "run_id", "order", "checkpoint_id"])
    )


def _measured(part: pl.DataFrame, level: float) -> pl.DataFrame:
    """The rows of one axis with their limit and p, from the spread about their loss and of their own run.

    Of none is it less than one answer a task and the losses by which runs are apart make it: spread that is
    read from the bulk of the values says nothing of a score that is mostly 0, or of the few on a steep rise.
    """
    value = part["mean_residual"].to_numpy()
    near = np.full(value.size, np.nan)
    if value.size >= FEWEST_CHECKPOINTS:
        near = np.maximum(spread_by_loss(value, part["loss"].to_numpy()), 1e-12)
    run = part["run_id"].rank("dense").to_numpy().astype(np.int64) - 1
    count = np.bincount(run)
    ratio = value / near
    own = np.array([robust_sd(ratio[run == r]) for r in range(count.size)])
    whole = robust_sd(ratio)
    variance = (count * own**2 + BORROWED * whole**2) / (count + BORROWED)
    sd = near * np.sqrt(np.maximum(variance, 0.25 * whole**2))[run]
    sd = np.maximum(sd, part["_least"].to_numpy())
    p = 2 * stdtr(TAIL_FREEDOM, -np.abs(value) / np.maximum(sd, 1e-12))
    return part.with_columns(
        limit=pl.Series(float(stdtrit(TAIL_FREEDOM, (1 + level) / 2)) * sd),
        p_value=pl.Series(p).fill_nan(None),
        is_off=pl.Series((p < 1 - level) & ~_beside_worse(value, p < 1 - level, run)),
    )


def _beside_worse(value: Floats, off: Booleans, run: Ints) -> Booleans:
    """Which (n,) of a run's checkpoints in order stand beside one that is off by more than twice as much.

    A fall bends the curve and is itself a neighbour: those beside it seem to rise.
    """
    beside = np.zeros(value.size, bool)
    for k in range(1, SIDE + 1):
        worse = np.abs(value) > SHADOW * np.roll(np.abs(value), k)
        same = (run == np.roll(run, k)) & (np.arange(value.size) >= k)
        beside[np.flatnonzero(worse & off & same) - k] = True
        worse = np.abs(value) > SHADOW * np.roll(np.abs(value), -k)
        same = (run == np.roll(run, -k)) & (np.arange(value.size) < value.size - k)
        beside[np.flatnonzero(worse & off & same) + k] = True
    return beside
