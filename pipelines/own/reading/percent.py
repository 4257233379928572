"""Which columns of a table are written with percent signs: 45.2% is 0.452, where all cells are such."""

from collections.abc import Collection
from enum import Enum
from itertools import islice

from pipelines.own.reading.cells import is_empty, read_percent
from pipelines.own.reading.found import OwnFile, Reading
from pipelines.own.reading.parquet_file import MAGIC
from pipelines.own.reading.rows import rows_of

_CHUNK = 1 << 20
# Of Parquet, whose cells of one column are of one type, so many rows tell whether any is text.
_FIRST = 100


class Signs(Enum):
    """How many filled cells of a column have a percent sign."""

    NONE = "none"
    SOME = "some"
    ALL = "all"


def percent_signs(file: OwnFile, columns: Collection[str]) -> dict[str, Signs]:
    """Return the columns in which cells have a percent sign: all that are filled, or some."""
    if not _may_have(file, columns):
        return {}
    with_sign, without = set[str](), set[str]()
    for _, row in rows_of(file, Reading()):
        for name in columns:
            cell = row.get(name)
            if not is_empty(cell):
                (without if read_percent(cell) is None else with_sign).add(name)
    return {name: Signs.SOME if name in without else Signs.ALL for name in with_sign}


def _may_have(file: OwnFile, columns: Collection[str]) -> bool:
    if file.head[:4] == MAGIC:
        first = islice(rows_of(file, Reading()), _FIRST)
        return any(isinstance(row.get(name), str) for _, row in first for name in columns)
    with file.local.open("rb") as stream:
        return any(b"%" in chunk for chunk in iter(lambda: stream.read(_CHUNK), b""))
