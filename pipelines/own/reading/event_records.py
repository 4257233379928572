"""Decodes TensorBoard's event files with the standard library: records of length and CRC, each a protobuf."""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

# Of a record that holds pictures; a longer one is a broken length.
MAX_RECORD = 1 << 28
_HEAD = struct.Struct("<QI")
_TYPES = {1: ("<f", 4), 2: ("<d", 8)}
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
VERSION = re.compile(rb"brain\.Event:\d")
Field = tuple[int, int, int | bytes]


class CutRecordError(Exception):
    """The bytes of a record or a message end too early, or are no such thing."""


@dataclass(frozen=True)
class Event:
    """One event: when, at which step, its scalars by tag, and whether it begins a restart."""

    time: float
    step: int
    scalars: tuple[tuple[str, float], ...]
    is_restart: bool


def events(stream: BinaryIO) -> Iterator[Event]:
    """Yield the events of a file; raises CutRecordError at a record that is not whole."""
    while head := stream.read(_HEAD.size):
        if len(head) < _HEAD.size:
            raise CutRecordError
        (length, _) = _HEAD.unpack(head)
        if length > MAX_RECORD:
            raise CutRecordError
        body = stream.read(length)
        if len(body) < length or len(stream.read(4)) < 4:
            raise CutRecordError
        yield _event(body)


def _event(body: bytes) -> Event:
    time, step, scalars, is_restart = 0.0, 0, list[tuple[str, float]](), False
    for number, kind, value in _fields(body):
        if number == 1 and kind == _FIXED64 and isinstance(value, bytes):
            (time,) = struct.unpack("<d", value)
        elif number == 2 and isinstance(value, int):
            step = value - (1 << 64) if value >> 63 else value
        elif number == 5 and isinstance(value, bytes):
            scalars += _summary(value)
        elif number == 7 and isinstance(value, bytes):
            # A session log with status START: what stands at later steps was of an older attempt.
            is_restart = any(n == 1 and v == 1 for n, _, v in _fields(value))
    return Event(time, step, tuple(scalars), is_restart)


def _summary(body: bytes) -> Iterator[tuple[str, float]]:
    for number, _, value in _fields(body):
        if number == 1 and isinstance(value, bytes):
            scalar = _scalar(value)
            if scalar is not None:
                yield scalar


def _scalar(body: bytes) -> tuple[str, float] | None:
    """Return tag and number of one value; None where it holds a picture, a text or a histogram."""
    tag, found = "", None
    for number, kind, value in _fields(body):
        if number == 1 and isinstance(value, bytes):
            tag = value.decode(errors="replace")
        elif number == 2 and kind == _FIXED32 and isinstance(value, bytes):
            (found,) = struct.unpack("<f", value)
        elif number == 8 and isinstance(value, bytes):
            found = _tensor(value)
    return None if found is None else (tag, found)


def _tensor(body: bytes) -> float | None:
    """Return the number of a tensor that holds one, of 32 or 64 bits; None for any other."""
    dtype, content = 0, b""
    for number, _, value in _fields(body):
        if number == 1 and isinstance(value, int):
            dtype = value
        elif number in (4, 5, 6) and isinstance(value, bytes):
            content += value
    shape, size = _TYPES.get(dtype, ("", 0))
    return float(struct.unpack(shape, content)[0]) if size and len(content) == size else None


def _fields(body: bytes) -> Iterator[Field]:
    """Yield (number, wire type, value) of each field of a protobuf message."""
    at, end = 0, len(body)
    while at < end:
        key, at = _varint(body, at)
        kind = key & 7
        if kind == _VARINT:
            value, at = _varint(body, at)
            yield key >> 3, kind, value
            continue
        if kind == _BYTES:
            size, at = _varint(body, at)
        else:
            size = {_FIXED64: 8, _FIXED32: 4}.get(kind, end)
        if at + size > end:
            raise CutRecordError
        yield key >> 3, kind, body[at : at + size]
        at += size


def _varint(body: bytes, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(body):
            raise CutRecordError
        byte = body[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
    raise CutRecordError
