"""The door of a fit: arrays as given, checked, turned so that up is better, and sorted by loss."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from emergence.errors import InputError
from emergence.numerics.arrays import Floats, Ints

DROP_ABOVE = 1.5
"""Times the median loss: higher losses (the first steps) are left out, they would inflate range and fit."""
GREATEST = 1e12
"""In size, of any number given: the squares and sixth powers that a fit sums stay finite."""
LEAST_LOSS = 1e-9
"""A loss not above it counts as 0."""
MOST_BESIDE_CHANCE = 1 + 1e-6
"""The highest score that a chance, which is a fraction, may stand beside; past 1 it is rounding."""


@dataclass(frozen=True, slots=True)
class Series:
    """One task's points in ascending loss, all (n,); `score` is turned so that up is better.

    `order` sorts the points by run and then by time; `n_dropped` counts the points left out, repeated or of
    losses above 1.5 × the median; `names` are those of the runs, by code.
    """

    loss: Floats
    score: Floats
    run: Ints
    order: Ints
    n_items: Floats | None
    stderr: Floats | None
    chance: float | None
    turned: bool
    n_dropped: int
    names: tuple[str, ...]

    @property
    def n_runs(self) -> int:
        """Count the runs."""
        return int(self.run.max()) + 1

    @property
    def ends(self) -> tuple[float, float]:
        """The least and the greatest loss."""
        return float(self.loss[0]), float(self.loss[-1])

    def only_run(self, code: int) -> "Series":
        """Give the points of one run as a series of their own, the others' counted as dropped."""
        return self.only_runs(np.array([code]))

    def only_runs(self, codes: Ints) -> "Series":
        """Give the points of some runs as a series of their own, the others' counted as dropped."""
        mine = np.isin(self.run, codes)
        rank = np.argsort(self.order)[mine]
        kept, run = np.unique(self.run[mine], return_inverse=True)
        return Series(
            self.loss[mine],
            self.score[mine],
            run.astype(np.int64),
            np.argsort(rank, kind="stable"),
            None if self.n_items is None else self.n_items[mine],
            None if self.stderr is None else self.stderr[mine],
            self.chance,
            self.turned,
            self.n_dropped + int((~mine).sum()),
            tuple(self.names[code] for code in kept.tolist()),
        )


def count_distinct(ordered: Floats) -> int:
    """Count the distinct values of an array in order."""
    return int((ordered[1:] > ordered[:-1]).sum()) + 1 if ordered.size else 0


def _column(name: str, values: ArrayLike, n: int | None, greatest: float = GREATEST) -> Floats:
    if np.ma.is_masked(values):
        raise InputError(f"{name}: masked values; drop those rows")
    try:
        if np.iscomplexobj(values):
            raise TypeError("complex")
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(f"{name}: numbers wanted, found {type(values).__name__} ({error})") from error
    if array.ndim != 1:
        raise InputError(f"{name}: one dimension wanted, found shape {array.shape}")
    if array.size == 0:
        raise InputError(f"{name}: empty; at least one checkpoint is needed")
    if n is not None and array.size != n:
        raise InputError(f"{name}: {n} values wanted as in loss, found {array.size}")
    bad = np.flatnonzero(~(np.abs(array) <= greatest))
    if bad.size:
        raise InputError(
            f"{name}: {bad.size} values are not finite or beyond {greatest:g}, the first at {bad[0]}; "
            "drop or repair them"
        )
    return array


def _per_point(name: str, values: ArrayLike, n: int, least: float) -> Floats:
    """Check a number or a column of numbers of at least `least`."""
    array = np.asarray(values)
    column = _column(name, np.full(n, array[()]) if array.ndim == 0 else values, n)
    if not (column >= least).all():
        raise InputError(f"{name}: values of {least:g} or more wanted, found {column.min():g}")
    return column


def fraction(name: str, value: object) -> float:
    """Check a single number between 0 and 1, both included."""
    if (
        not isinstance(value, bool)
        and isinstance(value, (int, float, np.integer, np.floating))
        and 0 <= value <= 1
    ):
        return float(value)
    raise InputError(f"{name}: a fraction between 0 and 1 wanted, found {value!r}")


def _codes(run: ArrayLike | None, n: int) -> tuple[Ints, NDArray[Any]]:
    """Give the code of each point's run, and the name of each code."""
    if run is None:
        return np.zeros(n, dtype=np.int64), np.array(["run"])
    names = np.asarray(run)
    if names.shape != (n,):
        raise InputError(f"run: {n} names wanted as in loss, found shape {names.shape}")
    # only a missing value differs from itself, and None is no name
    if names.dtype.kind in "fO" and ((names != names) | (names == np.array(None))).any():
        raise InputError("run: names are missing; name every checkpoint's run")
    if names.dtype.kind == "O":
        names = names.astype(str)
    known, codes = np.unique(names, return_inverse=True)
    return codes.astype(np.int64), known


def _repeated(*columns: Floats | Ints) -> NDArray[np.bool_]:
    """Mark the points that repeat the one before them in every column."""
    again = np.ones(columns[0].size, dtype=bool)
    for values in columns:
        again[1:] &= values[1:] == values[:-1]
    again[:1] = False
    return again


def build_series(
    loss: ArrayLike,
    score: ArrayLike,
    n_items: ArrayLike | None,
    stderr: ArrayLike | None,
    run: ArrayLike | None,
    order: ArrayLike | None,
    chance: float | None,
    higher_is_better: bool,
) -> Series:
    """Check the arrays, drop the first steps' losses, turn and sort; raises InputError naming the argument.

    A checkpoint that stands there twice (same run, order, loss and score) counts once: it tells nothing new.

    Where higher_is_better is False the score is negated and a chance level ignored: its floor is always free.
    """
    if not isinstance(higher_is_better, (bool, np.bool_)):
        raise InputError(f"higher_is_better: True or False wanted, found {higher_is_better!r}")
    x = _column("loss", loss, None)
    n = x.size
    y = _column("score", score, n)
    if not (x > LEAST_LOSS).all():
        raise InputError(
            f"loss: {int((x <= LEAST_LOSS).sum())} values are not above 0; a cross-entropy is positive"
        )
    items = None if n_items is None else _per_point("n_items", n_items, n, 1.0)
    error = None if stderr is None else _per_point("stderr", stderr, n, 0.0)
    level = None if chance is None else fraction("chance", chance)
    if level is not None and higher_is_better and y.max() > MOST_BESIDE_CHANCE:
        raise InputError(
            f"score: up to {y.max():g} beside a chance of {level:g}: in percent? Fractions wanted"
        )
    codes, names = _codes(run, n)
    time = -x if order is None else _column("order", order, n, np.finfo(np.float64).max)
    keep = np.flatnonzero(x <= DROP_ABOVE * np.median(x))
    by_loss = keep[np.lexsort((y[keep], time[keep], codes[keep], x[keep]))]
    if order is not None:
        by_loss = by_loss[~_repeated(x[by_loss], codes[by_loss], time[by_loss], y[by_loss])]
    kept, codes = np.unique(codes[by_loss], return_inverse=True)
    codes = codes.astype(np.int64)
    return Series(
        x[by_loss],
        y[by_loss] if higher_is_better else -y[by_loss],
        codes,
        np.lexsort((time[by_loss], codes)),
        None if items is None else items[by_loss],
        None if error is None else error[by_loss],
        level if higher_is_better else None,
        not higher_is_better,
        n - by_loss.size,
        tuple(names[kept].astype(str).tolist()),
    )
