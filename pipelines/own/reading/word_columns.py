"""Columns that are called like a loss or a score and hold words: `loss_type` tells two losses apart."""

from dataclasses import replace
from itertools import islice

from pipelines.own.reading.cells import is_empty, is_not_finite
from pipelines.own.reading.found import OwnFile, Reading
from pipelines.own.reading.mapping import TableMap
from pipelines.own.reading.rows import rows_of

HOLDS_WORDS = "holds words and no numbers"
# Of a longer table so many rows tell.
_LOOKED_AT = 1_000
# One cell alone is a slip rather than a column of words.
_FEWEST = 2


def without_words(file: OwnFile, mapped: TableMap) -> TableMap:
    """Return a guessed map whose columns of values hold no words alone; those are unknown, as others are."""
    counted = dict.fromkeys((*mapped.losses, *mapped.scores), 0)
    words = set(counted)
    for _, row in islice(rows_of(file, Reading()), _LOOKED_AT):
        for name in tuple(words):
            cell = row.get(name)
            if is_empty(cell):
                continue
            counted[name] += 1
            if not _is_word(cell):
                words.discard(name)
    words = {name for name in words if counted[name] >= _FEWEST}
    return replace(
        mapped,
        losses={name: told for name, told in mapped.losses.items() if name not in words},
        scores={name: told for name, told in mapped.scores.items() if name not in words},
        unknown=(*mapped.unknown, *((name, HOLDS_WORDS) for name in counted if name in words)),
    )


def _is_word(cell: object) -> bool:
    """Say whether a cell is a text in which no number stands, nor what stands in the place of one."""
    if not isinstance(cell, str) or is_not_finite(cell):
        return False
    return any(map(str.isalpha, cell)) and not any(map(str.isdigit, cell)) and not cell.startswith("#")
