"""Brings a source's bytes to this disk: verified cache, then the mirror folder, then the public archive.

The only room that reaches out; digests are recorded at first sight and verified ever after.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

import pipelines
from emergence.errors import EmergenceError
from pipelines.intake import archive
from pipelines.intake.cache import MIRRORED, Cache, as_text
from pipelines.intake.globs import matches
from pipelines.intake.spec import Origin, RawFile, Source
from pipelines.settings import NOT_ASKED, Settings

FACTS = Path(str(pipelines.__file__)).parent / "sources" / "facts"
SILENCE_SECONDS = 60.0
SHIPPED = "only the slice that ships with the project: the rest is not here"
WORST_FIRST = ("unreachable", "partial", "ok")


@dataclass(frozen=True)
class Fetched:
    """What is on this disk of a source; ``status`` is ok, partial or unreachable."""

    files: list[RawFile]
    status: str
    message: str
    retrieved_at: str | None

    def digest(self) -> str:
        """Digest of all paths, their bytes and the status: the data version of the raw source."""
        lines = sorted(f"{file.commit}/{file.path} {file.sha256}" for file in self.files)
        return hashlib.sha256("\n".join([self.status, *lines]).encode()).hexdigest()


def fetch(source: Source, settings: Settings) -> Fetched:
    """Return the files of a source, fetching what is missing.

    Raises DigestError when bytes at a pinned version have changed, ArchiveError when a server answers with
    no archive or an unusable one.
    """
    if source.local:
        return _local(source.local(settings.home))
    if not source.origins:
        return Fetched([_embedded(name) for name in source.embedded], "ok", "", None)
    parts = [_fetch_origin(source.name, origin, settings) for origin in source.origins]
    files = [file for part in parts for file in part.files]
    worst = min((part.status for part in parts), key=WORST_FIRST.index)
    status = "partial" if files and worst == "unreachable" else worst
    messages = [
        # Where nothing at all came, the reason says enough; where something did, what is missing is news.
        _lacking(origin, origin.expects, part.message) if files and not part.files else part.message
        for origin, part in zip(source.origins, parts, strict=True)
    ]
    message = "; ".join(dict.fromkeys(text for text in messages if text))
    return Fetched(
        files, status, message, max((p.retrieved_at for p in parts if p.retrieved_at), default=None)
    )


def where(source: Source, settings: Settings) -> str:
    """Say where a source's bytes would come from: they are here, in the mirror, or still to be fetched."""
    if not source.origins:
        return "embedded"
    if all(Cache(settings.home, source.name, origin).entries for origin in source.origins):
        return "cached"
    mirror = settings.mirror
    if mirror and all((mirror / origin.repo / origin.commit).is_dir() for origin in source.origins):
        return "in the mirror"
    return "to be fetched from the network"


def shipped(source: Source) -> Fetched:
    """Return the slice of a source that ships with the project, each file where the first origin has it."""
    root = FACTS / source.shipped
    commit = source.origins[0].commit
    paths = sorted(path.relative_to(root).as_posix() for path in root.rglob("*.csv"))
    files = [_packaged(f"{source.shipped}/{path}", path, commit) for path in paths]
    return Fetched(files, "partial", SHIPPED, None)


def _local(found: list[RawFile]) -> Fetched:
    files = [file for file in found if as_text(file.path) == file.path]
    left_out = _left_out(as_text(file.path) for file in found if file not in files)
    return Fetched(files, "partial" if left_out else "ok", left_out, None)


def _left_out(names: Iterable[str]) -> str:
    """Say which files were left out, or nothing."""
    listed = ", ".join(sorted(names))
    return f"left out, since their names are not UTF-8: {listed}" if listed else ""


def _lacking(origin: Origin, missing: Iterable[str], why: str) -> str:
    """Say what is missing of an origin and why; of one that states no expectation, all that it includes."""
    listed = ", ".join(missing) or ", ".join(origin.include)
    return f"expected of commit {origin.commit[:8]}, not had: {listed}" + (f" ({why})" if why else "")


def _fetch_origin(name: str, origin: Origin, settings: Settings) -> Fetched:
    cache = Cache(settings.home, name, origin)
    trouble = ""
    if not cache.entries or cache.damaged() or cache.absent():
        trouble = _fill(cache, settings) if settings.asks_for(name) else NOT_ASKED
        cache.save()
    elif cache.left_out and settings.mirror and settings.asks_for(name):
        # They may have got other names since.
        _copy_from_mirror(cache, settings.mirror)
        cache.save()
    damaged = cache.damaged()
    for path in damaged:
        del cache.entries[path]
    left_out = _left_out(cache.left_out)
    if not cache.entries:
        return Fetched([], "unreachable", "; ".join(filter(None, (trouble, left_out))), None)
    absent = [*cache.absent(), *damaged]
    lacking = _lacking(origin, absent, trouble) if absent else ""
    message = "; ".join(filter(None, (lacking, left_out)))
    return Fetched(cache.files(), "partial" if message else "ok", message, cache.retrieved_at())


def _fill(cache: Cache, settings: Settings) -> str:
    """Bring what is missing from the mirror, else the archive; return why something may still be missing."""
    in_mirror = settings.mirror is not None and _copy_from_mirror(cache, settings.mirror)
    if in_mirror and not cache.damaged():
        return "not in the mirror"
    return _download(cache, offline=settings.offline)


def _copy_from_mirror(cache: Cache, mirror: Path) -> bool:
    """Take what the mirror has of an origin; False when it knows nothing of that commit."""
    root = mirror / cache.origin.repo / cache.origin.commit
    if root.is_dir():
        cache.left_out.clear()
    for local in sorted(p for p in root.rglob("*") if p.is_file()):
        path = local.relative_to(root).as_posix()
        if matches(path, cache.origin.include) and not cache.holds(path):
            cache.add(path, local.read_bytes(), f"{MIRRORED}{cache.origin.repo}/{cache.origin.commit}/{path}")
    return root.is_dir()


def _download(cache: Cache, *, offline: bool) -> str:
    """Return why nothing could be downloaded, or an empty text; raises ArchiveError for a bad answer."""
    if offline:
        return "not asked for: offline"
    host, address = archive.host_of(cache), archive.address_of(cache)
    if silent := _heard.of(host):
        return str(silent)
    if answered := _heard.of(address):
        raise archive.ArchiveError(str(answered)) from answered
    try:
        archive.download(cache)
    except archive.UnreachableError as error:
        _heard.keep(host, error)
        return str(error)
    except archive.ArchiveError as error:
        _heard.keep(address, error)
        raise
    return ""


@dataclass
class _Heard:
    """What was heard a moment ago: of a host without connection, and of an address that answered badly.

    The next source on that host does not wait for it again, and the bad answer is not asked for twice; no
    other host or address is the worse for either.
    """

    errors: dict[str, tuple[float, EmergenceError]] = field(default_factory=dict)

    def of(self, name: str) -> EmergenceError | None:
        until, error = self.errors.get(name, (0.0, None))
        return error if monotonic() < until else None

    def keep(self, name: str, error: EmergenceError) -> None:
        self.errors[name] = (monotonic() + SILENCE_SECONDS, error)


_heard = _Heard()


def _embedded(name: str) -> RawFile:
    return _packaged(name, name, "embedded")


def _packaged(name: str, path: str, commit: str) -> RawFile:
    content = (FACTS / name).read_bytes()
    return RawFile(path, commit, FACTS / name, len(content), hashlib.sha256(content).hexdigest())
