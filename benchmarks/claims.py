"""How often the rules of claims err: ``python -m benchmarks.claims`` writes ``benchmarks/claims_errors.csv``.

Every rule judges planted tables, 2,000 each of a false and of a true claim. Tasks share runs, so half of the
variance of what is seen of a task is common to all. False and true are set where a reader would call them so,
as the columns say; nearer to the limit every rule answers `undetermined` more often.
"""

import csv
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

from emergence.claims.rules import (
    CONTRADICTED,
    FEW,
    SUPPORTED,
    Numbers,
    bounded_share,
    correlation_interval,
    decide,
    exists,
    median_interval,
    share,
    share_that_differ,
    within,
)
from emergence.numerics.arrays import Floats

SIMULATIONS = 2000
TABLE = Path(__file__).with_name("claims_errors.csv")
HEAD = ("rule", "n", "planted_false", "planted_true", "supports_false", "contradicts_true", "misses_true")
Draw = Callable[[np.random.Generator, int, float], str]


def _shared(rng: np.random.Generator, n: int) -> Floats:
    """Standard normals (n,) of which half the variance is common."""
    return np.sqrt(0.5) * (rng.standard_normal() + rng.standard_normal(n))


def _differ(rng: np.random.Generator, n: int, planted: float) -> str:
    """Effects of four points on a share of tasks and of none on the rest, known to 0.4 points or to 2."""
    effect = np.where(np.arange(n) < round(planted * n), 4.0, 0.0)
    error = np.where(rng.random(n) < 0.5, 0.4, 2.0)
    seen = effect + error * _shared(rng, n)
    low, high, margin = seen - 1.96 * error, seen + 1.96 * error, 1.5
    shown, held, precise = (
        np.abs(seen) - 1.96 * error > margin,
        (low >= -margin) & (high <= margin),
        error < 0.77,
    )
    counts = int(shown.sum()), int((shown & precise).sum()), int((held & precise).sum())
    numbers = share_that_differ(*counts, n)
    return decide(*numbers[1:], supported=lambda v: v <= FEW, words="")[0]


def _exists(rng: np.random.Generator, n: int, planted: float) -> str:
    """Tasks that show a thing with this chance, a third of the others open."""
    seen = _shared_hits(rng, n, planted)
    open_ = int(((rng.random(n) < 1 / 3) & ~seen).sum())
    hits = int(seen.sum())
    return exists(*bounded_share(hits, n - hits - open_, n)[1:], "")[0]


def _shared_hits(
    rng: np.random.Generator, n: int, chance: float
) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """Hits (n,) whose chance varies from table to table: a fifth of the variance is common."""
    table = rng.beta(4 * chance, 4 * (1 - chance)) if 0 < chance < 1 else chance
    mixed = np.where(rng.random(n) < 0.2, table, chance)
    return rng.random(n) < mixed


def _half(rng: np.random.Generator, n: int, planted: float) -> str:
    numbers = share(int(_shared_hits(rng, n, planted).sum()), n)
    return decide(*numbers[1:], supported=lambda v: v > 0.5, words="")[0]


def _quarter(rng: np.random.Generator, n: int, planted: float) -> str:
    numbers = share(int(_shared_hits(rng, n, planted).sum()), n)
    return decide(*numbers[1:], supported=lambda v: v <= FEW, words="")[0]


def _median(rng: np.random.Generator, n: int, planted: float) -> str:
    """Values with an SD of one about a median; the claim says that it is above zero."""
    table = 0.2 * rng.standard_normal()
    numbers = median_interval(planted + table + rng.standard_t(4, n) / np.sqrt(2))
    return decide(*numbers[1:], supported=lambda v: v > 0, words="")[0]


def _correlation(rng: np.random.Generator, n: int, planted: float) -> str:
    x = rng.standard_normal(n)
    y = planted * x + np.sqrt(1 - planted**2) * rng.standard_normal(n)
    r = float(np.corrcoef(x, y)[0, 1])
    return decide(*correlation_interval(r, n), supported=lambda v: v <= -0.9, words="")[0]


def _band(rng: np.random.Generator, n: int, planted: float) -> str:
    """Exponents of laws about one, known to 0.05; the claim says within 0.1 of a half."""
    numbers: Numbers = median_interval(planted + 0.05 * _shared(rng, n))
    return within(*numbers[1:], 0.4, 0.6, "")[0]


RULES: dict[str, tuple[Draw, int, float, float]] = {
    "differ": (_differ, 40, 0.5, 0.0),
    "exists": (_exists, 30, 0.03, 0.3),
    "half": (_half, 20, 0.3, 0.85),
    "quarter": (_quarter, 30, 0.4, 0.03),
    "median": (_median, 20, -0.5, 0.8),
    "correlation": (_correlation, 28, -0.8, -0.97),
    "band": (_band, 8, 0.7, 0.5),
}


def error_rates(simulations: int = SIMULATIONS) -> list[dict[str, object]]:
    """One row a rule: how often it supports a false claim, contradicts a true one, or misses it."""
    rows: list[dict[str, object]] = []
    for rule, (draw, n, false, true) in RULES.items():
        rng = np.random.default_rng(20240323)
        wrong = [draw(rng, n, false) for _ in range(simulations)]
        right = [draw(rng, n, true) for _ in range(simulations)]
        rates = (
            wrong.count(SUPPORTED) / simulations,
            right.count(CONTRADICTED) / simulations,
            1 - right.count(SUPPORTED) / simulations,
        )
        rows.append(dict(zip(HEAD, (rule, n, false, true, *(f"{rate:.3f}" for rate in rates)), strict=True)))
    return rows


if __name__ == "__main__":
    with TABLE.open("w", newline="") as file:
        writer = csv.DictWriter(file, HEAD, lineterminator="\n")
        writer.writeheader()
        writer.writerows(error_rates())
    sys.stdout.write(TABLE.read_text())
