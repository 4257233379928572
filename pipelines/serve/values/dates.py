"""Days and times as DuckDB writes them, in PostgreSQL's text and as its numbers: infinite ones too."""

import datetime as dt
import re

_WRITTEN = re.compile(r"(\d+)-(\d\d)-(\d\d)(?: (\(BC\)))?(?:[ T](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:\+00)?)?")
_EPOCH = dt.date(2000, 1, 1).toordinal()
_CYCLE = 146_097  # days of 400 years, after which the calendar repeats
_MICROS_A_DAY = 86_400_000_000
_INFINITE = {"infinity": 1, "-infinity": -1}


def as_written(value: str) -> str:
    """A day or time as PostgreSQL writes it."""
    return value.replace(" (BC)", "") + " BC" if "(BC)" in value else value


def days(value: str) -> int:
    """Days since the first of January 2000; the last number there is, or the first, for an infinite one."""
    return _last(value, 31) or _parts(value)[0]


def micros(value: str) -> int:
    """Microseconds since that day began; the last number there is, or the first, for an infinite time."""
    if infinite := _last(value, 63):
        return infinite
    day, micros_of_day = _parts(value)
    return day * _MICROS_A_DAY + micros_of_day


def _last(value: str, bits: int) -> int:
    sign = _INFINITE.get(value, 0)
    return sign * (1 << bits) - (sign > 0)


def _parts(written: str) -> tuple[int, int]:
    found = _WRITTEN.fullmatch(written)
    if found is None:
        raise ValueError(f"{written} is no day")
    year, month, day, before, hours, minutes, seconds, fraction = found.groups()
    # The year before the first is the first before our era.
    cycles, rest = divmod((1 - int(year) if before else int(year)) - 1, 400)
    ordinal = dt.date(rest + 1, int(month), int(day)).toordinal() + cycles * _CYCLE
    clock = (int(hours or 0) * 60 + int(minutes or 0)) * 60 + int(seconds or 0)
    return ordinal - _EPOCH, clock * 1_000_000 + int((fraction or "").ljust(6, "0")[:6])
