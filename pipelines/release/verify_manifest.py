"""Holds a manifest against what it must say, and against the folder that it lies in."""

import os
import stat
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from pipelines.release.open_release import Release
from pipelines.warehouse import catalog

MANIFEST = "manifest.json"
_KINDS: dict[str, type | tuple[type, ...]] = {
    "release": str,
    "schema_version": int,
    "created_at": str,
    "catalog": str,
    "code": str,
    "previous": (str, type(None)),
    "warnings": list,
    "settings": dict,
    "library": str,
    "tables": dict,
    "files": dict,
}
HOW_FITTED = ("settings", "library")
_LATER = ({"catalog", "previous"}, set(HOW_FITTED), {"code"})
"""Fields that the first releases of this schema had not: those of a set are all there, or none is."""
_PUBLISHED: dict[str, type | tuple[type, ...]] = {"inputs": str, "problems": list}


def fields(release: Release, manifest: dict[str, Any], schema_version: int) -> Iterator[str]:
    """Yield what is wrong with the fields of a manifest; of an export some are others."""
    is_export = "export_of" in manifest
    wanted = _KINDS | ({"export_of": str} if is_export else _PUBLISHED)
    absent = set().union(*(later for later in _LATER if not manifest.keys() & later))
    wanted = {name: kind for name, kind in wanted.items() if name not in absent}
    for name, kind in wanted.items():
        if name not in manifest or not isinstance(manifest[name], kind):
            yield f"{MANIFEST}: {name} is {manifest.get(name)!r:.80}"
    yield from (f"{MANIFEST}: {name} is no field of it" for name in sorted(set(manifest) - set(wanted)))
    if manifest.get("schema_version") != schema_version:
        stated = manifest.get("schema_version")
        yield f"{MANIFEST}: schema_version is {stated!r:.80}, of this code {schema_version}"
    if not is_export and manifest.get("release") != release.name:
        yield f"{MANIFEST}: release is {manifest.get('release')!r:.80}, its folder {release.name}"
    day, _, digest = str(manifest.get("release")).rpartition("-")
    if not is_export and not (digest and str(manifest.get("inputs")).startswith(digest)):
        yield f"{MANIFEST}: inputs are not those that the release is named by"
    made = _time(manifest.get("created_at"))
    if made is None or (not is_export and f"{made:%Y-%m-%d}" != day):
        yield f"{MANIFEST}: created_at is {manifest.get('created_at')!r:.80}"
    for name in ("problems", "warnings"):
        if any(not isinstance(line, str) for line in manifest.get(name) or ()):
            yield f"{MANIFEST}: {name} are no lines of text"


def _time(text: object) -> datetime | None:
    try:
        made = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    # A time to come is no fault of a release: its maker's clock may have been ahead, or this one is late.
    return made if made.tzinfo else None


def entries(manifest: dict[str, Any]) -> Iterator[str]:
    """Yield what is wrong with the tables and files that a manifest lists; other code has other tables."""
    is_ours = manifest.get("catalog") == catalog.catalog_digest()
    models = {model.name: model for model in catalog.public_models()} if is_ours else {}
    for name, entry in manifest["tables"].items():
        grain = entry.get("grain") if isinstance(entry, dict) else None
        if not isinstance(entry, dict) or set(entry) != {"rows", "grain"} or not _is_count(entry["rows"]):
            yield f"{MANIFEST}: what it says of table {name} is not rows and grain"
        elif name in models and grain != list(models[name].head.grain):
            yield f"{MANIFEST}: the grain of {name} is {grain}, by the code {list(models[name].head.grain)}"
    for name in sorted(set(models) - set(manifest["tables"])):
        yield f"{MANIFEST}: table {name} is missing"
    for name in sorted(set(manifest["tables"]) - set(models)) if is_ours else ():
        yield f"{MANIFEST}: table {name} is none of this code's"
    for name, entry in manifest["files"].items():
        right = isinstance(entry, dict) and set(entry) == {"bytes", "sha256"} and _is_count(entry["bytes"])
        if not right or not isinstance(entry["sha256"], str):
            yield f"{MANIFEST}: what it says of file {name} is not bytes and sha256"
        elif name.startswith("/") or ".." in Path(name).parts:
            yield f"{MANIFEST}: file {name} lies outside"


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def walk(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield each name below a folder with what it is: file, or what no release holds; no link is followed."""
    if folder.is_symlink():
        yield ".", "a link"
    for place, folders, files in os.walk(folder):
        for name in sorted([*files, *folders]):
            path = Path(place) / name
            yield path.relative_to(folder).as_posix(), _kind(path)
        if not folders and not files:
            yield Path(place).relative_to(folder).as_posix(), "an empty folder"


def _kind(path: Path) -> str:
    mode = path.lstat().st_mode
    if stat.S_ISLNK(mode):
        return "a link"
    if stat.S_ISREG(mode):
        return "file" if path.lstat().st_nlink == 1 else "a file that has another name, too"
    return "folder" if stat.S_ISDIR(mode) else "no file"
