"""Asks whether a source has moved on: the newest commit of its repository against the pinned one."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx

from emergence.errors import EmergenceError
from pipelines.intake.spec import Origin, Source

REFS = "https://github.com/{repo}/info/refs?service=git-upload-pack"
SECONDS = 10.0
MAX_BYTES = 1 << 20
# The advertisement of git's smart protocol: a length in hex, then a commit and a name; HEAD comes first.
_HEAD = re.compile(rb"([0-9a-f]{40}) HEAD\b")


class PinError(EmergenceError):
    """A pin cannot be written."""


@dataclass(frozen=True)
class Update:
    """What the repository of a source answered; where nothing did, ``newest`` is empty and ``why`` says why.

    ``is_failed`` tells a repository that answered wrongly from a machine without network.
    """

    source: str
    repo: str
    pinned: str
    newest: str
    why: str = ""
    is_failed: bool = False

    @property
    def is_newer(self) -> bool:
        """Whether the repository has moved on from the pinned commit."""
        return bool(self.newest) and self.newest != self.pinned

    def line(self) -> str:
        """Return the answer as one line."""
        if not self.newest:
            return f"{self.source}: {self.repo} cannot be asked ({self.why})"
        news = f"has moved on to {self.newest}" if self.is_newer else "is at the pinned commit"
        return f"{self.source}: {self.repo} {news}" + (f", pinned {self.pinned}" if self.is_newer else "")


def check_updates(sources: Iterable[Source], client: httpx.Client | None = None) -> Iterator[Update]:
    """Ask the repository of every source once; of several pins into one repository the first one moves."""
    own = client or httpx.Client(timeout=SECONDS, follow_redirects=True)
    unreachable = ""
    try:
        for source in sources:
            for origin in _moving(source):
                if unreachable:
                    yield Update(source.name, origin.repo, origin.commit, "", unreachable)
                    continue
                try:
                    yield Update(source.name, origin.repo, origin.commit, newest_commit(origin.repo, own))
                except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                    unreachable = f"no network: {error or type(error).__name__}"
                    yield Update(source.name, origin.repo, origin.commit, "", unreachable)
                except (httpx.HTTPError, ValueError) as error:
                    why = str(error) or type(error).__name__
                    yield Update(source.name, origin.repo, origin.commit, "", why, is_failed=True)
    finally:
        if client is None:
            own.close()


def _moving(source: Source) -> list[Origin]:
    """Return the first pin into each repository: a later one names a commit whose files are gone since."""
    first: dict[str, Origin] = {}
    for origin in source.origins:
        first.setdefault(origin.repo, origin)
    return list(first.values())


def newest_commit(repo: str, client: httpx.Client) -> str:
    """Return the commit at the head of a repository's default branch.

    Raises httpx.HTTPError when it does not answer, ValueError when the answer names no head.
    """
    seen = b""
    with client.stream("GET", REFS.format(repo=repo)) as response:
        response.raise_for_status()
        for chunk in response.iter_bytes(1 << 12):
            seen += chunk
            found = _HEAD.search(seen)
            if found:
                return found[1].decode()
            if len(seen) > MAX_BYTES:
                break
    raise ValueError(f"{repo} names no head")


def bump(update: Update, module: Path) -> None:
    """Write a newer commit in place of the pinned one in the source's module.

    Raises PinError when the module does not hold the pin as text, or cannot be written.
    """
    text = module.read_text("utf-8")
    if update.pinned not in text:
        raise PinError(f"{module} does not hold the pin {update.pinned}; change it by hand")
    try:
        module.write_text(text.replace(update.pinned, update.newest), "utf-8")
    except OSError as error:
        raise PinError(f"{module} cannot be written ({error}); work in a checkout of the project") from error
