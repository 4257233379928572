"""A server that lies: each lie is the bytes of one answer, or a manner of giving them."""

import gzip
import io
import random
import socketserver
import tarfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from time import sleep

from pipelines.intake.tar import Tar, TarError, unpacked

Answer = Callable[[Callable[[bytes], object]], None]
"""Gives an answer by calling what sends bytes."""

GOOD = {"top/data/a.csv": b"x\n1\n" * 300, "top/data/b.csv": b"x\n2\n" * 200, "top/README.md": b"not wanted"}


def tar_of(members: dict[str, bytes], *more: tuple[tarfile.TarInfo, bytes], **how: object) -> bytes:
    """Return a whole archive, not packed."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", **how) as archive:  # type: ignore[call-overload]
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
        for info, content in more:
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def packed(tar: bytes) -> bytes:
    return gzip.compress(tar, mtime=0)


GOOD_TAR = tar_of(GOOD)
GOOD_ARCHIVE = packed(GOOD_TAR)


def header(kind: bytes, size: bytes, name: bytes = b"top/data/c.csv") -> bytes:
    """Return one header with a right sum, whatever it says."""
    raw = bytearray(tarfile.TarInfo("x").tobuf(tarfile.USTAR_FORMAT)[:512])
    raw[:100], raw[124:136], raw[156:157] = name.ljust(100, b"\0"), size.ljust(12, b"\0"), kind
    raw[148:156] = b" " * 8
    raw[148:156] = b"%06o\0 " % sum(raw)
    return bytes(raw)


def noted(*records: bytes) -> bytes:
    """Return a good archive behind one header of notes as given, with a member that they are about."""
    notes = b"".join(records)
    padded = notes + b"\0" * (-len(notes) % 512)
    return packed(header(b"x", b"%011o" % len(notes)) + padded + header(b"0", b"%011o" % 0) + GOOD_TAR)


def record(key: bytes, value: bytes) -> bytes:
    body = b" " + key + b"=" + value + b"\n"
    length = len(body) + 2
    length += len(str(length)) - 2
    return b"%d" % length + body


def _flipped(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


def _special(kind: bytes, **fields: object) -> bytes:
    info = tarfile.TarInfo("top/data/z.csv")
    info.type = kind
    for name, value in fields.items():
        setattr(info, name, value)
    return packed(tar_of(GOOD, (info, b"")))


_SECOND = GOOD_TAR.index(b"top/data/b.csv")
BAD_ARCHIVES: dict[str, bytes] = {
    "a bit of a header": packed(_flipped(GOOD_TAR, _SECOND + 3)),
    "a bit of a header's sum": packed(_flipped(GOOD_TAR, _SECOND + 150)),
    "a digit of a file, the sum of the packing kept": packed(GOOD_TAR)[:-8]
    + packed(_flipped(GOOD_TAR, 600))[-8:],
    "a bit of the packing": _flipped(GOOD_ARCHIVE, len(GOOD_ARCHIVE) // 2),
    "a bit of its sum": _flipped(GOOD_ARCHIVE, len(GOOD_ARCHIVE) - 6),
    "a bit of its length": _flipped(GOOD_ARCHIVE, len(GOOD_ARCHIVE) - 2),
    "no sum": GOOD_ARCHIVE[:-8],
    "half": GOOD_ARCHIVE[: len(GOOD_ARCHIVE) // 2],
    "empty": b"",
    "a page": b"<html>not here</html>",
    "no tar within": packed(b"<html>not here</html>" * 100),
    "cut within, well packed": packed(GOOD_TAR[: _SECOND + 700]),
    "no end within": packed(GOOD_TAR[: GOOD_TAR.rindex(b"not wanted") + 502]),
    "a second packing behind": GOOD_ARCHIVE + GOOD_ARCHIVE,
    "garbage behind": GOOD_ARCHIVE + b"garbage",
    "garbage behind the end within": packed(GOOD_TAR + b"x" * 512),
    "one empty header amid": packed(GOOD_TAR[:_SECOND] + b"\0" * 512 + GOOD_TAR[_SECOND:]),
    "an expected file less": packed(tar_of({"top/data/b.csv": b"x\n2\n"})),
    "one name twice": packed(tar_of({"top/data/a.csv": b"1", "top/./data/a.csv": b"2"})),
    "a file that is a folder, too": packed(tar_of(GOOD | {"top/data/a.csv/b.csv": b"2"})),
    "a name longer than a disk takes": packed(tar_of(GOOD | {f"top/data/{'n' * 300}.csv": b"2"})),
    "a zero byte in a name": noted(record(b"path", b"top/data/a\0b.csv")),
    "a size beyond all": noted(record(b"size", b"9" * 19)),
    "a size of many digits": noted(record(b"size", b"9" * 5000)),
    "a size below zero": noted(record(b"size", b"-512")),
    "a size in other digits": noted(record(b"size", "٣".encode())),
    "a note longer than its header": noted(b"999999 path=x\n"),
    "a note of no length": noted(b"0 path=x\n"),
    "a note of a negative length": noted(b"-9 path=x\n"),
    "a note without a value": noted(b"8 path \n"),
    "holes by name": noted(record(b"GNU.sparse.map", b"0,1,2"), record(b"GNU.sparse.size", b"1")),
    "holes by kind": packed(header(b"S", b"%011o" % 0) + GOOD_TAR),
    "a header of 2 GiB": packed(header(b"x", b"%011o" % (2 << 30)) + b"\0" * (4 << 20)),
    "a name of 2 GiB": packed(header(b"L", b"%011o" % (2 << 30)) + b"\0" * (4 << 20)),
    "a size in binary, overflowing": packed(header(b"0", b"\x80" + b"\xff" * 11) + GOOD_TAR),
    "a size below zero in binary": packed(header(b"0", b"\xff" * 12) + GOOD_TAR),
    "a size with an underscore": packed(header(b"0", b"0000000_17") + GOOD_TAR),
    "a size with a sign": packed(header(b"0", b"-0000000017") + GOOD_TAR),
    "an unknown kind": packed(header(b"Z", b"%011o" % 0) + GOOD_TAR),
    "a folder with content": packed(header(b"5", b"%011o" % 512) + b"x" * 512 + GOOD_TAR),
}

GOOD_ARCHIVES: dict[str, bytes] = {
    "as Python writes it": GOOD_ARCHIVE,
    "as git writes it": packed(
        tar_of(GOOD, format=tarfile.PAX_FORMAT, pax_headers={"comment": "c0ffee" * 6})
    ),
    "as GNU writes it": packed(tar_of(GOOD | {f"top/{'d' * 120}/x": b"1"}, format=tarfile.GNU_FORMAT)),
    "with links and folders": _special(tarfile.SYMTYPE, linkname="/etc/passwd"),
    "with a pipe": _special(tarfile.FIFOTYPE),
    "with a device": _special(tarfile.CHRTYPE),
    "with a hard link": _special(tarfile.LNKTYPE, linkname="top/data/a.csv"),
    "with blocks of zeros behind": packed(GOOD_TAR + b"\0" * 10240),
}


def plain(body: bytes, status: str = "200 OK", head: bytes = b"", length: int | None = None) -> Answer:
    stated = len(body) if length is None else length

    def answer(send: Callable[[bytes], object]) -> None:
        send(f"HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {stated}\r\n".encode() + head)
        send(b"\r\n" + body)

    return answer


def _raw(*parts: bytes, pause: float = 0.0) -> Answer:
    def answer(send: Callable[[bytes], object]) -> None:
        for part in parts:
            send(part)
            sleep(pause)

    return answer


def _moved(to: bytes) -> Answer:
    return plain(b"", "302 Found", b"location: " + to + b"\r\n")


_CHUNKED = b"HTTP/1.1 200 OK\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n"
BAD_ANSWERS: dict[str, Answer] = {
    "404": plain(b"", "404 Not Found"),
    "403": plain(b"", "403 Forbidden"),
    "410": plain(b"", "410 Gone"),
    "500": plain(b"", "500 Oh"),
    "no content": plain(b"", "204 No Content"),
    "a loop": _moved(b"/again"),
    "moved to nowhere": _raw(b"HTTP/1.1 302 Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"),
    "moved to half an address": _moved(b"http://["),
    "moved to another protocol": _moved(b"ftp://example.invalid/x"),
    "moved to a file": _moved(b"file:///etc/passwd"),
    "moved to bytes": _moved(b"http://\xff\xfe/"),
    "moved to a port beyond all": _moved(b"http://127.0.0.1:99999999/"),
    "fewer bytes than stated": plain(GOOD_ARCHIVE[:-30], length=len(GOOD_ARCHIVE)),
    "a length below zero": plain(GOOD_ARCHIVE, length=-5),
    "a length beyond all": plain(GOOD_ARCHIVE, length=10**40),
    "packed once more": plain(packed(GOOD_ARCHIVE), head=b"content-encoding: gzip\r\n"),
    "no status": _raw(b"hello\r\n\r\n"),
    "nothing": _raw(),
    "a status of letters": _raw(b"HTTP/1.1 abc OK\r\n\r\n"),
    "a header without end": _raw(b"HTTP/1.1 200 OK\r\n" + b"x-a: " + b"a" * (1 << 20)),
    "a zero byte in a header": plain(b"", "404 No", b"x-a: \0\r\n"),
    "a chunk of bad length": _raw(_CHUNKED + b"zz\r\nabc\r\n0\r\n\r\n"),
    "a chunk cut short": _raw(_CHUNKED + b"ff\r\nabc"),
    "a byte at a time in the header": _raw(b"HTTP/1.1 200 OK\r\nx-a: ", *[b"a"] * 400, pause=0.05),
    "a byte at a time in the body": _raw(
        b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n", *[b"\x1f"] + [b"\x8b"] * 400, pause=0.05
    ),
    "silence": _raw(b"HTTP/1.1 200 OK\r\n", pause=20.0),
} | {f"archive: {name}": plain(body) for name, body in BAD_ARCHIVES.items()}


@contextmanager
def serving(answer: Answer) -> Iterator[tuple[str, list[str]]]:
    """Serve one answer to every request; give the address, and the first line of each request so far."""
    asked: list[str] = []

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            asked.append(self.rfile.readline(1 << 16).decode(errors="replace").strip())
            with suppress(OSError):  # who asked is gone
                while self.rfile.readline(1 << 16).strip():
                    pass
                answer(self.request.sendall)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        block_on_close = False
        allow_reuse_address = True

        def handle_error(self, *_: object) -> None:
            pass

    with Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}", asked
        finally:
            server.shutdown()


def damaged(dice: random.Random) -> bytes:
    """Return a good archive with bytes changed, put in, taken out or the end cut off."""
    content = bytearray(GOOD_ARCHIVE)
    for _ in range(dice.randint(1, 3)):
        at = dice.randrange(len(content))
        match dice.randrange(4):
            case 0:
                content[at] ^= 1 << dice.randrange(8)
            case 1:
                content[at:at] = dice.randbytes(dice.randint(1, 5))
            case 2:
                del content[at : at + dice.randint(1, 600)]
            case _:
                del content[at:]
        if not content:
            break
    return bytes(content)


def read_or_refused(content: bytes) -> dict[str, bytes] | None:
    members = Tar(unpacked(iter([content])))
    try:
        found = {member.path.removeprefix("top/"): members.content(member) for member in members}
    except TarError:
        return None
    return {path: content for path, content in found.items() if path in wanted()}  # type: ignore[misc]


def wanted() -> dict[str, bytes]:
    """Return the wanted files of a good archive, by their paths below its top folder."""
    return {name.removeprefix("top/"): content for name, content in GOOD.items() if name.endswith(".csv")}
