"""Messages of the PostgreSQL frontend/backend protocol 3.0: fields out of bytes, and bytes out of fields."""

import struct
from collections.abc import Sequence

from emergence.errors import EmergenceError
from pipelines.serve.limits import QueryError
from pipelines.serve.values.pgtypes import Column

PROTOCOL_3 = 196608
CANCEL_REQUEST = 80877102
SSL_REQUEST = 80877103
GSS_REQUEST = 80877104


class ProtocolError(EmergenceError):
    """Bytes that are no message of the protocol: the connection is closed, nothing after them can be read."""


class Fields:
    """Reads the fields of one message in order; raises ProtocolError where they end too early."""

    def __init__(self, payload: bytes) -> None:
        self._payload = payload
        self._at = 0

    def take(self, size: int) -> bytes:
        """The next `size` bytes."""
        end = self._at + size
        if size < 0 or end > len(self._payload):
            raise ProtocolError("a message ends before its fields do")
        taken = self._payload[self._at : end]
        self._at = end
        return taken

    def int16(self) -> int:
        """A signed integer of 2 bytes."""
        return int.from_bytes(self.take(2), "big", signed=True)

    def int32(self) -> int:
        """A signed integer of 4 bytes."""
        return int.from_bytes(self.take(4), "big", signed=True)

    def text(self) -> str:
        """A string that ends with a zero byte."""
        end = self._payload.find(b"\0", self._at)
        if end < 0:
            raise ProtocolError("a string in a message has no end")
        taken = self.take(end - self._at)
        self._at += 1
        try:
            return taken.decode()
        except UnicodeDecodeError as error:
            raise ProtocolError("a string in a message is not UTF-8") from error

    def value(self) -> bytes | None:
        """A value with its length before it; None is SQL's null."""
        size = self.int32()
        return None if size == -1 else self.take(size)

    def rest(self) -> bytes:
        """What is left."""
        return self.take(len(self._payload) - self._at)


def message(kind: bytes, *parts: bytes) -> bytes:
    """One message: its kind, its length, its parts."""
    body = b"".join(parts)
    return kind + struct.pack("!i", len(body) + 4) + body


def text(value: str) -> bytes:
    """A string and a zero byte; zero bytes within it, which the protocol cannot carry, are dropped."""
    return value.replace("\0", "").encode() + b"\0"


def authentication(code: int, payload: bytes = b"") -> bytes:
    """A step of the login: 0 done, 10 SASL's mechanisms, 11 SASL goes on, 12 SASL's last word."""
    return message(b"R", struct.pack("!i", code), payload)


def parameter(name: str, value: str) -> bytes:
    """A setting of the server that a driver wants to know."""
    return message(b"S", text(name), text(value))


def key_data(process: int, secret: int) -> bytes:
    """What a client shows on another connection to cancel its query."""
    return message(b"K", struct.pack("!iI", process, secret))


def ready(status: bytes) -> bytes:
    """The server waits for a query: I idle, T in a transaction, E in a failed one."""
    return message(b"Z", status)


def row_description(columns: Sequence[Column], formats: Sequence[int]) -> bytes:
    """Names, types and formats (0 text, 1 binary) of a result's columns."""
    parts = [struct.pack("!h", len(columns))]
    for column, form in zip(columns, formats, strict=True):
        parts.append(text(column.name))
        parts.append(struct.pack("!ihihih", 0, 0, column.type.oid, column.type.size, -1, form))
    return message(b"T", *parts)


def parameter_description(oids: Sequence[int]) -> bytes:
    """Types of a statement's parameters."""
    return message(b"t", struct.pack(f"!h{len(oids)}i", len(oids), *oids))


def error(failure: QueryError, *, severity: str = "ERROR") -> bytes:
    """A failure, in the fields that clients show."""
    fields = [("S", severity), ("V", severity), ("C", failure.sqlstate), ("M", failure.message)]
    if failure.hint:
        fields.append(("H", failure.hint))
    if failure.position:
        fields.append(("P", str(failure.position)))
    return message(b"E", *(key.encode() + text(value) for key, value in fields), b"\0")


def copy_out(is_binary: bool, count: int) -> bytes:
    """Copied data follows, with so many columns."""
    return message(b"H", struct.pack(f"!bh{count}h", is_binary, count, *[int(is_binary)] * count))


def complete(tag: str) -> bytes:
    """A command is done; the tag says which, and how many rows."""
    return message(b"C", text(tag))


PARSE_COMPLETE = message(b"1")
BIND_COMPLETE = message(b"2")
CLOSE_COMPLETE = message(b"3")
COPY_DONE = message(b"c")
NO_DATA = message(b"n")
PORTAL_SUSPENDED = message(b"s")
EMPTY_QUERY = message(b"I")


def negotiate(unknown: Sequence[str]) -> bytes:
    """The newest minor version of the protocol spoken here, and options of the client that are not known."""
    return message(b"v", struct.pack("!ii", 0, len(unknown)), *(text(name) for name in unknown))
