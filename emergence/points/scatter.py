"""How a score scatters about its curve: items, checkpoints, runs, and the memory of a run's noise."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import isotonic_regression

from emergence.numerics.arrays import Floats, Ints

RHO_CAP = 0.97

LEAST_VARIANCE = 0.2
"""Of the mean variance: no checkpoint weighs more than five times an average one."""


@dataclass(frozen=True, slots=True)
class Scatter:
    """Variance components about a monotone fit: one checkpoint's own (`checkpoint_sd`), a run's level
    (`run_sd`).

    `fitted` (n,) is the monotone fit, `sampled` (n,) the variance that finite items give, `variance` (n,)
    what a checkpoint's weight answers for.
    """

    fitted: Floats
    sampled: Floats
    variance: Floats
    checkpoint_sd: float
    run_sd: float


def monotone_fit(score: Floats, weight: Floats) -> Floats:
    """Give the best fit that never falls as loss falls; points come in ascending loss."""
    return np.asarray(isotonic_regression(score, weights=weight, increasing=False).x)


def sampling_variance(fitted: Floats, n_items: Floats | None, stderr: Floats | None, bounded: bool) -> Floats:
    """Give each score's variance from its finite items: p(1 − p)/n_items of a `bounded` score, else
    stderr², else 0.

    p is the fitted score, so that a lucky score does not earn weight (a score of 0 has a published error of
    0).
    """
    if n_items is not None and bounded:
        p = np.clip(fitted, 0.01, 0.99)
        return np.asarray(p * (1 - p) / n_items)
    if stderr is None:
        return np.zeros_like(fitted)
    return np.asarray(np.maximum(stderr**2, 0.25 * float((stderr**2).mean())))


def estimate_scatter(score: Floats, run: Ints, n_items: Floats | None, stderr: Floats | None) -> Scatter:
    """Split the scatter about the monotone fit into items, checkpoints and runs, by moments.

    A run of k checkpoints with run SD τ and checkpoint variance v has information k / (v + kτ²): giving
    each of its checkpoints the variance v + kτ² weighs runs, not checkpoints, once τ matters.
    """
    fitted = monotone_fit(score, np.ones_like(score))
    bounded = bool((score >= 0).all() and (score <= 1).all())
    sampled = sampling_variance(fitted, n_items, stderr, bounded)
    residual = score - fitted
    count = np.bincount(run)
    n, R = residual.size, count.size
    mean = np.bincount(run, residual) / count
    within = float(((residual - mean[run]) ** 2).sum() / (n - R)) if n > R else float((residual**2).mean())
    between = 0.0
    if 3 <= R < n:
        # expected mean square between runs: v + τ²·(n − Σk²/n)/(R − 1)
        square = float((count * (mean - residual.mean()) ** 2).sum() / (R - 1))
        between = max(0.0, (square - within) / ((n - float((count**2).sum()) / n) / (R - 1)))
    extra = max(0.0, within - float(sampled.mean()))
    variance = sampled + extra + count[run] * between
    if not variance.max() > 0:
        variance = np.ones_like(score)
    variance = np.maximum(variance, LEAST_VARIANCE * float(variance.mean()))
    return Scatter(fitted, sampled, variance, float(np.sqrt(within)), float(np.sqrt(between)))


def lag_one(residual: Floats, run: Ints, order: Ints) -> float:
    """Give the lag-1 autocorrelation of residuals within runs, `order` sorting by run and then by time."""
    e, r = residual[order], run[order]
    same = r[1:] == r[:-1]
    total = float((e**2).mean())
    if not same.any() or total <= 0:
        return 0.0
    return float(np.clip((e[1:] * e[:-1])[same].mean() / total, -RHO_CAP, RHO_CAP))


def correct_rho(rho: float, n: int) -> float:
    """Undo the downward bias of a lag-1 autocorrelation after fitting a curve to n points."""
    return float(np.clip(rho + (1 + 3 * rho) / n + 3 / n, 0.0, RHO_CAP))


def independent(n: int, rho: float) -> float:
    """Count the independent checkpoints that tell as much of a mean as n with memory rho."""
    return n * (1 - rho) / (1 + rho)


def draw_ar1(rng: np.random.Generator, n: int, replicates: int, rho: float) -> Floats:
    """Draw stationary AR(1) noise of unit variance: (n, B), time along the first axis (Hamilton 1994,
    §3.4).
    """
    noise = rng.standard_normal((n, replicates))
    noise[1:] *= np.sqrt(1 - rho**2)
    for t in range(1, n):
        noise[t] += rho * noise[t - 1]
    return noise
