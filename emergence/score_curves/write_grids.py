"""Curves of score by loss as rows on a grid of losses, so that it can be asked without fitting again."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import polars as pl

from emergence.numerics.arrays import Floats
from emergence.score_curves.curve_set import CurveSet, TaskCurve
from emergence.score_curves.extrapolation import REACH
from emergence.score_curves.score_curve import LEVEL, ScoreCurve

EVEN, RANKED, BEYOND = 32, 32, 10
GRID_SCHEMA: dict[str, Any] = {
    "loss": pl.Float64,
    "score": pl.Float64,
    "score_low": pl.Float64,
    "score_high": pl.Float64,
    "sd": pl.Float64,
    "freedom": pl.Float64,
    "score_low_larger": pl.Float64,
    "score_high_larger": pl.Float64,
    "sd_larger": pl.Float64,
    "freedom_larger": pl.Float64,
    "n_runs_near": pl.Int64,
    "runs_near": pl.List(pl.String),
    "within_run": pl.Boolean,
    "extrapolated": pl.Boolean,
    "higher_is_better": pl.Boolean,
    "lower_bound": pl.Float64,
    "upper_bound": pl.Float64,
    "loss_min": pl.Float64,
    "loss_max": pl.Float64,
    "params_max": pl.Float64,
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
    (fractions where all are), limits for a new run's score, and (`…_larger`) for that of a model larger than
    `params_max`. Groups without a curve give no row.
    """
    names = list(curves.by)
    schema = {**{c: curves.frame.schema[c] for c in names}, **GRID_SCHEMA}
    known = [(task, task.curve) for task in curves.tasks if task.curve is not None]
    if not known:
        return pl.DataFrame(schema=schema)
    with ThreadPoolExecutor(threads) as workers:
        found = list(workers.map(lambda pair: _columns(pair[0], pair[1], confidence), known, chunksize=8))
    told = pl.DataFrame({name: _stacked([f[name] for f in found]) for name in found[0]})
    nothing = pl.repeat(None, curves.frame.height, dtype=pl.Float64, eager=True)
    chance = curves.frame["chance"] if "chance" in curves.frame.columns else nothing
    chances = chance.cast(pl.Float64).fill_null(np.nan).to_numpy()
    once = pl.DataFrame(
        [_constants(task, curve, chances[task.rows], confidence) for task, curve in known],
        schema_overrides=schema,
    )
    rows = np.repeat(np.arange(len(known)), [f["loss"].size for f in found])
    whole = pl.concat([once[rows], told], how="horizontal")
    return whole.select(list(schema)).cast(schema)  # type: ignore[arg-type]


def _columns(task: TaskCurve, curve: ScoreCurve, confidence: float) -> dict[str, Any]:
    """What differs from loss to loss of one curve, arrays or lists (m,)."""
    loss = _grid(task.points.x)
    scale = 100.0 if task.points.unit == "points" else 1.0
    got, larger = curve.predict(loss, confidence), curve.predict(loss, confidence, is_larger=True)
    # Nothing may be known of how such a curve goes on: then nothing is said beyond the data.
    known = np.isfinite(got.sd)
    low, high = ("low", "high") if task.sign > 0 else ("high", "low")
    return {
        "loss": loss[known],
        "score": task.sign * got.score[known] / scale,
        "score_low": task.sign * getattr(got, low)[known] / scale,
        "score_high": task.sign * getattr(got, high)[known] / scale,
        "sd": got.sd[known] / scale,
        "freedom": got.freedom[known],
        "score_low_larger": task.sign * getattr(larger, low)[known] / scale,
        "score_high_larger": task.sign * getattr(larger, high)[known] / scale,
        "sd_larger": larger.sd[known] / scale,
        "freedom_larger": larger.freedom[known],
        "n_runs_near": got.near[known],
        "runs_near": curve.names_near(loss[known]),
        "within_run": got.within_run[known],
        "extrapolated": got.extrapolated[known],
    }


def _constants(task: TaskCurve, curve: ScoreCurve, chances: Floats, confidence: float) -> dict[str, Any]:
    """What all rows of one curve share; `chances` (n,) are the rows', NaN where none is known."""
    known = chances[np.isfinite(chances)]
    lower, upper = (0.0, 1.0) if task.points.unit == "points" else (None, None)
    return {
        **task.key,
        "higher_is_better": task.sign > 0,
        "lower_bound": lower,
        "upper_bound": upper,
        "loss_min": curve.loss_range[0],
        "loss_max": curve.loss_range[1],
        "params_max": task.points.params_max if np.isfinite(task.points.params_max) else None,
        "chance": float(known[0]) if known.size else None,
        "n_checkpoints": task.points.x.size,
        "n_runs": task.points.runs,
        "by_runs": curve.by_runs,
        "confidence": confidence,
    }


def _stacked(parts: list[Any]) -> Any:
    """Arrays, or lists of names, one after the other."""
    if isinstance(parts[0], np.ndarray):
        return np.concatenate(parts)
    rows = [names for part in parts for names in part]
    # told apart by their row, since polars takes a list of lists one list after the other
    row = np.repeat(np.arange(len(rows)), [len(names) for names in rows])
    flat = pl.Series([name for names in rows for name in names], dtype=pl.String)
    some = pl.DataFrame({"row": row, "name": flat}).group_by("row", maintain_order=True).agg("name")
    every = pl.DataFrame({"row": np.arange(len(rows))}).join(
        some, on="row", how="left", maintain_order="left"
    )
    return every["name"].fill_null(pl.Series([[]], dtype=pl.List(pl.String)))


def _grid(x: Floats) -> Floats:
    low, high = float(x[0]), float(x[-1])
    inside = [np.linspace(low, high, EVEN), np.quantile(x, np.linspace(0, 1, RANKED), method="nearest")]
    bottom = max(low - REACH * (high - low), low / 2)
    below = np.linspace(bottom, low, BEYOND, endpoint=False)
    return np.unique(np.concatenate([*inside, below]))
