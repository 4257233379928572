"""Means and slopes over part of a series, with errors that honour runs, or one run's memory."""

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
        seen = np.unique(run).size
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
