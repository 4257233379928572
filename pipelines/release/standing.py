"""Whether a release is whole at a glance, and which of those in a home folder stands."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipelines.release.open_release import Release, is_name
from pipelines.warehouse.home import Home
from pipelines.warehouse.store import file_digest

_NOTED: dict[str, type] = {"release": str, "created_at": str, "inputs": str, "problems": list}
_NOTED |= {"files": dict, "tables": dict}


def trouble(release: Release, *, is_thorough: bool = False) -> str:
    """Say what keeps a release from being whole, or nothing: manifest, files and sizes; if asked, digests."""
    if release.folder.is_symlink() or not release.folder.is_dir():
        return f"{release.name} is no folder"
    try:
        manifest = release.manifest()
    except (OSError, ValueError, RecursionError) as error:
        return f"its manifest cannot be read ({error})"
    if not isinstance(manifest, dict) or any(not isinstance(manifest.get(k), v) for k, v in _NOTED.items()):
        return "its manifest lacks what one holds"
    return next(_broken(release.folder, manifest["files"], is_thorough=is_thorough), "")


def _broken(folder: Path, files: dict[str, Any], *, is_thorough: bool) -> Iterator[str]:
    for name, entry in files.items():
        path = folder / name
        if not isinstance(entry, dict) or path.is_symlink() or not path.is_file():
            yield f"{name} is not there"
        elif path.stat().st_size != entry.get("bytes"):
            yield f"{name} has another size than on record"
        elif is_thorough and file_digest(path) != entry.get("sha256"):
            yield f"{name} has other bytes than on record"


def whole_releases(home: Path) -> list[Release]:
    """Return the releases of a home folder that are whole at a glance, the newest first.

    One comes after whatever was made on top of it, and only then do clocks tell, which may be set back.
    """
    folder = Home(home).releases
    names = [path.name for path in folder.iterdir()] if folder.is_dir() else []
    found = [Release(folder / name) for name in names if is_name(name)]
    manifests = {release.name: release.manifest() for release in found if not trouble(release)}
    by_clock = sorted(manifests, key=lambda name: (manifests[name]["created_at"], name), reverse=True)
    ordered: dict[str, None] = {}
    for name in by_clock:
        _put(name, manifests, by_clock, ordered, set())
    return [Release(folder / name) for name in ordered]


def _put(
    name: str, manifests: dict[str, Any], by_clock: list[str], ordered: dict[str, None], met: set[str]
) -> None:
    """Put a release in its place, behind all that name it as the one before."""
    if name in met:
        return
    met.add(name)
    for later in by_clock:
        if manifests[later].get("previous") == name:
            _put(later, manifests, by_clock, ordered, met)
    ordered.setdefault(name)
