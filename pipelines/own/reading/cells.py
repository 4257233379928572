"""Numbers as tools write them: plain or as text; grouped and rounded ones where a format has them.

A number in plain text is a number anywhere. Commas between thousands and the suffixes K, M, B, G, T are read
only for formats that print them; anything else is no number, and never a default.
"""

import math
import re
from decimal import Decimal

_PLAIN = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
# Whole, so that float() sees no 1_000, no digits of another script and no text of a million digits.
_NUMBER = re.compile(rf"\s*(?:({_PLAIN})|(?:np|numpy|torch)\.\w+\(({_PLAIN})\))\s*")
_PERCENT = re.compile(rf"\s*({_PLAIN})\s*%\s*")
_WHOLE = re.compile(r"\s*[+-]?[0-9]+\s*")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_ROUNDED = re.compile(r"([+-]?[0-9]+(?:\.[0-9]+)?)([KMBGT])")
_POWERS = {"K": "e3", "M": "e6", "B": "e9", "G": "e9", "T": "e12"}
_NOT_FINITE = frozenset({"nan", "inf", "infinity"})
_COMMA = re.compile(r"[+-]?[0-9]+,[0-9]+")
_DOTTED = re.compile(r"[+-]?[0-9]{1,3}(?:\.[0-9]{3}){2,}")
_SUFFIXED = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?\s*[kmbgt]", re.I)
# What tools write where there is nothing: no value, rather than a broken one.
EMPTY = frozenset({"", "-", "n/a", "na", "none", "null", "no log"})
# A text longer than this is no measurement, and takes long to turn into a number.
MAX_DIGITS = 400


def is_empty(cell: object) -> bool:
    """Say whether a cell says "nothing here": None, blank, N/A, a dash, an empty list."""
    return cell is None or cell == [] or (isinstance(cell, str) and cell.strip().lower() in EMPTY)


def is_not_finite(cell: object) -> bool:
    """Say whether a cell says NaN or infinity, as a number or in words."""
    if isinstance(cell, float):
        return not math.isfinite(cell)
    return isinstance(cell, str) and cell.strip().lstrip("+-").lower() in _NOT_FINITE


def read_number(cell: object) -> float | None:
    """Return a finite number, plain or as plain text (``"0.41"``, ``np.float64(0.41)``); else None."""
    if isinstance(cell, bool):
        return None
    if isinstance(cell, str):
        plain = _NUMBER.fullmatch(cell) if len(cell) <= MAX_DIGITS else None
        if plain is None:
            return None
        cell = plain.group(1) or plain.group(2)
    if not isinstance(cell, int | float | str | Decimal):
        return None
    try:
        number = float(cell)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def read_percent(cell: object) -> float | None:
    """Return the fraction that a number with a percent sign is (45.2% is 0.452); None of all else."""
    found = _PERCENT.fullmatch(cell) if isinstance(cell, str) and len(cell) <= MAX_DIGITS else None
    return None if found is None else read_number(Decimal(found.group(1)).scaleb(-2))


def read_whole(cell: object) -> int | None:
    """Return a whole number of 64 bits, where a cell holds one (2e9 and 5.0 are); else None."""
    if isinstance(cell, str) and len(cell) <= MAX_DIGITS and _WHOLE.fullmatch(cell):
        cell = int(cell)
    if isinstance(cell, int) and not isinstance(cell, bool):
        return cell if -(2**63) <= cell < 2**63 else None
    number = read_number(cell)
    if number is None or not number.is_integer() or abs(number) >= 2**63:
        return None
    return int(number)


def read_grouped(cell: str) -> float | None:
    """Return a number that may have commas between thousands: for formats that print them."""
    text = cell.strip()
    return read_number(text.replace(",", "") if _GROUPED.fullmatch(text) else text)


def read_rounded(cell: str) -> tuple[float, bool] | None:
    """Return a number that may end in K, M, B, G or T, and whether it did (it is rounded then)."""
    match = _ROUNDED.fullmatch(cell.strip())
    if match:
        number = read_number(match.group(1) + _POWERS[match.group(2)])
        return None if number is None else (number, True)
    number = read_grouped(cell)
    return None if number is None else (number, False)


def why_no_number(cell: object) -> str:
    """Say of a cell that is filled and no number what it seems to be, and what to write instead."""
    text = str(cell).strip()
    if is_not_finite(cell) or text.startswith("#"):
        return "no value: leave the cell empty"
    if _GROUPED.fullmatch(text):
        return "a comma: between thousands, or for a point? Write the number without it, or with a point"
    if _COMMA.fullmatch(text):
        return "a comma stands for the point, it seems: write it with a point"
    if _DOTTED.fullmatch(text):
        return "dots between thousands, it seems: write it without"
    if _SUFFIXED.fullmatch(text):
        return "rounded, it seems: write the number out, with all its digits"
    if text.endswith("%"):
        return "a percent sign, which scores alone may have: take it out, and write what the number is"
    if "±" in text or "+/-" in text or "+-" in text:
        return "a number and its error: put the error into a column of its own, stderr"
    return "expected a finite number"
