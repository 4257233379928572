"""Numbers as tools write them: plain or as text; grouped and rounded ones where a format has them."""

import math
import re

_TYPED = re.compile(r"^(?:np|numpy|torch)\.\w+\((.+)\)$")
_GROUPED = re.compile(r"^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?$")
_ROUNDED = re.compile(r"^([+-]?\d+(?:\.\d+)?)([KMBT])$")
_POWERS = {"K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12}
# What tools write where there is nothing: no value, rather than a broken one.
EMPTY = frozenset({"", "-", "n/a", "na", "none", "null"})


def is_empty(cell: object) -> bool:
    """Say whether a cell says "nothing here": None, blank, N/A, a dash, an empty list."""
    return cell is None or cell == [] or (isinstance(cell, str) and cell.strip().lower() in EMPTY)


def read_number(cell: object) -> float | None:
    """Return a finite number, plain or as plain text (``"0.41"``, ``np.float64(0.41)``); else None."""
    if isinstance(cell, bool):
        return None
    if isinstance(cell, str):
        typed = _TYPED.match(cell.strip())
        cell = typed.group(1) if typed else cell.strip()
        # float() reads 1_000 and digits of any script; no tool writes those.
        if "_" in cell or not cell.isascii():
            return None
    if not isinstance(cell, int | float | str):
        return None
    try:
        number = float(cell)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def read_whole(cell: object) -> int | None:
    """Return a whole number of 64 bits, where a cell holds one (2e9 and 5.0 are); else None."""
    number = read_number(cell)
    if number is None or not number.is_integer() or abs(number) >= 2**63:
        return None
    try:
        return int(cell) if isinstance(cell, int | str) else int(number)
    except ValueError:
        return int(number)


def read_grouped(cell: str) -> float | None:
    """Return a number that may have commas between thousands: for formats that print them."""
    text = cell.strip()
    return read_number(text.replace(",", "") if _GROUPED.match(text) else text)


def read_rounded(cell: str) -> tuple[float, bool] | None:
    """Return a number that may end in K, M, B or T, and whether it did (it is rounded then)."""
    match = _ROUNDED.match(cell.strip())
    if match:
        return float(match.group(1)) * _POWERS[match.group(2)], True
    number = read_grouped(cell)
    return None if number is None else (number, False)
