"""Reads ``metrics.csv`` of Lightning's CSVLogger, and of litgpt, whose ``step`` counts micro-batches."""

import glob
import re

from pipelines.own.reading.counters import TOKENS, Counters, find_counters
from pipelines.own.reading.found import Counter, OwnFile, Reader, Reading
from pipelines.own.reading.loss_names import describe
from pipelines.own.reading.rows import csv_header
from pipelines.own.reading.tracker_table import is_put_together, read_wide

_VERSION = re.compile(r"version_(\d{1,9})")


def recognise(file: OwnFile) -> bool:
    """Say whether a file is one: `step` and `epoch` beside a loss by the name that these loggers give it."""
    header = csv_header(file)
    said = [describe(name) for name in header]
    is_one = {"step", "epoch"} <= set(header) and any(n.left is None and n.task is None for n in said)
    return is_one and not is_put_together(file, header)


def read(file: OwnFile) -> Reading:
    """Read one version of a run. Of litgpt's, ``step`` never counts: it is micro-batches less one.

    Its validations have no tokens of their own, and take those of the row of the same step.
    """
    header = csv_header(file)
    version, run = _version(file)
    reading, _ = read_wide(file, header, _counters(header), run=run)
    reading.written = version
    return reading


def _counters(header: list[str]) -> Counters:
    if "iter" in header:
        found = find_counters([name if name in ("iter", *TOKENS) else "" for name in header])
        return (
            found if found.counter is Counter.TOKENS else Counters(Counter.MICRO_STEP, header.index("iter"))
        )
    return Counters(Counter.STEP, header.index("step"))


def _version(file: OwnFile) -> tuple[float | None, str | None]:
    """Return the version of a run, and its name where there are others: restarts, or other runs."""
    folder = file.local.parent
    found = _VERSION.fullmatch(folder.name)
    if found is None:
        return None, None
    others = [p for p in folder.parent.glob(f"version_*/{glob.escape(file.name)}") if p.parent != folder]
    return float(found[1]), folder.name if others else None


READER = Reader("metrics_csv", "metrics.csv of Lightning or litgpt", recognise, read)
