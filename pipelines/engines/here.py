"""The engine of one machine: processes side by side."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pipelines.engines import workers
from pipelines.engines.machine import usable_megabytes

T = TypeVar("T")
LEAST_MEGABYTES = 700
"""What a process needs at least: where memory is shorter, one runs at a time."""
SPILLING = 7
"""A query works nearly as fast with one in so many megabytes of what it wants, and its rows on disk."""


@dataclass(frozen=True)
class Here:
    """This machine. ``megabytes`` is what all of its processes may use together; None asks the machine."""

    megabytes: int | None = None

    @property
    def alone_megabytes(self) -> int:
        """All that may be used."""
        return usable_megabytes() if self.megabytes is None else self.megabytes

    @property
    def slots(self) -> int:
        """How many tasks run at once: one a processor, or one alone where memory is short."""
        return workers.cores() if self.alone_megabytes >= workers.cores() * LEAST_MEGABYTES else 1

    @property
    def task_megabytes(self) -> int:
        """A fair share of what may be used."""
        return self.alone_megabytes // self.slots

    def pieces(self, rows: int, megabytes: int) -> int:
        """Cut only what does not fit as a whole with the disk's help, so that all processors have as many.

        A cut writes every row twice, and each piece reads anew what it needs whole.
        """
        if megabytes <= SPILLING * self.alone_megabytes:
            return 1
        rounds = math.ceil(megabytes / self.alone_megabytes)
        return rounds * self.slots

    def side_by_side(
        self, work: Callable[..., T], tasks: Sequence[tuple[Any, ...]], *, megabytes: int = 0
    ) -> Iterator[T]:
        """Call ``work`` with each tuple of arguments in processes of their own; one by one where few fit."""
        if self.slots == 1 and megabytes:
            return (work(*task) for task in tasks)
        return workers.side_by_side(work, tasks)
