"""Reads a packed archive forwards and strictly: what is not whole to its last byte is an error.

Python's own reader of streams checks neither the sum at the end of the packing nor a header that is damaged:
it takes the first bad header for the end. Here nothing is skipped unseen, and nothing is larger than a cap.
"""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from emergence.errors import EmergenceError

BLOCK = 512
MAX_HEADER_BYTES = 1 << 18
"""Of a long name or a set of notes on a member; the longest path that a system opens is 4 KiB."""
MAX_UNPACKED_BYTES = 8 << 30
"""Of all members, wanted or not: sixteen times the largest archive that is taken."""
_PIECE = 1 << 16
_REGULAR = (b"0", b"\0", b"7")
_NO_CONTENT = b"123456"
_RECORD = re.compile(rb"(\d{1,6}) ")


class TarError(EmergenceError):
    """An archive is not whole, or holds what no archive of published tables holds."""


@dataclass(frozen=True)
class Member:
    """One regular file of an archive: its whole path and its size."""

    path: str
    size: int


def unpacked(packed: Iterator[bytes], cap: int | None = None) -> Iterator[bytes]:
    """Yield what is packed by gzip, in small pieces; ends well only at the sum that stands at its end."""
    cap = MAX_UNPACKED_BYTES if cap is None else cap
    inflate = zlib.decompressobj(wbits=31)
    total = 0
    for piece in packed:
        waiting = piece
        while waiting:
            if inflate.eof:
                raise TarError("bytes follow the end of its packing")
            try:
                out = inflate.decompress(waiting, _PIECE)
            except zlib.error as error:
                raise TarError(f"its packing is damaged: {error}") from error
            total += len(out)
            if total > cap:
                raise TarError(f"it unfolds to more than {cap:,} bytes")
            waiting = inflate.unconsumed_tail or inflate.unused_data
            if out:
                yield out
    if not inflate.eof:
        raise TarError("it ends before its packing does")


class Tar:
    """The members of an archive, in their order; of each the content can be read once, or is passed over."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = b""
        self._left = 0  # of the content of the current member, with what fills its last block

    def __iter__(self) -> Iterator[Member]:
        notes: dict[str, str] = {}
        while (header := self._header()) is not None:
            kind, size = header[156:157], _octal(header[124:136])
            if kind in b"xLK":
                notes |= self._notes(kind, size)
                continue
            if kind == b"g":  # notes on the archive as a whole: git writes the commit there
                self._notes(b"x", size)
                continue
            path = notes.get("path") or _path(header)
            size = _decimal(notes["size"]) if "size" in notes else size
            notes = {}
            if "\0" in path:
                raise TarError("a name in it holds a zero byte")
            yield from self._member(kind, path, size)

    def _member(self, kind: bytes, path: str, size: int) -> Iterator[Member]:
        if kind in _REGULAR and not path.endswith("/"):
            self._left = size + -size % BLOCK
            yield Member(path, size)
            self._pass()
        elif kind not in (*_REGULAR, *(bytes([k]) for k in _NO_CONTENT)):
            raise TarError(f"{path[:200]} is of a kind ({kind!r}) that no archive of tables holds")
        elif size and kind not in b"12":  # of a hard link some writers state the size of its target
            raise TarError(f"{path[:200]} is no file and has {size} bytes")

    def content(self, member: Member) -> bytes:
        """Return the content of the current member, to be called once and by whoever bounds its size."""
        content = self._read(member.size)
        self._left -= member.size
        return content

    def _header(self) -> bytes | None:
        """Return the next header; None at the end of the archive, behind which nothing but zeros stands."""
        header = self._read(BLOCK)
        if not header.strip(b"\0"):
            if self._read(BLOCK).strip(b"\0") or self._rest.strip(b"\0"):
                raise TarError("an empty header stands amid it")
            if any(piece.strip(b"\0") for piece in self._pieces):
                raise TarError("something stands behind its end")
            return None
        stated = _octal(header[148:156])
        # The sum is of the header with blanks in the place of the sum.
        if stated != sum(header[:148]) + 8 * 32 + sum(header[156:]):
            raise TarError("a header has another sum than it states")
        return header

    def _notes(self, kind: bytes, size: int) -> dict[str, str]:
        if size > MAX_HEADER_BYTES:
            raise TarError(f"a header of {size:,} bytes is over the cap")
        content = self._read(size)
        self._read(-size % BLOCK)
        if kind in b"LK":  # the name of a member, or of what a link points at
            return {"path": _text(content.rstrip(b"\0"))} if kind == b"L" else {}
        notes = dict(_records(content))
        if any(key.startswith("GNU.sparse") for key in notes):
            raise TarError("a file in it is stored with holes")
        return notes

    def _pass(self) -> None:
        while self._left:
            self._left -= len(self._read(min(self._left, _PIECE)))

    def _read(self, size: int) -> bytes:
        parts, wanted = [], size
        while wanted:
            if not self._rest:
                self._rest = next(self._pieces, b"")
                if not self._rest:
                    raise TarError("it is cut short")
            part, self._rest = self._rest[:wanted], self._rest[wanted:]
            parts.append(part)
            wanted -= len(part)
        return b"".join(parts)


def _records(content: bytes) -> Iterator[tuple[str, str]]:
    """Yield the notes of a header: each states its own length in front."""
    while content:
        found = _RECORD.match(content)
        length = int(found[1]) if found else 0
        record = content[:length]
        if not found or len(record) != length or not record.endswith(b"\n"):
            raise TarError("a header states a wrong length")
        key, equal, value = record[found.end() : -1].partition(b"=")
        if not equal:
            raise TarError("a header has a note without a value")
        yield _text(key), _text(value)
        content = content[length:]


def _path(header: bytes) -> str:
    name = _text(header[:100].split(b"\0")[0])
    prefix = _text(header[345:500].split(b"\0")[0]) if header[257:263] == b"ustar\0" else ""
    return f"{prefix}/{name}" if prefix else name


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def _octal(field: bytes) -> int:
    """Return a number of a header: octal digits or, where the first bit says so, a binary one."""
    if field[:1] == b"\x80":
        return int.from_bytes(field[1:], "big")
    try:
        return int(_plain(field.strip(b" \0")), 8)
    except ValueError:
        raise TarError(f"a header has {field!r} in the place of a number") from None


def _decimal(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 20:
        raise TarError(f"a header has {text[:24]!r} in the place of a number")
    return int(text)


def _plain(digits: bytes) -> str:
    """Return digits as text; signs, blanks and underscores, which Python would take, are none."""
    if not digits.isdigit():
        raise ValueError
    return digits.decode("ascii")
