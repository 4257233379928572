"""Published claims judged on the tables at hand: one row a claim and source, interval and verdict with it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
from scipy.stats import binomtest, norm, quantile_test

from emergence.errors import InputError
from emergence.numerics.arrays import CONFIDENCE, Floats

SUPPORTED, CONTRADICTED, NOT_TESTABLE = "supported", "contradicted", "not testable here"
ACCURACY = ("acc", "acc_norm", "acc_norm_by_tokens", "accuracy", "exact_match", "len_norm")
CONTINUOUS = ("soft", "soft_log", "answer_bpb", "brier")
FEWEST_TASKS = 5
DIGITS = 9
CLAIM_SCHEMA: dict[str, Any] = {
    "claim_id": pl.String,
    "source": pl.String,
    "statistic": pl.String,
    "value": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "n": pl.Int64,
    "verdict": pl.String,
    "reason": pl.String,
}


@dataclass(frozen=True)
class ClaimTables:
    """What the claims are judged on; a table that is None makes the claims that need it not testable.

    `loss_scores` is the join, `scores` all scores (source, run_id, task, score); thresholds, sufficiency,
    universality, loss_laws are the tables of those names; `largest` comes from `predict_largest`; `chosen`
    (source, corpus) says on which corpus a source is judged: on all, where it names none.
    """

    loss_scores: pl.DataFrame | None = None
    thresholds: pl.DataFrame | None = None
    sufficiency: pl.DataFrame | None = None
    universality: pl.DataFrame | None = None
    loss_laws: pl.DataFrame | None = None
    largest: pl.DataFrame | None = None
    scores: pl.DataFrame | None = None
    chosen: pl.DataFrame | None = None

    @cached_property
    def last_checkpoints(self) -> pl.DataFrame | None:
        """Each run's last checkpoint on its source's chosen corpus, accuracies only."""
        if self.loss_scores is None:
            return None
        return last_of_runs(on_chosen(accuracy_rows(self.loss_scores), self))


@dataclass(frozen=True)
class Finding:
    """One source's answer to one claim, the statistic's limits at 95 % and how many things it rests on."""

    source: str
    statistic: str
    value: float | None
    low: float | None
    high: float | None
    n: int
    verdict: str
    reason: str


Test = Callable[[ClaimTables], list[Finding]]


def judge_claims(tables: ClaimTables, tests: dict[str, Test], sources: Sequence[str]) -> pl.DataFrame:
    """Run each test; a source among `sources` that a test says nothing of gets a row `not testable here`."""
    rows: list[dict[str, Any]] = []
    for claim_id, test in tests.items():
        found = {f.source: f for f in test(tables)}
        silent = [s for s in sources if s not in found]
        why = "this source has not the tables, metrics or sizes that the test needs"
        missing = [Finding(s, "", None, None, None, 0, NOT_TESTABLE, why) for s in silent]
        answers = sorted([*found.values(), *missing], key=lambda f: f.source)
        rows += [{"claim_id": claim_id, **vars(answer)} for answer in answers]
    table = pl.DataFrame(rows, schema=CLAIM_SCHEMA)
    # Sums over rows in no fixed order differ in the last bits, which would make every run a new release.
    return table.with_columns(pl.col("value", "low", "high").fill_nan(None).round_sig_figs(DIGITS))


def check_facts(facts: pl.DataFrame, tests: dict[str, Test]) -> None:
    """Raise InputError unless every claim in the facts table has its test and every test its claim."""
    stated, tested = set(facts["claim_id"].to_list()), set(tests)
    if stated != tested:
        raise InputError(
            f"claims: without a test {sorted(stated - tested)}, without a statement {sorted(tested - stated)}"
        )


def decide(
    low: float | None, high: float | None, *, supported: Callable[[float], bool], words: str
) -> tuple[str, str]:
    """Supported where both limits meet the condition, contradicted where neither does, else undetermined."""
    if low is None or high is None or not np.isfinite([low, high]).all():
        return NOT_TESTABLE, f"no interval; {words}"
    ends = supported(low), supported(high)
    if all(ends):
        return SUPPORTED, words
    if not any(ends):
        return CONTRADICTED, words
    return NOT_TESTABLE, f"undetermined: the interval spans the claim's limit; {words}"


def share(hits: int, n: int, confidence: float = CONFIDENCE) -> tuple[float, float, float]:
    """A share with the limits of Clopper and Pearson (1934)."""
    limits = binomtest(hits, n).proportion_ci(confidence, method="exact")
    return hits / n, float(limits.low), float(limits.high)


def median_interval(values: Floats, confidence: float = CONFIDENCE) -> tuple[float, float, float]:
    """Median with the distribution-free limits of order statistics; NaN limits below six values."""
    median = float(np.median(values))
    limits: Any = quantile_test(values, q=median, p=0.5).confidence_interval(confidence)
    return median, float(limits.low), float(limits.high)


def correlation_interval(r: float, n: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Fisher's interval of a correlation."""
    if n < 4 or abs(r) >= 1:
        return np.nan, np.nan
    half = norm.isf((1 - confidence) / 2) / np.sqrt(n - 3)
    low, high = np.tanh([np.arctanh(r) - half, np.arctanh(r) + half])
    return float(low), float(high)


def accuracy_rows(table: pl.DataFrame) -> pl.DataFrame:
    """Rows of accuracy metrics only, and never a loss taken on the task's own text."""
    kept = table.filter(pl.col("metric").is_in(ACCURACY))
    return kept.filter(~pl.col("circular").fill_null(False)) if "circular" in kept.columns else kept


def on_chosen(table: pl.DataFrame, tables: ClaimTables) -> pl.DataFrame:
    """Rows on each source's chosen corpus; all rows of sources for which none is chosen."""
    if tables.chosen is None:
        return table
    named = table.join(tables.chosen, on=["source", "corpus"], how="semi")
    rest = table.join(tables.chosen, on="source", how="anti")
    return pl.concat([named, rest])


def last_of_runs(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows at the last tokens of their run; where those are unknown, at its lowest loss."""
    best = pl.col("loss") == pl.col("loss").min().over("run_id")
    latest = pl.col("tokens") == pl.col("tokens").max().over("run_id")
    return rows.filter(latest.fill_null(False) | (best & pl.col("tokens").is_null().all().over("run_id")))


def by_source(table: pl.DataFrame) -> list[tuple[str, pl.DataFrame]]:
    """Parts of a table by source, in order of name."""
    parts = table.partition_by("source", as_dict=True)
    return sorted((str(key[0]), part) for key, part in parts.items())
