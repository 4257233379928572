"""What a planned or running model will score at a loss, how sure, and how well such forecasts have done."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import polars as pl

from emergence.errors import InputError
from emergence.numerics.arrays import Floats
from emergence.score_curves.curve_set import CurveSet, TaskCurve, share_lessons, status_of
from emergence.score_curves.extrapolation import REACH
from emergence.score_curves.read_grids import larger_than
from emergence.score_curves.score_curve import (
    FEWEST_RUNS,
    LEVEL,
    Prediction,
    ScoreCurve,
    coverage,
    fit_curve,
    tail_above,
)

FORECAST_SCHEMA: dict[str, Any] = {
    "loss": pl.Float64,
    "score": pl.Float64,
    "score_low": pl.Float64,
    "score_high": pl.Float64,
    "chance": pl.Float64,
    "p_above_chance": pl.Float64,
    "confidence": pl.Float64,
    "n_runs_near": pl.Int64,
    "runs_near": pl.List(pl.String),
    "extrapolated": pl.Boolean,
    "loss_min": pl.Float64,
    "loss_max": pl.Float64,
    "n_runs": pl.Int64,
    "basis": pl.String,
    "status": pl.String,
}
COVERAGE_SCHEMA: dict[str, Any] = {
    "n_runs": pl.Int64,
    "n_checkpoints": pl.Int64,
    "confidence": pl.Float64,
    "coverage": pl.Float64,
    "half_width": pl.Float64,
    "status": pl.String,
}
LARGEST_SCHEMA: dict[str, Any] = {
    "params_fitted_max": pl.Float64,
    "params_predicted": pl.Float64,
    "n_checkpoints": pl.Int64,
    "share_extrapolated": pl.Float64,
    "bias": pl.Float64,
    "rmse": pl.Float64,
    "error_at_lowest_loss": pl.Float64,
    "half_width_at_lowest_loss": pl.Float64,
    "confidence": pl.Float64,
    "coverage": pl.Float64,
    "status": pl.String,
}


def forecast_scores(curves: CurveSet, scenarios: pl.DataFrame, *, confidence: float = LEVEL) -> pl.DataFrame:
    """Predicted score of each task for each scenario of the same corpus, with a prediction interval.

    `scenarios` has `scenario`, loss, loss_low, loss_high (95 %) where the loss is itself uncertain, and
    params where the size is known; the columns it shares with the curves' keys (corpus, say) tell which
    groups it asks about. Returns the keys, `scenario`, then FORECAST_SCHEMA, scores as published (fractions).
    Within the losses seen the interval is for a new run (`fit_coverage` measures how often it holds one), or
    of a model larger than all seen for a new size (`predict_largest`); beyond them the row says
    `extrapolated`, and says no score (`beyond_reach`) where nothing tells how such curves go on.
    InputError for a loss that is missing or not positive.
    """
    if scenarios.filter(~(pl.col("loss") > 0).fill_null(False)).height:
        raise InputError("scenarios: a loss that is missing or not above zero; give each scenario a loss")
    shared = [c for c in curves.by if c in scenarios.columns]
    limits = {"loss_low", "loss_high"} <= set(scenarios.columns)
    width = (pl.col("loss_high") - pl.col("loss_low")) / (2 * 1.959964)
    asked = scenarios.select(
        *shared,
        pl.col("scenario").cast(pl.String),
        pl.col("loss").cast(pl.Float64),
        loss_sd=(width if limits else pl.lit(0.0)).fill_null(0.0),
        params=(pl.col("params") if "params" in scenarios.columns else pl.lit(None)).cast(pl.Float64),
    )
    groups = asked.partition_by(shared, as_dict=True) if shared else {(): asked}
    chances = _chances(curves)
    rows = [
        {**task.key, **row}
        for task in curves.tasks
        if (mine := groups.get(tuple(task.key[c] for c in shared))) is not None
        for row in _forecast(task, mine, chances.get(tuple(task.key.values())), confidence)
    ]
    schema = {**{c: curves.frame.schema[c] for c in curves.by}, "scenario": pl.String, **FORECAST_SCHEMA}
    return pl.DataFrame(rows, schema=schema)


def _forecast(
    task: TaskCurve, asked: pl.DataFrame, chance: float | None, confidence: float
) -> Iterator[dict[str, Any]]:
    points, curve = task.points, task.curve
    names, loss = asked["scenario"].to_list(), asked["loss"].to_numpy()
    base = {"chance": chance, "confidence": confidence, "n_runs": points.runs, "status": task.status}
    base |= {"loss_min": float(points.x[0]), "loss_max": float(points.x[-1])}
    if curve is None:
        yield from ({"scenario": n, "loss": x, **base} for n, x in zip(names, loss.tolist(), strict=True))
        return
    scale = 100.0 if points.unit == "points" else 1.0
    is_larger = larger_than(points.params_max, asked["params"])
    got = curve.predict(loss, confidence, asked["loss_sd"].to_numpy(), is_larger)
    score, low, high = (task.sign * v / scale for v in (got.score, got.low, got.high))
    if task.sign < 0:
        low, high = high, low
    above = None
    if chance is not None:
        above = tail_above(got.score, got.sd, got.freedom, task.sign * chance * scale)
    near = curve.names_near(loss)
    for k, name in enumerate(names):
        yield {
            "scenario": name,
            "loss": float(loss[k]),
            **base,
            "n_runs_near": int(got.near[k]),
            "runs_near": near[k],
            "extrapolated": bool(got.extrapolated[k]),
            "basis": _basis(curve, got, k, float(loss[k])),
            **_told(score[k], low[k], high[k], None if above is None else above[k]),
            "status": _status(got, k),
        }


def _told(score: float, low: float, high: float, above: float | None) -> dict[str, float | None]:
    """What is foretold at one loss; nothing where the score is not known."""
    names = ("score", "score_low", "score_high", "p_above_chance")
    if not np.isfinite(score):
        return dict.fromkeys(names)
    values = (score, low, high, above)
    return {name: None if v is None else float(v) for name, v in zip(names, values, strict=True)}


def _status(got: Prediction, k: int) -> str:
    if not np.isfinite(got.score[k]):
        return "beyond_reach"
    return "within_run" if got.within_run[k] else "ok"


def _basis(curve: ScoreCurve, got: Prediction, k: int, loss: float) -> str:
    units = f"{curve.points.runs} runs" if curve.points.runs > 1 else "one run"
    where = _where(curve, got, k, loss)
    if not np.isfinite(got.score[k]):
        return f"{curve.points.x.size} checkpoints of {units}, {where}"
    spread = "held-out runs" if curve.by_runs else "held-out stretches of loss, not runs"
    if got.within_run[k]:
        spread = f"{spread}, widened by what runs differ elsewhere: fewer than {FEWEST_RUNS} are near"
    return f"{curve.points.x.size} checkpoints of {units}, {where}; spread by {spread}"


def _where(curve: ScoreCurve, got: Prediction, k: int, loss: float) -> str:
    """Where a loss lies beside those seen, and how the curve goes on there."""
    if loss > curve.loss_range[1]:
        return "above the losses seen, at the score of the highest"
    if not got.extrapolated[k]:
        return f"{got.near[k]} of the runs have losses near"
    if not np.isfinite(got.score[k]):
        return "beyond the losses seen: nothing tells how such curves go on"
    share = f"{curve.beyond.share:.0%} of its last slope" if curve.beyond.share > 0 else "its last level"
    return f"beyond the losses seen, by {share}"


def _chances(curves: CurveSet) -> dict[tuple[Any, ...], float]:
    if "chance" not in curves.frame.columns:
        return {}
    known = curves.frame.drop_nulls("chance").group_by(curves.by).agg(pl.col("chance").first())
    return {row[:-1]: row[-1] for row in known.select(*curves.by, "chance").rows()}


def fit_coverage(curves: CurveSet, *, confidence: float = LEVEL) -> pl.DataFrame:
    """Share of left-out runs' checkpoints inside the interval that the other runs draw, one row a group.

    `half_width` is in score points, or the metric's unit where it is no fraction.
    """
    rows: list[dict[str, Any]] = []
    for task in curves.tasks:
        points = task.points
        row = {**task.key, "n_runs": points.runs, "n_checkpoints": points.x.size, "confidence": confidence}
        row["status"] = "too_few_runs" if task.status == "within_run" else task.status
        if task.curve is not None and task.curve.by_runs and task.curve.inside.any():
            row["coverage"], row["half_width"] = coverage(task.curve, confidence)
        rows.append(row)
    return pl.DataFrame(rows, schema={**{c: curves.frame.schema[c] for c in curves.by}, **COVERAGE_SCHEMA})


def predict_largest(curves: CurveSet, *, confidence: float = LEVEL, threads: int = 2) -> pl.DataFrame:
    """Fit on all sizes but the largest of each group, foretell the largest's scores at its own losses.

    One row for each group of more than one size. Errors are published less foretold, in score points (the
    metric's unit where it is no fraction): above zero the score came out higher, better or not.
    """

    several = [t for t in curves.tasks if np.ptp(t.points.log_params) > 0]
    with ThreadPoolExecutor(threads) as workers:
        small = share_lessons(list(workers.map(_without_largest, several, chunksize=8)), None, workers.map)
        rows = list(workers.map(_foretell_largest, several, small, [confidence] * len(small)))
    return pl.DataFrame(rows, schema={**{c: curves.frame.schema[c] for c in curves.by}, **LARGEST_SCHEMA})


def _without_largest(task: TaskCurve) -> TaskCurve:
    """The task's curve through all sizes but the largest."""
    p = task.points
    small = p.only(p.log_params < p.log_params.max())
    status = status_of(small)
    curve = fit_curve(small) if status == "ok" else None
    return TaskCurve(task.key, small, curve, task.sign, task.rows, status)


def _foretell_largest(task: TaskCurve, small: TaskCurve, confidence: float) -> dict[str, Any]:
    p = task.points
    row = {
        **task.key,
        "params_fitted_max": small.points.params_max,
        "params_predicted": p.params_max,
        "confidence": confidence,
        "status": "too_few_runs" if small.status == "within_run" else small.status,
    }
    if small.curve is not None:
        top = p.log_params == p.log_params.max()
        row |= _held_out_size(small.curve, p.x[top], p.y[top], task.sign, confidence)
    return row


def _held_out_size(
    curve: ScoreCurve, loss: Floats, score: Floats, sign: float, confidence: float
) -> dict[str, Any]:
    """How the curve does at losses (m,), ascending, where it says anything.

    Scores (m,) come turned so that up is better; `sign` turns their errors back to those of what was
    published.
    """
    low, high = curve.loss_range
    usable = (loss <= high) & (loss >= low - REACH * (high - low))
    usable &= np.isfinite(curve.predict(loss, confidence, is_larger=True).sd)
    if not usable.any():
        return {"n_checkpoints": 0}
    score = score[usable]
    got = curve.predict(loss[usable], confidence, is_larger=True)
    miss = sign * (score - got.score)
    return {
        "n_checkpoints": int(usable.sum()),
        "share_extrapolated": float(got.extrapolated.mean()),
        "bias": float(miss.mean()),
        "rmse": float(np.sqrt(np.mean(miss**2))),
        "error_at_lowest_loss": float(miss[0]),
        "half_width_at_lowest_loss": float((got.high[0] - got.low[0]) / 2),
        "coverage": float(np.mean((score >= got.low) & (score <= got.high))),
    }
