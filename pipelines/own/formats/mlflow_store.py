"""Reads MLflow's file store: ``mlruns/<experiment>/<run>/metrics/<name>``, a line a value."""

import re
from math import nan
from pathlib import Path

from pipelines.own.reading.cells import read_number
from pipelines.own.reading.curves import NOT_A_NUMBER, Curves
from pipelines.own.reading.found import Broken, Counter, OwnFile, Reader, Reading
from pipelines.own.reading.settle_curves import settle

# A time in milliseconds, a value, and (but for the oldest) a step.
_LINE = re.compile(r"(\d{12,14}) (\S+)(?: (-?\d{1,18}))?\s*")
_FOLDER = "metrics"
_NAME = ("tags", "mlflow.runName")
NO_STEP = "no step was given when it was logged (all are at 0)"
MAX_NAME = 4096


def recognise(file: OwnFile) -> bool:
    """Say whether a file is one: every line of its beginning is a time, a value and a step."""
    lines = file.head.decode(errors="replace").splitlines()
    whole = lines if len(file.head) == file.size else lines[:-1]
    return bool(whole) and all(_LINE.fullmatch(line) for line in whole[:100])


def read(file: OwnFile) -> Reading:
    """Read one metric of one run; its name is its path below ``metrics``, where the store has it."""
    key = _key(file)
    run, told_by = _run(file)
    curves = Curves(file.path, lambda line, _: f"line {line}", counter=Counter.UNKNOWN)
    rows: list[tuple[int, str, float]] = []
    broken: list[Broken] = []
    for place, line in enumerate(file.lines(), start=1):
        found = _LINE.fullmatch(line)
        if found:
            rows.append((place, found[2], float(found[3]) if found[3] else nan))
        elif line.strip():
            fix = "expected a time in milliseconds, a value and a step"
            broken.append(Broken(file.path, f"line {place}", NOT_A_NUMBER, line[:200], fix))
    # MLflow writes step 0 where its user gave none.
    no_steps = len(rows) > 1 and all(not step > 0 for _, _, step in rows)
    for place, cell, step in rows:
        if no_steps and curves.name(key).left is None and read_number(cell) is not None:
            curves.leave(key, place, NO_STEP)
        else:
            curves.add(key, cell, step, place, run=run)
    reading = settle(curves)
    reading.broken += broken
    reading.read_with = told_by
    return reading


def _key(file: OwnFile) -> str:
    parts = file.path.split("/")
    if _FOLDER not in parts[:-1]:
        return file.name
    return "/".join(parts[parts.index(_FOLDER) + 1 :])


def _run(file: OwnFile) -> tuple[str | None, list[OwnFile]]:
    """Return the name of a run, and the file that tells it: the one of its tags, else its folder's."""
    parts = file.path.split("/")
    if _FOLDER not in parts[:-1]:
        return None, []
    at = parts.index(_FOLDER)
    folder: Path = file.local.parents[len(parts) - 1 - at]
    tag = folder.joinpath(*_NAME)
    if tag.is_file() and not tag.is_symlink():
        with tag.open(encoding="utf-8", errors="replace") as stream:
            name = stream.read(MAX_NAME).strip()
        if name:
            return name, [OwnFile(tag, "/".join((*parts[:at], *_NAME)), tag.stat().st_size)]
    return folder.name or None, []


READER = Reader("mlflow_store", "file store of MLflow", recognise, read)
