"""How numbers are written on a page."""

import math
import re
from typing import Any

from markupsafe import Markup, escape

from pipelines.figures.labels import step_words
from pipelines.site.columns import told_once
from pipelines.words import format_name, probability, shots, unit, verdict_name

DIGITS = 6
LARGE = 1e6
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
EMPTY = Markup('<span class="empty">–</span>')


def number(value: float | None, digits: int = 3) -> Any:
    """Write a number with a fixed count of digits after the point."""
    if value is None or not math.isfinite(value):
        return EMPTY
    return f"{value:z.{digits}f}".replace("-", "−")


def short(value: float | None, digits: int = 3) -> Any:
    """Write a number in significant digits, with a power of ten where it is tiny or huge."""
    if value is None or not math.isfinite(value):
        return EMPTY
    head, _, power = f"{value:.{digits}g}".replace("-", "−").partition("e")
    if not power:
        return head
    if 0 < value < LARGE and not power.startswith("−"):
        return count(round(float(head) * 10 ** int(power)))
    raised = str(int(power.replace("−", "-"))).translate(RAISED)
    return f"{head}\u202f×\u202f10{raised}"


def breakable(name: str) -> Markup:
    """Write a long name so that a line may end after one of its parts, and within none; a number is whole."""
    return Markup("<wbr>").join(re.findall(r"(?:[^_./-]|(?<=\d)\.(?=\d))+[_./-]*|[_./-]+", name))


def coded(text: str | None) -> Markup:
    """Write a text whose words between backticks are what a program reads."""
    parts = (text or "").split("`")
    # An odd number of marks pairs none of them.
    if len(parts) % 2 == 0:
        return escape(text or "")
    told = (
        Markup("<code>{}</code>").format(part) if at % 2 else escape(part) for at, part in enumerate(parts)
    )
    return Markup("").join(told)


def count(value: int | None) -> Any:
    """Write a count with thousands apart."""
    return EMPTY if value is None else f"{value:,}".replace(",", "\u202f")


def counted(value: int, noun: str) -> Any:
    """Write a count with its noun: 1 run, 2 runs."""
    return Markup("{} {}").format(count(value), noun if value == 1 else f"{noun}s")


def size(value: float | None) -> Any:
    """Write a large number with its prefix: 6.9 B parameters, 300 B tokens."""
    if value is None or not math.isfinite(value):
        return EMPTY
    for limit, letter in ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "K")):
        if abs(value) >= limit:
            return f"{value / limit:.3g}\u202f{letter}" if abs(value) < 1e15 else f"{value:.2e}"
    return f"{value:.3g}"


def interval(low: float | None, high: float | None, digits: int = 3) -> Any:
    """Write an interval."""
    if low is None and high is None:
        return EMPTY
    return f"[{number(low, digits)}, {number(high, digits)}]"


def trim(value: Any, digits: int = DIGITS) -> Any:
    """Round a number to significant digits, for the page's size; NaN is no value."""
    if not isinstance(value, float):
        return value
    return None if value != value else float(f"{value:.{digits}g}")


FILTERS = {
    "number": number,
    "short": short,
    "breakable": breakable,
    "coded": coded,
    "probability": probability,
    "count": count,
    "counted": counted,
    "shots": shots,
    "size": size,
    "unit": unit,
    "verdict": verdict_name,
    "format": format_name,
    "step_words": step_words,
    "told_once_of": lambda columns, rows: told_once(rows, tuple(columns)),
}
