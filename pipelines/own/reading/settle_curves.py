"""Makes records of what a trainer logged: of one rank, the later of two at one step, in order of position."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import isnan

import numpy as np
from numpy.typing import NDArray

from pipelines.own.reading.curves import ABANDONED, CELLS, REPLACED, Curve, Curves
from pipelines.own.reading.found import Kind, Left, Position, Question, Reading, Record
from pipelines.own.reading.ranks import one_rank
from pipelines.own.reading.restarts import logged_again, replaced, restarts, stale

Floats = NDArray[np.float64]
# A curve of training losses holds so many points at most: evenly taken, first and last among them.
MAX_TRAINING = 100_000
# Positions are whole numbers of 64 bits.
MAX_POSITION = 2.0**63
BEYOND = "at a position that no run has: below 0, or above 9.2e18"
OTHER_RANKS = "lines of further ranks at the same steps"
THINNED = "training losses between those kept"


@dataclass(frozen=True)
class Table:
    """One curve as columns."""

    cells: Floats

    @property
    def number(self) -> Floats:
        """Positions."""
        return self.cells[:, 1]

    @property
    def row(self) -> Floats:
        """Rows of the file."""
        return self.cells[:, 4]

    @property
    def rank(self) -> Floats:
        """Ranks that printed."""
        return self.cells[:, 5]

    def take(self, index: "NDArray[np.bool_] | NDArray[np.int64]") -> "Table":
        """Return the rows of an index or a mask; all of them without a copy."""
        return self if index.dtype == bool and index.all() else Table(self.cells[index])

    def sorted(self) -> "Table":
        """Return the rows in order of position, those without one last."""
        is_sorted = bool((np.diff(self.number) >= 0).all())
        return self if is_sorted else self.take(np.argsort(self.number, kind="stable"))

    def __len__(self) -> int:
        return len(self.cells)


def settle(curves: Curves) -> Reading:
    """Return the records of all curves, and what became of the rest."""
    reading = Reading(broken=curves.broken, left=curves.left())
    for run in dict.fromkeys(run for run, _ in curves.curves):
        mine = {key: curve for (name, key), curve in curves.curves.items() if name == run}
        _settle_run(curves, run, mine, reading)
    return reading


def _settle_run(curves: Curves, run: str | None, mine: dict[str, Curve], reading: Reading) -> None:
    mine = {key: curve for key, curve in mine.items() if curve.cells}
    if not mine:
        return
    whole = {key: _within(curves, key, curve, reading) for key, curve in mine.items()}
    tables = {key: table.take(one_rank(table.rank, table.number)) for key, table in whole.items()}
    ranks = sum(len(whole[key]) - len(tables[key]) for key in mine)
    busiest = max(tables.values(), key=len)
    begun = [(float(busiest.row[i]), float(busiest.number[i])) for i in restarts(busiest.number)]
    gone = {key: replaced(t.number) | stale(t.number, t.row, begun) for key, t in tables.items()}
    n_gone = sum(int(g.sum()) for g in gone.values())
    n_again = sum(logged_again(t.number, gone[key]) for key, t in tables.items())
    for count, why in ((ranks, OTHER_RANKS), (n_again, REPLACED), (n_gone - n_again, ABANDONED)):
        if count:
            reading.left.append(Left(curves.file, "", why, count))
    for key, table in tables.items():
        kept = table.take(~gone[key]).sorted()
        if not mine[key].name.held_out and len(kept) > MAX_TRAINING:
            reading.left.append(Left(curves.file, "", f"{key}: {THINNED}", len(kept) - MAX_TRAINING))
            kept = kept.take(np.linspace(0, len(kept) - 1, MAX_TRAINING).round().astype(np.int64))
        reading.records += _records(curves, run, key, mine[key], kept)
        text = mine[key].name.text
        if text:
            reading.questions.append(_which_corpus(key, text, curves.file))


def _within(curves: Curves, key: str, curve: Curve, reading: Reading) -> Table:
    """Return the rows of a curve at positions that a run may have; others are counted."""
    cells = np.frombuffer(curve.cells).reshape(-1, CELLS)
    wild = (cells[:, 1:4] >= MAX_POSITION).any(axis=1) | (cells[:, 1:4] < 0).any(axis=1)
    if wild.any():
        place = curves.place(int(cells[wild][0, 4]), key)
        reading.left.append(Left(curves.file, place, f"{key}: {BEYOND}", int(wild.sum())))
    return Table(cells).take(np.asarray(~wild, dtype=bool))


def _records(curves: Curves, run: str | None, key: str, curve: Curve, table: Table) -> Iterator[Record]:
    name = curve.name
    for value, number, tokens, samples, row, _ in table.cells.tolist():
        at = Position(
            curve.counter,
            _known(number),
            _known(tokens),
            _known(samples),
            curve.is_rounded and not isnan(tokens),
        )
        place = curves.place(int(row), key)
        if name.task is None:
            yield Record(
                Kind.LOSS, key, value, at, curves.file, place, run, unit=name.unit, held_out=name.held_out
            )
        else:
            yield Record(
                Kind.SCORE, key, value, at, curves.file, place, run,
                task=name.task, metric=name.metric, format=name.format,
                n_shot=name.n_shot, n_items=name.n_items, facts=name.facts,
            )  # fmt: skip


def _known(number: float) -> float | None:
    return None if isnan(number) else number


def _which_corpus(key: str, text: str, file: str) -> Question:
    return Question(
        f"losses.{key}.corpus", f"{key} is the loss on which text? Its name says {text}.", (text,), file
    )
