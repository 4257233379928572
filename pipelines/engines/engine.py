"""What an engine is: it calls a function with each of several arguments, wherever there is room for that."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol, TypeVar

from emergence.errors import EmergenceError

T = TypeVar("T")


class EngineError(EmergenceError):
    """An engine cannot be reached, or lost work that it could not do again."""


class Engine(Protocol):
    """Where work runs. What a task writes lies in the home folder, which every worker sees."""

    @property
    def alone_megabytes(self) -> int:
        """What one process may use that works by itself, where this process runs."""

    @property
    def task_megabytes(self) -> int:
        """What each of the tasks that run side by side may use."""

    def pieces(self, rows: int, megabytes: int) -> int:
        """Into how many tasks to cut work that reads so many rows and uses so much; 1 leaves it whole."""

    def side_by_side(
        self, work: Callable[..., T], tasks: Sequence[tuple[Any, ...]], *, megabytes: int = 0
    ) -> Iterator[T]:
        """Call ``work`` with each tuple of arguments and yield results as they come.

        Each call has one processor and is told to use ``megabytes`` at most. Function, arguments and results
        travel pickled. The first exception is raised as it comes, and tasks that wait are dropped.
        """
