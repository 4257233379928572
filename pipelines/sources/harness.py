"""Reads result files of EleutherAI's evaluation harness before 0.4: tasks, metrics, standard errors."""

from typing import Any

import polars as pl

from pipelines.sources.reading import number
from pipelines.sources.spec import Intake, RawFile, Schema

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
Row = dict[str, object]


def read_results(document: dict[str, Any], file: RawFile, intake: Intake) -> list[Row]:
    """Return a row of ``VALUES`` for each number in ``results``, ``{task: {metric: x, metric_stderr: e}}``.

    What is no number is a reject; a document without ``results`` is one reject (``missing_field``).
    """
    results, versions = document.get("results"), document.get("versions")
    if not isinstance(results, dict):
        intake.reject(file.path, "results", "missing_field", type(results).__name__, "expected a task a key")
        return []
    rows: list[Row] = []
    for task, metrics in results.items():
        version = versions.get(task) if isinstance(versions, dict) else None
        if not isinstance(metrics, dict):
            intake.reject(file.path, f"results.{task}", "missing_field", metrics, "expected a metric a key")
            continue
        rows += read_metrics(metrics, task, version, file, f"results.{task}", intake)
    return rows


def read_metrics(
    metrics: dict[str, Any], task: str, version: object, file: RawFile, place: str, intake: Intake
) -> list[Row]:
    """Return a row of ``VALUES`` for each metric of one task, its standard error beside it."""
    rows: list[Row] = []
    path, version = file.path, whole(version)
    for metric, published in metrics.items():
        if metric.endswith(STDERR) or metric in ("task_name", "prompt_name"):
            continue
        value = number(published, file, f"{place}.{metric}", intake)
        if value is None:
            continue
        error = metrics.get(metric + STDERR)
        if error is not None:
            error = number(error, file, f"{place}.{metric}{STDERR}", intake)
        rows.append(
            {
                "file": path,
                "place": f"{place}.{metric}",
                "task": task,
                "task_version": version,
                "metric": metric,
                "value": value,
                "stderr": error,
            }
        )
    return rows


def whole(value: object) -> int | None:
    """Return a whole number that fits 64 bits, or None for anything else."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63:
        return value
    return None
