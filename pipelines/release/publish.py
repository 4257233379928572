"""Publishes a release: builds it aside, moves it into place, then points ``latest`` at it."""

import filecmp
import logging
import os
import shutil
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from pipelines.fits.run_fits import library_code
from pipelines.release.assemble import assemble
from pipelines.release.open_release import DATABASE, Release, ReleaseError, latest_release
from pipelines.release.standing import trouble, whole_releases
from pipelines.settings import Settings
from pipelines.warehouse.catalog import public_models
from pipelines.warehouse.disk import DiskFullError, copy, room_for
from pipelines.warehouse.home import Home, Warehouse
from pipelines.warehouse.kept import Kept

DIGEST_SHOWN = 12
TOP_MADE = f"{DATABASE}.partial"
"""The copy of a release's database that becomes the one at the top of the home folder."""
log = logging.getLogger("emergence.release")


def publish(warehouse: Warehouse, inputs: str, problems: list[str]) -> Release:
    """Publish what stands in the store; a release of the same inputs and code that is there is reused."""
    home = warehouse.home.folder
    found = [Release(path) for path in (home / "releases").glob(f"[!.]*-{inputs[:DIGEST_SHOWN]}")]
    is_thorough = warehouse.settings.force
    whole = [release for release in found if not trouble(release, is_thorough=is_thorough)]
    if whole:
        release = max(whole, key=lambda release: release.name)
    else:
        for damaged in found:
            _set_aside(damaged.folder)
        release = _build(warehouse, inputs, problems)
    point_latest(home, release)
    retire(home, release, warehouse.settings.keep_releases)
    return release


def how_fitted(settings: Settings) -> dict[str, Any]:
    """Return what has to be the same for the fits of a release to come out the same."""
    return {"settings": settings.numbers(), "library": library_code()}


def _build(warehouse: Warehouse, inputs: str, problems: list[str]) -> Release:
    store, settings, home = warehouse.store, warehouse.settings, warehouse.home.folder
    # Read once: name and manifest state one day, whether midnight passes meanwhile or the clock is set.
    now = datetime.now(UTC)
    name = f"{now:%Y-%m-%d}-{inputs[:DIGEST_SHOWN]}"
    aside = home / "releases" / f".{name}.partial"
    shutil.rmtree(aside, ignore_errors=True)
    models = public_models()
    tables = {model.name: store.path(model.room, model.name) for model in models}
    before, kept = _before(home), Kept(home)
    notes = {"created_at": now.isoformat(timespec="seconds"), "inputs": inputs, "problems": problems}
    notes |= how_fitted(settings)
    with room_for(aside):
        folder = before.folder if before else None
        assemble(
            aside,
            name,
            models,
            tables,
            notes,
            folder,
            kept,
            is_anew=settings.force,
            with_database=partial(_copy_for_the_top, home),
        )
    kept.drop_others()
    folder = home / "releases" / name
    os.replace(aside, folder)
    return Release(folder)


def _before(home: Path) -> Release | None:
    """Return the release that stands; None where there is none, or none that can be compared with."""
    try:
        release = latest_release(home)
    except ReleaseError:
        return None
    return None if release is None or trouble(release) else release


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
    if release is None or not release.database.is_file() or _is_same(top, release.database):
        return
    made = home / TOP_MADE
    if not (made.is_file() and _is_same(made, release.database)):
        _copy(release.database, made)
    if top.is_dir() and not top.is_symlink():
        shutil.rmtree(top)
    os.replace(made, top)
    log.info("%s is now release %s", top, release.name)


def _copy_for_the_top(home: Path, database: Path) -> None:
    """Make the copy that ``put_right`` puts in its place; where that fails now, it is made then."""
    with suppress(OSError, DiskFullError):
        _copy(database, home / TOP_MADE)


def _copy(database: Path, made: Path) -> None:
    made.unlink(missing_ok=True)
    with room_for(made):
        copy(database, made)


def _is_same(one: Path, other: Path) -> bool:
    """Whether two files hold the same and are two: of one file with two names each would change the other."""
    if one.is_symlink() or not one.is_file() or one.samefile(other):
        return False
    seen, wanted = one.stat(), other.stat()
    if seen.st_size != wanted.st_size:
        return False
    return seen.st_mtime_ns == wanted.st_mtime_ns or filecmp.cmp(one, other, shallow=False)


def retire(home: Path, current: Release, keep: int) -> None:
    """Delete releases beyond the newest ``keep``, never the current one."""
    whole = [release.folder for release in whole_releases(home)]
    folders = [p for p in (home / "releases").glob("[!.]*") if p.is_dir()]
    others = sorted(set(folders) - set(whole), key=lambda p: (p.stat().st_mtime, p.name), reverse=True)
    for path in [p for p in [*whole, *others] if p != current.folder][keep - 1 :]:
        _set_aside(path)


def _set_aside(folder: Path) -> None:
    """Delete a release; renamed first, so that one half deleted is never taken for a whole one."""
    gone = folder.with_name(f".{folder.name}.gone")
    shutil.rmtree(gone, ignore_errors=True)
    os.replace(folder, gone)
    if gone.is_symlink() or not gone.is_dir():
        gone.unlink()
    shutil.rmtree(gone, ignore_errors=True)
