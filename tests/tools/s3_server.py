"""A store that speaks as much of S3 as an upload asks: put, parts, list, head, get; and that may refuse."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape


class Stored(ThreadingHTTPServer):
    """What is stored under `bucket/key`; ``refuses_after`` counts writes that are taken before all are refused."""

    def __init__(self, buckets: tuple[str, ...]) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.buckets, self.objects = buckets, dict[str, bytes]()
        self.parts = dict[str, dict[int, bytes]]()
        self.order: list[str] = []
        self.numbers = count()
        self.refuses_after: int | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def keep(self, key: str, content: bytes) -> None:
        self.objects[key] = content
        self.order.append(key)


class Answers(BaseHTTPRequestHandler):
    """One answer a request; paths are `/bucket/key`."""

    server: Stored
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        return

    @property
    def key(self) -> str:
        return unquote(urlsplit(self.path).path).strip("/")

    @property
    def asked(self) -> dict[str, list[str]]:
        return parse_qs(urlsplit(self.path).query, keep_blank_values=True)

    def _answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _error(self, status: int, code: str) -> None:
        self._answer(status, f"<Error><Code>{code}</Code><Message>{code}</Message></Error>".encode())

    def _read(self) -> bytes:
        """Read a body that may come in chunks of HTTP, of the store's own, or of both."""
        if "chunked" in (self.headers.get("Transfer-Encoding") or ""):
            body = b""
            while size := int(self.rfile.readline().split(b";")[0], 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        else:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        return _unchunked(body) if "aws-chunked" in (self.headers.get("Content-Encoding") or "") else body

    def _may_write(self) -> bool:
        if self.server.refuses_after == 0:
            self._error(403, "AccessDenied")
            return False
        if self.server.refuses_after is not None:
            self.server.refuses_after -= 1
        return True

    def do_PUT(self) -> None:
        content = self._read()
        if self.key.split("/")[0] not in self.server.buckets:
            self._error(404, "NoSuchBucket")
        elif self._may_write():
            if "uploadId" in self.asked:
                self.server.parts[self.asked["uploadId"][0]][int(self.asked["partNumber"][0])] = content
            else:
                self.server.keep(self.key, content)
            self._answer(200, ETag='"0"')

    def do_POST(self) -> None:
        self._read()
        if self.key.split("/")[0] not in self.server.buckets:
            self._error(404, "NoSuchBucket")
        elif "uploads" in self.asked:
            upload = str(next(self.server.numbers))
            self.server.parts[upload] = {}
            told = f"<UploadId>{upload}</UploadId>"
            self._answer(
                200, f"<InitiateMultipartUploadResult>{told}</InitiateMultipartUploadResult>".encode()
            )
        else:
            parts = self.server.parts.pop(self.asked["uploadId"][0])
            self.server.keep(self.key, b"".join(parts[number] for number in sorted(parts)))
            told = '<CompleteMultipartUploadResult><ETag>"0"</ETag></CompleteMultipartUploadResult>'
            self._answer(200, told.encode())

    def do_DELETE(self) -> None:
        self.server.parts.pop(self.asked.get("uploadId", [""])[0], None)
        self._answer(204)

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        bucket, _, key = self.key.partition("/")
        if bucket not in self.server.buckets:
            self._error(404, "NoSuchBucket")
        elif not key:
            self._list(bucket)
        elif self.key in self.server.objects:
            self._answer(200, self.server.objects[self.key], Last_Modified="Thu, 01 Jan 2026 00:00:00 GMT")
        else:
            self._error(404, "NoSuchKey")

    def _list(self, bucket: str) -> None:
        prefix = self.asked.get("prefix", [""])[0]
        keys = [key.partition("/")[2] for key in self.server.objects if key.startswith(f"{bucket}/{prefix}")]
        listed = "".join(f"<Contents><Key>{escape(key)}</Key><Size>1</Size></Contents>" for key in keys)
        self._answer(
            200, f"<ListBucketResult><KeyCount>{len(keys)}</KeyCount>{listed}</ListBucketResult>".encode()
        )


def _unchunked(body: bytes) -> bytes:
    parts, at = [], 0
    while at < len(body):
        end = body.index(b"\r\n", at)
        size = int(body[at:end].split(b";")[0], 16)
        if not size:
            break
        parts.append(body[end + 2 : end + 2 + size])
        at = end + 2 + size + 2
    return b"".join(parts)


@contextmanager
def s3_server(*buckets: str) -> Iterator[Stored]:
    """Serve some buckets while the block runs."""
    with Stored(buckets) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()
