"""One task's score at a loss, with a prediction interval for a new run, calibrated by held-out runs."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import stdtr, stdtrit

from emergence.given_loss.extrapolation import CUTS, fit_logistic, logistic, rate_of_miss
from emergence.numerics.arrays import Floats
from emergence.numerics.monotone import held_out, pool
from emergence.points.groups import TaskPoints

GRID = 60
BANDWIDTH = 0.1  # of the range of losses over which held-out errors are averaged
PRIOR = 0.3  # run's worth of the error over all losses that is mixed into the local one
FOLDS = 8  # stretches of loss that stand in for runs where there are fewer than FEWEST_RUNS
FEWEST_RUNS = 3
LEVEL = 0.90


@dataclass(frozen=True)
class Prediction:
    """Scores (m,) with limits, predictive SD, degrees of freedom, and whether each lies beyond the data."""

    score: Floats
    low: Floats
    high: Floats
    sd: Floats
    freedom: float
    extrapolated: np.ndarray[tuple[int], np.dtype[np.bool_]]


@dataclass(frozen=True)
class ScoreCurve:
    """A centred isotonic curve, the spread of held-out runs about it by loss, a logistic beyond.

    `units` (U, G) and `squares` (U, G) are weights and squared held-out errors of each unit (a run; of fewer
    than three runs, a stretch of loss), smoothed over the grid of losses. Scores are in the points' own unit.
    """

    knots: Floats
    heights: Floats
    loss_range: tuple[float, float]
    cap: float
    units: Floats
    squares: Floats
    errors: Floats
    inside: np.ndarray[tuple[int], np.dtype[np.bool_]]
    by_runs: bool
    points: TaskPoints

    @cached_property
    def freedom(self) -> float:
        """Degrees of freedom of the spread: units with held-out errors, less one."""
        return float(max((self.units.sum(axis=1) > 0).sum() - 1, 1))

    @cached_property
    def _local_variance(self) -> Floats:
        """Mean squared held-out error at each loss of the grid (G,)."""
        return _mixed(self.units.sum(axis=0), self.squares.sum(axis=0))

    def variance(self, loss: Floats) -> Floats:
        """Mean squared held-out error near each loss (m,)."""
        return self._local_variance[_place(loss, self.loss_range)]

    def variance_of_others(self) -> Floats:
        """The same at the curve's own points (n,), from every run but the point's own."""
        weights = self.units.sum(axis=0) - self.units
        squares = self.squares.sum(axis=0) - self.squares
        return _mixed(weights, squares)[self.points.run, _place(self.points.x, self.loss_range)]

    def predict(self, loss: Floats, level: float = LEVEL, loss_sd: Floats | float = 0.0) -> Prediction:
        """Score of a new run at each loss (m,), whose own error is `loss_sd`; limits stay in the bounds."""
        low_end, high_end = self.loss_range
        beyond = np.asarray(loss < low_end)
        score = np.interp(loss, self.knots, self.heights)
        variance = self.variance(loss)
        freedom = self.freedom
        if beyond.any():
            score[beyond], extra = self._beyond(loss[beyond])
            variance[beyond] += extra
            freedom = min(freedom, float(len(CUTS) - 1))
        step = np.maximum(np.asarray(loss_sd, float), 0.0)
        if np.any(step > 0):
            slope = (self._mean(loss - step) - self._mean(loss + step)) / 2
            variance = variance + slope**2
        sd = np.sqrt(variance)
        half = stdtrit(freedom, (1 + level) / 2) * sd
        floor = self.cap - 100.0 if np.isfinite(self.cap) else -np.inf
        return Prediction(
            score,
            np.clip(score - half, floor, self.cap),
            np.clip(score + half, floor, self.cap),
            sd,
            freedom,
            beyond | np.asarray(loss > high_end),
        )

    def _mean(self, loss: Floats) -> Floats:
        score = np.interp(loss, self.knots, self.heights)
        beyond = loss < self.loss_range[0]
        if beyond.any():
            score[beyond], _ = self._beyond(loss[beyond])
        return score

    def _beyond(self, loss: Floats) -> tuple[Floats, Floats]:
        """Score below the lowest loss seen, and the variance that distance adds: what cuts have missed."""
        numbers, edge = self.logistic, np.array([self.loss_range[0]])
        score = logistic(numbers, loss) + self.heights[0] - logistic(numbers, edge)[0]
        return np.minimum(score, self.cap), self.miss * (edge[0] - loss) ** 2

    @cached_property
    def logistic(self) -> Floats:
        """Numbers of the logistic that goes beyond the data."""
        return np.asarray(fit_logistic(self.points.x, self.points.y, self.points.w, self.cap))

    @cached_property
    def miss(self) -> float:
        """Squared error per squared distance of loss that such logistics have made."""
        p = self.points
        return rate_of_miss(p.x, p.y, p.w, self.variance(p.x), self.cap)


def _mixed(weights: Floats, squares: Floats) -> Floats:
    """Local mean squares (…, G), each with a run's worth of the mean over all losses."""
    whole = squares.sum(axis=-1, keepdims=True) / np.maximum(weights.sum(axis=-1, keepdims=True), 1e-300)
    return np.asarray((squares + PRIOR * whole) / (weights + PRIOR))


def fit_curve(points: TaskPoints) -> ScoreCurve:
    """Curve and held-out spread of one task's points (ascending in loss)."""
    p = points
    knots, heights = pool(p.x, p.y, p.w)
    by_runs = p.runs >= FEWEST_RUNS
    unit = p.run if by_runs else np.arange(p.x.size, dtype=np.int64) * FOLDS // p.x.size
    units = int(unit.max()) + 1
    guess, inside = held_out(p.x, p.y, p.w, unit, units)
    errors = np.where(inside, p.y - guess, 0.0)
    span = (float(p.x[0]), float(p.x[-1]))
    place = _place(p.x, span)
    weight = p.w if by_runs else np.full(p.x.size, units / p.x.size)
    cell, cells = unit * GRID + place, units * GRID
    weights, squares = (
        np.asarray(np.bincount(cell, v, cells), float).reshape(units, GRID)
        for v in (weight * inside, weight * errors**2)
    )
    steps = np.linspace(0, 1, GRID)
    smooth = np.exp(-0.5 * ((steps[:, None] - steps) / BANDWIDTH) ** 2)
    # Fractions of which less is better come turned, from -100 to 0.
    cap = np.inf if p.unit != "points" else 0.0 if p.y.min() < 0 else 100.0
    return ScoreCurve(
        knots, heights, span, cap, weights @ smooth, squares @ smooth, errors, inside, by_runs, points
    )


def _place(loss: Floats, span: tuple[float, float]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    share = (np.asarray(loss) - span[0]) / max(span[1] - span[0], 1e-12)
    return np.clip(np.rint(share * (GRID - 1)), 0, GRID - 1).astype(np.int64)


def coverage(curve: ScoreCurve, level: float = LEVEL) -> tuple[float, float]:
    """Share of a run's checkpoints within limits drawn from the other runs, mean over runs; mean half width.

    NaN where there are fewer than three runs: nothing then tells the spread of runs.
    """
    p = curve.points
    if not curve.by_runs or not curve.inside.any():
        return np.nan, np.nan
    half = stdtrit(max(curve.freedom - 1, 1), (1 + level) / 2) * np.sqrt(curve.variance_of_others())
    count = np.bincount(p.run, curve.inside, p.runs)
    seen = count > 0
    hit = (np.abs(curve.errors) <= half) & curve.inside
    shares, wide = (np.bincount(p.run, v * curve.inside, p.runs)[seen] / count[seen] for v in (hit, half))
    return float(shares.mean()), float(wide.mean())


def tail_above(score: Floats, sd: Floats, freedom: float, value: float) -> Floats:
    """Probability (m,) that a new run's score is above `value`."""
    return np.asarray(stdtr(freedom, (score - value) / np.maximum(sd, 1e-12)))
