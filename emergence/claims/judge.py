"""Published claims judged on the tables at hand: one row a claim, source and format, interval and verdict."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache, partial
from typing import Any

import polars as pl

from emergence.claims.rows import ClaimTables, in_order
from emergence.claims.rules import NOT_TESTABLE, Numbers

ANY = "any"
"""The format of a row whose test does not part tasks by format."""
DIGITS = 9
FEWEST_TASKS = 5
MOST_NAMED = 3
CLAIM_SCHEMA: dict[str, Any] = {
    "claim_id": pl.String,
    "source": pl.String,
    "format": pl.String,
    "corpus": pl.String,
    "unit": pl.String,
    "metric": pl.String,
    "statistic": pl.String,
    "value": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "n": pl.Int64,
    "verdict": pl.String,
    "reason": pl.String,
    "counter": pl.String,
}


@dataclass(frozen=True)
class Finding:
    """One source's answer to one claim.

    The statistic with its limits at 95 % and how many things it rests on, on which corpus, unit, format and
    metric, the verdict with its reason, and the strongest evidence to the contrary.
    """

    source: str
    statistic: str
    value: float | None
    low: float | None
    high: float | None
    n: int
    verdict: str
    reason: str
    counter: str = ""
    format: str = ANY
    corpus: str = ""
    unit: str = ""
    metric: str = ""


Test = Callable[[ClaimTables], list[Finding]]


def untestable(source: str, why: str) -> Finding:
    """A source of which the test cannot say anything, and why."""
    return Finding(source, "", None, None, None, 0, NOT_TESTABLE, why)


def found(
    part: pl.DataFrame,
    statistic: str,
    numbers: Numbers,
    n: int,
    verdict: tuple[str, str],
    *,
    counter: str = "",
    format_: str = ANY,
) -> Finding:
    """A finding on the rows of one source, which name corpus, unit and metric."""
    word, reason = verdict
    corpus, unit, metric = (names(part, name) for name in ("corpus", "unit", "metric"))
    return Finding(
        part["source"][0], statistic, *numbers, n, word, reason, counter, format_, corpus, unit, metric
    )


def names(part: pl.DataFrame, column: str) -> str:
    """The values of a column, the first three by name and the number of others."""
    if column not in part.columns:
        return ""
    known = part[column].drop_nulls().unique().sort().to_list()
    rest = f" and {len(known) - MOST_NAMED} more" if len(known) > MOST_NAMED else ""
    return ", ".join(map(str, known[:MOST_NAMED])) + rest


def judge_claims(tables: ClaimTables, tests: Mapping[str, Test], sources: Sequence[str]) -> pl.DataFrame:
    """Run each test; a source among `sources` that a test says nothing of gets a row `not testable here`.

    A test that fails gives a row a source that says so; the others stand.
    """
    tables = in_order(tables)
    rows: list[dict[str, Any]] = []
    lacks = cache(partial(lacking, tables))
    for claim_id, test in tests.items():
        try:
            answers = test(tables)
        # Whatever one test trips over, the other claims have their answers.
        except Exception as error:
            answers = [untestable(s, f"the test failed: {type(error).__name__}: {error}") for s in sources]
        told = {answer.source for answer in answers}
        answers += [untestable(s, lacks(s)) for s in sources if s not in told]
        answers.sort(key=lambda answer: (answer.source, answer.format))
        rows += [{"claim_id": claim_id, **asdict(answer)} for answer in answers]
    table = pl.DataFrame(rows, schema=CLAIM_SCHEMA)
    # Sums over rows in no fixed order differ in the last bits, which would make every run a new release.
    return table.with_columns(pl.col("value", "low", "high").fill_nan(None).round_sig_figs(DIGITS))


def lacking(tables: ClaimTables, source: str) -> str:
    """What a source has not, as far as it can be said without the test."""
    joined = tables.loss_scores
    rows = None if joined is None else joined.filter(pl.col("source") == source)
    if rows is None or not rows.height:
        return "it has no checkpoints with both a loss and task scores, nor the losses that the test asks for"
    sizes = rows["params"].n_unique() if "params" in rows.columns else 0
    return (
        f"too little for the test: it has {rows['run_id'].n_unique()} runs of {sizes} sizes and"
        f" {rows['task'].n_unique()} tasks by {names(rows, 'metric')}"
    )
