"""The raw room on disk: bytes as published, and a manifest of digests recorded at first sight."""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TypedDict

from emergence.errors import EmergenceError
from pipelines.intake.globs import matches
from pipelines.intake.pinned import known_files, short_digest
from pipelines.intake.spec import Origin, RawFile

MIRRORED = "mirror/"
"""What an address begins with where a file came from the mirror, of which no one says that it is whole."""


class DigestError(EmergenceError):
    """Bytes at a pinned version are not the bytes first seen there."""


def as_text(path: str) -> str:
    """Return a path as it can be written: bytes that are no UTF-8 become backslash escapes."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


class Entry(TypedDict):
    """What the manifest says of one file."""

    bytes: int
    sha256: str
    address: str
    retrieved_at: str


class Cache:
    """The files of one origin under ``raw/<source>/<commit>/``."""

    def __init__(self, home: Path, source: str, origin: Origin) -> None:
        self.origin = origin
        self.folder = home / "raw" / source / origin.commit
        self.entries: dict[str, Entry] = {}
        # Names that are no UTF-8, as text: neither a digest nor a table can hold them as they are.
        self.left_out: set[str] = set()
        self._load()
        # A cache lives for one fetch, in which bytes that were once seen to be right are not read again.
        self._sound: set[str] = set()

    def damaged(self) -> list[str]:
        """Paths whose bytes on disk are gone or not what was first seen."""
        return [path for path, entry in self.entries.items() if not self._intact(path, entry)]

    def absent(self) -> list[str]:
        """Globs that the archive satisfies and this cache does not, and how many known files it lacks."""
        is_mirrored = all(entry["address"].startswith(MIRRORED) for entry in self.entries.values())
        return _absent(self.origin, self.entries, is_mirrored=is_mirrored)

    def holds(self, path: str) -> bool:
        """Whether a path is here with the bytes first seen."""
        return path in self.entries and self._intact(path, self.entries[path])

    def add(self, path: str, content: bytes, address: str) -> None:
        """Keep one file, unless its name is no UTF-8.

        Raises DigestError when other bytes were first seen at this path and commit.
        """
        entry = self.entry(path, content, address)
        if entry is None:
            return
        # Published names come close to the 255 bytes that a file system allows, so nothing is added to them.
        partial = self.folder / "incoming.partial"
        self.folder.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(content)
        self.take(path, partial, entry)

    def entry(self, path: str, content: bytes, address: str) -> Entry | None:
        """Return what to say of a file; None for one whose name is no UTF-8.

        Raises DigestError when other bytes were first seen at this path and commit.
        """
        if as_text(path) != path:
            self.left_out.add(as_text(path))
            return None
        digest = hashlib.sha256(content).hexdigest()
        known = self.entries.get(path)
        if known and known["sha256"] != digest:
            raise DigestError(
                f"{self.origin.repo}@{self.origin.commit[:8]}: {path} now has digest {digest[:12]}, but "
                f"{known['sha256'][:12]} was first seen; a pinned version does not change: "
                f"do not trust {address}"
            )
        now = datetime.now(UTC).isoformat(timespec="seconds")
        return known or Entry(bytes=len(content), sha256=digest, address=address, retrieved_at=now)

    def take(self, path: str, written: Path, entry: Entry) -> None:
        """Give a written file its name among the others."""
        target = self._local(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(written, target)
        self._sound.add(path)
        self.entries[path] = entry

    @contextmanager
    def adding(self) -> Iterator["Adding"]:
        """Collect files aside; they are taken in together at the end, and none of them after an error."""
        aside = self.folder / "incoming"
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(parents=True)
        try:
            added = Adding(self, aside)
            yield added
            for path, (written, entry) in added.files.items():
                self.take(path, written, entry)
        finally:
            shutil.rmtree(aside, ignore_errors=True)

    def save(self) -> None:
        """Write the manifest, whole or not at all."""
        if not self.entries and not self.left_out:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        partial = self.folder / "manifest.json.partial"
        manifest = {"files": dict(sorted(self.entries.items())), "left_out": sorted(self.left_out)}
        partial.write_text(json.dumps(manifest, indent=1))
        os.replace(partial, self.folder / "manifest.json")

    def files(self) -> list[RawFile]:
        """Return the cached files in the order of their paths."""
        commit = self.origin.commit
        return [
            RawFile(path, commit, self._local(path), entry["bytes"], entry["sha256"])
            for path, entry in sorted(self.entries.items())
        ]

    def retrieved_at(self) -> str | None:
        """When the newest file was first seen, in UTC."""
        return max((entry["retrieved_at"] for entry in self.entries.values()), default=None)

    def _local(self, path: str) -> Path:
        return self.folder / "files" / path

    def _intact(self, path: str, entry: Entry) -> bool:
        if path not in self._sound and self._is_as_first_seen(path, entry):
            self._sound.add(path)
        return path in self._sound

    def _is_as_first_seen(self, path: str, entry: Entry) -> bool:
        local = self._local(path)
        if not local.is_file() or local.stat().st_size != entry["bytes"]:
            return False
        return hashlib.sha256(local.read_bytes()).hexdigest() == entry["sha256"]

    def _load(self) -> None:
        path = self.folder / "manifest.json"
        if not path.is_file():
            return
        try:
            manifest = json.loads(path.read_text())
            for name, entry in manifest["files"].items():
                if as_text(name) == name:
                    self.entries[name] = Entry(
                        bytes=entry["bytes"],
                        sha256=entry["sha256"],
                        address=entry["address"],
                        retrieved_at=entry["retrieved_at"],
                    )
                else:
                    self.left_out.add(as_text(name))
            self.left_out.update(manifest.get("left_out", []))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise DigestError(
                f"{path} is damaged ({error}); delete {self.folder} to fetch it again"
            ) from error


class Adding:
    """Files of one archive, kept aside until all of it is seen to be whole."""

    def __init__(self, cache: Cache, aside: Path) -> None:
        self._cache = cache
        self._aside = aside
        self.files: dict[str, tuple[Path, Entry]] = {}

    def add(self, path: str, content: bytes, address: str) -> None:
        """Keep one file; raises DigestError when it is there already, or has other bytes than first seen."""
        if path in self.files:
            raise DigestError(f"{address} holds {as_text(path)} twice")
        entry = self._cache.entry(path, content, address)
        if entry is not None:
            # Under its own name already: what no disk can hold is seen before anything is taken in.
            written = self._aside / path
            written.parent.mkdir(parents=True, exist_ok=True)
            written.write_bytes(content)
            self.files[path] = (written, entry)

    def lacking(self) -> str:
        """Say what the commit is known to hold and is not among the files, or nothing."""
        found = {path: entry for path, (_, entry) in self.files.items()}
        return ", ".join(_absent(self._cache.origin, found, is_mirrored=False))


def _absent(origin: Origin, entries: Mapping[str, Entry], *, is_mirrored: bool) -> list[str]:
    absent = [glob for glob in origin.expects if not any(matches(path, (glob,)) for path in entries)]
    known = frozenset() if is_mirrored else known_files(origin.commit)
    missing = len(known - {short_digest(path, entry["sha256"]) for path, entry in entries.items()})
    return [*absent, *([f"{missing} of {len(known)} files as they are known"] if missing else [])]
