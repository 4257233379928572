"""Reads the SQLite store of MLflow (the default from 3.0): a row a value, with its run, key and step."""

import sqlite3
from math import nan

from pipelines.own.formats.mlflow_store import NO_STEP
from pipelines.own.reading.cells import is_empty, read_number
from pipelines.own.reading.curves import Curves
from pipelines.own.reading.found import Counter, OwnFile, Reader, Reading
from pipelines.own.reading.settle_curves import settle
from pipelines.own.reading.sqlite_file import has_metrics, opened

_COLUMNS = frozenset({"key", "value", "run_uuid", "step", "is_nan"})
_ROWS = "select rowid, run_uuid, key, value, step, is_nan from metrics order by rowid"
_WITHOUT_STEPS = (
    "select run_uuid, key from metrics group by run_uuid, key having count(*) > 1 and max(step) <= 0"
)


def recognise(file: OwnFile) -> bool:
    """Say whether a file is one, by the columns of its table."""
    return has_metrics(file, _COLUMNS)


def read(file: OwnFile) -> Reading:
    """Read every run; values without a step stand at 0, and several at 0 are left alone."""
    curves = Curves(file.path, lambda row, key: f"metrics, row {row}, {key}", counter=Counter.UNKNOWN)
    with opened(file) as base:
        names = _run_names(base)
        without = set(base.execute(_WITHOUT_STEPS))
        for row, run, key, value, step, is_nan in base.execute(_ROWS):
            if (run, key) in without and curves.name(str(key)).left is None:
                curves.leave(str(key), row, NO_STEP)
                continue
            number = read_number(step)
            cell, place = nan if is_nan else value, nan if number is None else number
            curves.add(str(key), cell, place, row, run=names.get(run, _name(run)))
    return settle(curves)


def _run_names(base: sqlite3.Connection) -> dict[object, str | None]:
    """Return the names of runs by their ids; two of one name keep their ids."""
    columns = {row[1] for row in base.execute("pragma table_info(runs)")}
    if not {"run_uuid", "name"} <= columns:
        return {}
    rows = base.execute("select run_uuid, name from runs").fetchall()
    names = [name for _, name in rows]
    return {run: _name(name if names.count(name) == 1 else run) for run, name in rows if not is_empty(name)}


def _name(value: object) -> str | None:
    return None if is_empty(value) else str(value)


READER = Reader("mlflow_sqlite", "SQLite store of MLflow", recognise, read)
