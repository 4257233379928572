"""Texts that take long to make, kept in a folder by the digest of all that they are made from.

A text is found again by what it was made from and by all code, so it is never stale; one whose bytes are
not as written is made anew. Nothing but time depends on the folder: it may be deleted.
"""

import os
import platform
import sys
import zlib
from collections.abc import Callable, Collection
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path

import emergence
import pipelines
from pipelines.warehouse.store import digest_of, file_digest

FOLDER = "kept"
PACKAGES = ("duckdb", "numba", "numpy", "polars", "pyarrow", "scipy", "vl-convert-python")
WRITTEN = (".csv", ".css", ".html", ".js", ".py", ".toml")


class Kept:
    """The kept texts of one home folder, and which of them were asked for.

    Kinds that are wanted ``anew`` are made again, and kept in the place of what stood.
    """

    def __init__(self, home: Path, folder: str = FOLDER, anew: Collection[str] = ()) -> None:
        self.folder = home / folder
        self._anew = anew
        self._asked: set[str] = set()

    def __call__(self, kind: str, made_from: str, make: Callable[[], str]) -> str:
        """Return the text that is kept, or make and keep it."""
        key = digest_of(kind, made_from, all_code())
        self._asked.add(key)
        path = self.folder / key
        held = None if kind in self._anew else read_kept(path)
        if held is None:
            held = make()
            write_kept(path, held)
        return held

    def drop_others(self) -> None:
        """Delete what nobody asked for: it was made from what is no more."""
        for path in self.folder.glob("*"):
            if path.name not in self._asked:
                path.unlink(missing_ok=True)


def read_kept(path: Path) -> str | None:
    """Return a kept text; None where there is none, or not as it was written."""
    try:
        digest, _, text = path.read_bytes().decode().partition("\n")
    except (OSError, UnicodeDecodeError):
        return None
    return text if digest_of(text) == digest else None


def write_kept(path: Path, text: str) -> None:
    """Keep a text where there is room for it: without it, it is made again."""
    partial = path.with_suffix(".partial")
    with suppress(OSError):
        path.parent.mkdir(exist_ok=True)
        partial.write_bytes(f"{digest_of(text)}\n{text}".encode())
        os.replace(partial, path)


@cache
def all_code() -> str:
    """Digest of all of the project but its SQL, and of the versions of what draws, packs and computes."""
    roots = (Path(str(module.__file__)).parent for module in (emergence, pipelines))
    files = [path for root in roots for path in sorted(root.rglob("*")) if path.suffix in WRITTEN]
    versions = [f"{name} {version(name)}" for name in PACKAGES]
    system = (sys.version, zlib.ZLIB_RUNTIME_VERSION, platform.machine())
    return digest_of(*map(file_digest, files), *versions, *system)
