"""Values of DuckDB as PostgreSQL's text and binary formats."""

import datetime as dt
import re
import struct
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from pipelines.serve.values.dates import as_written, days, micros
from pipelines.serve.values.pgtypes import (
    BOOL,
    BYTEA,
    DATE,
    FLOAT4,
    FLOAT8,
    INT2,
    INT2VECTOR,
    INT4,
    INT8,
    INTERVAL,
    JSON,
    NUMERIC,
    OID,
    OIDVECTOR,
    TIME,
    TIMESTAMP,
    TIMESTAMPTZ,
    UUID_,
    PgType,
)

Encoder = Callable[[Any], bytes]

EPOCH = dt.datetime(2000, 1, 1)
_NO_NUMBER = re.compile(r'"(?:[^"\\]|\\.)*"|-?Infinity|NaN')
MICROSECOND = dt.timedelta(microseconds=1)


def _number(value: float) -> str:
    written = repr(value)
    return {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN"}.get(written, written)


def _interval(value: dt.timedelta) -> str:
    sign = "-" if value < dt.timedelta(0) else ""
    whole = abs(value)
    hours, rest = divmod(whole.seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    clock = f"{sign}{hours:02}:{minutes:02}:{seconds:02}.{whole.microseconds:06}"
    return f"{sign}{whole.days} days {clock}" if whole.days else clock


def _json(value: str) -> str:
    """JSON has no word for what is no number; in quotes, as PostgreSQL writes it."""
    if "NaN" not in value and "Infinity" not in value:
        return value
    return _NO_NUMBER.sub(lambda found: found[0] if found[0][0] == '"' else f'"{found[0]}"', value)


def _as_text(kind: PgType) -> Callable[[Any], str]:
    """How a value of this type is written as text; everything not named here is its own str()."""
    if kind.element is not None:
        inner = _as_text(kind.element)
        return lambda items: "{" + ",".join("NULL" if i is None else _quoted(inner(i)) for i in items) + "}"
    named: dict[int, Callable[[Any], str]] = {
        BOOL.oid: lambda value: "t" if value else "f",
        BYTEA.oid: lambda value: "\\x" + value.hex(),
        FLOAT4.oid: _number,
        FLOAT8.oid: _number,
        INTERVAL.oid: _interval,
        **dict.fromkeys((DATE.oid, TIMESTAMP.oid, TIMESTAMPTZ.oid), as_written),
        INT2VECTOR.oid: lambda items: " ".join(map(str, items)),
        OIDVECTOR.oid: lambda items: " ".join(map(str, items)),
        JSON.oid: _json,
    }
    return named.get(kind.oid, str)


def _quoted(item: str) -> str:
    if item and not re.search(r'[\s{},"\\]', item) and item.upper() != "NULL":
        return item
    return '"' + item.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _numeric(value: Any) -> bytes:
    """PostgreSQL's binary numeric: digits of base 10,000 with weight, sign and scale."""
    sign, digits, exponent = Decimal(value).as_tuple()
    scale = max(0, -int(exponent))
    written = "".join(map(str, digits)) + "0" * max(0, int(exponent))
    whole, fraction = written[: len(written) - scale], written[len(written) - scale :].rjust(scale, "0")
    whole = whole.zfill(-(-len(whole) // 4) * 4)
    fraction = fraction.ljust(-(-len(fraction) // 4) * 4, "0")
    groups = [int((whole + fraction)[i : i + 4]) for i in range(0, len(whole + fraction), 4)]
    header = struct.pack("!hhHh", len(groups), len(whole) // 4 - 1, 0x4000 if sign else 0, scale)
    return header + struct.pack(f"!{len(groups)}H", *groups)


def _vector(element: PgType, items: Sequence[Any]) -> bytes:
    return _array(element, items, first=0)  # the catalog's vectors count from zero


def _array(element: PgType, items: Sequence[Any], first: int = 1) -> bytes:
    inner = encoder(element, 1)
    sent = [b"\xff\xff\xff\xff" if i is None else _sized(inner(i)) for i in items]
    head = struct.pack("!iii", 1 if sent else 0, int(None in items), element.oid)
    return head + (struct.pack("!ii", len(sent), first) if sent else b"") + b"".join(sent)


def _sized(value: bytes) -> bytes:
    return len(value).to_bytes(4, "big") + value


_BINARY: dict[int, Encoder] = {
    BOOL.oid: lambda value: b"\1" if value else b"\0",
    BYTEA.oid: bytes,
    INT2.oid: struct.Struct("!h").pack,
    INT4.oid: struct.Struct("!i").pack,
    INT8.oid: struct.Struct("!q").pack,
    OID.oid: struct.Struct("!I").pack,
    FLOAT4.oid: struct.Struct("!f").pack,
    FLOAT8.oid: struct.Struct("!d").pack,
    DATE.oid: lambda value: struct.pack("!i", days(value)),
    TIME.oid: lambda value: struct.pack(
        "!q", ((value.hour * 60 + value.minute) * 60 + value.second) * 1_000_000 + value.microsecond
    ),
    TIMESTAMP.oid: lambda value: struct.pack("!q", micros(value)),
    TIMESTAMPTZ.oid: lambda value: struct.pack("!q", micros(value)),
    INTERVAL.oid: lambda value: struct.pack(
        "!qii", (value - dt.timedelta(days=value.days)) // MICROSECOND, value.days, 0
    ),
    NUMERIC.oid: _numeric,
    INT2VECTOR.oid: lambda items: _vector(INT2, items),
    OIDVECTOR.oid: lambda items: _vector(OID, items),
    UUID_.oid: lambda value: value.bytes,
}


def encoder(kind: PgType, form: int) -> Encoder:
    """How values of a type are sent: as text (0) or in binary (1)."""
    if form == 1:
        if kind.element is not None:
            element = kind.element
            return lambda items: _array(element, items)
        if kind.oid in _BINARY:
            return _BINARY[kind.oid]
    write = _as_text(kind)
    return lambda value: write(value).encode()


def data_rows(rows: Sequence[Sequence[Any]], encoders: Sequence[Encoder]) -> bytes:
    """Rows as DataRow messages, one after the other."""
    count = struct.pack("!h", len(encoders))
    out = []
    for row in rows:
        cells = [
            b"\xff\xff\xff\xff" if value is None else _sized(encode(value))
            for value, encode in zip(row, encoders, strict=True)
        ]
        body = count + b"".join(cells)
        out.append(b"D" + (len(body) + 4).to_bytes(4, "big") + body)
    return b"".join(out)
