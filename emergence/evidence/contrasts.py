"""Means and slopes over part of a series, with errors that honour runs, or one run's memory."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

from emergence.numerics.arrays import Floats, Ints
from emergence.numerics.compiled import njit

Flags = NDArray[np.bool_]
LEAST_PART: Final = 1e-9
"""Of the greatest variance among the runs: less is rounding."""
LEAST_DF: Final = 0.5
"""Degrees of freedom below which runs tell no error: a line through two points leaves none."""


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
    """Sorted points (n,) of one series with what their dependence needs: runs, or time order and rho.

    `checkpoint_sd` is one checkpoint's own noise, `run_sd` that of a run's level, `weight` (n,) what both
    make of a point.
    """

    loss: Floats
    score: Floats
    weight: Floats
    run: Ints
    order: Ints
    rho: float
    checkpoint_sd: float
    run_sd: float

    @property
    def n_runs(self) -> int:
        """Count the runs."""
        return int(self.run.max()) + 1

    @property
    def by_run(self) -> bool:
        """Whether runs tell the error; else one run's memory does."""
        return self.n_runs >= 3

    def share(self, rows: Flags) -> Floats:
        """Give what each of the rows (n_rows,) counts of all: alike within one run, else by its weight.

        One long run beside short ones is one run, however many checkpoints it has.
        """
        w = self.weight[rows] if self.by_run else np.ones(int(rows.sum()))
        return np.asarray(w / max(float(w.sum()), 1e-300))


def linear_contrast(sample: Sample, rows: Flags, coefficient: Floats) -> Contrast:
    """Estimate Σ c·y over the rows, its error by runs or AR(1) from a local line.

    `coefficient` (n_rows,) sums to 1 for a mean, to 0 for a difference. Over runs, what each adds is compared
    with what noise of a checkpoint and of a run would leave of it (Hartung and Knapp 2001; of runs of one
    length it is the cluster-robust error with R/(R − 1) of Liang and Zeger 1986). Within one or two runs the
    variance grows by (1 + ρ)/(1 − ρ).
    """
    x, y, share = sample.loss[rows], sample.score[rows], sample.share(rows)
    n = x.size
    centred = x - share @ x
    spread = float(share @ centred**2)
    tilt = float((share * centred) @ y) / spread if spread > 0 else 0.0
    e = y - share @ y - tilt * centred
    value = float(coefficient @ y)
    if sample.by_run:
        along = centred / np.sqrt(spread) if spread > 0 else np.zeros(n)
        sums = _sums_by_run(sample.run[rows], sample.n_runs, coefficient, share, along, e)
        return _by_runs(value, sums[0], *_expected(sample, sums, share, along))
    growth = (1 + sample.rho) / (1 - sample.rho)
    df = max(2.0, n / growth - 2)
    return Contrast(value, float(np.sqrt((e @ e) / max(n - 2, 1) * (coefficient @ coefficient) * growth)), df)


@njit(cache=True, nogil=True, error_model="numpy")
def _sums_by_run(run: Any, n_runs: int, c: Any, share: Any, along: Any, e: Any) -> Any:
    """Sum ce, c², c, cx, w, wx, cw and cwx by run, for weights w and centred losses x: (8, runs seen)."""
    sums, seen = np.zeros((8, n_runs)), np.zeros(n_runs, dtype=np.bool_)
    for i in range(run.size):
        r = run[i]
        seen[r] = True
        sums[0, r] += c[i] * e[i]
        sums[1, r] += c[i] * c[i]
        sums[2, r] += c[i]
        sums[3, r] += c[i] * along[i]
        sums[4, r] += share[i]
        sums[5, r] += share[i] * along[i]
        sums[6, r] += c[i] * share[i]
        sums[7, r] += c[i] * share[i] * along[i]
    return sums[:, seen]


def _expected(sample: Sample, sums: Floats, share: Floats, along: Floats) -> tuple[Floats, Floats]:
    """Give the variance of each run's part Σ c·y (R,), and of what is left of it by the local line.

    The line's level and its slope `along` (n,) are orthonormal by the shares; `sums` are those by run.
    """
    _, own, level, *_ = sums
    leans, pulls, both = sums[2:4], sums[4:6], sums[6:8]
    weighed = share * np.stack([np.ones_like(along), along])
    own_left = own - 2 * (leans * both).sum(axis=0) + (leans * ((weighed @ weighed.T) @ leans)).sum(axis=0)
    shared_left = level**2 - 2 * level * (leans * pulls).sum(axis=0)
    shared_left = shared_left + (leans * ((pulls @ pulls.T) @ leans)).sum(axis=0)
    v, t = sample.checkpoint_sd**2, sample.run_sd**2
    return v * own + t * level**2, v * own_left + t * shared_left


def _by_runs(value: float, parts: Floats, expected: Floats, left: Floats) -> Contrast:
    """Scale the variance expected of each run's part (R,) by how far the parts lie from nothing.

    `left` is the variance expected of the parts as they stand, about what was fitted to them.
    """
    if not expected.max() > 0:  # no noise is seen at all: runs count alike
        expected, left = np.ones_like(parts), np.full(parts.size, 1 - 1 / parts.size)
    expected = np.maximum(expected, LEAST_PART * float(expected.max()))
    df = float((left / expected).sum())
    if df < LEAST_DF:
        return Contrast(value, np.inf, 1.0)
    scale = float((parts**2 / expected).sum()) / df
    return Contrast(value, float(np.sqrt(scale * expected.sum())), df)


def mean_contrast(sample: Sample, rows: Flags) -> Contrast:
    """Estimate the mean score over the rows."""
    return linear_contrast(sample, rows, sample.share(rows))


def slope_contrast(sample: Sample, rows: Flags) -> Contrast:
    """Estimate the rise of the score per unit of falling loss over the rows, by a line."""
    x, share = sample.loss[rows], sample.share(rows)
    lever = share * (share @ x - x)
    spread = float(lever @ (share @ x - x))
    if spread <= 0:
        return Contrast(0.0, np.inf, 1.0)
    return linear_contrast(sample, rows, lever / spread)


def half_contrast(sample: Sample, rows: Flags) -> Contrast:
    """Estimate the mean score of the rows' lower-loss half less that of their higher-loss half."""
    share = sample.share(rows)
    low = np.arange(share.size) < share.size // 2
    halves = share[low].sum(), share[~low].sum()
    return linear_contrast(sample, rows, np.where(low, share / halves[0], -share / halves[1]))


def start_contrast(sample: Sample, rows: Flags) -> Contrast:
    """Estimate where a line through the rows stands at the highest loss."""
    x, share = sample.loss[rows], sample.share(rows)
    centred = x - share @ x
    spread = float(share @ centred**2)
    lever = float(centred.max()) / spread if spread > 0 else 0.0
    return linear_contrast(sample, rows, share * (1 + lever * centred))


def departure_contrast(sample: Sample, floor: Flags) -> Contrast:
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
    return _random_effects(apart, sample.checkpoint_sd**2 * (1 / n_low[both] + 1 / n_high[both]))


def _random_effects(values: Floats, variance: Floats) -> Contrast:
    """Join one number of each run (R,), known with that variance, and the runs' own differences (DerSimonian,
    Laird 1986), with the error of Hartung and Knapp (2001).
    """
    least = LEAST_PART * float(variance.max())
    variance = np.maximum(variance, least) if least > 0 else np.ones_like(variance)
    w = 1 / variance
    excess = float(w @ (values - w @ values / w.sum()) ** 2) - (values.size - 1)
    between = max(0.0, excess / float(w.sum() - (w**2).sum() / w.sum()))
    share = 1 / (variance + between)
    share = share / share.sum()
    value = float(share @ values)
    expected = share**2 * (variance + between)
    return _by_runs(value, share * (values - value), expected, expected * (1 - share))


def _between(sample: Sample, floor: Flags) -> Contrast:
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
