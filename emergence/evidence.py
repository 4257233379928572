"""Is there a threshold at all: tests by runs, or within one run under AR(1) noise."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

from emergence.curves import Floats
from emergence.interval import search_series
from emergence.noise import draw_ar1
from emergence.search import Design, search_replicates

Ints = NDArray[np.int64]

WEBB_BELOW = 12
"""With fewer runs than this, Webb's six-point weights: two signs cannot give small p-values."""

_WEBB = np.sqrt(np.array([0.5, 1.0, 1.5, 0.5, 1.0, 1.5])) * np.array([-1, -1, -1, 1, 1, 1])


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


def draw_signs(rng: np.random.Generator, n_runs: int, replicates: int) -> Floats:
    """Draw wild weights by run, (R, B): Webb's below 12 runs, Rademacher's from there (MacKinnon and Webb
    2018).
    """
    if n_runs < WEBB_BELOW:
        return np.asarray(_WEBB[rng.integers(0, 6, (n_runs, replicates))], dtype=np.float64)
    return np.asarray(rng.integers(0, 2, (n_runs, replicates)) * 2.0 - 1.0)


def _ratio(gain: Floats, total: Floats) -> Floats:
    best = np.clip(gain.max(axis=0), 0.0, None)
    return np.asarray(best / np.maximum(total - best, 1e-14 * np.maximum(total, 1e-300)))


def threshold_test(
    rng: np.random.Generator, design: Design, sample: Sample, noise_sd: Floats, replicates: int
) -> float:
    """Test any threshold against a flat score: the supremum over eta and form of the fall in squares,
    bootstrapped.

    eta has no meaning under the null, so no χ² holds (Davies 1987; Hansen 1996). Three or more runs: wild
    cluster bootstrap of the null residuals. Fewer: AR(1) noise at the estimated rho. Gives (1 +
    exceedances)/(B + 1).
    """
    residual = sample.score - float(design.w @ sample.score)
    observed, total = search_series(design, residual[:, None], free=True)
    statistic = _ratio(observed[:, 0], total)[0]
    if design.n_runs >= 3:
        V = draw_signs(rng, design.n_runs, replicates)
        numbers = search_replicates(design, residual, np.ones_like(V), V, free=True)
        total = np.bincount(design.run, design.w * residual**2) @ V**2
        total = total - (np.bincount(design.run, design.w * residual) @ V) ** 2
    else:
        drawn = np.empty((residual.size, replicates))
        drawn[sample.order] = draw_ar1(rng, residual.size, replicates, sample.rho)
        numbers, total = search_series(design, noise_sd[:, None] * drawn, free=True)
    exceeded = int((_ratio(numbers[:, 0], total) >= statistic * (1 - 1e-12)).sum())
    return (1 + exceeded) / (replicates + 1)
