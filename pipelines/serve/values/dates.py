"""Days and times that Python has no value for: beyond the year 9999, before our era, and infinite ones.

DuckDB gives the first two as text, as it writes them, and an infinite time as the last, or first, that Python
knows. An infinite day cannot be told from the last day of 9999, and is sent as that.
"""

import datetime as dt
import re

_WRITTEN = re.compile(r"(\d+)-(\d\d)-(\d\d)(?: (\(BC\)))?(?:[ T](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:\+00)?)?")
_EPOCH = dt.date(2000, 1, 1).toordinal()
_CYCLE = 146_097  # days of 400 years, after which the calendar repeats
_MICROS_A_DAY = 86_400_000_000
_FIRST, _LAST = -(2**63), 2**63 - 1


def as_written(value: object) -> str:
    """A day or time as PostgreSQL writes it."""
    if isinstance(value, dt.datetime) and (infinite := _infinite(value)):
        return infinite
    written = str(value)
    return written.replace(" (BC)", "") + " BC" if "(BC)" in written else written


def days(value: dt.date | str) -> int:
    """Days since the first of January 2000."""
    if isinstance(value, str):
        return _parts(value)[0]
    return value.toordinal() - _EPOCH


def micros(value: dt.datetime | str) -> int:
    """Microseconds since that day began; the last number there is, or the first, for what is infinite."""
    if isinstance(value, str):
        day, micros_of_day = _parts(value)
        return day * _MICROS_A_DAY + micros_of_day
    if infinite := _infinite(value):
        return _FIRST if infinite.startswith("-") else _LAST
    plain = value.astimezone(dt.UTC).replace(tzinfo=None) if value.tzinfo else value
    return (plain - dt.datetime(2000, 1, 1)) // dt.timedelta(microseconds=1)


def _infinite(value: dt.datetime) -> str:
    plain = value.replace(tzinfo=None)
    return {dt.datetime.max: "infinity", dt.datetime.min: "-infinity"}.get(plain, "")


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
