"""Means and slopes over part of a series, with errors that honour runs, or one run's memory."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

from emergence.numerics.arrays import Floats, Ints


@dataclass(frozen=True, slots=True)
class Contrast:
    """An estimated difference with its standard error and degrees of freedom."""

    value: float
    se: float
    df: float

    def p_above(self, bound: float = 0.0) -> float:
        """Give the one-sided p-value of the value lying above `bound`."""
        if self.se <= 0:
            return 0.0 if self.value > bound else 1.0
        return float(stdtr(self.df, -(self.value - bound) / self.se))

    def limits(self, confidence: float) -> tuple[float, float]:
        """Give the two-sided limits."""
        reach = float(stdtrit(self.df, 0.5 + confidence / 2)) * self.se
        return self.value - reach, self.value + reach

    def detectable(self, level: float, power: float) -> float:
        """Give the smallest value that a one-sided test at the level would show with that power."""
        return float((stdtrit(self.df, 1 - level) + stdtrit(self.df, power)) * self.se)


@dataclass(frozen=True, slots=True)
class Sample:
    """Sorted points (n,) of one series with what their dependence needs: runs, or time order and rho."""

    loss: Floats
    score: Floats
    weight: Floats
    run: Ints
    order: Ints
    rho: float

    @property
    def n_runs(self) -> int:
        """Count the runs."""
        return int(self.run.max()) + 1


def linear_contrast(sample: Sample, rows: NDArray[np.bool_], coefficient: Floats) -> Contrast:
    """Estimate Σ c·y over the rows, its error by runs or AR(1) from a local line.

    `coefficient` (n_rows,) sums to 1 for a mean, to 0 for a difference. Cluster-robust with
    R/(R − 1) over runs (Liang and Zeger 1986); within one or two runs the variance grows by (1 + ρ)/(1 − ρ).
    """
    x, y, run = sample.loss[rows], sample.score[rows], sample.run[rows]
    n = x.size
    centred = x - x.mean()
    spread = float(centred @ centred)
    tilt = float(centred @ y) / spread if spread > 0 else 0.0
    e = y - y.mean() - tilt * centred
    value = float(coefficient @ y)
    if sample.n_runs >= 3:
        seen = int(np.count_nonzero(np.bincount(run)))
        if seen < 2:
            return Contrast(value, np.inf, 1.0)
        sums = np.bincount(run, coefficient * e)
        return Contrast(value, float(np.sqrt(seen / (seen - 1) * (sums**2).sum())), seen - 1.0)
    growth = (1 + sample.rho) / (1 - sample.rho)
    df = max(2.0, n / growth - 2)
    return Contrast(value, float(np.sqrt((e @ e) / max(n - 2, 1) * (coefficient @ coefficient) * growth)), df)


def mean_contrast(sample: Sample, rows: NDArray[np.bool_]) -> Contrast:
    """Estimate the mean score over the rows."""
    return linear_contrast(sample, rows, np.full(int(rows.sum()), 1.0 / max(int(rows.sum()), 1)))


def slope_contrast(sample: Sample, rows: NDArray[np.bool_]) -> Contrast:
    """Estimate the rise of the score per unit of falling loss over the rows, by a line."""
    x = sample.loss[rows]
    centred = x.mean() - x
    spread = float(centred @ centred)
    if spread <= 0:
        return Contrast(0.0, np.inf, 1.0)
    return linear_contrast(sample, rows, centred / spread)


def half_contrast(sample: Sample, rows: NDArray[np.bool_]) -> Contrast:
    """Estimate the mean score of the rows' lower-loss half less that of their higher-loss half."""
    at = np.flatnonzero(rows)
    low = np.zeros(at.size, dtype=bool)
    low[: at.size // 2] = True
    return linear_contrast(sample, rows, np.where(low, 1.0 / low.sum(), -1.0 / (~low).sum()))


def start_contrast(sample: Sample, rows: NDArray[np.bool_]) -> Contrast:
    """Estimate where a line through the rows stands at the highest loss."""
    x = sample.loss[rows]
    centred = x - x.mean()
    spread = float(centred @ centred)
    lever = (float(x.max()) - x.mean()) / spread if spread > 0 else 0.0
    return linear_contrast(sample, rows, 1.0 / x.size + lever * centred)


def departure_contrast(sample: Sample, floor: NDArray[np.bool_]) -> Contrast:
    """Estimate how far the lowest quarter of each run's checkpoints lies above that run's own floor points.

    Within runs, so that runs of unlike reach do not matter; where fewer than three runs hold both, the lowest
    quarter of all checkpoints against the floor.
    """
    size = np.bincount(sample.run, minlength=sample.n_runs)
    order = np.argsort(sample.run, kind="stable")
    rank = np.empty(sample.run.size, dtype=np.int64)
    rank[order] = np.arange(sample.run.size) - np.repeat(np.cumsum(size) - size, size)
    low = (rank < np.maximum(np.minimum(2, size), size // 4)[sample.run]) & ~floor
    n_low, n_high = (
        np.bincount(sample.run[low], minlength=sample.n_runs),
        np.bincount(sample.run[floor], minlength=sample.n_runs),
    )
    both = (n_low > 0) & (n_high > 0)
    if both.sum() < 3:
        return _between(sample, floor)
    means = [np.bincount(sample.run[rows], sample.score[rows], sample.n_runs)[both] for rows in (low, floor)]
    apart = means[0] / n_low[both] - means[1] / n_high[both]
    share = 1 / (1 / n_low[both] + 1 / n_high[both])
    share = share / share.sum()
    value, seen = float(share @ apart), int(both.sum())
    error = float(np.sqrt(seen / (seen - 1) * ((share * (apart - value)) ** 2).sum()))
    return Contrast(value, error, seen - 1.0)


def _between(sample: Sample, floor: NDArray[np.bool_]) -> Contrast:
    n = sample.loss.size
    low = (np.arange(n) < max(2, n // 4)) & ~floor
    if not low.any():
        return Contrast(0.0, np.inf, 1.0)
    below, above = mean_contrast(sample, low), mean_contrast(sample, floor)
    return Contrast(below.value - above.value, float(np.hypot(below.se, above.se)), min(below.df, above.df))


def pool_contrasts(contrasts: Sequence[Contrast]) -> Contrast:
    """Join one contrast of several runs: weighted by their errors, wider where they scatter more than these
    allow.
    """
    if len(contrasts) == 1:
        return contrasts[0]
    known = [c for c in contrasts if np.isfinite(c.se)]
    if not known:
        return contrasts[0]
    weight = np.array([1 / max(c.se, 1e-12) ** 2 for c in known])
    values = np.array([c.value for c in known])
    value = float(weight @ values / weight.sum())
    scatter = float(weight @ (values - value) ** 2) / max(len(known) - 1, 1)
    se = float(np.sqrt(max(1.0, scatter) / weight.sum()))
    return Contrast(value, se, sum(c.df for c in known))
