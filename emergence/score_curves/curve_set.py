"""The curves of many tasks at once, fitted once and read by forecasts, their coverage and anomalies."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from emergence.numerics.arrays import Ints
from emergence.points.groups import TaskPoints, points_of, sorted_columns
from emergence.score_curves.extrapolation import learn_beyond
from emergence.score_curves.new_sizes import learn_new_sizes
from emergence.score_curves.score_curve import FEWEST_RUNS, USUAL_SHIFT, ScoreCurve, fit_curve

FEWEST_POINTS = 8
FEWEST_LOSSES = 5
STILL = ("at_floor", "not_explained", "no_change")
"""Verdicts of tasks that are foretold no rise beyond the data: nothing seen says that one would come."""
MOST_GROWTH = 9.0
Still = frozenset[tuple[Any, ...]]


@dataclass(frozen=True)
class TaskCurve:
    """One group: key, points, curve (None unless `status` is ok or within_run), sign, rows in the frame."""

    key: dict[str, Any]
    points: TaskPoints
    curve: ScoreCurve | None
    sign: float
    rows: Ints
    status: str


@dataclass(frozen=True)
class CurveSet:
    """All groups of a frame, in the order of their keys."""

    frame: pl.DataFrame
    by: tuple[str, ...]
    tasks: list[TaskCurve]


def fit_curves(
    frame: pl.DataFrame,
    by: Sequence[str],
    *,
    verdicts: pl.DataFrame | None = None,
    covariates: Sequence[str] = (),
    threads: int = 2,
) -> CurveSet:
    """Fit the curve of each group of `frame` (run_id, loss, score, params); InputError: missing column.

    The groups are taken for tasks of the same runs: what they tell together of how runs differ and of how
    curves go on beyond the data is lent to each. `verdicts` (by, verdict) says which do not rise beyond the
    data; without it, those that the loss does not foretell.
    """
    table, edges, keys = sorted_columns(frame, by, covariates)
    names = keys.rows(named=True)

    def one(k: int) -> TaskCurve | None:
        part = slice(edges[k], edges[k + 1])
        if part.start == part.stop:
            return None
        points = points_of(table, part)
        status = status_of(points)
        curve = fit_curve(points) if status in ("ok", "within_run") else None
        return TaskCurve(names[k], points, curve, float(table["sign"][part][0]), table["_row"][part], status)

    with ThreadPoolExecutor(threads) as workers:
        found = [task for task in workers.map(one, range(len(names)), chunksize=8) if task is not None]
        return CurveSet(frame, tuple(by), share_lessons(found, still_tasks(verdicts, by), workers.map))


def still_tasks(verdicts: pl.DataFrame | None, by: Sequence[str]) -> Still | None:
    """Keys of the groups whose verdict says that they do not rise; None without verdicts."""
    if verdicts is None:
        return None
    rows = verdicts.filter(pl.col("verdict").is_in(STILL)).select(by).rows()
    return frozenset(rows)


def share_lessons(
    tasks: list[TaskCurve], still: Still | None, run: Callable[..., Any] = map
) -> list[TaskCurve]:
    """The tasks, each curve with what all of them taught of shifts between runs, of larger sizes and of what
    lies beyond the data.
    """
    known = [task for task in tasks if task.curve is not None]
    curves = [task.curve for task in known if task.curve is not None]
    shift, growth = common_shift(curves), common_growth(curves, run)
    curves = [curve.borrowing(shift, growth) for curve in curves]
    records = list(run(lambda curve: curve.record, curves))
    rises = [
        curve.rises if still is None else tuple(task.key.values()) not in still
        for task, curve in zip(known, curves, strict=True)
    ]
    steep, slopes = (
        np.array([getattr(c, name) for c in curves]) for name in ("mean_steepness", "last_slope")
    )
    beyond = learn_beyond(records, steep, slopes, rises)
    new_sizes = learn_new_sizes(list(run(lambda curve: curve.record_of_sizes, curves)))
    taught = iter(
        [
            curve.borrowing(shift, growth, how, size)
            for curve, how, size in zip(curves, beyond, new_sizes, strict=True)
        ]
    )
    return [task if task.curve is None else replace(task, curve=next(taught)) for task in tasks]


def common_shift(curves: Sequence[ScoreCurve]) -> float:
    """SD between runs of the loss at which they reach one score: the median task's, or a usual share of the
    loss.
    """
    own = np.array([curve.own_shift for curve in curves])
    usual = USUAL_SHIFT * float(np.median([np.median(c.points.x) for c in curves])) if curves else 0.0
    return float(np.nanmedian(own)) if np.isfinite(own).any() else usual


def status_of(points: TaskPoints) -> str:
    """Whether these points allow a curve, and whether runs or only stretches of too few are behind it."""
    losses = 1 + np.count_nonzero(np.diff(points.x))
    if points.x.size < FEWEST_POINTS or losses < FEWEST_LOSSES:
        return "too_few_points"
    if np.ptp(points.y) == 0:
        return "constant"
    return "ok" if points.runs >= FEWEST_RUNS else "within_run"


def common_growth(curves: Sequence[ScoreCurve], run: Callable[..., Any] = map) -> float:
    """How much larger the squared error of a new size is than that of a new run of a known one:
    at least one.
    """
    own = np.array(list(run(lambda curve: curve.own_growth, curves)), dtype=float)
    return float(np.clip(np.nanmedian(own), 1.0, MOST_GROWTH)) if np.isfinite(own).any() else 1.0
