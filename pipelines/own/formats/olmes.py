"""Reads metrics of OLMES (oe-eval): ``task-000-x-metrics.json``, ``metrics-all.jsonl``, ``metrics.json``."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from pipelines.own.reading.cells import read_number
from pipelines.own.reading.checked_numbers import read_count, read_limit, read_value
from pipelines.own.reading.found import Broken, Kind, Left, OwnFile, Reader, Reading, Record
from pipelines.own.reading.positions import told_position, without_position

_METRICS = {
    "acc_raw": "acc",
    "acc_per_char": "acc_norm",
    "acc_per_token": "acc_norm_by_tokens",
    "exact_match": "exact_match",
    "f1": "f1",
    "pass_at_1": "pass_at_1",
    "pass_at_10": "pass_at_10",
    "mc1": "mc1",
    "mc2": "mc2",
    # Of the correct answer, not of a text.
    "bits_per_byte_corr": "answer_bpb",
}
_OTHERS = "means over subtasks, restated scores, and measures that the warehouse has no metric for"
_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)")


def recognise(file: OwnFile) -> bool:
    """Say whether a file is one: metrics beside the configuration of their task."""
    first = _first(file)
    return isinstance(first, dict) and (
        ("all_primary_scores" in first and isinstance(first.get("tasks"), list)) or _is_task(first)
    )


def read(file: OwnFile) -> Reading:
    """Read every task of a file; a mean over subtasks is left alone, its parts stand beside it."""
    reading = Reading()
    for place, document in _tasks(file, reading):
        _read_task(file, place, document, reading)
    return reading


def _is_task(value: object) -> bool:
    return isinstance(value, dict) and all(
        isinstance(value.get(name), dict) for name in ("metrics", "task_config")
    )


def _first(file: OwnFile) -> Any:
    """Return the document, or the first of a file of lines."""
    if b'"metrics"' not in file.head and b'"all_primary_scores"' not in file.head:
        return None
    document = file.document
    if document is not None:
        return document
    try:
        return json.loads(file.head.removeprefix(b"\xef\xbb\xbf").lstrip().split(b"\n", 1)[0])
    except (ValueError, RecursionError):
        return None


def _tasks(file: OwnFile, reading: Reading) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (place, task) of each; what is none is on record."""
    found: list[tuple[str, Any]] = []
    document = file.document
    if document is None:
        for number, line in enumerate(file.lines(), start=1):
            if line.strip():
                found.append((f"line {number}", _json(line)))
    elif "tasks" in document and not _is_task(document):
        shared = {"model_config": document.get("model_config")}
        found = [(f"tasks[{i}]", shared | _dict(task)) for i, task in enumerate(document["tasks"])]
    else:
        found = [("", document)]
    for place, task in found:
        if _is_task(task):
            yield place, task
        elif place.startswith("tasks["):
            reading.left.append(
                Left(file.path, place, "a summary that says no shots; metrics-all.jsonl does")
            )
        else:
            fix = "expected the metrics of a task beside its task_config"
            reading.broken.append(Broken(file.path, place, "missing_field", str(task)[:200], fix))


def _json(line: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return line


def _read_task(file: OwnFile, place: str, document: dict[str, Any], reading: Reading) -> None:
    config, metrics = document["task_config"], document["metrics"]
    model = _dict(document.get("model_config"))
    names = [_text(model.get(key)) for key in ("model", "model_path")]
    revision = _text(model.get("revision"))
    told = [f"{names[0]}/{revision}" if names[0] and revision else names[0] or revision, names[1]]
    at, questions = told_position(file, told)
    reading.questions += questions
    reading.written = max(filter(None, (reading.written, _written(document))), default=None)
    task, form = _named(document, config)
    shots = read_count(file, f"{place} task_config.num_shots", config.get("num_shots"), 0, reading)
    items = read_count(file, f"{place} num_instances", document.get("num_instances"), 1, reading)
    read_limit(file, f"{place} task_config.limit", config.get("limit"), reading)
    others = 0
    for name, cell in metrics.items():
        metric = _METRICS.get(name)
        if metric is None or task is None:
            others += 1
            continue
        where = f"{place} metrics.{name}".strip()
        number = read_value(file, where, cell, reading)
        if number is None:
            continue
        reading.records.append(
            Record(
                Kind.SCORE, name, number, at, file.path, where,
                without_position(names[0]) if names[0] else None,
                task=task, metric=metric, format=form or ("generate" if _is_written(name) else "rc"),
                n_shot=shots, n_items=items, facts=_facts(config, model, items),
            )
        )  # fmt: skip
    if others:
        reading.left.append(Left(file.path, place, _OTHERS, others))


def _named(document: dict[str, Any], config: dict[str, Any]) -> tuple[str | None, str | None]:
    """Return task and format: ``arc_challenge:mc`` asks for the letter; any other variant is its own task."""
    alias = _text(_dict(config.get("metadata")).get("alias")) or _text(document.get("alias")) or ""
    told = _text(document.get("task_name")) or _text(config.get("task_name")) or alias
    if not told:
        return None, None
    task, *variants = told.partition("::")[0].split(":")
    said = {*variants, *alias.partition("::")[0].split(":")[1:]}
    form = "mc" if "mc" in said else ("rc" if "rc" in said else None)
    return ":".join([task, *(v for v in variants if v not in ("mc", "rc"))]), form


def _is_written(name: str) -> bool:
    """Say whether a metric is of an answer that the model wrote."""
    return name.startswith(("exact_match", "f1", "pass_at"))


def _facts(config: dict[str, Any], model: dict[str, Any], items: int | None) -> tuple[tuple[str, str], ...]:
    facts = [(name, str(config[name])) for name in ("fewshot_seed", "limit") if config.get(name) is not None]
    limit = read_number(config.get("limit"))
    if limit is not None and items is not None and limit > items:
        # It left no item out: "all" is asked for as a limit of 1e19.
        facts = [fact for fact in facts if fact[0] != "limit"]
    if config.get("use_chat_format") or model.get("chat_model"):
        facts.append(("prompt", "chat"))
    return tuple(facts)


def _written(document: dict[str, Any]) -> float | None:
    match = _DATE.match(str(document.get("current_date", "")))
    try:
        return datetime(*map(int, match.groups()), tzinfo=UTC).timestamp() if match else None  # type: ignore[misc,arg-type]
    except ValueError:
        return None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


READER = Reader("olmes", "OLMES (oe-eval)", recognise, read)
