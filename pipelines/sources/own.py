"""Runs of one's own: folders below ``<home>/drop``, read as the tools of their user wrote them."""

import hashlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import polars as pl

from emergence.errors import InputError
from pipelines.intake.spec import Intake, RawFile, Source, Tables
from pipelines.own.card.card import CARD, check_card, read_card
from pipelines.own.drop_folder import DROP
from pipelines.own.files import find_files
from pipelines.own.read_run import gather
from pipelines.own.reading.found import Broken, OwnFile
from pipelines.own.settling.frame import Said
from pipelines.own.settling.settle import LOSSES as SETTLED_LOSSES
from pipelines.own.settling.settle import RUNS as SETTLED_RUNS
from pipelines.own.settling.settle import SCORES as SETTLED_SCORES
from pipelines.own.settling.settle import Settled
from pipelines.own.taken import Taken, read_taken

FOLDER = {"folder": pl.String}
RUNS = FOLDER | SETTLED_RUNS
LOSSES = FOLDER | SETTLED_LOSSES
SCORES = FOLDER | SETTLED_SCORES
TABLES = {"runs": RUNS, "losses": LOSSES, "scores": SCORES}
UNANSWERED = "unanswered"


def parse(files: list[RawFile], intake: Intake) -> Tables:
    """Read every dropped folder by itself; what one of them lacks keeps no other out.

    A folder in which nothing changed is not read again, where what it gave is kept.
    """
    stacks = {name: [pl.DataFrame(schema=schema)] for name, schema in TABLES.items()}
    for folder, inner in _by_folder(files, intake):
        made_from = repr([(file.path, file.sha256) for file in inner])
        taken = read_taken(
            intake.keep(run_kind(folder), made_from, partial(_taken, folder, inner)), intake.source
        )
        taken.report(intake)
        for name, frame in taken.tables.items():
            stacks[name].append(frame)
    return {name: pl.concat(stack) for name, stack in stacks.items()}


def run_kind(folder: str) -> str:
    """Return the kind under which what a dropped folder gave is kept: its name, which may be no text."""
    return ascii(folder)


def _taken(folder: str, files: list[RawFile]) -> str:
    met = Intake(SOURCE.name)
    settled = _settled(folder, files, met)
    _report(folder, settled.said, met)
    frames = {"runs": settled.runs, "losses": settled.losses, "scores": settled.scores}
    placed = {name: _placed(frame, folder).select(list(TABLES[name])) for name, frame in frames.items()}
    return Taken(placed, met).text()


def _by_folder(files: list[RawFile], intake: Intake) -> Iterator[tuple[str, list[RawFile]]]:
    folders: dict[str, list[RawFile]] = {}
    for file in files:
        folder, slash, _ = file.path.partition("/")
        if slash:
            folders.setdefault(folder, []).append(file)
        else:
            intake.skip(file.path, "lies in no folder: each run has one of its own")
    yield from folders.items()


def _settled(folder: str, files: list[RawFile], intake: Intake) -> Settled:
    said = Said()
    own = [OwnFile(f.local, f.path.removeprefix(f"{folder}/"), f.size) for f in files]
    card = next((f for f in own if f.path == CARD), None)
    try:
        told = read_card(card.local) if card else {}
    except InputError as error:
        said.broken.append(Broken(CARD, "", "unreadable_file", None, str(error)))
        # What it keeps out, or calls by another name, nobody can tell.
        told, own = {}, []
    checked = check_card(told)
    return gather([f for f in own if f.path != CARD], checked, said).settle(checked, folder)


def _report(folder: str, said: Said, intake: Intake) -> None:
    for item in said.broken:
        intake.reject(f"{folder}/{item.file}", item.place, item.rule, item.value, item.fix)
    for question in said.questions.values():
        if question.is_needed:
            stop = "" if question.text.endswith("?") else "."
            words = f"{question.text}{stop} Answer {question.key} in {CARD}"
            intake.reject(f"{folder}/{question.file or CARD}", question.key, UNANSWERED, None, words)
    for left in said.left:
        if not left.place:
            intake.skip(f"{folder}/{left.file}", left.why)


def _placed(frame: pl.DataFrame, folder: str) -> pl.DataFrame:
    frame = frame.with_columns(folder=pl.lit(folder))
    return frame.with_columns(file=f"{folder}/" + pl.col("file")) if "file" in frame.columns else frame


def dropped_files(home: Path) -> list[RawFile]:
    """Return every regular file below the drop folder, in the order of their paths; links are none."""
    root = home / DROP
    return [_raw(file) for file in find_files(root).files] if root.is_dir() else []


def _raw(file: OwnFile) -> RawFile:
    with file.local.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return RawFile(file.path, "own", file.local, file.size, digest)


def dropped_runs(home: Path) -> list[str]:
    """Return the folders below the drop folder that hold a file, each a run or more, in order."""
    return sorted({file.path.partition("/")[0] for file in dropped_files(home) if "/" in file.path})


def drop_digest(home: Path | None) -> str:
    """Digest of all that lies in the drop folder of a home; of an empty one for None."""
    files = dropped_files(home) if home else []
    return hashlib.sha256("\n".join(f"{f.path} {f.sha256}" for f in files).encode()).hexdigest()


SOURCE = Source(
    name="own",
    title="Runs of one's own",
    origins=(),
    local=dropped_files,
    licence="private",
    citation="own runs, not published",
    redistribute=False,
    tables=TABLES,
    parse=parse,
)
