"""The curves of many tasks at once, fitted once and read by forecasts, their coverage and anomalies."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from emergence.given_loss.score_curve import FEWEST_RUNS, ScoreCurve, fit_curve
from emergence.numerics.arrays import Ints
from emergence.points.groups import TaskPoints, points_of, sorted_columns

FEWEST_POINTS = 8
FEWEST_LOSSES = 5


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


def fit_curves(frame: pl.DataFrame, by: Sequence[str], *, threads: int = 2) -> CurveSet:
    """Fit the curve of each group of `frame` (run_id, loss, score, params); InputError: missing column."""
    table, edges, keys = sorted_columns(frame, by)
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
        found = list(workers.map(one, range(len(names)), chunksize=8))
    return CurveSet(frame, tuple(by), [task for task in found if task is not None])


def status_of(points: TaskPoints) -> str:
    """Whether these points allow a curve, and whether runs or only stretches of too few are behind it."""
    losses = 1 + np.count_nonzero(np.diff(points.x))
    if points.x.size < FEWEST_POINTS or losses < FEWEST_LOSSES:
        return "too_few_points"
    if np.ptp(points.y) == 0:
        return "constant"
    return "ok" if points.runs >= FEWEST_RUNS else "within_run"
