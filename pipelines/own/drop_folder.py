"""The drop folder: one's own runs as copies, one folder each, put in place whole or not at all."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from emergence.errors import InputError
from pipelines.intake.safe_text import folder_name
from pipelines.keys import OWN
from pipelines.own.card.card import CARD, Card, check_card, read_card
from pipelines.own.card.text import with_answer
from pipelines.own.plan import Plan
from pipelines.own.reading.found import OwnFile

DROP = "drop"
OWN_PREFIX = f"{OWN}/"
"""What stands before the name of a run of one's own wherever it is published."""
# What `watch` writes in a training's loop, and nobody has elsewhere: losses and scores.
WATCHED = ("watched_losses.csv", "watched_scores.csv")


@dataclass(frozen=True)
class Put:
    """Where a run went, and whether that was news: added, replaced or unchanged."""

    run: str
    folder: Path
    what: str


def put(plan: Plan, home: Path) -> Put:
    """Copy what a plan read, with its card, into the drop folder, in the place of an older copy of the run.

    Raises InputError where a file changed while it was read: it is still being written.
    """
    root = home / DROP
    root.mkdir(parents=True, exist_ok=True)
    text = plan.text if plan.card.text("run") else with_answer(plan.text, "run", plan.name)
    place = root / run_folder(plan.name)
    aside = Path(tempfile.mkdtemp(prefix=".new-", dir=home))
    new, old = aside / "new", aside / "old"
    try:
        new.mkdir()
        (new / CARD).write_text(text)
        for file in plan.gathered.used:
            _copy(file, new / file.path)
        if place.is_dir() and content_digest(place) == content_digest(new):
            return Put(plan.name, place, "unchanged")
        what = "replaced" if place.exists() else "added"
        if place.exists():
            os.replace(place, old)
        os.replace(new, place)
    finally:
        if old.exists() and not place.exists():
            os.replace(old, place)
        shutil.rmtree(aside, ignore_errors=True)
    return Put(plan.name, place, what)


def _copy(file: OwnFile, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    # What became a link since it was looked at is copied as one, and refused below.
    shutil.copyfile(file.local, target, follow_symlinks=False)
    if target.is_symlink() or target.stat().st_size != file.size:
        raise InputError(
            f"{file.path} changed while it was read: it is still being written; add it again later"
        )


def run_folder(run: str) -> str:
    """Return the name of the folder of a run; no two runs share one, on any system."""
    return folder_name(run, hashlib.sha256(run.encode(errors="surrogatepass")).hexdigest()[:8])


def content_digest(folder: Path) -> str:
    """Return a digest of the names and bytes below a folder."""
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        digest.update(
            f"{path.relative_to(folder).as_posix()}\0{path.stat().st_size}\0".encode(errors="surrogateescape")
        )
        with path.open("rb") as stream:
            digest.update(hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()


def dropped_runs(home: Path) -> Iterator[tuple[str, Path]]:
    """Yield (run, folder) of every folder in the drop folder; a card that is no TOML names none."""
    root = home / DROP
    for folder in (
        sorted(p for p in root.iterdir() if p.is_dir() and not p.name.startswith("."))
        if root.is_dir()
        else ()
    ):
        card = folder / CARD
        try:
            told = read_card(card) if card.is_file() else {}
        except InputError:
            told = {}
        yield check_card(told).text("run") or folder.name, folder


def card_of(run: str, home: Path) -> Card:
    """Return the card of a run in the drop folder; an empty one where it has none."""
    folder = dict(dropped_runs(home)).get(run.removeprefix(OWN_PREFIX))
    try:
        return check_card(read_card(folder / CARD)) if folder else check_card({})
    except (InputError, OSError):
        return check_card({})


def remove(runs: Iterable[str], home: Path) -> None:
    """Take runs out of the drop folder, all or, where one is unknown, none; raises InputError for that."""
    wanted = dict.fromkeys(run.removeprefix(OWN_PREFIX) for run in runs)
    known = dict(dropped_runs(home))
    for name in wanted:
        if name not in known:
            said = f"there are: {', '.join(sorted(known))}" if known else "there is none here"
            raise InputError(f"no run of one's own is called {name!r}; {said}")
    for name in wanted:
        aside = Path(tempfile.mkdtemp(prefix=".old-", dir=home))
        os.replace(known[name], aside / "old")
        shutil.rmtree(aside, ignore_errors=True)
