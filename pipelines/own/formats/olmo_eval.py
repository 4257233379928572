"""Reads ``metrics.json`` of olmo-eval: ``{"tasks": [{"task": …, "metrics": {name: {scorer: 0.41}}}], …}``."""

import re
from collections.abc import Iterator
from typing import Any

from pipelines.own.reading.cells import read_number
from pipelines.own.reading.checked_numbers import read_count, read_limit, read_value
from pipelines.own.reading.found import Broken, Kind, Left, OwnFile, Reader, Reading, Record
from pipelines.own.reading.positions import told_position, without_position

# By the kind of a metric: several are called accuracy, and differ in what the likelihood is divided by.
_METRICS = {
    "LogprobMCAccuracyMetric": ("acc", "rc"),
    "LogprobPerCharMCAccuracyMetric": ("acc_norm", "rc"),
    "LogprobPerTokenMCAccuracyMetric": ("acc_norm_by_tokens", "rc"),
    "GreedyAccuracyMetric": ("acc", "generate"),
    "F1Metric": ("f1", "generate"),
    "SQuADF1Metric": ("f1", "generate"),
}
# Bits of the correct answer where the variant says so; else they may be those of a text.
_BITS = ("BPBMetric", "BPBMetricInstanceAvg")
_PASSES = {"pass_at_1": "pass_at_1", "pass_at_10": "pass_at_10"}
_WRITTEN = ("exact_match", "exact_match_flex", "math_verify", "minerva_math_flex")
OTHERS = "measures that the warehouse has no metric for, or whose kind the file does not tell"
# Variants that say how a task is asked, which other columns hold.
_SETTING = re.compile(r"rc|mc|bpb|full|olmes|olmo3\w*|\d+shot")


def recognise(file: OwnFile) -> bool:
    """Say whether a file is one: tasks whose metrics are told by scorer."""
    document = file.document if b'"tasks"' in file.head else None
    tasks = document.get("tasks") if isinstance(document, dict) else None
    return isinstance(tasks, list) and any(map(_is_task, tasks))


def _is_task(value: object) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get("task"), str):
        return False
    metrics = value.get("metrics")
    return isinstance(metrics, dict) and all(isinstance(told, dict) for told in metrics.values())


def read(file: OwnFile) -> Reading:
    """Read every task of one file."""
    reading, document = Reading(), file.document
    config = _dict(document.get("config"))
    for i, task in enumerate(document["tasks"]):
        if not _is_task(task):
            told = str(_dict(task).get("task", task))[:200]
            fix = "expected the metrics of a task: it failed, or was not scored"
            reading.broken.append(Broken(file.path, f"tasks[{i}]", "missing_field", told, fix))
            continue
        model = _text(task.get("model")) or _text(document.get("model_name")) or _text(config.get("model"))
        of_model = _dict(_dict(config.get("models")).get(model or "")) or config
        _read_task(file, f"tasks[{i}]", task, model, _text(of_model.get("revision")), reading)
    return reading


def _read_task(
    file: OwnFile, place: str, task: dict[str, Any], model: str | None, revision: str | None, reading: Reading
) -> None:
    config = _dict(task.get("config"))
    at, questions = told_position(file, [f"{model}/{revision}" if model and revision else model or revision])
    reading.questions += [question for question in questions if question not in reading.questions]
    name, *variants = task["task"].partition("::")[0].split(":")
    name = ":".join([name, *(v for v in variants if not _SETTING.fullmatch(v))])
    by_letter = "mc" in variants or _dict(config.get("formatter")).get("type") == "MultipleChoiceFormatter"
    shots = read_count(file, f"{place} config.num_fewshot", config.get("num_fewshot"), 0, reading)
    items = read_count(file, f"{place} num_instances", task.get("num_instances"), 1, reading)
    read_limit(file, f"{place} config.limit", config.get("limit"), reading)
    facts = _facts(config.get("limit"), items)
    others = 0
    for metric, scorer, cell in _cells(task):
        told = _told(config, variants, metric, scorer)
        if told is None:
            others += 1
            continue
        where = f"{place} metrics.{metric}.{scorer}"
        number = read_value(file, where, cell, reading)
        if number is None:
            continue
        known, form = told
        reading.records.append(
            Record(
                Kind.SCORE, f"{metric}:{scorer}", number, at, file.path, where,
                without_position(model) if model else None,
                task=name, metric=known, format="mc" if by_letter and form == "rc" else form,
                n_shot=shots, n_items=items, facts=facts,
            )
        )  # fmt: skip
    if others:
        reading.left.append(Left(file.path, place, OTHERS, others))


def _cells(task: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    for metric, scorers in task["metrics"].items():
        for scorer, cell in scorers.items():
            yield metric, scorer, cell


def _told(config: dict[str, Any], variants: list[str], metric: str, scorer: str) -> tuple[str, str] | None:
    """Return metric and format of one number; None where its kind is not known, or not told."""
    if metric in _PASSES:
        return _PASSES[metric], "generate"
    if metric == "accuracy" and scorer in _WRITTEN:
        return "exact_match", "generate"
    kinds = {
        _text(told.get("type"))
        for told in map(_dict, config.get("metrics") or ())
        if told.get("name") == metric and _scorer(told) in (scorer, None)
    }
    kind = kinds.pop() if len(kinds) == 1 else None
    if kind in _BITS and "bpb" in variants:
        return "answer_bpb", "rc"
    return _METRICS.get(kind or "")


def _facts(limit: object, items: int | None) -> tuple[tuple[str, str], ...]:
    """Return the limit of items as a fact of the score, where it left any out."""
    number = read_number(limit)
    is_whole = limit is None or (number is not None and items is not None and number > items)
    return () if is_whole else (("limit", str(limit)),)


def _scorer(metric: dict[str, Any]) -> str | None:
    return _text(_dict(metric.get("scorer")).get("name"))


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


READER = Reader("olmo_eval", "olmo-eval", recognise, read)
