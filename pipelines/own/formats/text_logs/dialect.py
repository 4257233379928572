"""What a dialect of text logs is: how its lines look, and what they say."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from math import nan
from typing import NamedTuple, Protocol

from pipelines.own.reading.found import Question
from pipelines.own.reading.loss_names import Name


class Point(NamedTuple):
    """One value as printed, at a step, on a line."""

    key: str
    cell: str | float
    step: float
    line: int
    tokens: float = nan
    samples: float = nan
    is_rounded: bool = False


@dataclass(frozen=True)
class Told:
    """Warnings and questions of a whole log."""

    notes: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()


class Log(Protocol):
    """Reads one log of a dialect, line by line."""

    def take(self, line: int, text: str) -> Iterable[Point]:
        """Return what a line says, or what an earlier one said that only now has its position."""
        ...

    def end(self) -> Iterable[Point]:
        """Return what has waited until the end."""
        return ()

    def told(self) -> Told:
        """Return what is to be said of the whole log."""
        return Told()


@dataclass(frozen=True)
class Dialect:
    """One trainer's way to print: ``shape`` is searched for in a line; no other trainer's hold it."""

    name: str
    title: str
    shape: re.Pattern[str]
    start: Callable[[], Log]
    names: Mapping[str, Name] = field(default_factory=dict)


def grouped_whole(text: str) -> float:
    """Return a printed count such as 524,288."""
    return float(text.replace(",", ""))


def last_step(step: float, before: float, total: float) -> float:
    """Return the step at which training ended, from the last two that were printed and how many were planned.

    Not every step is printed; where the next line would lie beyond the last step of the plan, that was it.
    """
    return total if total - step < step - before else step
