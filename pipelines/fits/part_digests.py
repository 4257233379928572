"""The digest of every part of a relation, in one reading: by it a part that did not change is known.

Rows are hashed with their places in their part, and the hashes added up. What each group of rows of a file
added is noted, so that of a file that begins as the one before only the other groups are read.
"""

import json
import threading
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipelines.warehouse.kept import all_code, read_kept, write_kept
from pipelines.warehouse.row_groups import row_groups
from pipelines.warehouse.store import Store, bytes_digest, digest_of

PART = ["source", "corpus"]
NOTES = "digests"
FEWEST_GROUPS = 2
"""Groups of rows from which a relation has a note: less is read at once."""
_READING = threading.Lock()
Name = tuple[str, ...]
Digests = dict[Name, tuple[int, str]]
"""How many rows each part has, by default a source and corpus, and their digest."""
Sums = dict[Name, tuple[int, int]]
"""How many rows of each part there are, and the sum of their hashes."""


def part_digests(
    store: Store,
    room: str,
    relation: str,
    columns: Sequence[str],
    *,
    by: Sequence[str] = PART,
    in_order: bool = True,
) -> Digests:
    """Return rows and digest of each part, over some columns, rows in their order unless any will do.

    Fits that read the same columns of the same rows share one reading, also where they begin at once.
    """
    digest = store.need(room, relation).digest
    with _READING:
        return _read(store.home, room, relation, digest, tuple(columns), tuple(by), in_order)


@lru_cache(maxsize=8)
def _read(
    home: Path,
    room: str,
    relation: str,
    digest: str,
    columns: tuple[str, ...],
    by: tuple[str, ...],
    in_order: bool,
) -> Digests:
    path = Store(home).path(room, relation)
    rows = pl.scan_parquet(path, glob=False).select(columns)
    schema = str(rows.collect_schema())
    note = _Note(home / NOTES, digest_of(room, relation, schema, str(in_order), *by))
    groups = [(count, bytes_digest(held)) for count, held in row_groups(path)]
    sums = note.read(groups)
    whole: Sums = defaultdict(lambda: (0, 0))
    for known in sums:
        _add(whole, known)
    for number in range(len(sums), len(groups)):
        start = sum(count for count, _ in groups[:number])
        group = rows.slice(start, groups[number][0]).collect()
        sums.append(_sums(group, by, whole if in_order else None))
        _add(whole, sums[-1])
    note.write(groups, sums)
    return {
        part: (count, digest_of(schema, f"{count} {total:x}"))
        for part, (count, total) in sorted(whole.items())
    }


def _add(whole: Sums, more: Sums) -> None:
    for part, (rows, total) in more.items():
        known = whole[part]
        whole[part] = known[0] + rows, (known[1] + total) % (1 << 64)


def _sums(rows: pl.DataFrame, by: Sequence[str], before: Sums | None) -> Sums:
    """Return what rows add to the sums of parts, by the rows before; None where any order will do."""
    hashed = rows.select(by).with_columns(hash=rows.hash_rows(seed=0))
    found: Sums = {}
    for names, group in hashed.group_by(by, maintain_order=True):
        part = tuple(map(str, names))
        places = np.zeros(group.height, np.uint64)
        if before is not None:
            places = np.arange(before[part][0], before[part][0] + group.height, dtype=np.uint64)
        found[part] = group.height, int(_mixed(group["hash"].to_numpy(), places).sum(dtype=np.uint64))
    return found


def _mixed(hashes: NDArray[np.uint64], places: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return a hash of each hash with its place: the last steps of SplitMix64 on their sum."""
    mixed: NDArray[np.uint64] = hashes + (places + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed ^= mixed >> np.uint64(31)
    return mixed


@dataclass(frozen=True)
class _Note:
    """What the groups of rows of a relation added to the digests of its parts, when they were last read."""

    folder: Path
    key: str

    @property
    def path(self) -> Path:
        return self.folder / f"{self.key[:16]}-{all_code()[:16]}"

    def read(self, groups: Sequence[tuple[int, str]]) -> list[Sums]:
        """Return what the first groups add, as far as they are those of the note."""
        text = read_kept(self.path)
        if text is None:
            return []
        known: list[tuple[list[Any], list[Any]]] = json.loads(text)
        alike = takewhile(lambda pair: tuple(pair[0][0]) == pair[1], zip(known, groups, strict=False))
        return [{tuple(part): (rows, total) for part, rows, total in sums} for (_, sums), _ in alike]

    def write(self, groups: Sequence[tuple[int, str]], sums: Sequence[Sums]) -> None:
        """Note what each group adds; notes of other code go."""
        if len(groups) < FEWEST_GROUPS:
            return
        listed = [[[part, rows, total] for part, (rows, total) in of.items()] for of in sums]
        write_kept(self.path, json.dumps(list(zip(groups, listed, strict=True))))
        for other in self.folder.glob("*"):
            if not other.name.endswith(all_code()[:16]):
                other.unlink(missing_ok=True)
