"""Reads the table of runs of Weights & Biases, exported as CSV."""

from pipelines.own.reading.found import OwnFile, Reader, Reading
from pipelines.own.reading.last_values import read_last_values
from pipelines.own.reading.rows import csv_header

_OTHERS = frozenset({"Created", "Runtime", "User", "Tags", "Notes", "ID"})


def recognise(file: OwnFile) -> bool:
    """Say whether a file is one, by its columns of every run."""
    header = csv_header(file)
    return {"Name", "State"} <= set(header) and bool(_OTHERS & set(header))


def read(file: OwnFile) -> Reading:
    """Read the last losses of each run."""
    header = csv_header(file)
    return read_last_values(file, header, header, header.index("Name"), lambda name: name)


READER = Reader("wandb_runs", "table of runs of Weights & Biases", recognise, read)
