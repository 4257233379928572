"""Streams the public archive of a pinned commit once and keeps only the wanted members."""

import tarfile
from collections.abc import Callable, Iterator
from io import RawIOBase
from pathlib import PurePosixPath
from time import monotonic

import httpx
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn
from tenacity import (
    Retrying,
    retry_if_exception,
    stop_after_attempt,
    stop_after_delay,
    wait_exponential_jitter,
)

from emergence.errors import EmergenceError
from pipelines.intake.cache import Cache, as_text
from pipelines.intake.globs import matches

ARCHIVE = "https://codeload.github.com/{repo}/tar.gz/{commit}"
MAX_MEMBER_BYTES = 64 << 20
MAX_TOTAL_BYTES = 512 << 20
MAX_ARCHIVE_BYTES = 512 << 20
CONNECT_SECONDS = 3.0
READ_SECONDS = 30.0
ATTEMPTS = 4
PAUSE_SECONDS = 0.5
GIVE_UP_CONNECTING_SECONDS = 4.0


class UnreachableError(EmergenceError):
    """Nothing answers at a public address."""


class ArchiveError(EmergenceError):
    """An archive is larger than the caps allow, or damaged."""


def download(cache: Cache, client: httpx.Client | None = None) -> None:
    """Fill ``cache`` from the archive of its origin's commit.

    Raises UnreachableError when nothing answers, ArchiveError when the archive is damaged or over a cap, and
    DigestError when a file differs from what was first seen. A refused connection is retried for about
    four seconds, a broken transfer four times with growing pauses.
    """
    origin = cache.origin
    address = ARCHIVE.format(repo=origin.repo, commit=origin.commit)
    timeout = httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
    own = client or httpx.Client(timeout=timeout, follow_redirects=True)
    started = monotonic()

    def worth_another_try(error: BaseException) -> bool:
        if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
            return monotonic() - started < GIVE_UP_CONNECTING_SECONDS
        if isinstance(error, httpx.HTTPStatusError):
            return error.response.status_code >= 500 or error.response.status_code == 429
        return isinstance(error, httpx.TransportError)

    try:
        for attempt in Retrying(
            stop=stop_after_attempt(ATTEMPTS) | stop_after_delay(120),
            wait=wait_exponential_jitter(multiplier=PAUSE_SECONDS, max=8, jitter=PAUSE_SECONDS),
            retry=retry_if_exception(worth_another_try),
            reraise=True,
        ):
            with attempt:
                _stream(own, address, cache)
    except (httpx.TransportError, httpx.HTTPStatusError) as error:
        raise UnreachableError(f"{address} does not answer ({error or type(error).__name__})") from error
    except (tarfile.TarError, EOFError, OSError) as error:
        raise ArchiveError(f"{address} is not a usable archive ({error})") from error
    finally:
        if client is None:
            own.close()


def _stream(client: httpx.Client, address: str, cache: Cache) -> None:
    columns = TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn()
    with client.stream("GET", address) as response, Progress(*columns, transient=True) as progress:
        response.raise_for_status()
        total = int(response.headers.get("content-length", 0)) or None
        bar = progress.add_task(cache.origin.repo, total=total)
        body = _Body(response.iter_bytes(1 << 16), lambda read: progress.update(bar, completed=read))
        with tarfile.open(fileobj=body, mode="r|gz") as archive:
            _keep_members(archive, address, cache)


def _keep_members(archive: tarfile.TarFile, address: str, cache: Cache) -> None:
    total = 0
    for member in archive:
        path = _inside(member.name)
        if (
            path is None
            or not member.isfile()
            or not matches(path, cache.origin.include)
            or cache.holds(path)
        ):
            continue
        total += member.size
        if member.size > MAX_MEMBER_BYTES or total > MAX_TOTAL_BYTES:
            name = as_text(path)
            raise ArchiveError(f"{address}: {name} ({member.size:,} bytes) is over the cap on what is kept")
        content = archive.extractfile(member)
        if content is not None:
            cache.add(path, content.read(), address)


def _inside(name: str) -> str | None:
    """Path below the archive's one top folder; None for the folder itself and for paths that climb out."""
    parts = PurePosixPath(name).parts
    if len(parts) < 2 or name.startswith("/") or ".." in parts or "\\" in name:
        return None
    return "/".join(parts[1:])


class _Body(RawIOBase):
    """The body of a response as a file to read forwards, with a cap and a progress call."""

    def __init__(self, chunks: Iterator[bytes], report: Callable[[int], None]) -> None:
        self._chunks = chunks
        self._report = report
        self._rest = b""
        self._seen = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        while len(self._rest) < size or size < 0:
            chunk = next(self._chunks, b"")
            if not chunk:
                break
            self._seen += len(chunk)
            if self._seen > MAX_ARCHIVE_BYTES:
                raise ArchiveError("the archive is over the cap on its size")
            self._report(self._seen)
            self._rest += chunk
        cut = len(self._rest) if size < 0 else size
        data, self._rest = self._rest[:cut], self._rest[cut:]
        return data
