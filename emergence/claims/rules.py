"""How a statistic with its interval becomes a verdict: one rule for and against."""

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.special import bdtrc, betaincinv, ndtri

from emergence.numerics.arrays import CONFIDENCE, Floats

SUPPORTED, CONTRADICTED = "supported", "contradicted"
UNDETERMINED, NOT_TESTABLE = "undetermined", "not testable here"
FALSE_RATE = 0.05
"""Share of tasks that may show a thing by accident: an existential claim needs more."""
LEAST_SHARE = 0.10
"""Below one task in ten a thing said of some tasks is said against."""
FEW = 0.25
"""A regularity may fail in a quarter of the tasks and still be one."""
Numbers = tuple[float, float, float]


def decide(
    low: float | None, high: float | None, *, supported: Callable[[float], bool], words: str
) -> tuple[str, str]:
    """Supported where both limits meet the condition, contradicted where neither does, else undetermined."""
    if low is None or high is None or not np.isfinite([low, high]).all():
        return UNDETERMINED, f"too few to give an interval; {words}"
    ends = supported(low), supported(high)
    if all(ends):
        return SUPPORTED, words
    if not any(ends):
        return CONTRADICTED, words
    return UNDETERMINED, f"the interval spans the claim's limit; {words}"


def within(low: float | None, high: float | None, least: float, most: float, words: str) -> tuple[str, str]:
    """Supported where the interval lies within the band, contradicted where outside, else undetermined."""
    if low is None or high is None or not np.isfinite([low, high]).all():
        return UNDETERMINED, f"too few to give an interval; {words}"
    if least <= low and high <= most:
        return SUPPORTED, words
    if high < least or low > most:
        return CONTRADICTED, words
    return UNDETERMINED, f"the interval reaches over an end of {least:g} to {most:g}; {words}"


def exists(low: float, high: float, words: str) -> tuple[str, str]:
    """Supported where more show it than accident explains, contradicted where under one in ten can."""
    if low > FALSE_RATE:
        return SUPPORTED, words
    if high < LEAST_SHARE:
        return CONTRADICTED, words
    return UNDETERMINED, f"no more than accident gives, and one in ten is not excluded; {words}"


def share(hits: int, n: int, confidence: float = CONFIDENCE) -> Numbers:
    """A share with the limits of Clopper and Pearson (1934), as quantiles of beta distributions."""
    tail = (1 - confidence) / 2
    # `scipy.stats` has them by name, and takes half a second to import.
    low = betaincinv(hits, n - hits + 1, tail) if hits else 0.0
    high = betaincinv(hits + 1, n - hits, 1 - tail) if hits < n else 1.0
    return hits / n, float(low), float(high)


def bounded_share(shown: int, excluded: int, n: int) -> Numbers:
    """Share of tasks that show a thing: from those that do for sure to those in which it is not excluded."""
    value, low, _ = share(shown, n)
    return value, low, share(n - excluded, n)[2]


def share_that_differ(shown: int, able_shown: int, able_held: int, n: int) -> Numbers:
    """Share of tasks that differ: at least those that do for sure, at most what the precise ones leave open.

    A task is precise enough to count for or against if its interval is narrower than the margin: of those,
    Clopper and Pearson's limits for the share that differ. An imprecise task may still differ for sure, so
    that the lower limit is no less than the fewest that must, since accident is unlikely to show the others.
    """
    _, low, high = share(able_shown, able_shown + able_held) if able_shown + able_held else (0.0, 0.0, 1.0)
    sure = shown / n
    return sure, min(max(low, _fewest(shown, n) / n), high), max(high, sure)


def _fewest(shown: int, n: int, confidence: float = CONFIDENCE) -> int:
    """The fewest of `n` tasks that can differ where `shown` do for sure: accident shows the rest of these.

    What accident gives on average would not do: of three tasks that agree it shows one in one table of seven.
    """
    differ = np.arange(shown)
    likely = bdtrc(shown - differ - 1.0, n - differ, FALSE_RATE) > (1 - confidence) / 2
    return int(likely.argmax()) if likely.any() else shown


def median_interval(values: Floats, confidence: float = CONFIDENCE) -> Numbers:
    """Median with the distribution-free limits of order statistics; NaN limits below six values."""
    from scipy.stats import quantile_test

    median = float(np.median(values))
    limits: Any = quantile_test(values, q=median, p=0.5).confidence_interval(confidence)
    return median, float(limits.low), float(limits.high)


def correlation_interval(r: float, n: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Fisher's interval of a correlation."""
    if n < 4 or abs(r) >= 1:
        return np.nan, np.nan
    half = -ndtri((1 - confidence) / 2) / np.sqrt(n - 3)
    low, high = np.tanh([np.arctanh(r) - half, np.arctanh(r) + half])
    return float(low), float(high)


def rank_correlation(one: Floats, other: Floats) -> float:
    """Spearman's ρ, ties at their mean rank."""
    from scipy.stats import rankdata

    return float(np.corrcoef(rankdata(one), rankdata(other))[0, 1])


def rank_interval(rho: float, n: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Interval of Spearman's ρ of n pairs, four or more, by Bonett and Wright (2000).

    Ranks that agree in full count as half a step from it, the step that two neighbours in each other's place
    make, or they would leave nothing open.
    """
    full = 1 - 6 / (n * (n * n - 1))
    z = np.arctanh(np.clip(rho, -full, full))
    half = -ndtri((1 - confidence) / 2) * np.sqrt((1 + rho**2 / 2) / (n - 3))
    return float(np.tanh(z - half)), float(np.tanh(z + half))
