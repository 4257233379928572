"""Reads the SQLite file of a trackio project: a row a call of its logger, its metrics as JSON."""

import json
from math import nan

from pipelines.own.reading.cells import is_empty, read_number
from pipelines.own.reading.curves import NOT_A_NUMBER, Curves
from pipelines.own.reading.found import Broken, Counter, OwnFile, Reader, Reading
from pipelines.own.reading.settle_curves import settle
from pipelines.own.reading.sqlite_file import has_metrics, opened

_COLUMNS = frozenset({"run_name", "step", "metrics"})
_ROWS = "select rowid, run_name, step, metrics from metrics order by rowid"


def recognise(file: OwnFile) -> bool:
    """Say whether a file is one, by the columns of its table."""
    return has_metrics(file, _COLUMNS)


def read(file: OwnFile) -> Reading:
    """Read every run of a project; the step counts calls of the logger unless its user said otherwise."""
    curves = Curves(file.path, lambda row, key: f"metrics, row {row}, {key}", counter=Counter.UNKNOWN)
    broken: list[Broken] = []
    with opened(file) as base:
        for row, run, step, text in base.execute(_ROWS):
            number = read_number(step)
            logged = trackio_values(text)
            if logged is None or (number is None and step is not None):
                fix = "expected an object of JSON, and a number for its step"
                value = str(text if logged is None else step)[:200]
                broken.append(Broken(file.path, f"metrics, row {row}", NOT_A_NUMBER, value, fix))
                continue
            for key, cell in logged.items():
                curves.add(
                    str(key),
                    cell,
                    nan if number is None else number,
                    row,
                    run=None if is_empty(run) else str(run),
                )
    reading = settle(curves)
    reading.broken += broken
    return reading


def trackio_values(text: object) -> dict[str, object] | None:
    """Return what one call logged; NaN and infinities are texts in it."""
    try:
        logged = json.loads(text) if isinstance(text, str | bytes) else None
    except (ValueError, RecursionError):
        return None
    return logged if isinstance(logged, dict) else None


READER = Reader("trackio", "SQLite file of trackio", recognise, read)
