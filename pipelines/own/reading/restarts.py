"""Which of the values logged twice count: the later ones, from where a run was taken up again.

A run that resumes from an older checkpoint goes back to its step and logs on, at the same steps or at others.
The rows of a log stand in the order of time, so that a step that goes back starts a new pass, which replaces
all that earlier passes logged from its first step on. Steps that only fall, or that stand in the order of
their names (1000, 10000, 2000), are sorted and no passes, unless a step is logged again.

The rows of a table may stand in any order: where its steps go back and none repeats, the user is asked.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pipelines.own.reading.found import OwnFile, Question, Reading, Record
from pipelines.own.reading.positions import file_key

Floats = NDArray[np.float64]
# Rows in no order at all are no run taken up a thousand times.
MAX_PASSES = 1_000


def restarts(numbers: Floats) -> list[int]:
    """Return the indices of a log at which a pass begins that goes back behind what was logged before."""
    return _logged_again(numbers) if is_sorted(numbers) else _passes(numbers)


def _passes(numbers: Floats) -> list[int]:
    starts: list[int] = (np.flatnonzero(np.diff(numbers) < 0) + 1).tolist()
    return starts if len(starts) <= MAX_PASSES else []


def _logged_again(numbers: Floats) -> list[int]:
    """Return the indices at which a pass begins that logs a step again, whatever the rows are of."""
    starts = _passes(numbers)
    ends = [*starts[1:], len(numbers)]
    return [s for s, end in zip(starts, ends, strict=False) if _logs_again(numbers, s, end)]


def is_sorted(numbers: Floats) -> bool:
    """Say whether positions rise, fall, or stand in the order of their names."""
    change = np.diff(numbers)
    if not (change < 0).any() or not (change > 0).any():
        return True
    names = [f"{number:.0f}" for number in numbers.tolist()]
    return names == sorted(names)


def _logs_again(numbers: Floats, start: int, end: int) -> bool:
    before = numbers[:start]
    return bool(np.isin(numbers[start:end], before[before >= numbers[start]]).any())


def replaced(numbers: Floats) -> NDArray[np.bool_]:
    """Mark the values that a later one replaces, of one key, in the order of logging, where steps repeat."""
    gone = np.zeros(len(numbers), dtype=bool)
    for start in _logged_again(numbers):
        gone[:start] |= numbers[:start] >= numbers[start]
    # Of what remains at one step, the last.
    _, seen_last = np.unique(numbers[::-1], return_index=True, equal_nan=False)
    is_last = np.zeros(len(numbers), dtype=bool)
    is_last[len(numbers) - 1 - seen_last] = True
    return gone | ~is_last


def stale(numbers: Floats, places: Floats, begun: Sequence[tuple[float, float]]) -> NDArray[np.bool_]:
    """Mark the values of one key that stand before a restart (place, first step) and reach past it."""
    gone = np.zeros(len(numbers), dtype=bool)
    for place, first in begun:
        gone |= (places < place) & (numbers >= first)
    return gone


def logged_again(numbers: Floats, gone: NDArray[np.bool_]) -> int:
    """Return how many of the values that are gone stand at a step of one that is kept."""
    return int(np.isin(numbers[gone], numbers[~gone]).sum())


def ask_order(file: OwnFile, reading: Reading) -> None:
    """Ask of a table whose steps go back without a repetition: sorted otherwise, taken up again, two runs?"""
    series: dict[tuple[object, ...], list[Record]] = defaultdict(list)
    for r in reading.records:
        if r.at.number is not None:
            setting = (r.task, r.metric, r.filter, r.format, r.n_shot, r.corpus, r.unit, r.held_out)
            series[r.key, r.run, r.at.counter, *setting].append(r)
    back = next((found for of_one in series.values() if (found := _goes_back(of_one))), None)
    if back is None:
        return
    before, after = back
    text = (
        f"the steps of {file.path} go back from {before.at.number:,.0f} to {after.at.number:,.0f} "
        f"({after.place}), which was not there before: is it one training, whose rows merely stand in "
        "another order (true), or shall the file stay out (false)? Of one taken up again there, take "
        "out the rows it left behind; of several, name each in a column `run`"
    )
    key = file_key(file, "accept")
    for index, other in enumerate(reading.questions):
        if other.key == key:
            # One answer is for both.
            reading.questions[index] = replace(other, text=f"{other.text}. And {text}")
            return
    reading.questions.append(Question(key, text, ("true", "false"), file.path))


def _goes_back(records: Sequence[Record]) -> tuple[Record, Record] | None:
    """Return the two records of one series between which its steps go back, and its tokens, if any, too."""
    first = list({(r.at.number, r.at.tokens): r for r in reversed(records)}.values())[::-1]
    numbers = np.array([r.at.number for r in first], dtype=float)
    tokens = np.array([np.nan if r.at.tokens is None or r.at.is_rounded else r.at.tokens for r in first])
    if is_sorted(numbers) or (not np.isnan(tokens).any() and is_sorted(tokens)):
        return None
    at = int(np.flatnonzero(np.diff(numbers) < 0)[0])
    return first[at], first[at + 1]
