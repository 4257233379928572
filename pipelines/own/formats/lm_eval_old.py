"""Reads results of lm-evaluation-harness before 0.4: ``{"results": {task: {"acc": 0.4}}, "versions": …}``."""

import re
from dataclasses import replace
from typing import Any

from pipelines.own.formats.lm_eval import STDERR, facts_of, written
from pipelines.own.formats.lm_eval import recognise as is_newer
from pipelines.own.reading import known
from pipelines.own.reading.checked_numbers import read_count, read_error, read_limit, read_value
from pipelines.own.reading.found import Broken, Kind, Left, OwnFile, Position, Reader, Reading, Record
from pipelines.own.reading.lm_eval_metrics import RESTATED, full_score, loss_of, metric_of, score_format
from pipelines.own.reading.lm_eval_model import model_names
from pipelines.own.reading.positions import told_position, without_position

# Rows of the list form say these beside their one metric.
_WORDS = frozenset(
    (
        *("task_name", "prompt_name", "dataset_path", "dataset_name", "subset", "prompt_id", "prompt_jinja"),
        *("fixed_answer_choice_list", "original_prompt", "comment"),
    )
)
HARNESS = "harness_03"
"""The source of its own published results."""
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def recognise(file: OwnFile) -> bool:
    """Say whether a file is one: results by task or a row a metric, and none of what newer versions write."""
    document = file.document
    if not isinstance(document, dict) or is_newer(file) or "config_general" in document or "eval" in document:
        return False
    results = document.get("results")
    if isinstance(results, list):
        return bool(results) and all(isinstance(row, dict) and "task_name" in row for row in results)
    return isinstance(results, dict) and bool(results) and all(isinstance(t, dict) for t in results.values())


def read(file: OwnFile) -> Reading:
    """Read one results file; where a task stands under dates, the newest is read."""
    document = file.document
    reading = Reading(written=written(document, file))
    names = model_names(document)
    at, questions = told_position(file, names)
    reading.questions += questions
    run = next((without_position(n) for n in names if n and without_position(n)), None)
    config = document["config"] if isinstance(document.get("config"), dict) else {}
    items = read_limit(file, "config.limit", config.get("limit"), reading)
    shots = _shots(file, config, reading)
    facts = facts_of(document)
    for task, place, metrics in _tasks(document["results"], file, reading):
        version = _version(document, task)
        for key, value in metrics.items():
            if key.endswith(STDERR) or key in _WORDS:
                continue
            where = f"{place}.{key}"
            number = read_value(file, where, value, reading)
            if number is not None:
                error = read_error(file, f"{where}{STDERR}", metrics.get(key + STDERR), reading)
                made = _record(task, key, number, metrics, shots, error)
                if made is None:
                    reading.left.append(Left(file.path, where, RESTATED[key]))
                else:
                    placed = _placed(made, file, where, at, run, version)
                    reading.records.append(replace(placed, facts=(*facts, *placed.facts), n_items=items))
    return reading


def _tasks(results: Any, file: OwnFile, reading: Reading) -> list[tuple[str, str, dict[str, Any]]]:
    """Return (task, place, metrics) of every task."""
    if isinstance(results, list):
        return [(_prompted(row), f"results[{i}]", row) for i, row in enumerate(results)]
    found = []
    for task, metrics in results.items():
        place = f"results.{task}"
        if metrics and all(isinstance(value, dict) for value in metrics.values()):
            if not all(_DATE.match(name) for name in metrics):
                below = ", ".join(metrics)[:200]
                fix = "no task, as it holds others: give the tasks of each model a file of their own"
                reading.broken.append(Broken(file.path, place, "missing_field", below, fix))
                continue
            newest = max(metrics)
            if len(metrics) > 1:
                reading.left.append(
                    Left(file.path, place, "an older evaluation of the task", len(metrics) - 1)
                )
            metrics, place = metrics[newest], f"{place}.{newest}"
        found.append((task, place, metrics))
    return found


def _prompted(row: dict[str, Any]) -> str:
    task, prompt = str(row["task_name"]), row.get("prompt_name")
    return f"{task}+{prompt}" if isinstance(prompt, str) and prompt else task


def _record(
    task: str, key: str, value: float, metrics: dict[str, Any], n_shot: int | None, stderr: float | None
) -> Record | None:
    """Return what a metric says, without its place; None for one that only restates a loss."""
    loss = loss_of(task, key, value, n_shot)
    if loss:
        corpus, unit, number = loss
        return Record(Kind.LOSS, key, number, Position(), "", "", corpus=corpus, unit=unit, held_out=True)
    if key in RESTATED:
        return None
    # Only a choice among whole answers has a score normalised by their length.
    form = "rc" if "acc_norm" in metrics and not task.startswith("hendrycksTest-") else None
    return Record(
        Kind.SCORE, key, value, Position(), "", "",
        task=known.other_task_of(HARNESS, task), metric=metric_of(task, key), format=form, n_shot=n_shot,
        stderr=stderr, scale=full_score(task),
    )  # fmt: skip


def _placed(
    made: Record, file: OwnFile, place: str, at: Position, run: str | None, version: object
) -> Record:
    facts = () if version is None else (("version", str(version)),)
    form = made.format or (score_format(made.task, None, version) if made.task else None)
    return replace(made, file=file.path, place=place, at=at, run=run, format=form, facts=facts)


def _version(document: dict[str, Any], task: str) -> object:
    versions = document.get("versions")
    return versions.get(task) if isinstance(versions, dict) else None


def _shots(file: OwnFile, config: dict[str, Any], reading: Reading) -> int | None:
    """Return the one number of shots of a file; None for a list, whose order is lost."""
    told = config.get("num_fewshot")
    return None if isinstance(told, list) else read_count(file, "config.num_fewshot", told, 0, reading)


READER = Reader("lm_eval_old", "lm-evaluation-harness before 0.4", recognise, read)
