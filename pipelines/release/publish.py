"""Publishes a release: builds it aside, moves it into place, then points ``latest`` at it."""

import logging
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

from pipelines.release.assemble import assemble, link
from pipelines.release.open_release import DATABASE, Release, latest_release
from pipelines.warehouse.catalog import public_models
from pipelines.warehouse.disk import room_for
from pipelines.warehouse.home import Home, Warehouse
from pipelines.warehouse.store import Store, file_digest

DIGEST_SHOWN = 12
log = logging.getLogger("emergence.release")


def publish(warehouse: Warehouse, inputs: str, problems: list[str]) -> Release:
    """Publish what stands in the store; a release of the same inputs and code that is there is reused."""
    home = warehouse.home.folder
    existing = sorted((home / "releases").glob(f"*-{inputs[:DIGEST_SHOWN]}"))
    if existing:
        release = Release(existing[-1])
    else:
        name = f"{datetime.now(UTC):%Y-%m-%d}-{inputs[:DIGEST_SHOWN]}"
        release = _build(warehouse.store, home, name, inputs, problems)
    point_latest(home, release)
    retire(home, release, warehouse.settings.keep_releases)
    return release


def _build(store: Store, home: Path, name: str, inputs: str, problems: list[str]) -> Release:
    aside = home / "releases" / f".{name}.partial"
    shutil.rmtree(aside, ignore_errors=True)
    models = public_models()
    tables = {model.name: store.path(model.room, model.name) for model in models}
    before = latest_release(home)
    notes = {"inputs": inputs, "problems": problems}
    with room_for(aside):
        assemble(aside, name, models, tables, notes, before.folder if before else None)
    folder = home / "releases" / name
    os.replace(aside, folder)
    return Release(folder)


def point_latest(home: Path, release: Release) -> None:
    """Make a release the one that readers open; an older one that they hold open stays as it was.

    ``latest`` is the authority and is written first; the database at the top is put right after it, and on
    the next start if this is interrupted between the two.
    """
    Home(home).write_latest(release.name)
    put_right(home)


def put_right(home: Path) -> None:
    """Make the database at the top of the home folder the one of the release that ``latest`` names."""
    release = latest_release(home)
    top = home / DATABASE
    if release is None or (top.exists() and _is_same(top, release.database)):
        return
    partial = home / f"{DATABASE}.partial"
    partial.unlink(missing_ok=True)
    with room_for(partial):
        link(release.database, partial)
    os.replace(partial, top)
    log.info("%s is now release %s", top, release.name)


def _is_same(one: Path, other: Path) -> bool:
    if one.samefile(other):
        return True
    return one.stat().st_size == other.stat().st_size and file_digest(one) == file_digest(other)


def clear_leftovers(home: Path) -> None:
    """Delete what a run left behind that was ended half way: spilled data and releases half built."""
    for path in (home / "tmp").glob("*"):  # the folder itself may be in use by this process
        path.unlink(missing_ok=True)
    for path in (home / "releases").glob(".*"):
        shutil.rmtree(path, ignore_errors=True)


def retire(home: Path, current: Release, keep: int) -> None:
    """Delete releases beyond the newest ``keep``, never the current one."""
    folders = [p for p in (home / "releases").glob("[!.]*") if p.is_dir()]
    whole = sorted(folders, key=lambda p: (p.stat().st_mtime, p.name))
    for path in [p for p in whole if p != current.folder][: max(0, len(whole) - keep)]:
        # Renamed first, so that a release that is half deleted is never taken for a whole one.
        gone = path.with_name(f".{path.name}.gone")
        os.replace(path, gone)
        shutil.rmtree(gone, ignore_errors=True)
