"""Whole numbers beside a score: what is filled and is none is said, and never becomes a default."""

from pipelines.own.reading.cells import is_empty, read_number, read_whole
from pipelines.own.reading.found import Broken, OwnFile, Reading


def read_count(file: OwnFile, place: str, cell: object, least: int, reading: Reading) -> int | None:
    """Return a whole number from ``least`` on; None for nothing, and for anything else, which is said."""
    number = read_whole(cell)
    if is_empty(cell) or (number is not None and number >= least):
        return number
    fix = f"expected a whole number from {least}"
    reading.broken.append(Broken(file.path, place.strip(), "not_a_number", str(cell)[:200], fix))
    return None


def read_error(file: OwnFile, place: str, cell: object, reading: Reading) -> float | None:
    """Return a standard error; what is filled and is none is said, and the score kept without it."""
    if is_empty(cell):
        return None
    number = read_number(cell)
    if number is None or number < 0:
        reading.broken.append(
            Broken(file.path, place, "not_a_number", str(cell)[:200], "expected a standard error")
        )
        return None
    return number
