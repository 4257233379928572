"""Streams the public archive of a pinned commit once and keeps the wanted members, if all of it is whole."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import PurePosixPath
from time import monotonic
from urllib.parse import urlsplit

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
from pipelines.intake.deadline import Deadline
from pipelines.intake.globs import matches
from pipelines.intake.tar import Member, Tar, TarError, unpacked

ARCHIVE = "https://codeload.github.com/{repo}/tar.gz/{commit}"
MAX_MEMBER_BYTES = 64 << 20
MAX_TOTAL_BYTES = 512 << 20
MAX_ARCHIVE_BYTES = 512 << 20
CONNECT_SECONDS = 3.0
READ_SECONDS = 30.0
TOTAL_SECONDS = 900.0
"""Of all tries at one archive: the largest takes that long at half a megabyte a second."""
ATTEMPTS = 4
PAUSE_SECONDS = 0.5
GIVE_UP_CONNECTING_SECONDS = 4.0
_NO_CONNECTION = (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError)
_ANSWERED_BADLY = (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, httpx.CookieConflict)


class UnreachableError(EmergenceError):
    """Nothing answers at a public address: no connection came about."""


class ArchiveError(EmergenceError):
    """A server answered, and gave no archive, or one that is damaged or larger than the caps allow."""


def address_of(cache: Cache) -> str:
    """Return the public address of the archive that a cache is filled from."""
    return ARCHIVE.format(repo=cache.origin.repo, commit=cache.origin.commit)


def host_of(cache: Cache) -> str:
    """Return the host of that address."""
    return urlsplit(address_of(cache)).netloc


def download(cache: Cache, client: httpx.Client | None = None) -> None:
    """Fill ``cache`` from the archive of its origin's commit: with all that it holds, or with nothing.

    Raises UnreachableError when no connection comes about, DigestError when a file differs from what was
    first seen, and ArchiveError for whatever else a server may do. A refused connection is retried for about
    four seconds, a broken transfer four times with growing pauses; all of it ends after ``TOTAL_SECONDS``.
    """
    address = address_of(cache)
    timeout = httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
    own = client or httpx.Client(timeout=timeout, follow_redirects=True)
    try:
        with Deadline(TOTAL_SECONDS) as deadline:
            _tried(own, address, cache, deadline)
    except _NO_CONNECTION as error:
        elsewhere = error.request.url.netloc.decode()
        if elsewhere != host_of(cache):  # the host answered, and sent us where nobody is
            raise ArchiveError(f"{address} has moved to {elsewhere}, which does not answer") from error
        raise UnreachableError(f"{address} does not answer ({error or type(error).__name__})") from error
    except _ANSWERED_BADLY as error:
        late = f"not done within {TOTAL_SECONDS:.0f} seconds" if deadline.is_over else ""
        said = late or (str(error) or type(error).__name__).splitlines()[0]
        raise ArchiveError(f"{address} gives no archive ({said})") from error
    except (TarError, OSError, ValueError) as error:
        raise ArchiveError(f"{address} is not a usable archive ({error})") from error
    finally:
        if client is None:
            own.close()


def _tried(client: httpx.Client, address: str, cache: Cache, deadline: Deadline) -> None:
    started = monotonic()

    def worth_another_try(error: BaseException) -> bool:
        if deadline.is_over:
            return False
        if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
            return monotonic() - started < GIVE_UP_CONNECTING_SECONDS
        if isinstance(error, httpx.HTTPStatusError):
            return error.response.status_code >= 500 or error.response.status_code == 429
        return isinstance(error, httpx.TransportError) and not isinstance(error, httpx.UnsupportedProtocol)

    for attempt in Retrying(
        stop=stop_after_attempt(ATTEMPTS) | stop_after_delay(120),
        wait=wait_exponential_jitter(multiplier=PAUSE_SECONDS, max=8, jitter=PAUSE_SECONDS),
        retry=retry_if_exception(worth_another_try),
        reraise=True,
    ):
        with attempt:
            _stream(client, address, cache, deadline)


def _stream(client: httpx.Client, address: str, cache: Cache, deadline: Deadline) -> None:
    columns = TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn()
    # As it is published and nothing folded around it: an archive is packed already.
    request = client.build_request("GET", address, headers={"accept-encoding": "identity"})
    request.extensions["trace"] = deadline.trace
    response = client.send(request, stream=True, follow_redirects=True)
    with closing(response), Progress(*columns, transient=True) as progress:
        response.raise_for_status()
        bar = progress.add_task(cache.origin.repo, total=_stated_size(response))
        body = _counted(response.iter_raw(), lambda read: progress.update(bar, completed=read))
        _keep_members(Tar(unpacked(body)), address, cache)


def _stated_size(response: httpx.Response) -> int | None:
    """Return the size that an answer states, which only shows how far it is."""
    stated = response.headers.get("content-length", "")
    return int(stated) if stated.isascii() and stated.isdigit() and len(stated) < 16 else None


def _keep_members(archive: Tar, address: str, cache: Cache) -> None:
    """Read the archive to its end; only then is what it held kept, so that a damaged one leaves nothing."""
    total = 0
    with cache.adding() as added:
        for member in archive:
            path = _inside(member.path)
            if path is None or not matches(path, cache.origin.include):
                continue
            total += member.size
            if member.size > MAX_MEMBER_BYTES or total > MAX_TOTAL_BYTES:
                raise ArchiveError(_over_the_cap(address, path, member))
            added.add(path, archive.content(member), address)
        lacking = added.lacking()
        if lacking:
            raise ArchiveError(f"{address} lacks what its commit is known to hold: {lacking}")


def _over_the_cap(address: str, path: str, member: Member) -> str:
    return f"{address}: {as_text(path)} ({member.size:,} bytes) is over the cap on what is kept"


def _inside(name: str) -> str | None:
    """Path below the archive's one top folder; None for the folder itself and for paths that climb out."""
    parts = PurePosixPath(name).parts
    if len(parts) < 2 or name.startswith("/") or ".." in parts or "\\" in name:
        return None
    return "/".join(parts[1:])


def _counted(pieces: Iterator[bytes], report: Callable[[int], None]) -> Iterator[bytes]:
    """Yield the pieces of a body, with a cap on their size and a call that tells how far it is."""
    seen = 0
    for piece in pieces:
        seen += len(piece)
        if seen > MAX_ARCHIVE_BYTES:
            raise ArchiveError("the archive is over the cap on its size")
        report(seen)
        yield piece
