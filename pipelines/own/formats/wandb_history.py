"""Reads the history of a Weights & Biases run as CSV: a row a call of its logger."""

from pipelines.own.reading.counters import STEPS, TOKENS, find_counters
from pipelines.own.reading.counts_of_calls import by_calls
from pipelines.own.reading.found import OwnFile, Reader, Reading
from pipelines.own.reading.rows import csv_header
from pipelines.own.reading.tracker_table import is_put_together, read_wide

# What `history()` returns at most, unless asked for more.
SAMPLE = 500
_RUNS = ("run_name", "run", "Name", "name", "run_id")


def recognise(file: OwnFile) -> bool:
    """Say whether a file is one: `_step` is nobody else's; so is a `Step` beside a better counter."""
    header = csv_header(file)
    names = set(header)
    by_hand = "Step" in names and bool(names & {*STEPS, *TOKENS}) and any("/" in name for name in names)
    return (by_hand or "_step" in names) and not is_put_together(file, header)


def read(file: OwnFile) -> Reading:
    """Read one history; `_step` counts calls of the logger unless its user said otherwise, so it is asked."""
    header = csv_header(file)
    runs = next((header.index(name) for name in _RUNS if name in header), -1)
    found = find_counters(header)
    counters = by_calls(file, header, found)
    reading, count = read_wide(file, header, counters, run_column=runs)
    if counters != found:
        reading.notes.append(
            f"{header[found.number]} of {file.path} does not grow with {header[counters.number]}: it counts "
            "one step or batch, it seems, and is not taken for all seen"
        )
    if count == SAMPLE:
        reading.notes.append(
            f"{file.path}: {SAMPLE} rows are a sample, as history() gives it; scan_history() gives all"
        )
    return reading


READER = Reader("wandb_history", "history of a Weights & Biases run", recognise, read)
