"""Which columns of the tables of consequences a page shows, with their headings and how each is written.

A kind that ends in ``_in`` stands with its limits: the columns of its name with ``_low`` and ``_high``. What
is ``told`` the page writes itself, from other columns.
"""

from typing import Any

from emergence.universality.common_threshold import PUBLISHED_ETA
from pipelines.words import unit

PUBLISHED = PUBLISHED_ETA
Columns = tuple[tuple[str, str, str], ...]
FEW = 8
"""Columns that a page has room for whatever they hold."""
TOLD_ONCE = ("text", "name", "words", "unit")
"""Kinds of column that hold words."""

LAW_KEYS = ("source", "family", "study", "corpus", "unit", "comparability_group")
LAWS: Columns = (
    ("source", "source", "text"),
    ("family", "family", "text"),
    ("corpus", "loss on", "text"),
    ("form", "form", "text"),
    ("points", "points", "words"),
    ("status", "status", "words"),
    ("irreducible_loss", "irreducible loss", "score_in"),
    ("in_size", "in size N", "told"),
    ("in_tokens", "in tokens D", "told"),
    ("rmse", "RMSE", "n"),
    ("n", "losses", "count"),
    ("n_runs", "runs", "count"),
    ("reason", "reason", "wide"),
)
OF_A_LAW = ("n0", "alpha_n", "a", "alpha", "b", "beta")
"""What ``in_size`` and ``in_tokens`` of a law are written from."""
SIZES: Columns = (
    ("source", "source", "text"),
    ("format", "format", "text"),
    ("metric", "metric", "text"),
    ("n_shot", "shots", "count"),
    ("corpus", "loss on", "text"),
    ("family", "family", "text"),
    ("form", "law", "text"),
    ("points", "points", "words"),
    ("eta", "η", "score"),
    ("at_params", "parameters asked at", "size"),
    ("params", "parameters", "size_in"),
    ("tokens", "tokens", "size"),
    ("compute_flop", "compute [FLOP]", "n"),
    ("p_never", "p of never", "p"),
    ("reason", "reason", "wide"),
)
UNIVERSALITY: Columns = (
    ("source", "source", "text"),
    ("corpus", "loss on", "text"),
    ("unit", "unit", "unit"),
    ("format", "format", "text"),
    ("verdict", "verdict", "words"),
    ("n_tasks", "tasks", "count"),
    ("n_events", "events", "count"),
    ("eta_common", "common η", "score_in"),
    ("tau", "τ", "n"),
    ("i2", "I²", "n"),
    ("p_equal", "p of equality", "p"),
    ("against_published", "against 2.2", "wide"),
    ("reason", "reason", "wide"),
)
FORECASTS: Columns = (
    ("scenario", "scenario", "text"),
    ("task", "task", "text"),
    ("format", "format", "text"),
    ("metric", "metric", "text"),
    ("n_shot", "shots", "count"),
    ("corpus", "loss on", "text"),
    ("loss", "loss", "score"),
    ("score", "score", "score_in"),
    ("chance", "chance", "score"),
    ("chance_disputed", "chance in dispute", "flag"),
    ("p_above_chance", "p above chance", "p"),
    ("extrapolated", "extrapolated", "flag"),
)
ANOMALIES: Columns = (
    ("checkpoint_id", "checkpoint", "text"),
    ("task", "task", "text"),
    ("format", "format", "text"),
    ("metric", "metric", "text"),
    ("n_shot", "shots", "count"),
    ("corpus", "loss on", "text"),
    ("loss", "loss", "score"),
    ("score", "score", "score"),
    ("expected", "expected", "score"),
    ("residual", "residual", "score"),
    ("p_adjusted", "adjusted p", "p"),
)
CLAIMS = (
    "claim_id",
    "source",
    "format",
    "statement",
    "authors_year",
    "citation",
    "test",
    "statistic",
    "value",
    "low",
    "high",
    "n",
    "verdict",
    "reason",
    "counter",
    "corpus",
    "unit",
    "metric",
)


def names(shown: Columns) -> tuple[str, ...]:
    """Return the names of the columns of the table that are shown."""
    read = [(name, kind) for name, _, kind in shown if kind != "told"]
    ends = {name: ("", "_low", "_high") if kind.endswith("_in") else ("",) for name, kind in read}
    return tuple(f"{name}{end}" for name, of_name in ends.items() for end in of_name)


def told_once(rows: list[dict[str, Any]], shown: Columns) -> tuple[Columns, str]:
    """Return the columns that a wide table needs, and in words what all its rows have in common.

    A column of which no row has a value is left out; one whose words are the same in every row is told once.
    """
    if len(shown) <= FEW:
        return shown, ""
    held = {name: {row[name] for row in rows} for name, _, _ in shown}
    once = {
        name: f"{heading} {_spoken(value, kind)}"
        for name, heading, kind in shown
        if kind in TOLD_ONCE and len(rows) > 1 and len(held[name]) == 1
        for value in held[name] - {None}
    }
    kept = tuple(column for column in shown if column[0] not in once and held[column[0]] != {None})
    return kept, f"In every row: {', '.join(once.values())}." if once else ""


def _spoken(value: object, kind: str) -> str:
    text = str(value)
    return unit(text) if kind == "unit" else text.replace("_", " ") if kind == "words" else text
