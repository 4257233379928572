"""Gathers what a trainer logged, key by key, in little memory.

Every reader of a training log fills ``Curves``, one value at a time, as written, with its place, and then
lets ``settle`` make records of it.
"""

import re
from array import array
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import inf, nan

from pipelines.own.reading.cells import is_empty, is_not_finite, read_number
from pipelines.own.reading.found import Broken, Counter, Left
from pipelines.own.reading.loss_names import NO_MEASURE, Name, describe

# So many cells of one key and rule are named one by one; the rest are counted.
MAX_NAMED = 20
NOT_FINITE, NOT_POSITIVE, NOT_A_NUMBER = "loss_not_finite", "loss_not_positive", "not_a_number"
_BELOW_0 = "below 0"
_FIXES = {
    NOT_FINITE: "a loss that is not finite is no value; the other rows are kept",
    NOT_POSITIVE: "a loss of 0.0 is a stand-in (for NaN, or a lost value), no value; the other rows are kept",
    NOT_A_NUMBER: "expected a plain number; correct the cell or leave it empty",
}
REPLACED = "logged again after a restart, or twice at one step: the later value counts"
ABANDONED = "left behind by a restart that went back to an earlier step, and not logged again"
# Numbers a value: value, position, tokens, samples, row, rank.
CELLS = 6
# What nearly all cells look like; others take the longer way.
_SIMPLE = re.compile(r"[0-9]{1,4}\.[0-9]{1,20}")


@dataclass
class Curve:
    """The values of one key: ``CELLS`` numbers each, in the order of logging; what is not known is NaN."""

    name: Name
    counter: Counter
    is_rounded: bool = False
    cells: "array[float]" = field(default_factory=lambda: array("d"))


@dataclass
class Refused:
    """How often something was refused, and where first."""

    place: str
    count: int = 0


class Curves:
    """What was logged in one file, by run and key. ``place`` words a place from its row and key."""

    def __init__(
        self,
        file: str,
        place: Callable[[int, str], str],
        *,
        counter: Counter = Counter.STEP,
        names: Mapping[str, Name] | None = None,
    ) -> None:
        """Begin empty. ``counter`` is what positions count; ``names`` are keys that only this format has."""
        self.file, self.place, self.counter = file, place, counter
        self._names = names or {}
        self.curves: dict[tuple[str | None, str], Curve] = {}
        self.broken: list[Broken] = []
        self._left: dict[tuple[str, str], Refused] = {}
        self._forgotten: list[tuple[str | None, str, float, int]] = []
        self._refused: dict[tuple[str, str], Refused] = {}

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
        curve = self.curves.get((run, key))
        if (
            curve is None
            or type(cell) is not str
            or not _SIMPLE.fullmatch(cell)
            or not (value := float(cell))
        ):
            read = self._read(key, cell, row)
            if read is None:
                return
            value = read
        if curve is None:
            curve = self.curves[run, key] = Curve(self.name(key), counter or self.counter)
        if is_rounded:
            curve.is_rounded = True
        curve.cells.extend((value, number, tokens, samples, row, rank))

    def name(self, key: str) -> Name:
        """Return what a key says."""
        return self._names.get(key) or describe(key)

    def leave(self, key: str, row: int, why: str, count: int = 1) -> None:
        """Leave values alone, for a reason of the format's own; ``row`` is that of the first."""
        seen = self._left.get((key, why))
        if seen is None:
            seen = self._left[key, why] = Refused(self.place(row, key))
        seen.count += count

    def forget(self, key: str | None, run: str | None, number: float) -> None:
        """Leave alone what was taken of a key (None: of all) from a position on, as a restart does."""
        for (name, other), curve in self.curves.items():
            if name != run or key not in (None, other):
                continue
            kept = array("d")
            for at in range(0, len(curve.cells), CELLS):
                if curve.cells[at + 1] < number:
                    kept.extend(curve.cells[at : at + CELLS])
                else:
                    self._forgotten.append((run, other, curve.cells[at + 1], int(curve.cells[at + 4])))
            curve.cells = kept

    def left(self) -> list[Left]:
        """Return what was left alone, alike things once with their number, when all is taken."""
        again = {of: set(curve.cells[1::CELLS]) for of, curve in self.curves.items() if self._forgotten}
        for run, key, number, row in self._forgotten:
            self.leave(key, row, REPLACED if number in again[run, key] else ABANDONED)
        self._forgotten = []
        left = [
            Left(self.file, seen.place, f"{key}: {why}", seen.count)
            for (key, why), seen in self._left.items()
        ]
        for (key, rule), seen in self._refused.items():
            if seen.count > MAX_NAMED:
                why = f"{key}: {rule}, beyond the first {MAX_NAMED}, which are named one by one"
                left.append(Left(self.file, seen.place, why, seen.count - MAX_NAMED))
        return left

    def _read(self, key: str, cell: object, row: int) -> float | None:
        """Return the value of a cell; None where it is empty, of no loss, or refused (and then on record)."""
        if is_empty(cell):
            return None
        name = self.name(key)
        if name.left is not None:
            if name.left is not NO_MEASURE:
                self.leave(key, row, name.left)
            return None
        value = cell if type(cell) is float else read_number(cell)
        rule = _trouble(cell, value, is_loss=name.task is None)
        if rule == _BELOW_0:
            self.leave(key, row, "not above 0, as printed where no loss is known")
        elif rule is not None:
            self._refuse(key, cell, row, rule)
        else:
            return value
        return None

    def _refuse(self, key: str, cell: object, row: int, rule: str) -> None:
        place = self.place(row, key)
        seen = self._refused.setdefault((key, rule), Refused(place))
        seen.count += 1
        if seen.count <= MAX_NAMED:
            self.broken.append(Broken(self.file, place, rule, str(cell)[:200], _FIXES[rule]))


def _trouble(cell: object, value: float | None, *, is_loss: bool) -> str | None:
    if value is None or not -inf < value < inf:
        return NOT_FINITE if is_not_finite(cell) else NOT_A_NUMBER
    if is_loss and value <= 0:
        return NOT_POSITIVE if value == 0 else _BELOW_0
    return None
