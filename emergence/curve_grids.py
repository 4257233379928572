"""Curves of score by loss as rows on a grid of losses, so that it can be asked without fitting again."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import polars as pl
from scipy.special import stdtr, stdtrit

from emergence.curve_set import CurveSet, TaskCurve
from emergence.errors import InputError
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
ANSWER_SCHEMA: dict[str, Any] = {
    "loss_asked": pl.Float64,
    "score": pl.Float64,
    "score_low": pl.Float64,
    "score_high": pl.Float64,
    "chance": pl.Float64,
    "p_above_chance": pl.Float64,
    "sd": pl.Float64,
    "freedom": pl.Float64,
    "extrapolated": pl.Boolean,
    "loss_min": pl.Float64,
    "loss_max": pl.Float64,
    "n_checkpoints": pl.Int64,
    "n_runs": pl.Int64,
    "by_runs": pl.Boolean,
    "confidence": pl.Float64,
    "status": pl.String,
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


def read_grids(
    grids: pl.DataFrame, asked: pl.DataFrame, by: Sequence[str], *, confidence: float = LEVEL
) -> pl.DataFrame:
    """Scores of every group of `grids` (rows as `grid_curves` gives them) at each loss that concerns it.

    `asked` has `scenario`, loss, where the loss is itself uncertain loss_low and loss_high (95 %), and
    columns of `by` that say which groups it asks about. Returns `by`, `scenario`, then ANSWER_SCHEMA; a loss
    below the grid gives a row without a score, its status `beyond_reach`. InputError for a loss that is
    missing or not above zero.
    """
    if asked.filter(~(pl.col("loss") > 0).fill_null(False)).height:
        raise InputError("loss: a value that is missing or not above zero; give each scenario a loss")
    shared = [c for c in by if c in asked.columns]
    questions = asked.partition_by(shared, as_dict=True) if shared else {(): asked}
    rows: list[dict[str, Any]] = []
    for key, grid in grids.sort([*by, "loss"], nulls_last=True).partition_by(by, as_dict=True).items():
        known = dict(zip(by, key, strict=True))
        mine = questions.get(tuple(known[c] for c in shared))
        if mine is not None:
            rows += [{**known, **row} for row in _answers(grid, mine, confidence)]
    schema = {**{c: grids.schema[c] for c in by}, "scenario": pl.String, **ANSWER_SCHEMA}
    return pl.DataFrame(rows, schema=schema)


def _answers(grid: pl.DataFrame, asked: pl.DataFrame, confidence: float) -> Iterator[dict[str, Any]]:
    loss = asked["loss"].cast(pl.Float64).to_numpy()
    x, y, sd = (grid[c].to_numpy() for c in ("loss", "score", "sd"))
    first = grid.row(0, named=True)
    step = np.zeros(loss.size)
    if {"loss_low", "loss_high"} <= set(asked.columns):
        wide = (asked["loss_high"] - asked["loss_low"]).cast(pl.Float64).fill_null(0.0).to_numpy()
        step = np.maximum(wide, 0.0) / (2 * 1.959964)
    slope = (np.interp(loss - step, x, y) - np.interp(loss + step, x, y)) / 2
    score, spread = np.interp(loss, x, y), np.hypot(np.interp(loss, x, sd), slope)
    freedom = np.where(loss < first["loss_min"], grid["freedom"][0], grid["freedom"][-1])
    half = stdtrit(freedom, (1 + confidence) / 2) * spread
    low, high = (np.clip(v, first["lower_bound"], first["upper_bound"]) for v in (score - half, score + half))
    chance = first["chance"]
    above = np.full(loss.size, np.nan)
    if chance is not None:
        sign = 1.0 if first["higher_is_better"] else -1.0
        above = stdtr(freedom, sign * (score - chance) / np.maximum(spread, 1e-12))
    constants = {c: first[c] for c in ("loss_min", "loss_max", "n_checkpoints", "n_runs", "by_runs")}
    for k, name in enumerate(asked["scenario"].to_list()):
        row = {"scenario": name, "loss_asked": float(loss[k]), "chance": chance, "confidence": confidence}
        row |= constants
        row["extrapolated"] = bool(loss[k] < first["loss_min"] or loss[k] > first["loss_max"])
        if loss[k] < x[0]:
            yield row | {"status": "beyond_reach"}
            continue
        yield row | {
            "score": float(score[k]),
            "score_low": float(low[k]),
            "score_high": float(high[k]),
            "p_above_chance": None if chance is None else float(above[k]),
            "sd": float(spread[k]),
            "freedom": float(freedom[k]),
            "status": "ok" if first["by_runs"] else "within_run",
        }
