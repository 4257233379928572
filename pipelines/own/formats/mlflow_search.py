"""Reads what MLflow's ``search_runs`` returns, written as CSV."""

from pipelines.own.reading.found import OwnFile, Reader, Reading
from pipelines.own.reading.last_values import read_last_values
from pipelines.own.reading.rows import csv_header

_METRICS = "metrics."
_NAME = "tags.mlflow.runName"


def recognise(file: OwnFile) -> bool:
    """Say whether a file is one, by its columns of ids and metrics."""
    header = csv_header(file)
    return "run_id" in header and any(name.startswith(_METRICS) for name in header)


def read(file: OwnFile) -> Reading:
    """Read the last losses of each run."""
    header = csv_header(file)
    plain = [column.removeprefix(_METRICS) for column in header]
    run = header.index(_NAME if _NAME in header else "run_id")
    return read_last_values(file, header, plain, run, _metric)


def _metric(column: str) -> str | None:
    return column.removeprefix(_METRICS) if column.startswith(_METRICS) else None


READER = Reader("mlflow_search", "search_runs of MLflow as CSV", recognise, read)
