"""Puts a home folder right: leftovers, stray logs of writers, ``latest``, the database at the top."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from pipelines.release.open_release import DATABASE, Release, ReleaseError, is_name, latest_release
from pipelines.release.publish import TOP_MADE, put_right
from pipelines.release.standing import trouble, whole_releases
from pipelines.warehouse.connect import spill_folder
from pipelines.warehouse.home import Home

LOG = f"{DATABASE}.wal"


def repair(home: Path, *, is_thorough: bool = False) -> list[str]:
    """Put right what needs no choice, and return a line for each thing that was wrong.

    ``latest`` comes to name the newest whole release where it names none; a release that is not whole stays
    where it is, for whoever wants to look at it, and the next run makes it again.
    """
    clear_leftovers(home)
    said = list(_stray_logs(home))
    said += _latest(home, is_thorough=is_thorough)
    put_right(home)
    return said


def repair_all(home: Path) -> list[str]:
    """Delete damaged releases and put the rest right; raises BusyError while a run is at work."""
    with Home(home).only_run():
        return [*drop_damaged(home), *repair(home, is_thorough=True)]


def drop_damaged(home: Path) -> list[str]:
    """Delete the releases that are not whole, byte for byte; return a line for each."""
    folder = Home(home).releases
    said = []
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        wrong = trouble(Release(path), is_thorough=True) if is_name(path.name) else ""
        if wrong:
            _delete(path)
            said.append(f"release {path.name} is deleted: {wrong}")
    return said


def clear_leftovers(home: Path) -> None:
    """Delete what a run left behind that was ended half way: spilled data and releases half built."""
    own = spill_folder(home)
    for path in [path for path in (home / "tmp").glob("*") if path != own] + list(own.glob("*")):
        _delete(path)
    for path in (home / "releases").glob(".*"):
        _delete(path)
    for name in (TOP_MADE, "latest.partial"):
        _delete(home / name)


def _delete(path: Path) -> None:
    """Delete what is at a path, whatever it is; a link goes, and not what it leads to."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _stray_logs(home: Path) -> Iterator[str]:
    """Delete what clients that wrote to a database left beside it: whoever opens it next would read that."""
    for log in [home / LOG, *(path / LOG for path in (home / "releases").glob("[!.]*"))]:
        if os.path.lexists(log):
            _delete(log)
            yield f"{log} is deleted: a client wrote to the database beside it"


def _latest(home: Path, *, is_thorough: bool) -> Iterator[str]:
    named = Home(home).latest
    if named is None:
        _delete(home / "latest")  # whatever it is, it names nothing
    try:
        release = latest_release(home)
        wrong = trouble(release, is_thorough=is_thorough) if release else ""
    except ReleaseError as error:
        wrong = str(error)
    whole = [r for r in whole_releases(home) if not is_thorough or not trouble(r, is_thorough=True)]
    if named is not None and not wrong:
        return
    if whole:
        Home(home).write_latest(whole[0].name)
        yield f"latest names {whole[0].name}, the newest whole release" + (f": {wrong}" if wrong else "")
    elif named is not None:
        place = home / "latest"
        _delete(place)
        yield f"latest is deleted, since no release is whole: {wrong}"
