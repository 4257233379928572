"""Reads the Parquet copy that trackio keeps beside its SQLite file: a row a call of its logger."""

from math import nan

import polars as pl

from emergence.errors import InputError
from pipelines.own.cells import read_number
from pipelines.own.curves import NOT_A_NUMBER, Curves
from pipelines.own.found import Broken, Counter, OwnFile, Reader, Reading
from pipelines.own.rows import PARQUET
from pipelines.own.settle_curves import settle
from pipelines.own.trackio import trackio_values

_OWN = ("id", "run_id", "run_name", "step", "timestamp", "metrics")


def recognise(file: OwnFile) -> bool:
    """Say whether a file is one: the columns of a run's name, a step and a time."""
    if file.head[:4] != PARQUET:
        return False
    try:
        names = set(pl.read_parquet_schema(file.local))
    except (pl.exceptions.PolarsError, OSError):
        return False
    return {"run_name", "step", "timestamp"} <= names


def read(file: OwnFile) -> Reading:
    """Read every run of a project."""
    curves = Curves(file.path, lambda row, key: f"row {row}, column {key}", counter=Counter.UNKNOWN)
    broken: list[Broken] = []
    try:
        frame = pl.read_parquet(file.local)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise InputError(f"{file.path} is no whole Parquet file: {error}") from error
    for row, cells in enumerate(frame.iter_rows(named=True), start=1):
        logged = trackio_values(cells["metrics"]) if "metrics" in cells else {}
        number = read_number(cells["step"])
        if logged is None or (number is None and cells["step"] is not None):
            fix = "expected a number for the step, and an object of JSON for the metrics"
            broken.append(Broken(file.path, f"row {row}", NOT_A_NUMBER, str(cells)[:200], fix))
            continue
        name = cells["run_name"]
        for key, cell in {**{k: v for k, v in cells.items() if k not in _OWN}, **logged}.items():
            place = nan if number is None else number
            curves.add(key, cell, place, row, run=None if name is None else str(name))
    reading = settle(curves)
    reading.broken += broken
    return reading


READER = Reader("trackio_parquet", "Parquet copy of trackio", recognise, read)
