"""What the warehouse knows by name: tasks, metrics, corpora and their aliases, for readers and checks."""

import difflib
from collections.abc import Iterable
from functools import cache
from typing import Any

from pipelines.intake.facts import read_facts

NEAREST = 3


@cache
def harness_formats() -> tuple[dict[str, str], ...]:
    """Return the rows of what the harness asks for under a name and version."""
    rows = read_facts("harness_formats").to_dicts()
    return tuple({k: "" if v is None else str(v) for k, v in row.items()} for row in rows)


@cache
def tasks() -> frozenset[str]:
    """Return the names of all tasks."""
    return frozenset(read_facts("tasks")["task"])


@cache
def task_aliases() -> dict[str, tuple[str, str | None]]:
    """Return task and format of every published name, but of those that two sources use for two tasks."""
    meant: dict[str, set[tuple[str, str | None]]] = {}
    for row in read_facts("task_aliases").to_dicts():
        meant.setdefault(row["task_as_published"], set()).add((row["task"], row["format"]))
    return {name: next(iter(found)) for name, found in meant.items() if len({t for t, _ in found}) == 1}


@cache
def _texts() -> frozenset[str]:
    return frozenset(name.lower() for name in corpora()) | frozenset(
        name.lower() for name in corpora().values()
    )


def is_task(name: str) -> bool:
    """Say whether a name is that of a task, and of no text that losses are on."""
    is_one = name in tasks() or name in task_aliases()
    return is_one and not any(name == text or name in text.split("_") for text in _texts())


@cache
def metrics() -> dict[str, dict[str, Any]]:
    """Return the rows of metrics by their name."""
    return {row["metric"]: row for row in read_facts("metrics").to_dicts()}


@cache
def metric_aliases() -> dict[str, str]:
    """Return the metric of every published name."""
    return {row["metric_as_published"]: row["metric"] for row in read_facts("metric_aliases").to_dicts()}


@cache
def units() -> dict[str, float | None]:
    """Return the upper bound of every unit of a loss."""
    return {row["unit"]: row["upper_bound"] for row in read_facts("units").to_dicts()}


@cache
def corpora() -> dict[str, str]:
    """Return the corpus of its own name, however spelled, and of its aliases.

    What one publisher calls a text is no alias: its `c4` is read in windows of its own.
    """
    rows = read_facts("corpora").to_dicts()
    spelled = {
        row["corpus_as_published"]: row["corpus"]
        for row in rows
        if row["corpus_as_published"].lower().replace("-", "_") == row["corpus"]
    }
    aliases = {row["corpus_as_published"]: row["corpus"] for row in read_facts("corpus_aliases").to_dicts()}
    return aliases | spelled | {row["corpus"]: row["corpus"] for row in rows}


def nearest(name: str, names: Iterable[str]) -> list[str]:
    """Return the names most like one, those that hold it among them."""
    lowered = {other.lower(): other for other in names}
    near = difflib.get_close_matches(name.lower(), list(lowered), n=NEAREST, cutoff=0.6)
    holding = [other for other in lowered if name.lower() in other or other in name.lower()]
    return [lowered[n] for n in dict.fromkeys([*near, *sorted(holding, key=len)])][:NEAREST]
