"""One task's score at a loss, with a prediction interval for a new run, calibrated by held-out runs."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr

from emergence.numerics.arrays import Floats, Ints
from emergence.numerics.monotone import held_out, pool
from emergence.numerics.p_values import t_quantile
from emergence.points.groups import TaskPoints
from emergence.score_curves.extrapolation import LEVEL_ON, Beyond, cut_record, last_rise, stages_of
from emergence.score_curves.new_sizes import UNSEEN, NewSize, ranks_of_sizes, size_record

GRID = 60
BANDWIDTH = 0.1  # of the range of losses over which held-out errors are averaged
PRIOR = 0.3  # run's worth of the error over all losses that is mixed into the local one
FOLDS = 8  # stretches of loss that stand in for runs where there are fewer than FEWEST_RUNS
FEWEST_RUNS = 3
NEAR = 0.02  # of the range of losses: how far beyond a run's own it still counts as near
NAMED = 5  # runs near a loss that are named
MOST_FREEDOM_A_UNIT = 4.0  # degrees of freedom of the spread, for each unit beyond the first
FEW_FREEDOM = 4.0  # degrees of freedom where fewer than FEWEST_RUNS are near: their spread is borrowed
USUAL_SHIFT = (
    0.01  # of the loss: SD between runs of the loss at which they reach one score, where no task tells it
)
LEVEL = 0.90
Booleans = NDArray[np.bool_]
_STEPS = np.linspace(0, 1, GRID)
_SMOOTH = np.exp(-0.5 * ((_STEPS[:, None] - _STEPS) / BANDWIDTH) ** 2)


@dataclass(frozen=True)
class Prediction:
    """Scores (m,) with limits, predictive SD, degrees of freedom, and how many runs are near: none beyond
    the data.

    Score, limits and SD are NaN below the data where nothing tells how such a curve goes on.
    `within_run`: too few runs are near for their spread to be seen (beyond the data: near its end);
    `extrapolated`: the loss lies beyond the data.
    """

    score: Floats
    low: Floats
    high: Floats
    sd: Floats
    freedom: Floats
    near: Ints
    within_run: Booleans
    extrapolated: Booleans


@dataclass(frozen=True)
class ScoreCurve:
    """A centred isotonic curve, the spread of held-out runs about it by loss, and how it goes on beyond.

    `weights` (U, G) and `squares` (U, G) are weights and squared held-out errors of each unit (a run; of
    fewer than three runs, a stretch of loss) on the grid of losses. `shift` is the SD between runs of the
    loss at which they reach one score: it tells how far runs differ where the curve is steep. Scores are in
    the points' own unit.
    """

    knots: Floats
    heights: Floats
    loss_range: tuple[float, float]
    cap: float
    weights: Floats
    squares: Floats
    errors: Floats
    inside: Booleans
    by_runs: bool
    points: TaskPoints
    shift: float = 0.0
    growth: float = 1.0
    beyond: Beyond = LEVEL_ON
    new_size: NewSize = UNSEEN

    @cached_property
    def units(self) -> int:
        """How many units have held-out errors."""
        return int((self.weights.sum(axis=1) > 0).sum())

    @cached_property
    def freedom(self) -> float:
        """Degrees of freedom of the spread: units less one, or more where runs' own mean squares are alike.

        Runs that differ in little but their checkpoints' noise tell the spread by their checkpoints
        (Satterthwaite 1946, of the mean of the runs' mean squares).
        """
        least = float(max(self.units - 1, 1))
        if not self.by_runs or self.units < FEWEST_RUNS:
            return least
        weight = self.weights.sum(axis=1)
        own = self.squares.sum(axis=1)[weight > 0] / weight[weight > 0]
        alike = 2 * own.mean() ** 2 / max(own.var(ddof=1), 1e-300)
        return float(np.clip(alike, least, MOST_FREEDOM_A_UNIT * least))

    @cached_property
    def grid(self) -> Floats:
        """The losses (G,) on which spread is known."""
        return np.linspace(*self.loss_range, GRID)

    @cached_property
    def steepness(self) -> Floats:
        """Change of the curve (G,) per unit of loss over the distance by which runs are usually shifted."""
        step = USUAL_SHIFT * float(np.median(self.points.x))
        rise = self._inner(self.grid - step) - self._inner(self.grid + step)
        return np.asarray(rise / (2 * step))

    @cached_property
    def mean_steepness(self) -> float:
        """Score gained over the losses seen, per unit of loss."""
        low, high = self.loss_range
        return float((self.heights[0] - self.heights[-1]) / max(high - low, 1e-12))

    @cached_property
    def last_slope(self) -> float:
        """Score gained per unit of falling loss at the end of the losses seen."""
        return float(last_rise(self.knots, self.heights, *self.loss_range))

    @cached_property
    def base(self) -> float:
        """Mean squared held-out error where the curve is least steep: what runs and items scatter without a
        shift.
        """
        weight, square = self.weights.sum(axis=0), self.squares.sum(axis=0)
        order = np.argsort(self.steepness, kind="stable")
        half = order[np.cumsum(weight[order]) <= 0.5 * weight.sum()]
        half = half if weight[half].sum() > 0 else order
        return float(square[half].sum() / max(weight[half].sum(), 1e-300))

    @cached_property
    def own_shift(self) -> float:
        """SD of the losses at which runs reach one score, from errors where the curve is steep; NaN if
        nothing is.
        """
        weight, square = self.weights.sum(axis=0), self.squares.sum(axis=0)
        steep = self.steepness > np.average(self.steepness, weights=np.maximum(weight, 1e-300))
        below = float((weight * self.steepness**2)[steep].sum())
        if not self.by_runs or below <= 0:
            return np.nan
        return float(np.sqrt(max((square - weight * self.base)[steep].sum(), 0.0) / below))

    @cached_property
    def own_growth(self) -> float:
        """Mean squared error of left-out sizes over that of left-out runs, where both are known; else NaN."""
        p = self.points
        label, names = p.labels["params"]
        if not self.by_runs or len(names) < FEWEST_RUNS:
            return np.nan
        guess, inside = held_out(p.x, p.y, p.w, label, len(names))
        both = inside & self.inside
        runs = float((p.w * self.errors**2)[both].sum())
        return float((p.w * (p.y - guess) ** 2)[both].sum()) / runs if runs > 0 else np.nan

    def moved(self, loss: Floats) -> Floats:
        """By how much scores at losses (m,) differ where runs reach them apart by the usual shift."""
        return np.asarray(self._inner(loss - self.shift) - self._inner(loss + self.shift)) / 2

    @cached_property
    def _model(self) -> Floats:
        """Variance (G,) of a new run by scatter and shift alone, up to a factor."""
        return np.asarray(max(self.base, 1e-12) + self.moved(self.grid) ** 2)

    @cached_property
    def near(self) -> Ints:
        """How many runs (G,) have losses about each of the grid."""
        return np.asarray(self._covers.sum(axis=0))

    @cached_property
    def _covers(self) -> Booleans:
        """Which runs (R, G) have losses on both sides of each of the grid, or about it.

        A run of one loss surrounds nothing: it is near where its error is averaged in.
        """
        p = self.points
        low, high = np.full(p.runs, np.inf), np.full(p.runs, -np.inf)
        np.minimum.at(low, p.run, p.x)
        np.maximum.at(high, p.run, p.x)
        slack = np.where(high > low, NEAR, BANDWIDTH) * (self.loss_range[1] - self.loss_range[0])
        return ((low - slack)[:, None] <= self.grid) & (self.grid <= (high + slack)[:, None])

    def names_near(self, loss: Floats) -> list[list[str]]:
        """The first NAMED of the runs near each loss (m,), by name; none beyond the data."""
        slack = NEAR * (self.loss_range[1] - self.loss_range[0])
        seen = (loss >= self.loss_range[0] - slack) & (loss <= self.loss_range[1] + slack)
        covers = self._covers[:, _place(loss, self.loss_range)] & seen
        order = np.argsort(self.points.names)
        return [[self.points.names[r] for r in order[mine[order]][:NAMED].tolist()] for mine in covers.T]

    @cached_property
    def _spread(self) -> Floats:
        """Variance (G,) of a new run about the curve."""
        return self._variance(self.weights.sum(axis=0), self.squares.sum(axis=0), self.near)

    def _variance(self, weights: Floats, squares: Floats, near: Ints) -> Floats:
        """Local mean squares (…, G) over what scatter and shift foretell, wider where few runs are near."""
        local = self._model * (squares @ _SMOOTH + PRIOR * _mean(squares, weights))
        local /= (weights * self._model) @ _SMOOTH + PRIOR * _mean(weights * self._model, weights)
        few = np.maximum(local, self._model) * (1 + 1 / np.maximum(near, 1))
        return np.asarray(np.where(near < FEWEST_RUNS, few, local))

    @cached_property
    def variance_of_others(self) -> tuple[Floats, Floats]:
        """Variance and degrees of freedom at the curve's own points (n,), without the point's own run."""
        p, place = self.points, _place(self.points.x, self.loss_range)
        near = self.near - self._covers
        variance = self._variance(
            self.weights.sum(axis=0) - self.weights, self.squares.sum(axis=0) - self.squares, near
        )
        whole = self.freedom * max(self.units - 2, 1) / max(self.units - 1, 1)
        return variance[p.run, place], _freedom(whole, near[p.run, place])

    def predict(
        self,
        loss: Floats,
        level: float = LEVEL,
        loss_sd: Floats | float = 0.0,
        is_larger: Booleans | bool = False,
    ) -> Prediction:
        """Score of a new run at each loss (m,), whose own error is `loss_sd`; limits stay in the bounds.

        `is_larger` where its model is larger than all behind the curve.
        """
        low_end, high_end = self.loss_range
        place = _place(loss, self.loss_range)
        score, variance, near = self._mean(loss), self._spread[place].copy(), self.near[place].copy()
        few = near < FEWEST_RUNS
        freedom = _freedom(self.freedom, near)
        beyond = np.asarray(loss < low_end)
        distance = np.maximum(low_end - loss, 0.0)
        gone = self.beyond.stretch**2 * (self.growth * variance + self.beyond.miss * distance**2)
        larger = np.broadcast_to(is_larger, loss.shape)
        variance = np.where(larger, self.new_size.growth * variance, variance)
        variance = np.where(beyond, np.where(larger, np.maximum(gone, variance), gone), variance)
        freedom[larger] = np.minimum(freedom[larger], self.new_size.freedom)
        freedom[beyond] = np.minimum(freedom[beyond], self.beyond.freedom)
        off = np.maximum(distance, loss - high_end)
        near[off > NEAR * (high_end - low_end)] = 0
        step = np.maximum(np.asarray(loss_sd, float), 0.0)
        variance += ((self._mean(loss - step) - self._mean(loss + step)) / 2) ** 2
        sd = np.sqrt(variance)
        # Nothing may be known of how such a curve goes on: then nothing is said beyond the data.
        score = np.where(np.isfinite(sd), score, np.nan)
        half = t_quantile(freedom, (1 + level) / 2) * sd
        floor = self.cap - 100.0 if np.isfinite(self.cap) else -np.inf
        return Prediction(
            score,
            np.clip(score - half, floor, self.cap),
            np.clip(score + half, floor, self.cap),
            sd,
            freedom,
            near,
            few,
            beyond | np.asarray(loss > high_end),
        )

    def _inner(self, loss: Floats) -> Floats:
        return np.asarray(np.interp(loss, self.knots, self.heights))

    def _mean(self, loss: Floats) -> Floats:
        """Score at each loss; below the lowest seen, part of the last slope goes on."""
        distance = np.maximum(self.loss_range[0] - loss, 0.0)
        rise = self.beyond.share * self.last_slope * distance
        return np.asarray(np.minimum(self._inner(loss) + rise, max(self.cap, float(self.heights[0]))))

    @cached_property
    def record(self) -> Floats:
        """What cuts have foretold of this curve's own points (m, 5)."""
        p = self.points
        noise = self._spread[_place(p.x, self.loss_range)]
        stage = stages_of(p.x, p.w, p.run, p.log_params)
        return np.asarray(cut_record(p.x, p.y, p.w, stage, noise, self.cap))

    @cached_property
    def record_of_sizes(self) -> Floats:
        """What smaller sizes have foretold of this curve's own points (m, 4)."""
        p = self.points
        variance = self._spread[_place(p.x, self.loss_range)]
        return np.asarray(size_record(p.x, p.y, p.w, ranks_of_sizes(p.log_params), variance))

    @cached_property
    def rises(self) -> bool:
        """Whether the curve foretells what was held out better than the mean does."""
        p = self.points
        flat = p.y - np.average(p.y, weights=p.w)
        used = self.inside
        if not used.any():
            return False
        return bool((p.w * self.errors**2)[used].sum() < 0.9 * (p.w * flat**2)[used].sum())

    def borrowing(
        self, shift: float, growth: float, beyond: Beyond = LEVEL_ON, new_size: NewSize = UNSEEN
    ) -> "ScoreCurve":
        """The same curve with what other tasks taught of shifts, of new sizes and of what lies beyond."""
        return replace(self, shift=shift, growth=growth, beyond=beyond, new_size=new_size)


def _mean(values: Floats, weights: Floats) -> Floats:
    """Mean (…, 1) of sums `values` (…, G) per weight."""
    return np.asarray(
        values.sum(axis=-1, keepdims=True) / np.maximum(weights.sum(axis=-1, keepdims=True), 1e-300)
    )


def _freedom(whole: float, near: Ints) -> Floats:
    """Degrees of freedom of the spread where so many runs are near: few of few."""
    return np.where(near < FEWEST_RUNS, min(whole, FEW_FREEDOM), whole)


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
    # Fractions of which less is better come turned, from -100 to 0.
    cap = np.inf if p.unit != "points" else 0.0 if p.y.min() < 0 else 100.0
    return ScoreCurve(knots, heights, span, cap, weights, squares, errors, inside, by_runs, points)


def _place(loss: Floats, span: tuple[float, float]) -> Ints:
    share = (np.asarray(loss) - span[0]) / max(span[1] - span[0], 1e-12)
    return np.clip(np.rint(share * (GRID - 1)), 0, GRID - 1).astype(np.int64)


def coverage(curve: ScoreCurve, level: float = LEVEL) -> tuple[float, float]:
    """Share of a run's checkpoints within limits drawn from the other runs, mean over runs; mean half width.

    NaN where there are fewer than three runs: nothing then tells the spread of runs.
    """
    p = curve.points
    if not curve.by_runs or not curve.inside.any():
        return np.nan, np.nan
    variance, freedom = curve.variance_of_others
    half = t_quantile(freedom, (1 + level) / 2) * np.sqrt(variance)
    count = np.bincount(p.run, curve.inside, p.runs)
    seen = count > 0
    hit = (np.abs(curve.errors) <= half) & curve.inside
    shares, wide = (np.bincount(p.run, v * curve.inside, p.runs)[seen] / count[seen] for v in (hit, half))
    return float(shares.mean()), float(wide.mean())


def tail_above(score: Floats, sd: Floats, freedom: Floats, value: float) -> Floats:
    """Probability (m,) that a new run's score is above `value`."""
    return np.asarray(stdtr(freedom, (score - value) / np.maximum(sd, 1e-12)))
