"""Reads one folder of results: each file by the reader that recognises it, or refused by itself."""

import os
from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass

import polars as pl

from emergence.errors import EmergenceError
from pipelines.own.card.card import Card
from pipelines.own.formats import READERS
from pipelines.own.formats.leave import why_left
from pipelines.own.formats.tables import read_table
from pipelines.own.formats.text_logs import home_made
from pipelines.own.reading.found import Broken, Left, OwnFile, Reader, Reading
from pipelines.own.reading.rows import why_no_table
from pipelines.own.settling.frame import Columns, Said
from pipelines.own.settling.settle import Settled, settle

# A file that a reader looks into beside its own.
READ_WITH = ("run_spec.json",)
NO_READER = (
    "nothing that a known tool writes, and no table: CSV with a header (cells parted by commas, tabs or "
    "semicolons, and no blanks), JSON rows or Parquet, which a map (`emergence add --template`) tells apart"
)
NO_PATTERN = "a log of no known trainer: a pattern says which part of a line is what"


@dataclass(frozen=True)
class Gathered:
    """What the files of one folder say, before a card settles it.

    ``used`` are the files that were read, ``paths`` those of all that were looked at.
    """

    frame: pl.DataFrame
    said: Said
    used: tuple[OwnFile, ...]
    paths: tuple[str, ...]

    def settle(self, card: Card, folder: str) -> Settled:
        """Settle it with a card; may be done again with another."""
        return settle(self.frame, card, folder, deepcopy(self.said), self.paths)


def gather(files: Iterable[OwnFile], card: Card, said: Said | None = None) -> Gathered:
    """Read the files of one folder; the card says of tables which column is what."""
    said = said or Said()
    columns = Columns()
    used: list[OwnFile] = []
    paths: list[str] = []
    for file in files:
        paths.append(file.path)
        why = why_left(file)
        if why is not None:
            said.left.append(Left(file.path, "", why))
            continue
        name, reading = read_file(file, card)
        if reading.records and _is_cut(file):
            said.note(f"{file.path} ends without the end of a line: its last value may be cut")
        said.take(reading)
        columns.add(name, reading)
        if name and reading.records:
            beside = (f for f in map(file.beside, READ_WITH) if f is not None)
            used += [file, *reading.read_with, *beside]
        # What was parsed is not kept: ten thousand files are.
        file.forget()
    return Gathered(columns.frame(), said, tuple({f.path: f for f in used}.values()), tuple(paths))


def _is_cut(file: OwnFile) -> bool:
    """Say whether a text of lines, which JSON is not, ends in the middle of one."""
    if b"\0" in file.head or file.head.lstrip()[:1] in (b"{", b"[", b"|"):
        return False
    with file.local.open("rb") as stream:
        stream.seek(-1, os.SEEK_END)
        return stream.read(1) not in (b"\n", b"\r")


def read_file(file: OwnFile, card: Card) -> tuple[str, Reading]:
    """Return the name of the reader of a file and what it read; a file that it cannot read is one refusal."""
    try:
        mapped = card.table_map(file.path)
        if mapped is not None:
            return "table", read_table(file, mapped)
        told = card.of("files", file.path)
        if "pattern" in told:
            return "text_log", home_made.read_pattern(file, told["pattern"])
        reader = recognise(file)
        if reader is None and not told.get("skip") and (asked := home_made.question(file)):
            return "", Reading(left=[Left(file.path, "", NO_PATTERN)], questions=[asked])
        if reader is None:
            return "", Reading(left=[Left(file.path, "", why_no_table(file) or NO_READER)])
        return reader.name, reader.read(file)
    except (EmergenceError, OSError) as error:
        return "", Reading(broken=[Broken(file.path, "", "unreadable_file", None, str(error))])
    except Exception as error:  # a file may hold anything: one that no reader foresaw never sinks the others
        said = f"cannot be read ({type(error).__name__}: {error}); take it away, or map it as a table"
        return "", Reading(broken=[Broken(file.path, "", "unreadable_file", None, said)])


def recognise(file: OwnFile) -> Reader | None:
    """Return the first reader that recognises a file."""
    return next((reader for reader in READERS if reader.recognise(file)), None)
