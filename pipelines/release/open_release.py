"""One published release: found by ``latest``, by name or by folder."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emergence.errors import EmergenceError

DATABASE = "emergence.duckdb"


class ReleaseError(EmergenceError):
    """A release is not there or not whole."""


@dataclass(frozen=True)
class Release:
    """One published folder."""

    folder: Path

    @property
    def name(self) -> str:
        """Date and digest of inputs and code."""
        return self.folder.name

    @property
    def database(self) -> Path:
        """The DuckDB file of this release."""
        return self.folder / DATABASE

    def manifest(self) -> dict[str, Any]:
        """Return the manifest: inputs, problems, and the digest and rows of every file."""
        manifest: dict[str, Any] = json.loads((self.folder / "manifest.json").read_text())
        return manifest


def latest_release(home: Path) -> Release | None:
    """Return the release that ``latest`` names; None before the first one."""
    try:
        name = (home / "latest").read_text().strip()
    except OSError:
        return None
    folder = home / "releases" / name
    if not name or not (folder / "manifest.json").is_file():
        raise ReleaseError(
            f"{home / 'latest'} names {name!r}, which is not in {home / 'releases'}; run again"
        )
    return Release(folder)


def named_release(home: Path, name: Path) -> Release:
    """Return a release by the path of its folder or by its name; raises ReleaseError when there is none."""
    for folder in (name, home / "releases" / name):
        if (folder / "manifest.json").is_file():
            return Release(folder)
    known = ", ".join(sorted(p.name for p in (home / "releases").glob("[!.]*"))) or "none"
    raise ReleaseError(f"no release is called {name}; in {home / 'releases'} there are: {known}")
