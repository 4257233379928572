"""Parameters of a query: Python values out of PostgreSQL's text and binary formats."""

import datetime as dt
import re
import struct
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

from pipelines.serve.values.encode import EPOCH, MICROSECOND
from pipelines.serve.values.pgtypes import (
    BOOL,
    BY_OID,
    BYTEA,
    CHAR,
    DATE,
    FLOAT4,
    FLOAT8,
    INT2,
    INT4,
    INT8,
    INTERVAL,
    JSON,
    NAME,
    NUMERIC,
    OID,
    TEXT,
    TIME,
    TIMESTAMP,
    TIMESTAMPTZ,
    UUID_,
    PgType,
)


def _interval(micros: int, days: int, months: int) -> dt.timedelta:
    if months:
        raise ValueError("an interval of months has no fixed length: give days")
    return dt.timedelta(days=days, microseconds=micros)


def _numeric(raw: bytes) -> Decimal:
    """PostgreSQL's binary numeric: digits of base 10,000 with weight, sign and scale."""
    count, weight, sign, scale = struct.unpack_from("!hhHh", raw)
    if sign not in (0, 0x4000):
        return Decimal("NaN")
    digits = struct.unpack_from(f"!{count}H", raw, 8)
    whole = sum((Decimal(d).scaleb(4 * (weight - i)) for i, d in enumerate(digits)), Decimal(0))
    return (-whole if sign else whole).quantize(Decimal(1).scaleb(-scale))


_READ_BINARY: dict[int, Callable[[bytes], Any]] = {
    BOOL.oid: lambda raw: raw != b"\0",
    BYTEA.oid: bytes,
    INT2.oid: lambda raw: struct.unpack("!h", raw)[0],
    INT4.oid: lambda raw: struct.unpack("!i", raw)[0],
    OID.oid: lambda raw: struct.unpack("!I", raw)[0],
    INT8.oid: lambda raw: struct.unpack("!q", raw)[0],
    FLOAT4.oid: lambda raw: struct.unpack("!f", raw)[0],
    FLOAT8.oid: lambda raw: struct.unpack("!d", raw)[0],
    DATE.oid: lambda raw: EPOCH.date() + dt.timedelta(days=struct.unpack("!i", raw)[0]),
    TIMESTAMP.oid: lambda raw: EPOCH + struct.unpack("!q", raw)[0] * MICROSECOND,
    TIMESTAMPTZ.oid: lambda raw: (EPOCH + struct.unpack("!q", raw)[0] * MICROSECOND).replace(tzinfo=dt.UTC),
    TIME.oid: lambda raw: (EPOCH + struct.unpack("!q", raw)[0] * MICROSECOND).time(),
    INTERVAL.oid: lambda raw: _interval(*struct.unpack("!qii", raw)),
    NUMERIC.oid: lambda raw: _numeric(raw),
    UUID_.oid: lambda raw: UUID(bytes=raw),
}
_READ_TEXT: dict[int, Callable[[str], Any]] = {
    BOOL.oid: lambda written: written.strip().lower() in ("t", "true", "1", "on", "yes", "y"),
    BYTEA.oid: lambda written: bytes.fromhex(written.removeprefix("\\x")),
    INT2.oid: int,
    INT4.oid: int,
    INT8.oid: int,
    OID.oid: int,
    FLOAT4.oid: float,
    FLOAT8.oid: float,
    NUMERIC.oid: Decimal,
    DATE.oid: dt.date.fromisoformat,
    TIMESTAMP.oid: dt.datetime.fromisoformat,
    TIMESTAMPTZ.oid: dt.datetime.fromisoformat,
    UUID_.oid: UUID,
}


def read_value(oid: int, form: int, raw: bytes | None) -> Any:
    """A parameter's value from its bytes; text of an unnamed type stays text, for DuckDB to convert.

    Raises ValueError if the bytes are no value of the type, or the type can't be read in binary here.
    """
    if raw is None:
        return None
    kind = BY_OID.get(oid, TEXT)
    try:
        if form == 1:
            return _read_binary(kind, raw)
        written = raw.decode()
        if kind.element is not None:
            return _read_array(kind.element, written)
        return _READ_TEXT.get(kind.oid, str)(written)
    except (ValueError, ArithmeticError, struct.error) as error:
        raise ValueError(f"a parameter is no {kind.sql_name}: {error}") from error


def _read_binary(kind: PgType, raw: bytes) -> Any:
    if kind.element is not None:
        dimensions, _, oid = struct.unpack_from("!iii", raw)
        if dimensions > 1:
            raise ValueError("arrays of one dimension only")
        items, at = [], 20
        for _ in range(struct.unpack_from("!i", raw, 12)[0] if dimensions else 0):
            size = struct.unpack_from("!i", raw, at)[0]
            at += 4
            items.append(None if size < 0 else _read_binary(BY_OID.get(oid, TEXT), raw[at : at + size]))
            at += max(size, 0)
        return items
    if kind.oid in (TEXT.oid, NAME.oid, CHAR.oid, JSON.oid):
        return raw.decode()
    if kind.oid not in _READ_BINARY:
        raise ValueError("this type is read as text only")
    return _READ_BINARY[kind.oid](raw)


def _read_array(element: PgType, written: str) -> list[Any]:
    if not re.fullmatch(r"\{[^{}]*\}|\{(?:\"(?:[^\"\\]|\\.)*\"|[^{}\"])*\}", written):
        raise ValueError("arrays of one dimension only")
    read = _READ_TEXT.get(element.oid, str)
    items: list[Any] = []
    for match in re.finditer(r'"((?:[^"\\]|\\.)*)"|([^,]+)', written[1:-1]):
        if match[1] is not None:
            items.append(read(re.sub(r"\\(.)", r"\1", match[1])))
        else:
            items.append(None if match[2].upper() == "NULL" else read(match[2]))
    return items
