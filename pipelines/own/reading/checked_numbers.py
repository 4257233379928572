"""Numbers of a result, checked: what is filled and is none is said, and never becomes a default."""

from pipelines.own.reading.cells import is_empty, read_number, read_whole
from pipelines.own.reading.found import Broken, Left, OwnFile, Reading

NO_VALUE = "no value (null): nothing was measured, or it was NaN"


def read_value(file: OwnFile, place: str, cell: object, reading: Reading) -> float | None:
    """Return a finite number; None for a blank, and for null or anything else, which is said."""
    number = read_number(cell)
    if cell is None:
        reading.left.append(Left(file.path, place.strip(), NO_VALUE))
    elif number is None and not is_empty(cell):
        _say(file, place, cell, "expected a finite number", reading)
    return number


def read_count(file: OwnFile, place: str, cell: object, least: int, reading: Reading) -> int | None:
    """Return a whole number from ``least`` on; None for nothing, and for anything else, which is said."""
    number = read_whole(cell)
    if is_empty(cell) or (number is not None and number >= least):
        return number
    _say(file, place, cell, f"expected a whole number from {least}", reading)
    return None


def read_limit(file: OwnFile, place: str, cell: object, reading: Reading) -> int | None:
    """Return how many items an evaluation was cut to; None for all, and for a share of them or a range."""
    if cell is None or isinstance(cell, list):
        return None
    number = read_value(file, place, cell, reading)
    return read_whole(cell) if number is not None and number > 0 else None


def read_error(file: OwnFile, place: str, cell: object, reading: Reading) -> float | None:
    """Return a standard error; what is filled and is none is said, and the score kept without it."""
    number = read_number(cell)
    if is_empty(cell) or (number is not None and number >= 0):
        return number
    _say(file, place, cell, "expected a standard error", reading)
    return None


def _say(file: OwnFile, place: str, cell: object, fix: str, reading: Reading) -> None:
    reading.broken.append(Broken(file.path, place.strip(), "not_a_number", str(cell)[:200], fix))
