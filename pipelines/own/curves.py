"""Gathers what a trainer logged, key by key, in little memory, and settles it into records.

Every reader of a training log fills ``Curves``: one value at a time, as written, with its place. Settling
names what each key is, leaves alone what is no loss, keeps one rank of several, lets later values replace
those before a restart, and sorts by position.
"""

from array import array
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from math import isnan, nan

import numpy as np
from numpy.typing import NDArray

from pipelines.own.cells import is_empty, is_not_finite, read_number
from pipelines.own.found import Broken, Counter, Kind, Left, Position, Question, Reading, Record
from pipelines.own.loss_names import Name, describe
from pipelines.own.ranks import one_rank
from pipelines.own.restarts import replaced, restarts, stale

Floats = NDArray[np.float64]
# So many cells of one key and rule are named one by one; the rest are counted.
MAX_NAMED = 20
# A curve of training losses holds so many points at most: evenly taken, first and last among them.
MAX_TRAINING = 100_000
NOT_FINITE, NOT_POSITIVE, NOT_A_NUMBER = "loss_not_finite", "loss_not_positive", "not_a_number"
_FIXES = {
    NOT_FINITE: "a loss that is not finite is no value; the other rows are kept",
    NOT_POSITIVE: "a loss of 0.0 is a stand-in (for NaN, or a lost value), no value; the other rows are kept",
    NOT_A_NUMBER: "expected a plain number; correct the cell or leave it empty",
}


@dataclass
class Curve:
    """The values of one key, in the order of logging; what is not known is NaN."""

    value: "array[float]" = field(default_factory=lambda: array("d"))
    number: "array[float]" = field(default_factory=lambda: array("d"))
    tokens: "array[float]" = field(default_factory=lambda: array("d"))
    samples: "array[float]" = field(default_factory=lambda: array("d"))
    place: "array[float]" = field(default_factory=lambda: array("d"))
    rank: "array[int]" = field(default_factory=lambda: array("i"))
    counter: Counter = Counter.STEP
    is_rounded: bool = False


@dataclass
class _Refused:
    count: int = 0
    place: str = ""


class Curves:
    """What was logged in one file. ``place`` words the place of a value from its row and key."""

    def __init__(
        self,
        file: str,
        place: Callable[[int, str], str],
        *,
        counter: Counter = Counter.STEP,
        names: Mapping[str, Name] | None = None,
    ) -> None:
        """Begin empty.

        ``counter`` is what positions count; ``names`` are keys that only this format has.
        """
        self.file, self.place, self.counter = file, place, counter
        self._names = names or {}
        self.reading = Reading()
        self._curves: dict[tuple[str | None, str], Curve] = {}
        self._other: dict[str, _Refused] = {}
        self._refused: dict[tuple[str, str], _Refused] = {}

    def add(
        self,
        key: str,
        cell: object,
        number: float,
        row: int,
        *,
        tokens: float = nan,
        samples: float = nan,
        run: str | None = None,
        rank: int = -1,
        counter: Counter | None = None,
        is_rounded: bool = False,
    ) -> None:
        """Take one logged value as it is written; ``number`` is its position, NaN where none is told."""
        if is_empty(cell):
            return
        name = self._name(key)
        if name.left is not None:
            self._count(self._other, key, row, key)
            return
        value = cell if type(cell) is float else read_number(cell)
        rule = _trouble(cell, value, is_loss=name.task is None)
        if value is None or rule is not None:
            self._refuse(key, cell, row, rule or NOT_A_NUMBER)
            return
        curve = self._curves.get((run, key))
        if curve is None:
            curve = self._curves[run, key] = Curve(counter=counter or self.counter)
        curve.is_rounded |= is_rounded
        curve.value.append(value)
        curve.number.append(number)
        curve.tokens.append(tokens)
        curve.samples.append(samples)
        curve.place.append(row)
        curve.rank.append(rank)

    def _name(self, key: str) -> Name:
        return self._names.get(key) or describe(key)

    def leave(self, key: str, row: int, why: str) -> None:
        """Leave one value alone for a reason of the format's own."""
        self._count(self._other, f"{key}\0{why}", row, key)

    def settle(self) -> Reading:
        """Return the records of all keys, and what became of the rest."""
        for run in dict.fromkeys(run for run, _ in self._curves):
            self._settle_run(run, {key: c for (r, key), c in self._curves.items() if r == run})
        for label, seen in self._other.items():
            key, _, why = label.partition("\0")
            why = why or self._name(key).left or ""
            self.reading.left.append(Left(self.file, seen.place, f"{key}: {why}", seen.count))
        for (key, rule), seen in self._refused.items():
            if rule == NEGATIVE:
                why = f"{key}: not above 0, as printed where no loss is known"
                self.reading.left.append(Left(self.file, seen.place, why, seen.count))
            elif seen.count > MAX_NAMED:
                why = f"{key}: {rule}, beyond the first {MAX_NAMED}, which are named one by one"
                self.reading.left.append(Left(self.file, seen.place, why, seen.count - MAX_NAMED))
        return self.reading

    def _settle_run(self, run: str | None, curves: dict[str, Curve]) -> None:
        ranks = {key: one_rank(_array(c.rank), _array(c.number)) for key, c in curves.items()}
        columns = {key: _Columns.of(c, ranks[key]) for key, c in curves.items()}
        dropped = sum(int((~kept).sum()) for kept in ranks.values())
        if dropped:
            self.reading.left.append(Left(self.file, "", "lines of further ranks at the same steps", dropped))
        busiest = max(columns.values(), key=lambda c: len(c.number))
        begun = [(float(busiest.place[i]), float(busiest.number[i])) for i in restarts(busiest.number)]
        count = 0
        for key, column in columns.items():
            gone = replaced(column.number) | stale(column.number, column.place, begun)
            count += int(gone.sum())
            self._records(run, key, column.take(~gone))
        if count:
            why = "logged again after a restart, or twice at one step: the later value counts"
            self.reading.left.append(Left(self.file, "", why, count))

    def _records(self, run: str | None, key: str, column: "_Columns") -> None:
        name = self._name(key)
        column = column.take(np.argsort(column.number, kind="stable"))
        if not name.held_out and len(column.value) > MAX_TRAINING:
            index = np.unique(np.linspace(0, len(column.value) - 1, MAX_TRAINING).round().astype(np.int64))
            why = f"{key}: training losses between those kept"
            self.reading.left.append(Left(self.file, "", why, len(column.value) - len(index)))
            column = column.take(index)
        if name.text:
            self.reading.questions.append(_which_corpus(key, name.text, self.file))
        curve = self._curves[run, key]
        for value, at, row in column.rows(curve.counter, is_rounded=curve.is_rounded):
            self.reading.records.append(_record(name, key, value, at, self.file, self.place(row, key), run))

    def _refuse(self, key: str, cell: object, row: int, rule: str) -> None:
        seen = self._refused.setdefault((key, rule), _Refused())
        seen.count += 1
        seen.place = seen.place or self.place(row, key)
        if rule != NEGATIVE and seen.count <= MAX_NAMED:
            broken = Broken(self.file, self.place(row, key), rule, str(cell)[:200], _FIXES[rule])
            self.reading.broken.append(broken)

    def _count(self, counts: dict[str, _Refused], label: str, row: int, key: str) -> None:
        seen = counts.get(label)
        if seen is None:
            seen = counts[label] = _Refused(place=self.place(row, key))
        seen.count += 1


NEGATIVE = "loss_negative"


def _trouble(cell: object, value: float | None, *, is_loss: bool) -> str | None:
    if value is None or value != value or value in (np.inf, -np.inf):
        return NOT_FINITE if is_not_finite(cell) else NOT_A_NUMBER
    if is_loss and value <= 0:
        return NOT_POSITIVE if value == 0 else NEGATIVE
    return None


def _array(values: "array[float] | array[int]") -> NDArray[np.float64]:
    return np.array(values, dtype=np.float64)


@dataclass(frozen=True)
class _Columns:
    value: Floats
    number: Floats
    tokens: Floats
    samples: Floats
    place: Floats

    @classmethod
    def of(cls, curve: Curve, kept: NDArray[np.bool_]) -> "_Columns":
        columns = (curve.value, curve.number, curve.tokens, curve.samples, curve.place)
        return cls(*(_array(column)[kept] for column in columns))

    def take(self, index: "NDArray[np.bool_] | NDArray[np.int64]") -> "_Columns":
        columns = (self.value, self.number, self.tokens, self.samples, self.place)
        return _Columns(*(column[index] for column in columns))

    def rows(self, counter: Counter, *, is_rounded: bool) -> Iterator[tuple[float, Position, int]]:
        columns = (self.value, self.number, self.tokens, self.samples, self.place)
        for value, number, tokens, samples, place in zip(*(c.tolist() for c in columns), strict=True):
            at = Position(
                Counter.UNKNOWN if isnan(number) else counter,
                _known(number),
                _known(tokens),
                _known(samples),
                is_rounded and not isnan(tokens),
            )
            yield value, at, int(place)


def _known(number: float) -> float | None:
    return None if isnan(number) else number


def _record(
    name: Name, key: str, value: float, at: Position, file: str, place: str, run: str | None
) -> Record:
    if name.task is not None:
        return Record(
            Kind.SCORE,
            key,
            value,
            at,
            file,
            place,
            run=run,
            task=name.task,
            metric=name.metric,
            format=name.format,
            n_shot=name.n_shot,
            n_items=name.n_items,
            facts=name.facts,
        )
    return Record(Kind.LOSS, key, value, at, file, place, run=run, unit=name.unit, held_out=name.held_out)


def _which_corpus(key: str, text: str, file: str) -> Question:
    return Question(
        f"losses.{key}.corpus", f"{key} is the loss on which text? Its name says {text}.", (text,), file
    )
