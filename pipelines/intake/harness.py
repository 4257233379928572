"""Reads result files of EleutherAI's evaluation harness before 0.4: tasks, metrics, standard errors."""

import re
from typing import Any

import polars as pl

from pipelines.intake.reading import number, read_json
from pipelines.intake.spec import Intake, RawFile, Schema, Tables

STDERR = "_stderr"
VALUES: Schema = {
    "file": pl.String,
    "place": pl.String,
    "task": pl.String,
    "task_version": pl.Int64,
    "metric": pl.String,
    "value": pl.Float64,
    "stderr": pl.Float64,
}
EVALUATIONS: Schema = {
    "file": pl.String,
    "commit": pl.String,
    "model": pl.String,
    "n_shot": pl.Int64,
}
Row = dict[str, object]


def read_results(document: dict[str, Any], file: RawFile, intake: Intake, key: str = "results") -> list[Row]:
    """Return a row of ``VALUES`` for each number under ``key``, ``{task: {metric: x, metric_stderr: e}}``.

    A task's metrics may stand below the time that they were taken at: the newest are read. What is no number
    is a reject; a document without ``key`` is one reject (``missing_field``).
    """
    results, versions = document.get(key), document.get("versions")
    if not isinstance(results, dict):
        intake.reject(file.path, key, "missing_field", type(results).__name__, "expected a task a key")
        return []
    rows: list[Row] = []
    for task, metrics in results.items():
        version = versions.get(task) if isinstance(versions, dict) else None
        place = f"{key}.{task}"
        if not isinstance(metrics, dict):
            intake.reject(file.path, place, "missing_field", metrics, "expected a metric a key")
            continue
        if metrics and all(isinstance(value, dict) for value in metrics.values()):
            newest = max(metrics)
            metrics, place = metrics[newest], f"{place}.{newest}"
        rows += read_metrics(metrics, task, version, file, f"{place}.", intake)
    return rows


def read_metrics(
    metrics: dict[str, Any],
    task: str,
    version: object,
    file: RawFile,
    prefix: str,
    intake: Intake,
    element: str = "",
) -> list[Row]:
    """Return a row of ``VALUES`` for each metric of one task, its standard error beside it.

    A value's place is ``prefix``, its metric, and the ``element`` where the file has an array there.
    """
    rows: list[Row] = []
    path, version = file.path, whole(version)
    for metric, published in metrics.items():
        if metric.endswith(STDERR) or metric in ("task_name", "prompt_name"):
            continue
        place = f"{prefix}{metric}{element}"
        value = number(published, file, place, intake)
        if value is None:
            continue
        error = metrics.get(metric + STDERR)
        if error is not None:
            error = number(error, file, f"{prefix}{metric}{STDERR}{element}", intake)
        rows.append(
            {
                "file": path,
                "place": place,
                "task": task,
                "task_version": version,
                "metric": metric,
                "value": value,
                "stderr": error,
            }
        )
    return rows


def shots(config: object) -> int | None:
    """Return the number of examples in the prompt that a configuration gives, or None for anything else."""
    n_shot = whole(config.get("num_fewshot")) if isinstance(config, dict) else None
    return n_shot if n_shot is not None and 0 <= n_shot < 2**31 else None


def whole(value: object) -> int | None:
    """Return a whole number that fits 64 bits, or None for anything else."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63:
        return value
    return None


def read_evaluations(files: list[RawFile], intake: Intake) -> Tables:
    """Return ``evaluations``, a row a result file and what it says of its model and shots, and ``values``.

    A model is what the configuration calls ``pretrained``, else its ``model``; a file that names none, or no
    number of shots, is a reject (``missing_field``).
    """
    evaluations: list[Row] = []
    values: list[Row] = []
    for file in files:
        document = read_json(file, intake)
        if document is None:
            continue
        config = document.get("config")
        model, n_shot = model_of(config), shots(config)
        if model is None or n_shot is None:
            message = "expected a model and a number of examples in the prompt"
            intake.reject(file.path, "config", "missing_field", None, message)
            continue
        evaluations.append({"file": file.path, "commit": file.commit, "model": model, "n_shot": n_shot})
        values += read_results(document, file, intake)
    return {
        "evaluations": pl.DataFrame(evaluations, schema=EVALUATIONS, orient="row"),
        "values": pl.DataFrame(values, schema=VALUES, orient="row"),
    }


def model_of(config: object) -> str | None:
    """Return the name of the weights that a configuration gives, or None."""
    if not isinstance(config, dict):
        return None
    arguments = config.get("model_args")
    found = re.search(r"(?:^|,)pretrained=([^,]+)", arguments) if isinstance(arguments, str) else None
    named = found.group(1) if found else config.get("model")
    return named if isinstance(named, str) and named else None
