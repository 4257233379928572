"""Rows of a table that say unlike things of one step: told apart by a column nobody read, or logged again.

A table of two seeds, or of a training and a validation loss, has rows of one step that are both right. Taking
the later one would mix two runs; so rows that a column tells apart are refused until it is mapped. Rows that
nothing tells apart are a log that was taken up again, and replace what was logged from there on.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from pipelines.own.reading.cells import is_empty, read_number
from pipelines.own.reading.curves import ABANDONED, REPLACED
from pipelines.own.reading.found import Broken, Left, OwnFile, Reading, Record
from pipelines.own.reading.known import plain
from pipelines.own.reading.mapping import TableMap, is_clock
from pipelines.own.reading.positions import position_in_name
from pipelines.own.reading.restarts import logged_again, replaced
from pipelines.own.reading.rows import Row, rows_of
from pipelines.words import agreeing

CONTRADICT = "rows_contradict"
# So many rows show by what they differ.
MOST_LOOKED_AT = 10_000
# So many runs stand below each other.
MOST_BLOCKS = 1_000
# Numbers under these names tell trainings apart even if each stands once; others are clocks and measurements.
_SETTINGS = frozenset(
    ("seed", "params", "n_params", "num_params", "size", "lr", "learning_rate", "width", "depth")
)

# What no training changes on its way, by names that leave no doubt; of `size`, cells such as 70M.
_OF_ONE = frozenset(
    (
        *("seed", "params", "n_params", "num_params", "parameters", "n_parameters", "num_parameters"),
        *("parameter_count", "param_count", "model_size", "model_params"),
    )
)
_SIZE = re.compile(r"\d+(?:\.\d+)?\s*[kmbt]\w*", re.I)
# What changes when a training is taken up again, and tells no two of them apart.
_CLOCKS = frozenset(
    (
        *("time", "timestamp", "ts", "date", "wall", "runtime", "index", "created", "updated", "host"),
        *("hostname", "node", "machine", "pid", "job", "slurm", "commit"),
    )
)
_DATE = re.compile(r"\d{4}-\d\d-\d\d|$")

Key = tuple[object, ...]


def settle_rows(
    file: OwnFile, mapped: TableMap, names: Iterable[str], reading: Reading, rows: Sequence[int]
) -> None:
    """Take out of a reading the records that contradict each other; ``rows`` is the row of each record."""
    used = {*mapped.columns.values(), *mapped.losses, *mapped.scores}
    fixed = [name for name in names if name not in used and plain(name) in {*_OF_ONE, "size"}]
    runs = dict(zip(rows, (r.run for r in reading.records), strict=True))
    unlike = _unlike(reading.records)
    backs = _backs(reading.records, rows, {_series(key) for key in unlike})
    if backs and (told := _blocks(file, used, backs)) is not None:
        before, (column, shown) = reading.records, told
        words = f"steps begin anew where column {column!r} changes ({', '.join(shown)})"
        _refuse(
            file, reading, {_at(r) for r in before if _series(_at(r)) in backs}, f"{words}: {_map_of(column)}"
        )
        kept = {r.key for r in reading.records}
        rows = [row for r, row in zip(before, rows, strict=True) if r.key in kept]
        unlike = {key for key in unlike if key[0] in kept}
    if unlike:
        _settle_unlike(file, mapped, reading, rows, unlike)
    if fixed and reading.records and (several := _several(file, fixed, runs)) is not None:
        run, column, shown = several
        words = f"{run or 'the table'} has several {column} ({', '.join(shown)}), as of several trainings"
        _refuse(file, reading, {_at(r) for r in reading.records}, f"{words}: {_map_of(column)}")


def _settle_unlike(
    file: OwnFile, mapped: TableMap, reading: Reading, rows: Sequence[int], unlike: set[Key]
) -> None:
    """Refuse what a column tells apart at one position; else let the later of two values count."""
    met = [(_at(r), row) for r, row in zip(reading.records, rows, strict=True) if _at(r) in unlike]
    column, shown = _teller(file, mapped, met[:MOST_LOOKED_AT], _goes_back(reading.records, unlike))
    is_placed = bool({"step", "tokens", "samples"} & set(mapped.columns))
    if column is not None:
        words = f"rows of one step differ by column {column!r} ({', '.join(shown)})"
        _refuse(file, reading, unlike, f"{words}: {_map_of(column)}")
    elif not is_placed and position_in_name(file.path) is not None:
        of_items = "several rows at the one step that the file's name tells, as of single items: average them"
        _refuse(file, reading, unlike, of_items)
    else:
        _take_the_later(file, reading, {_series(key) for key in unlike})


def _map_of(column: str) -> str:
    return f"say in a map what it is (run, seed, task, corpus … = {column!r}; `emergence add --template`)"


def _several(
    file: OwnFile, fixed: Sequence[str], runs: Mapping[int, str | None]
) -> tuple[str | None, str, list[str]] | None:
    """Return a run whose rows are of several trainings by a column nobody read, with two of its cells."""
    first_of: dict[tuple[str, str | None], str] = {}
    for index, (_, row) in enumerate(rows_of(file, Reading())):
        for name in fixed if index in runs else ():
            cell = _text(row, name)
            if not cell or (plain(name) == "size" and not _SIZE.fullmatch(cell)):
                continue
            seen = first_of.setdefault((name, runs[index]), cell)
            if seen != cell and (read_number(seen) is None or read_number(seen) != read_number(cell)):
                return runs[index], name, [seen, cell]
    return None


def _backs(records: Sequence[Record], rows: Sequence[int], but: set[Key]) -> dict[Key, list[tuple[int, int]]]:
    """Return where positions of a series go back, as pairs of rows, of all series but some."""
    last: dict[Key, tuple[float, int]] = {}
    backs: dict[Key, list[tuple[int, int]]] = defaultdict(list)
    for record, row in zip(records, rows, strict=True):
        number, series = record.at.number, _series(_at(record))
        if number is None:
            continue
        before, its_row = last.get(series, (number, row))
        if number < before and series not in but:
            backs[series].append((its_row, row))
        last[series] = number, row
    return backs


def _blocks(
    file: OwnFile, used: set[str], backs: Mapping[Key, Sequence[tuple[int, int]]]
) -> tuple[str, list[str]] | None:
    """Return a column of words nobody read, in blocks as of runs, if steps go back just where one begins."""
    begun: dict[str, dict[str, int]] = defaultdict(dict)
    last: dict[str, str] = {}
    ended = set(used)
    index = 0
    for index, (_, row) in enumerate(rows_of(file, Reading())):
        for name in row:
            if name in ended or (word := _text(row, name)) == last.get(name):
                continue
            if word in begun[name] or len(begun[name]) == MOST_BLOCKS or not _names_a_run(name, word):
                ended.add(name)
                del begun[name]
                continue
            begun[name][word], last[name] = index, word
    pairs = [pair for of_one in backs.values() for pair in of_one]
    for name, words in begun.items():
        starts = words.values()
        if len(starts) * 2 <= index + 1 and all(any(a < s <= b for s in starts) for a, b in pairs):
            return name, list(words)[:3]
    return None


def _names_a_run(name: str, cell: str) -> bool:
    is_clock = _CLOCKS & set(plain(name).split("_")) or _DATE.match(cell)
    return not is_clock and read_number(cell) is None


def _refuse(file: OwnFile, reading: Reading, unlike: set[Key], why: str) -> None:
    """Take out of a reading all values of the keys that contradict each other, said at the first."""
    keys = {r.key for r in reading.records if _at(r) in unlike}
    kept = [r for r in reading.records if r.key not in keys]
    first = next(r for r in reading.records if _at(r) in unlike)
    gone = agreeing(len(reading.records) - len(kept), "value")
    fix = f"{why}, or keep the rows of one; {gone} left out"
    reading.broken.append(Broken(file.path, first.place, CONTRADICT, f"{first.value:.15g}", fix))
    reading.records = kept


def _at(record: Record) -> Key:
    r = record
    setting = (r.key, r.run, r.task, r.metric, r.filter, r.format, r.n_shot, r.corpus, r.unit, r.held_out)
    return (*setting, r.at.counter, r.at.number, r.at.tokens)


def _series(key: Key) -> Key:
    return key[:-2]


def _unlike(records: Sequence[Record]) -> set[Key]:
    """Return what has more than one value at one position; of a million rows only those that stand twice."""
    seen: set[int] = set()
    twice: set[int] = set()
    for record in records:
        mark = hash(_at(record))
        (twice if mark in seen else seen).add(mark)
    if not twice:
        return set()
    first: dict[Key, float] = {}
    again = ((_at(r), r.value) for r in records if hash(_at(r)) in twice)
    return {key for key, value in again if first.setdefault(key, value) != value}


def _goes_back(records: Iterable[Record], unlike: set[Key]) -> bool:
    """Say whether positions of a series go back, as where a training was taken up again."""
    mine: dict[Key, float] = {}
    series = {_series(key) for key in unlike}
    for record in records:
        key, number = _series(_at(record)), record.at.number
        if key in series and number is not None:
            if number < mine.get(key, number):
                return True
            mine[key] = number
    return False


def _teller(
    file: OwnFile, mapped: TableMap, met: Sequence[tuple[Key, int]], goes_back: bool
) -> tuple[str | None, list[str]]:
    """Return the column that tells all these rows apart, with its first words; None where none does."""
    wanted: dict[int, list[Key]] = defaultdict(list)
    for key, index in met:
        wanted[index].append(key)
    used = {*mapped.columns.values(), *mapped.losses, *mapped.scores}
    cells: dict[str, dict[Key, list[str]]] = defaultdict(lambda: defaultdict(list))
    last = max(wanted)
    for index, (_, row) in enumerate(rows_of(file, Reading())):
        if index > last:
            break
        for key in wanted.get(index, ()):
            for name in row:
                if name not in used:
                    cells[name][key].append(_text(row, name))
    for name, groups in cells.items():
        if all(len(set(group)) == len(group) for group in groups.values()) and _tells(
            name, groups.values(), goes_back
        ):
            return name, list(dict.fromkeys(c or "nothing" for group in groups.values() for c in group))[:3]
    return None, []


def _text(row: Row, name: str) -> str:
    cell = row.get(name)
    return "" if is_empty(cell) else str(cell).strip()


def _tells(name: str, groups: Iterable[Sequence[str]], goes_back: bool) -> bool:
    """Say whether cells are names of things: words, or numbers that come again, and no clock or index.

    Where no training was taken up again, any number that is neither tells rows apart.
    """
    cells = [cell for group in groups for cell in group]
    if _CLOCKS & set(plain(name).split("_")) or all(_DATE.match(cell) for cell in cells):
        return False
    if plain(name) in _SETTINGS:
        return True
    if len(set(cells)) * 2 <= len(cells):
        return True
    is_number = all(read_number(cell) is not None for cell in cells if cell)
    return not (goes_back or (is_number and (is_clock(name) or name == "")))


def _take_the_later(file: OwnFile, reading: Reading, series: set[Key]) -> None:
    """Let what was logged again after a restart replace what was logged from there on."""
    mine: dict[Key, list[int]] = defaultdict(list)
    for index, record in enumerate(reading.records):
        if (key := _series(_at(record))) in series and record.at.number is not None:
            mine[key].append(index)
    gone: set[int] = set()
    n_again = 0
    for indices in mine.values():
        numbers = np.array([reading.records[i].at.number for i in indices], dtype=float)
        are_gone = replaced(numbers)
        n_again += logged_again(numbers, are_gone)
        gone |= {i for i, is_gone in zip(indices, are_gone.tolist(), strict=True) if is_gone}
    for count, why in ((n_again, REPLACED), (len(gone) - n_again, ABANDONED)):
        if count:
            reading.left.append(Left(file.path, reading.records[min(gone)].place, why, count))
    if gone:
        reading.records = [r for i, r in enumerate(reading.records) if i not in gone]
