"""Reads the every_eval_ever schema: one JSON a model and source, with ``evaluation_results``."""

from typing import Any

from pipelines.own.reading.cells import is_empty, read_number
from pipelines.own.reading.checked_numbers import read_count, read_error, read_value
from pipelines.own.reading.found import Kind, Left, OwnFile, Reader, Reading, Record
from pipelines.own.reading.positions import told_position, without_position

# What the schema calls a proportion or a percentage, and what a full score of it would be.
_SCALES = {"proportion": 1.0, "percent": 100.0}


def recognise(file: OwnFile) -> bool:
    """Say whether a file is one: a version of the schema beside results."""
    document = file.document
    return isinstance(document, dict) and "schema_version" in document and "evaluation_results" in document


def read(file: OwnFile) -> Reading:
    """Read every result of one file; an index of other files holds none."""
    document = file.document
    told = document.get("retrieved_timestamp", document.get("evaluation_timestamp"))
    reading = Reading(written=read_number(told))
    info = _dict(document.get("model_info"))
    names = [name if isinstance(name, str) else None for name in (info.get("id"), info.get("name"))]
    at, questions = told_position(file, names)
    reading.questions += questions
    run = next((without_position(name) for name in names if name), None)
    results = document["evaluation_results"]
    for i, result in enumerate(results if isinstance(results, list) else []):
        place = f"evaluation_results[{i}]"
        where = f"{place}.score_details.score"
        made = _read_result(_dict(result), place, file, reading)
        if made is not None:
            reading.records.append(
                Record(
                    Kind.SCORE, made["key"], made["value"], at, file.path, where, run,
                    task=made["task"], metric=made["metric"], n_shot=made["n_shot"],
                    n_items=made["n_items"], stderr=made["stderr"], scale=made["scale"],
                )
            )  # fmt: skip
    return reading


def _read_result(
    result: dict[str, Any], place: str, file: OwnFile, reading: Reading
) -> dict[str, Any] | None:
    config, details = _dict(result.get("metric_config")), _dict(result.get("score_details"))
    if config.get("lower_is_better") is True:
        reading.left.append(Left(file.path, place, "a metric of which less is better: no score"))
        return None
    score = f"{place}.score_details.score"
    value = read_value(file, score, details.get("score"), reading)
    if value is None:
        if details.get("score") is not None and is_empty(details["score"]):
            reading.left.append(Left(file.path, score, "a result without a score"))
        return None
    uncertainty = _dict(details.get("uncertainty"))
    extra = _dict(_dict(result.get("generation_config")).get("additional_details"))
    error = _dict(uncertainty.get("standard_error")).get("value")
    where = f"{place}.score_details.uncertainty"
    items = read_count(file, f"{where}.num_samples", uncertainty.get("num_samples"), 0, reading)
    shots = f"{place}.generation_config.additional_details.num_fewshot"
    name = str(result.get("evaluation_name") or _dict(result.get("source_data")).get("dataset_name") or "")
    return {
        "key": name,
        "value": value,
        "task": name or None,
        "metric": config.get("metric_id") if isinstance(config.get("metric_id"), str) else None,
        "n_shot": read_count(file, shots, extra.get("num_fewshot"), 0, reading),
        "n_items": items if items and items > 0 else None,
        "stderr": read_error(file, f"{where}.standard_error", error, reading),
        "scale": _scale(config, value),
    }


def _scale(config: dict[str, Any], value: float) -> float | None:
    """Return what a full score would be: by its unit, else by its ends; None where neither says."""
    unit = config.get("metric_unit")
    if isinstance(unit, str) and unit in _SCALES:
        return _SCALES[unit]
    low, high = read_number(config.get("min_score")), read_number(config.get("max_score"))
    if low == 0 and high in (1.0, 100.0):
        # Many files state ends of 0 and 1 or 100 that their own score breaks.
        return high if value <= high else None
    return None


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


READER = Reader("every_eval_ever", "every_eval_ever", recognise, read)
