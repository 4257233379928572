"""What an `add` would take: each run below the paths given, read and settled; nothing is written yet."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from emergence.errors import InputError
from pipelines.own.card.card import CARD, Card, check_card, read_card
from pipelines.own.card.text import Answer, Key, with_answers
from pipelines.own.files import Found, find_files
from pipelines.own.read_run import Gathered, gather
from pipelines.own.reading.found import Broken, OwnFile, Question
from pipelines.own.settling.assign_runs import folder_of
from pipelines.own.settling.frame import Said
from pipelines.own.settling.settle import Settled

Answers = Mapping[Key, Answer]


@dataclass(frozen=True)
class Plan:
    """One folder of results as it would go in. ``before`` is the text of its card as it stands."""

    root: Path
    before: str
    text: str
    card: Card
    files: tuple[OwnFile, ...]
    gathered: Gathered
    settled: Settled

    @property
    def card_path(self) -> Path:
        """Where its card is, or goes."""
        return self.root / CARD

    @property
    def name(self) -> str:
        """The name of its run; of several, that of the folder."""
        names = self.settled.runs["run"].to_list()
        several = folder_of(self.root).partition("/")[0]
        return self.card.text("run") or (names[0] if len(names) == 1 else several)

    def open_questions(self) -> list[Question]:
        """Return what is not answered and keeps values out."""
        return [q for q in self.settled.said.questions.values() if q.is_needed]

    def answered(self, answers: Answers) -> "Plan":
        """Return the plan with more answers in its card, settled anew."""
        text = _with_answers(self.text, answers, self.card_path)
        card = check_card(tomllib.loads(text))
        is_read_else = (card.told.get("tables"), card.patterns()) != (
            self.card.told.get("tables"),
            self.card.patterns(),
        )
        gathered = gather(self.files, card) if is_read_else else self.gathered
        settled = gathered.settle(card, folder_of(self.root))
        return replace(self, text=text, card=card, gathered=gathered, settled=settled)


@dataclass(frozen=True)
class Folder:
    """The files of one run, found and not yet read, and those that were refused on sight."""

    root: Path
    files: list[OwnFile]
    broken: list[Broken]

    def plan(self, answers: Answers | None = None) -> Plan:
        """Read and settle it, with ``answers`` in its card; raises InputError for a card that is no TOML."""
        return _plan(self.root, self.files, Said(broken=list(self.broken)), answers or {})


def find_runs(paths: Sequence[Path]) -> list[Folder]:
    """Return every run below the paths: each folder with a card, and each path for the rest.

    Files that are named one by one are a run if they lie in one folder. Raises InputError for a path that is
    not there.
    """
    folders = []
    beside: dict[Path, Found] = {}
    for path in paths:
        given = path.absolute()
        if given.is_file():
            # Files of one folder, as a shell lists them, are of one run.
            below = find_files(given)
            together = beside.setdefault(given.parent, Found())
            together.files += below.files
            together.broken += below.broken
        else:
            folders += _folders_below(given, find_files(given))
    return folders + [Folder(root, found.files, found.broken) for root, found in beside.items()]


def _folders_below(path: Path, found: Found) -> list[Folder]:
    folders: dict[str, list[OwnFile]] = {"": []}
    cards = {f.path.rpartition("/")[0] for f in found.files if f.name == CARD}
    for file in found.files:
        owner = max((c for c in cards if c and file.path.startswith(f"{c}/")), key=len, default="")
        inner = replace(file, path=file.path[len(owner) + 1 :] if owner else file.path)
        if inner.path != CARD:
            folders.setdefault(owner, []).append(inner)
    runs = []
    for owner, files in folders.items():
        broken = found.broken if owner == "" else []
        if files or (owner == "" and (broken or len(folders) == 1)):
            runs.append(Folder(path / owner if owner else path, files, broken))
    return runs


def _plan(root: Path, files: list[OwnFile], said: Said, answers: Answers) -> Plan:
    place = root / CARD
    before = ""
    if place.is_file() and not place.is_symlink():
        read_card(place)
        before = place.read_text(encoding="utf-8-sig")
    text = _with_answers(before, answers, place)
    card = check_card(tomllib.loads(text))
    gathered = gather(files, card, said)
    return Plan(root, before, text, card, tuple(files), gathered, gathered.settle(card, folder_of(root)))


def _with_answers(text: str, answers: Answers, place: Path) -> str:
    """Return the text of the card at a place with more answers; raises InputError that names it."""
    try:
        return with_answers(text, answers)
    except InputError as error:
        raise InputError(f"{place}: {error}") from error


def only_one(folders: Sequence[Folder], what: str) -> None:
    """Raise InputError where an option such as ``--run`` would name several."""
    if len(folders) != 1:
        raise InputError(f"{what} is for one run, and {len(folders)} are given; put it into each {CARD}")
