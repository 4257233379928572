"""Scores read off curves that were kept as rows: no compiled kernel is needed, so an answer comes at once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

from emergence.errors import InputError
from emergence.numerics.arrays import Floats

LEVEL = 0.90
ANSWER_SCHEMA: dict[str, Any] = {
    "loss_asked": pl.Float64,
    "score": pl.Float64,
    "score_low": pl.Float64,
    "score_high": pl.Float64,
    "chance": pl.Float64,
    "p_above_chance": pl.Float64,
    "sd": pl.Float64,
    "freedom": pl.Float64,
    "n_runs_near": pl.Int64,
    "runs_near": pl.List(pl.String),
    "extrapolated": pl.Boolean,
    "is_larger": pl.Boolean,
    "loss_min": pl.Float64,
    "loss_max": pl.Float64,
    "n_checkpoints": pl.Int64,
    "n_runs": pl.Int64,
    "by_runs": pl.Boolean,
    "confidence": pl.Float64,
    "status": pl.String,
}

COLUMNS = (
    "loss",
    "score",
    "sd",
    "freedom",
    "sd_larger",
    "freedom_larger",
    "n_runs_near",
    "runs_near",
    "within_run",
)
CONSTANTS = (
    "loss_min",
    "loss_max",
    "params_max",
    "n_checkpoints",
    "n_runs",
    "by_runs",
    "chance",
    "higher_is_better",
    "lower_bound",
    "upper_bound",
)


def read_grids(
    grids: pl.DataFrame, asked: pl.DataFrame, by: Sequence[str], *, confidence: float = LEVEL
) -> pl.DataFrame:
    """Scores of every group of `grids` (rows as `grid_curves` gives them) at each loss that concerns it.

    `asked` has `scenario`, loss, where the loss is itself uncertain loss_low and loss_high (95 %), where the
    size is known params, and columns of `by` that say which groups it asks about. A model larger than all
    behind a curve (`is_larger`) has the interval of a new size. Returns `by`, `scenario`, then ANSWER_SCHEMA;
    a loss below the grid, or above the losses seen, gives a row without a score, its status `beyond_reach`.
    InputError for a loss that is missing or not above zero.
    """
    if asked.filter(~(pl.col("loss") > 0).fill_null(False)).height:
        raise InputError("loss: a value that is missing or not above zero; give each scenario a loss")
    shared = [c for c in by if c in asked.columns]
    questions = asked.partition_by(shared, as_dict=True) if shared else {(): asked}
    put = {key: _Questions.of(part) for key, part in questions.items()}
    ordered = grids.sort([*by, "loss"], nulls_last=True)
    groups = ordered.group_by(by, maintain_order=True).agg(pl.len(), pl.col(CONSTANTS).first())
    edges = np.concatenate([[0], np.cumsum(groups["len"].to_numpy())]).astype(np.int64)
    columns = {name: ordered[name].to_numpy() for name in COLUMNS}
    rows: list[dict[str, Any]] = []
    for k, first in enumerate(groups.iter_rows(named=True)):
        mine = put.get(tuple(first[c] for c in shared))
        if mine is not None:
            known = {c: first[c] for c in by}
            curve = {name: values[edges[k] : edges[k + 1]] for name, values in columns.items()}
            rows += [{**known, **row} for row in _answers(curve, first, mine, confidence)]
    schema = {**{c: grids.schema[c] for c in by}, "scenario": pl.String, **ANSWER_SCHEMA}
    return pl.DataFrame(rows, schema=schema)


def larger_than(params_max: float | None, params: pl.Series) -> NDArray[np.bool_]:
    """Whether each size (m,) is larger than the largest seen; not where either is unknown."""
    seen = np.nan if params_max is None else params_max
    return np.asarray(params.cast(pl.Float64).fill_null(np.nan).to_numpy() > seen)


@dataclass(frozen=True)
class _Questions:
    """Losses (m,) that are asked about, each with half the width that its own error has (1 SD), and sizes."""

    scenarios: list[str]
    loss: Floats
    step: Floats
    params: pl.Series

    @classmethod
    def of(cls, asked: pl.DataFrame) -> "_Questions":
        step = np.zeros(asked.height)
        if {"loss_low", "loss_high"} <= set(asked.columns):
            wide = (asked["loss_high"] - asked["loss_low"]).cast(pl.Float64).fill_null(0.0).to_numpy()
            step = np.maximum(wide, 0.0) / (2 * 1.959964)
        unknown = pl.repeat(None, asked.height, dtype=pl.Float64, eager=True)
        params = asked["params"] if "params" in asked.columns else unknown
        return cls(asked["scenario"].to_list(), asked["loss"].cast(pl.Float64).to_numpy(), step, params)


def _answers(
    curve: dict[str, Floats], first: dict[str, Any], asked: _Questions, confidence: float
) -> Iterator[dict[str, Any]]:
    loss, step = asked.loss, asked.step
    x, y = curve["loss"], curve["score"]
    slope = (np.interp(loss - step, x, y) - np.interp(loss + step, x, y)) / 2
    nearest = np.abs(x[:, None] - loss).argmin(axis=0)
    larger = larger_than(first["params_max"], asked.params)
    sd = np.where(larger, np.interp(loss, x, curve["sd_larger"]), np.interp(loss, x, curve["sd"]))
    freedom = np.where(larger, curve["freedom_larger"][nearest], curve["freedom"][nearest])
    score, spread = np.interp(loss, x, y), np.hypot(sd, slope)
    half = stdtrit(freedom, (1 + confidence) / 2) * spread
    low, high = (np.clip(v, first["lower_bound"], first["upper_bound"]) for v in (score - half, score + half))
    chance = first["chance"]
    above = np.full(loss.size, np.nan)
    if chance is not None:
        sign = 1.0 if first["higher_is_better"] else -1.0
        above = stdtr(freedom, sign * (score - chance) / np.maximum(spread, 1e-12))
    constants = {c: first[c] for c in ("loss_min", "loss_max", "n_checkpoints", "n_runs", "by_runs")}
    for k, name in enumerate(asked.scenarios):
        at = nearest[k]
        row = {"scenario": name, "loss_asked": float(loss[k]), "chance": chance, "confidence": confidence}
        row |= constants
        row["is_larger"] = bool(larger[k])
        row["extrapolated"] = bool(loss[k] < first["loss_min"] or loss[k] > first["loss_max"])
        if loss[k] < x[0] or loss[k] > first["loss_max"]:
            yield row | {"status": "beyond_reach", "n_runs_near": 0, "runs_near": []}
            continue
        yield row | {
            "score": float(score[k]),
            "score_low": float(low[k]),
            "score_high": float(high[k]),
            "p_above_chance": None if chance is None else float(above[k]),
            "sd": float(spread[k]),
            "freedom": float(freedom[k]),
            "n_runs_near": int(curve["n_runs_near"][at]),
            "runs_near": curve["runs_near"][at].tolist(),
            "status": "within_run" if curve["within_run"][at] else "ok",
        }
