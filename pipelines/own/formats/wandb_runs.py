"""Reads the table of runs of Weights & Biases, exported as CSV."""

from pipelines.own.reading.found import OwnFile, Reader, Reading
from pipelines.own.reading.last_values import read_last_values
from pipelines.own.reading.rows import csv_header

# Columns that the page puts before what a run logged; any of them may be hidden, and is then not exported.
_OF_PAGE = frozenset({"State", "Created", "Runtime", "End Time"})
_OTHERS = _OF_PAGE | {"User", "Tags", "Notes", "ID", "Hostname", "Sweep"}


def recognise(file: OwnFile) -> bool:
    """Say whether a file is one, by its columns of every run."""
    names = set(csv_header(file))
    return "Name" in names and bool(_OF_PAGE & names) and len(_OTHERS & names) > 1


def read(file: OwnFile) -> Reading:
    """Read the last losses of each run."""
    header = csv_header(file)
    return read_last_values(file, header, header, header.index("Name"), lambda name: name)


READER = Reader("wandb_runs", "table of runs of Weights & Biases", recognise, read)
