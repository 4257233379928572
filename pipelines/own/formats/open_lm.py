"""Reads evaluations of open_lm and DCLM: ``{"eval_metrics": {"perplexity": …, "icl": {task: …}}}``."""

from typing import Any

from pipelines.own.reading.checked_numbers import read_value
from pipelines.own.reading.found import Broken, Kind, OwnFile, Position, Reader, Reading, Record
from pipelines.own.reading.positions import told_position, without_position


def recognise(file: OwnFile) -> bool:
    """Say whether a file is one: metrics with scores of tasks in context."""
    document = file.document
    metrics = document.get("eval_metrics") if isinstance(document, dict) else None
    return isinstance(metrics, dict) and ("icl" in metrics or "perplexity" in metrics)


def read(file: OwnFile) -> Reading:
    """Read one file. What it calls a perplexity is a cross-entropy in nats a token."""
    document = file.document
    metrics = document["eval_metrics"]
    model = document.get("model") if isinstance(document.get("model"), str) else document.get("name")
    name = model if isinstance(model, str) else None
    reading = Reading()
    at, questions = told_position(file, [name])
    reading.questions += questions
    run = without_position(name) if name else None
    if "perplexity" in metrics:
        record = _record(file, Kind.LOSS, "perplexity", metrics["perplexity"], at, run, reading)
        reading.records += [record] if record else []
    tasks = metrics.get("icl")
    for task, value in tasks.items() if isinstance(tasks, dict) else ():
        record = _record(file, Kind.SCORE, f"icl.{task}", value, at, run, reading)
        reading.records += [record] if record else []
    return reading


def _record(
    file: OwnFile, kind: Kind, key: str, value: Any, at: Position, run: str | None, reading: Reading
) -> Record | None:
    place = f"eval_metrics.{key}"
    number = read_value(file, place, value, reading)
    if number is None:
        return None
    if kind is Kind.LOSS and number <= 0:
        fix = "a loss is above zero"
        reading.broken.append(Broken(file.path, place, "loss_not_positive", str(value)[:200], fix))
        return None
    if kind is Kind.LOSS:
        return Record(kind, key, number, at, file.path, place, run, unit="nats_per_token", held_out=True)
    return Record(kind, key, number, at, file.path, place, run, task=key.removeprefix("icl."), metric="acc")


READER = Reader("open_lm", "open_lm and DCLM evaluation", recognise, read)
