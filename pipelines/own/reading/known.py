"""What the warehouse knows by name: tasks, metrics, corpora and their aliases, for readers and checks."""

import difflib
import re
from collections.abc import Iterable
from functools import cache
from typing import Any

from pipelines.intake.facts import read_facts

NEAREST = 3


def plain(name: str) -> str:
    """Return a name in lower case with _ for all that is no letter or digit."""
    return re.sub(r"[^a-z0-9@]+", "_", name.lower()).strip("_")


@cache
def harness_formats() -> tuple[dict[str, str], ...]:
    """Return the rows of what the harness asks for under a name and version."""
    rows = read_facts("harness_formats").to_dicts()
    return tuple({k: "" if v is None else str(v) for k, v in row.items()} for row in rows)


@cache
def _tokenizer_names() -> dict[str, str]:
    """Return the tokenizer of each published name, and of each spelling that only one has."""
    names = dict(read_facts("tokenizers").select("tokenizer_as_published", "tokenizer").iter_rows())
    spelled: dict[str, set[str]] = {}
    for name, tokenizer in [*names.items(), *((own, own) for own in names.values())]:
        spelled.setdefault(_letters(name), set()).add(tokenizer)
    return {letters: next(iter(found)) for letters, found in spelled.items() if len(found) == 1} | names


def _letters(name: str) -> str:
    return re.sub("[^a-z0-9]", "", name.lower())


def tokenizer_called(name: str) -> str:
    """Return the warehouse's name of a tokenizer, as it is where the warehouse has no other."""
    return _tokenizer_names().get(name) or _tokenizer_names().get(_letters(name), name)


@cache
def tasks() -> frozenset[str]:
    """Return the names of all tasks."""
    return frozenset(read_facts("tasks")["task"])


@cache
def _task_names() -> dict[str, str]:
    """Return the task of each plain name: its own, and those that publishers use for no other task.

    What one publisher calls by the name of another task is that one's matter: one's `Winograd` is WinoGrande.
    """
    meant: dict[str, set[str]] = {}
    for name, task in read_facts("task_aliases").select("task_as_published", "task").iter_rows():
        meant.setdefault(plain(name), set()).add(task)
    agreed = {name: next(iter(found)) for name, found in meant.items() if len(found) == 1}
    return agreed | {plain(task): task for task in tasks()}


def task_called(name: str) -> str | None:
    """Return the task that a name means, however spelled; None where no one has it."""
    return name if name in tasks() else _task_names().get(plain(name))


@cache
def _names_of(source: str) -> dict[str, str]:
    rows = read_facts("task_aliases").filter(source=source)
    return dict(rows.select("task_as_published", "task").iter_rows())


def other_task_of(source: str, name: str) -> str:
    """Return the task that one publisher calls by the name of another; else the name."""
    return _names_of(source).get(name, name) if name in tasks() else name


@cache
def _texts() -> frozenset[str]:
    return frozenset(name.lower() for name in corpora()) | frozenset(
        name.lower() for name in corpora().values()
    )


def is_task(name: str) -> bool:
    """Say whether a name is that of a task, and of no text that losses are on."""
    return task_called(name) is not None and not any(
        name == text or name in text.split("_") for text in _texts()
    )


@cache
def metrics() -> dict[str, dict[str, Any]]:
    """Return the rows of metrics by their name."""
    return {row["metric"]: row for row in read_facts("metrics").to_dicts()}


@cache
def _metric_names() -> dict[str, str]:
    """Return the metric of every published name, and of its own, as they are spelled and in lower case."""
    aliases = read_facts("metric_aliases").select("metric_as_published", "metric").iter_rows()
    spelled = {name: name for name in metrics()} | dict(aliases)
    return {name.lower(): metric for name, metric in spelled.items()} | spelled


def metric_called(name: str) -> str:
    """Return the metric that a name means, whatever its case; the name where there is none."""
    return _metric_names().get(name) or _metric_names().get(name.lower(), name)


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
