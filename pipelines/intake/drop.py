"""Takes a folder of one's own results into the drop folder, whole or not at all."""

import os
import shutil
import tempfile
import tomllib
from pathlib import Path

from emergence.errors import InputError

DROP = "drop"
CARD = "emergence.toml"
NEEDED_IN_CARD = ("run", "corpus", "unit")
NEEDED = {"losses.csv": ["loss"], "scores.csv": ["task", "score"]}


def drop(folder: Path, home: Path) -> Path:
    """Copy a folder with a card into the drop folder under its run's name, replacing an older copy.

    Raises InputError when the card is missing, unreadable or without what it must say, or when there is
    neither ``losses.csv`` nor ``scores.csv`` beside it.
    """
    card = folder / CARD
    if not card.is_file():
        raise InputError(f"{folder} has no {CARD}; it needs {', '.join(NEEDED_IN_CARD)}")
    try:
        told = tomllib.loads(card.read_text())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{card} is not TOML: {error}") from error
    missing = [key for key in NEEDED_IN_CARD if not isinstance(told.get(key), str) or not told[key]]
    if missing:
        raise InputError(f"{card} does not say {', '.join(missing)}")
    tables = [name for name in NEEDED if (folder / name).is_file()]
    if not tables:
        raise InputError(f"{folder} has neither {' nor '.join(NEEDED)}")
    return _copy(folder, [CARD, *tables], home / DROP, _folder_name(str(told["run"])))


def _folder_name(run: str) -> str:
    """Return a run's name as one folder name that no system minds."""
    return (
        "".join(letter if letter.isalnum() or letter in "-_." else "_" for letter in run).lstrip(".") or "run"
    )


def _copy(folder: Path, names: list[str], root: Path, target: str) -> Path:
    root.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=".new-", dir=root.parent))
    new, old, place = aside / "new", aside / "old", root / target
    try:
        new.mkdir()
        for name in names:
            shutil.copyfile(folder / name, new / name)
        if place.exists():
            os.replace(place, old)
        os.replace(new, place)
    finally:
        if old.exists() and not place.exists():
            os.replace(old, place)
        shutil.rmtree(aside, ignore_errors=True)
    return place
