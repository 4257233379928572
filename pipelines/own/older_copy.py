"""What an `add` would take the place of in the drop folder, and which run there is the same one."""

import hashlib
from pathlib import Path

from emergence.errors import InputError
from pipelines.own.card.card import CARD
from pipelines.own.drop_folder import DROP, WATCHED, dropped_runs, run_folder
from pipelines.own.plan import Plan


def no_longer_in_it(plan: Plan, home: Path) -> list[str]:
    """Return the files of the older copy of a run that a plan has not.

    Raises InputError where a training put them there itself: they lie nowhere else.
    """
    place = home / DROP / run_folder(plan.name)
    gone = sorted(_files(place).keys() - {file.path for file in plan.gathered.used})
    if watched := [path for path in gone if path in WATCHED]:
        where = f"{', '.join(watched)} in {place}"
        raise InputError(
            f"this would take the place of what the training of own/{plan.name} put there itself ({where}): "
            "copy that beside these files, add these under another --run, or take it out first: "
            f"emergence remove own/{plan.name}"
        )
    return gone


def same_runs(plan: Plan, home: Path) -> list[str]:
    """Return the other runs in the drop folder that hold all these files, or lie whole among them."""
    mine = [file.local for file in plan.gathered.used]
    return [
        run
        for run, folder in dropped_runs(home)
        if run != plan.name and _are_same(mine, list(_files(folder).values()))
    ]


def _files(folder: Path) -> dict[str, Path]:
    """Return the files of a run by their paths below its folder, but for its card."""
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return {name: path for name, path in found.items() if name != CARD}


def _are_same(mine: list[Path], theirs: list[Path]) -> bool:
    """Say whether each of the fewer files is one of the others, wherever below its folder it lies."""
    few, many = sorted((mine, theirs), key=len)
    if not few or not {_kind(path) for path in few} <= {_kind(path) for path in many}:
        return False
    return {_digest(path) for path in few} <= {_digest(path) for path in many}


def _kind(path: Path) -> tuple[str, int]:
    return path.name, path.stat().st_size


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
