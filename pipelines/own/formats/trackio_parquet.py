"""Reads the Parquet copy that trackio keeps beside its SQLite file: a row a call of its logger."""

from math import nan

from emergence.errors import InputError
from pipelines.own.formats.trackio import trackio_values
from pipelines.own.reading.cells import read_number
from pipelines.own.reading.curves import NOT_A_NUMBER, Curves
from pipelines.own.reading.found import Broken, Counter, OwnFile, Reader, Reading
from pipelines.own.reading.parquet_file import MAGIC, parquet_columns, parquet_rows
from pipelines.own.reading.settle_curves import settle

_OWN = ("id", "run_id", "run_name", "step", "timestamp", "metrics")


def recognise(file: OwnFile) -> bool:
    """Say whether a file is one: the columns of a run's name, a step and a time."""
    if file.head[:4] != MAGIC:
        return False
    try:
        return {"run_name", "step", "timestamp"} <= set(parquet_columns(file))
    except InputError:
        return False


def read(file: OwnFile) -> Reading:
    """Read every run of a project; its metrics stand in columns, or as JSON in one."""
    curves = Curves(file.path, lambda row, key: f"row {row}, column {key}", counter=Counter.UNKNOWN)
    broken: list[Broken] = []
    for row, cells in enumerate(parquet_rows(file), start=1):
        logged = trackio_values(cells["metrics"]) if "metrics" in cells else {}
        number = read_number(cells["step"])
        if logged is None or (number is None and cells["step"] is not None):
            fix = "expected a number for the step, and an object of JSON for the metrics"
            broken.append(Broken(file.path, f"row {row}", NOT_A_NUMBER, str(cells)[:200], fix))
            continue
        name = cells["run_name"]
        run = None if name is None else str(name)
        for key, cell in {**{k: v for k, v in cells.items() if k not in _OWN}, **logged}.items():
            curves.add(key, cell, nan if number is None else number, row, run=run)
    reading = settle(curves)
    reading.broken += broken
    return reading


READER = Reader("trackio_parquet", "Parquet copy of trackio", recognise, read)
