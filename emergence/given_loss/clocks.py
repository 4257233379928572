"""Is loss the best clock? Held-out error of the score given loss, compute, tokens, size, or both."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import stdtrit

from emergence.given_loss.clock_kernel import best_for_others, mixture_squares, thin_runs
from emergence.numerics.arrays import Floats
from emergence.numerics.monotone import held_out_of
from emergence.points.groups import TaskPoints
from emergence.score_curves.curve_set import CurveSet, TaskCurve

CLOCKS: Final = ("loss", "compute", "tokens", "size", "size_and_tokens")
CONFIDENCE: Final = 0.95
FEWEST_RUNS: Final = 3
FEWEST_POINTS: Final = 8
SHARES: Final = tuple(np.linspace(0.0, 1.0, 11).tolist())
"""Of log size in a mixture, the rest of log tokens: from tokens alone over compute to size alone."""
POWERS: Final = (0.2, 0.35, 0.5)
"""Of size and of tokens in a mixture that saturates in either, about as laws of loss find them."""
TILTS: Final = (-1.5, -0.75, 0.0, 0.75, 1.5)
"""Natural log of what size's part weighs against tokens' at the mean of both."""
LEAST_DIFFERENCE: Final = 0.02
"""Share of loss's error by which a clock has to be shown better or worse. By less the clocks of pure noise
differ, since a monotone curve bends less over a clock of few values."""
CLOCK_SCHEMA: Final[dict[str, Any]] = {
    "clock": pl.String,
    "n_checkpoints": pl.Int64,
    "n_runs": pl.Int64,
    "score_unit": pl.String,
    "error": pl.Float64,
    "error_by_loss": pl.Float64,
    "difference": pl.Float64,
    "difference_low": pl.Float64,
    "difference_high": pl.Float64,
    "loss_is_better": pl.Boolean,
    "status": pl.String,
}
Booleans = NDArray[np.bool_]


@dataclass(frozen=True)
class _HeldOut:
    """Errors (n,) of the points' scores against the curve of the other runs, and which of them
    it surrounds.
    """

    errors: Floats
    inside: Booleans


def fit_clocks(curves: CurveSet, *, confidence: float = CONFIDENCE, threads: int = 2) -> pl.DataFrame:
    """One row a group and clock: how far left-out runs lie from the monotone curve of the others over it.

    Errors are root mean squares in score points (else the metric's unit), every run with weight one. Each
    clock is compared with loss on the same checkpoints: those that the other runs surround on both.
    `difference` is the clock's error less that by loss, above zero where loss is better, its interval over
    runs; `loss_is_better` says whether that lies beyond LEAST_DIFFERENCE of the error by loss, on which side.
    `size_and_tokens` is the one combination of both that serves the other runs best. Points of which a
    clock is not known are left out of it.
    """
    with ThreadPoolExecutor(threads) as workers:
        found = list(workers.map(lambda task: _rows(task, confidence), curves.tasks, chunksize=8))
    rows = [{**task.key, **row} for task, told in zip(curves.tasks, found, strict=True) for row in told]
    return pl.DataFrame(rows, schema={**{c: curves.frame.schema[c] for c in curves.by}, **CLOCK_SCHEMA})


def _rows(task: TaskCurve, confidence: float) -> list[dict[str, Any]]:
    p = task.points
    base = {"score_unit": p.unit, "n_checkpoints": p.x.size, "n_runs": p.runs}
    status = _status(task)
    if status != "ok":
        return [{"clock": clock, **base, "status": status} for clock in CLOCKS]
    by_loss = _by_loss(task)
    rows = [_row("loss", base, p, by_loss, by_loss, confidence)]
    rows += [_row(clock, base, p, _by_clock(p, clock), by_loss, confidence) for clock in CLOCKS[1:]]
    return rows


def _status(task: TaskCurve) -> str:
    if task.points.runs < FEWEST_RUNS:
        return "too_few_runs"
    return task.status


def _row(
    clock: str,
    base: dict[str, Any],
    p: TaskPoints,
    own: _HeldOut | None,
    by_loss: _HeldOut,
    confidence: float,
) -> dict[str, Any]:
    """Error by the clock and by loss on the checkpoints that both surround."""
    if own is None:
        return {"clock": clock, **base, "status": "clock_unknown"}
    shared = own.inside & by_loss.inside
    squares, loss_squares = (_by_run(p, v.errors**2, shared) for v in (own, by_loss))
    row = {"clock": clock, **base, "n_checkpoints": int(shared.sum()), "n_runs": squares.size}
    if squares.size < FEWEST_RUNS or shared.sum() < FEWEST_POINTS:
        return row | {"status": "no_overlap"}
    error, least = float(np.sqrt(squares.mean())), float(np.sqrt(loss_squares.mean()))
    row |= {"error": error, "error_by_loss": least, "status": "ok"}
    return row if clock == "loss" else row | _difference(squares, loss_squares, confidence)


def _by_run(p: TaskPoints, values: Floats, used: Booleans) -> Floats:
    """Mean of the used values (n,) of each run that has any."""
    count = np.bincount(p.run, used, p.runs)
    total = np.bincount(p.run, np.where(used, values, 0.0), p.runs)
    return np.asarray(total[count > 0] / count[count > 0])


def _difference(squares: Floats, loss_squares: Floats, confidence: float) -> dict[str, Any]:
    """Difference of two root mean squares over the same runs (R,), its interval by
    linearisation over runs.
    """
    error, least = np.sqrt(squares.mean()), np.sqrt(loss_squares.mean())
    pull = squares / (2 * max(error, 1e-12)) - loss_squares / (2 * max(least, 1e-12))
    runs = squares.size
    half = float(stdtrit(runs - 1, (1 + confidence) / 2) * pull.std(ddof=1) / np.sqrt(runs))
    value = float(error - least)
    low, high = value - half, value + half
    least *= LEAST_DIFFERENCE
    better = True if low > least else False if high < -least else None
    return {"difference": value, "difference_low": low, "difference_high": high, "loss_is_better": better}


def _by_loss(task: TaskCurve) -> _HeldOut:
    curve, p = task.curve, task.points
    if curve is not None and curve.by_runs:
        return _HeldOut(curve.errors, curve.inside)
    return _held_out(p, p.x)


def _by_clock(p: TaskPoints, clock: str) -> _HeldOut | None:
    if clock == "size_and_tokens":
        return _by_size_and_tokens(p)
    time = {"compute": p.log_compute, "tokens": p.log_tokens, "size": p.log_params}[clock]
    known = np.isfinite(time)
    if np.unique(p.run[known]).size < FEWEST_RUNS or np.ptp(time[known]) <= 0:
        return None
    return _held_out(p, -time)


def _held_out(p: TaskPoints, x: Floats, wanted: Booleans | None = None) -> _HeldOut:
    """Errors about the curve over `x` (n,), which falls as training goes on; NaN where a point
    has no place. `wanted` (R,) are the runs whose points are asked for, else all.
    """
    known = np.flatnonzero(np.isfinite(x))
    order = known[np.argsort(x[known], kind="stable")]
    asked = np.ones(p.runs, bool) if wanted is None else wanted
    guess, surrounded = held_out_of(x[order], p.y[order], p.w[order], p.run[order], asked)
    errors, inside = np.zeros(x.size), np.zeros(x.size, bool)
    inside[order] = surrounded
    errors[order] = np.where(surrounded, p.y[order] - guess, 0.0)
    return _HeldOut(errors, inside)


def _by_size_and_tokens(p: TaskPoints) -> _HeldOut | None:
    """Errors about the curve over the mixture of size and tokens that serves best the runs but the point's
    own.
    """
    known = np.isfinite(p.log_params) & np.isfinite(p.log_tokens)
    few = np.unique(p.run[known]).size < FEWEST_RUNS
    if few or np.ptp(p.log_params[known]) <= 0 or np.ptp(p.log_tokens[known]) <= 0:
        return None
    middle = (float(p.log_params[known].mean()), float(p.log_tokens[known].mean()))
    order = np.flatnonzero(known)[np.lexsort((p.log_tokens[known], p.run[known]))]
    thin = thin_runs(p.log_params[order], p.log_tokens[order], p.y[order], p.w[order], p.run[order], p.runs)
    recipes = _recipes()
    tried = np.stack([_mixed(recipe, thin[0] - middle[0], thin[1] - middle[1]) for recipe in recipes])
    squares, weights = mixture_squares(tried, thin[2], thin[3], thin[4], p.runs)
    # The best for the other runs: a run has no say in the clock that it is measured by.
    best = best_for_others(squares, weights)
    errors, inside = np.zeros(p.x.size), np.zeros(p.x.size, bool)
    for k in np.unique(best):
        clock = _mixed(recipes[k], p.log_params - middle[0], p.log_tokens - middle[1])
        found, mine = _held_out(p, clock, best == k), best[p.run] == k
        errors[mine], inside[mine] = found.errors[mine], found.inside[mine]
    return _HeldOut(errors, inside)


def _recipes() -> list[tuple[float, float]]:
    """Power and share, or tilt, of every mixture that is tried; a power of zero stands for a sum of logs."""
    return [(0.0, share) for share in SHARES] + [(power, tilt) for power in POWERS for tilt in TILTS]


def _mixed(recipe: tuple[float, float], size: Floats, tokens: Floats) -> Floats:
    """A clock (n,) that falls with log size and log tokens: a sum of both, or of powers as in a
    law of loss.
    """
    power, part = recipe
    n, d = np.log(10.0) * size, np.log(10.0) * tokens
    if power == 0.0:
        return np.asarray(-(part * n + (1 - part) * d))
    return np.asarray(np.exp(part - power * n) + np.exp(-power * d))
