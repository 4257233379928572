"""Intervals from replicates: whole runs drawn again, or one run's noise drawn again as AR(1)."""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtrit

from emergence.numerics.arrays import Floats, Ints
from emergence.numerics.compiled import njit
from emergence.points.scatter import RHO_CAP, draw_ar1, independent
from emergence.shapes.curves import EXPONENTS, JUMP, evaluate_curves
from emergence.shapes.search import Design, near_edge, search_replicates, to_units

MATCH_SERIES = 64
"""Series simulated in each round that corrects rho and the noise's SD."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A range of a number at a stated confidence."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Replicates:
    """The curve selected in every replicate: its power (B,), eta, floor, slope, jump (4, B) in units, edge
    (B,).

    `stretch` widens percentile distances for the few independent units behind them; below the losses `cap`
    (B,) a curve is level. `form` (B,) counts in FORMS, and len(FORMS) stands for any power.
    """

    form: Ints
    values: Floats
    edge: NDArray[np.bool_]
    stretch: float
    power: Floats
    cap: Floats

    def interval(self, estimate: float, drawn: Floats, confidence: float) -> Interval:
        """Give the stretched percentile interval of a number from its replicates (B,)."""
        low, high = tails(drawn, (1 - confidence) / 2)
        return Interval(
            estimate - self.stretch * max(0.0, estimate - low),
            estimate + self.stretch * max(0.0, high - estimate),
        )

    def scores_at(self, loss: ArrayLike) -> Floats:
        """Give every replicate's score at each loss: (B, m)."""
        return evaluate_curves(self.values, self.power, loss, self.cap)


def tails(drawn: Floats, tail: float) -> tuple[float, float]:
    """Give the quantiles at `tail` and 1 − `tail`, interpolated between neighbours in order."""
    ordered, at = np.sort(drawn), tail * (drawn.size - 1)
    i, share = int(at), at - int(at)
    low = float(ordered[i] + share * (ordered[min(i + 1, drawn.size - 1)] - ordered[i]))
    j = drawn.size - 1 - i
    return low, float(ordered[j] - share * (ordered[j] - ordered[max(j - 1, 0)]))


@njit(cache=True, nogil=True)
def _count_draws(draws: NDArray[np.int64], n_runs: int) -> Floats:
    counts = np.zeros((n_runs, draws.shape[0]))
    for b in range(draws.shape[0]):
        for j in range(draws.shape[1]):
            counts[draws[b, j], b] += 1.0
    return counts


def draw_runs(rng: np.random.Generator, n_runs: int, replicates: int) -> Floats:
    """Draw R runs with replacement, B times: how often each was drawn, (R, B)."""
    return np.asarray(_count_draws(rng.integers(0, n_runs, (replicates, n_runs)), n_runs))


def select_form(gain: Floats, total: Floats, n: int) -> Ints:
    """Choose the form with the least BIC in every replicate; the jump pays for its extra number.

    `gain` (5, B) and the total sum of squares (B,) give the residual sums. Ties go to the form listed first.
    """
    rest = np.maximum(total - gain, 1e-14 * np.maximum(total, 1e-300))
    score = n * np.log(rest)
    score[JUMP] += np.log(n)
    return np.asarray(score.argmin(axis=0), dtype=np.int64)


def collect(
    design: Design, numbers: Floats, total: Floats, centre: float, stretch: float, form: int | None
) -> Replicates:
    """Select each replicate's form (or keep the one given) and turn its numbers into units."""
    B = total.size
    chosen = select_form(numbers[:, 0], total, design.x.size) if form is None else np.full(B, form)
    rises = numbers[chosen, 0, np.arange(B)] > 0
    scaled = np.where(rises, numbers[chosen, 1:, np.arange(B)].T, 0.0)
    values, edge = np.empty((4, B)), np.empty(B, dtype=bool)
    for f in range(5):
        mine = chosen == f
        values[:, mine] = to_units(design, scaled[:, mine], f, centre)
        edge[mine] = near_edge(design, f, scaled[0, mine])
    level = np.full(B, -np.inf)
    return Replicates(chosen, values, edge | ~rises, stretch, EXPONENTS[chosen], level)


def run_stretch(n_runs: int, confidence: float) -> float:
    """Give t(R − 1)/z·√(R/(R − 1)): what percentile distances over R runs lack in coverage."""
    upper = 0.5 + confidence / 2
    t = float(stdtrit(n_runs - 1, upper))
    return t / NormalDist().inv_cdf(upper) * float(np.sqrt(n_runs / (n_runs - 1)))


def resample_runs(
    rng: np.random.Generator,
    design: Design,
    score: Floats,
    floor: float | None,
    replicates: int,
    confidence: float,
    form: int | None = None,
) -> Replicates:
    """Refit with whole runs drawn again, the form selected anew each time unless `form` keeps it (Cameron
    et al. 2008).
    """
    counts = draw_runs(rng, design.n_runs, replicates)
    centre = float(design.w @ score) if floor is None else floor
    z = score - centre
    numbers = search_replicates(design, z, counts, counts, free=floor is None)
    weights = np.bincount(design.run, design.w)
    total = np.bincount(design.run, design.w * z * z) @ counts
    if floor is None:
        total = total - (np.bincount(design.run, design.w * z) @ counts) ** 2 / (weights @ counts)
    return collect(design, numbers, total, centre, run_stretch(design.n_runs, confidence), form)


def simulate_run(
    rng: np.random.Generator,
    design: Design,
    fitted: Floats,
    *,
    noise_sd: Floats,
    order: Ints,
    rho: float,
    replicates: int,
    confidence: float,
    form: int | None = None,
) -> Replicates:
    """Refit AR(1) series about the fit, losses fixed; `order` (n,) puts the sorted points in time order."""
    n = design.x.size
    drawn = np.empty((n, replicates))
    drawn[order] = draw_ar1(rng, n, replicates, rho)
    centre = float(design.w @ fitted)
    scores = (fitted - centre)[:, None] + noise_sd[:, None] * drawn
    numbers, total = search_series(design, scores, free=True)
    return collect(design, numbers, total, centre, noise_stretch(n, rho, confidence), form)


def noise_stretch(n: int, rho: float, confidence: float) -> float:
    """Give t(df)/z for one run of n checkpoints with memory rho: df are the independent points, less
    three.
    """
    upper = 0.5 + confidence / 2
    df = max(3.0, independent(n, rho) - 3)
    return float(stdtrit(df, upper)) / NormalDist().inv_cdf(upper)


def match_memory(
    rng: np.random.Generator,
    design: Design,
    fitted: Floats,
    residual: Floats,
    *,
    noise_sd: Floats,
    order: Ints,
    rho: float,
    seen: float,
) -> tuple[float, Floats]:
    """Correct rho and the noise's SD (n,) for what fitting takes from both: simulate, refit, match, twice.

    `seen` is the lag-1 autocorrelation of the residuals (n,), `rho` a first correction of it.
    """
    n, sd, spread = residual.size, noise_sd, float(residual.std())
    centre = float(design.w @ fitted)
    for _ in range(2):
        drawn = np.empty((n, MATCH_SERIES))
        drawn[order] = draw_ar1(rng, n, MATCH_SERIES, rho)
        scores = (fitted - centre)[:, None] + sd[:, None] * drawn
        numbers, total = search_series(design, scores, free=True)
        again = collect(design, numbers, total, centre, 1.0, None)
        left = (scores + centre - again.scores_at(design.to_loss(design.x)).T)[order]
        squares = np.maximum((left**2).mean(axis=0), 1e-300)
        found = float(((left[1:] * left[:-1]).mean(axis=0) / squares).mean())
        rho = float(np.clip(rho + seen - found, 0.0, RHO_CAP))
        sd = sd * (spread / max(float(np.sqrt(squares).mean()), 1e-300))
    return rho, sd


def search_series(design: Design, scores: Floats, *, free: bool, lean: bool = False) -> tuple[Floats, Floats]:
    """Fit every form to many series over the same losses: scores (n, B) give (5, 5, B) numbers and totals
    (B,).
    """
    n, B = scores.shape
    each = Design(
        design.x, design.w, np.arange(n), n, design.origin, design.scale, design.pos, design.lo, design.hi
    )
    numbers = search_replicates(each, np.ones(n), np.ones((n, B)), scores, free=free, lean=lean)
    total = (design.w[:, None] * scores**2).sum(axis=0)
    if free:
        total = total - (design.w[:, None] * scores).sum(axis=0) ** 2
    return numbers, total
