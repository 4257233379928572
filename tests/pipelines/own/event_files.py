"""Writes event files as TensorBoard's writers do, byte by byte; sums of bytes are left at 0, as no reader asks."""

import struct


def varint(value: int) -> bytes:
    out = b""
    value &= (1 << 64) - 1
    while value > 127:
        out, value = out + bytes([value & 127 | 128]), value >> 7
    return out + bytes([value])


def field(number: int, kind: int, body: bytes) -> bytes:
    size = varint(len(body)) if kind == 2 else b""
    return varint(number << 3 | kind) + size + body


def scalar(tag: str, value: float) -> bytes:
    return field(1, 2, field(1, 2, tag.encode()) + field(2, 5, struct.pack("<f", value)))


def tensor(tag: str, value: float, *, packed: bool = True) -> bytes:
    number = field(4, 2, struct.pack("<f", value)) if packed else field(5, 2, struct.pack("<f", value))
    return field(
        1, 2, field(1, 2, tag.encode()) + field(8, 2, field(1, 0, varint(1)) + field(2, 2, b"") + number)
    )


def text(tag: str) -> bytes:
    return field(
        1, 2, field(1, 2, tag.encode()) + field(8, 2, field(1, 0, varint(7)) + field(8, 2, b"words"))
    )


def event(time: float, step: int, summary: bytes = b"", more: bytes = b"") -> bytes:
    body = field(1, 1, struct.pack("<d", time)) + field(2, 0, varint(step))
    return record(body + (field(5, 2, summary) if summary else b"") + more)


def record(body: bytes) -> bytes:
    return struct.pack("<QI", len(body), 0) + body + struct.pack("<I", 0)


def head(time: float) -> bytes:
    return record(field(1, 1, struct.pack("<d", time)) + field(3, 2, b"brain.Event:2"))


def restart(time: float, step: int) -> bytes:
    """A session log of status START, as a writer with `purge_step` begins."""
    return event(time, step, more=field(7, 2, field(1, 0, varint(1))))


def curve(time: float, tag: str, points: list[tuple[int, float]]) -> bytes:
    return head(time) + b"".join(event(time + i, step, scalar(tag, v)) for i, (step, v) in enumerate(points))
