"""Reads scores of BIG-bench: ``{"scores": [{"score_dict": …, "number_of_shots": 3}], "task": …}``."""

import re
from typing import Any

from pipelines.own.reading.cells import read_number
from pipelines.own.reading.checked_numbers import read_count, read_value
from pipelines.own.reading.found import (
    PARTS_ALONE,
    Broken,
    Counter,
    Kind,
    Left,
    OwnFile,
    Position,
    Reader,
    Reading,
    Record,
)
from pipelines.own.reading.positions import told_position, without_position

# What a score is of: whether the likeliest choice is right, or the text that was written.
_FORMATS = {"multiple_choice_grade": "rc", "exact_str_match": "generate"}
_MEAN = "normalized_aggregate_score"
OVER_SUBTASKS = f"a mean over subtasks; {PARTS_ALONE}"
OTHERS = "measures beside the preferred score that the warehouse has no metric for"
# Subtasks are told by a word, or, of a task that has none, by a sentence.
_WORD = re.compile(r"[\w.:-]+")


def recognise(file: OwnFile) -> bool:
    """Say whether a file is one: scores by shots, beside the task that they are of."""
    document = file.document
    scores = document.get("scores") if isinstance(document, dict) else None
    if not isinstance(scores, list) or not isinstance(document.get("task"), dict):
        return False
    return bool(scores) and all(
        isinstance(score, dict) and isinstance(score.get("score_dict"), dict) for score in scores
    )


def read(file: OwnFile) -> Reading:
    """Read the scores of one model on one task, at each number of shots; means over subtasks are left."""
    document = file.document
    model = _dict(document.get("model"))
    told = [str(model[name]) for name in ("model_family", "model_name") if model.get(name)]
    name = " ".join(told) or None
    reading = Reading()
    at, questions = told_position(file, [name])
    reading.questions += questions
    steps = read_count(file, "model.training_steps", model.get("training_steps"), 0, reading)
    if at == Position() and steps is not None and steps > 0:
        at = Position(Counter.STEP, float(steps))
    parts = [score for score in document["scores"] if score.get("preferred_score") != _MEAN]
    if len(parts) < len(document["scores"]):
        count = len(document["scores"]) - len(parts)
        reading.left.append(Left(file.path, "scores", OVER_SUBTASKS, count))
    subtasks = {str(score.get("subtask_description")) for score in parts}
    run = without_position(name) if name else None
    for i, score in enumerate(document["scores"]):
        if score.get("preferred_score") != _MEAN:
            task = _task(_dict(document["task"]).get("name"), score, len(subtasks) > 1)
            _read_score(file, f"scores[{i}]", score, task, at, run, reading)
    return reading


def _task(name: object, score: dict[str, Any], is_part: bool) -> str | None:
    """Return the task, with its subtask where a file holds several; None where no word tells it."""
    if not isinstance(name, str) or not name:
        return None
    if not is_part:
        return f"bigbench_{name}"
    subtask = str(score.get("subtask_description")).removeprefix(name).lstrip(":_")
    return f"bigbench_{name}_{subtask}" if _WORD.fullmatch(subtask) else None


def _read_score(
    file: OwnFile,
    place: str,
    score: dict[str, Any],
    task: str | None,
    at: Position,
    run: str | None,
    reading: Reading,
) -> None:
    if task is None:
        fix = "expected a word for the subtask, of several in one file"
        told = str(score.get("subtask_description"))[:200]
        reading.broken.append(Broken(file.path, place, "no_task", told, fix))
        return
    shots = read_count(file, f"{place}.number_of_shots", score.get("number_of_shots"), 0, reading)
    others = 0
    for metric, cell in score["score_dict"].items():
        if metric not in _FORMATS:
            others += 1
            continue
        where = f"{place}.score_dict.{metric}"
        number = read_value(file, where, cell, reading)
        if number is None:
            continue
        reading.records.append(
            Record(
                Kind.SCORE, metric, number, at, file.path, where, run,
                task=task, metric=metric, format=_FORMATS[metric], n_shot=shots, scale=_scale(score),
            )
        )  # fmt: skip
    if others:
        reading.left.append(Left(file.path, place, OTHERS, others))


def _scale(score: dict[str, Any]) -> float:
    """Return what a full score is: tasks that are written as programs may count up to 100."""
    return 100.0 if read_number(score.get("high_score")) == 100 else 1.0


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


READER = Reader("bigbench", "scores of BIG-bench", recognise, read)
