"""A cluster that is none: what the engine asks of Ray, done here and now, or failed as a cluster fails."""

from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any


class RayError(Exception):
    """What all errors of the cluster are."""


class RayTaskError(RayError):
    """A task raised ``cause``."""

    def __init__(self, cause: Exception) -> None:
        super().__init__(str(cause))
        self.cause = cause


LOST = {
    name: type(name, (RayError,), {})
    for name in ("OutOfMemoryError", "OutOfDiskError", "ObjectStoreFullError")
}


@dataclass
class Ticket:
    """A task that waits."""

    work: Callable[..., Any]
    task: tuple[Any, ...]


@dataclass
class FakeRay:
    """Stands where the module ``ray`` does.

    ``refusal`` is raised by ``init``; ``replaced`` gives the arguments that a task finds where it lands;
    ``lost`` is raised in the place of every result but that of the first look at the nodes.
    """

    refusal: Exception | None = None
    replaced: Callable[[Ticket], tuple[Any, ...]] = lambda ticket: ticket.task
    lost: Exception | None = None
    processors: int = 4
    options: list[dict[str, Any]] = field(default_factory=list)
    cancelled: int = 0
    exceptions = SimpleNamespace(RayError=RayError, RayTaskError=RayTaskError, **LOST)

    def is_initialized(self) -> bool:
        return False

    def init(self, **_: Any) -> None:
        if self.refusal:
            raise self.refusal

    def nodes(self) -> list[dict[str, Any]]:
        resources = {"CPU": float(self.processors), "memory": self.processors * 4.0 * 2**30}
        return [
            {"Alive": True, "NodeID": "n1", "Resources": resources},
            {"Alive": False, "NodeID": "n2", "Resources": {}},
        ]

    def remote(self, **options: Any) -> Callable[[Callable[..., Any]], Any]:
        self.options.append(options)
        return lambda work: SimpleNamespace(remote=lambda *task: Ticket(work, task))

    def wait(self, pending: list[Ticket], *, num_returns: int) -> tuple[list[Ticket], list[Ticket]]:
        return pending[-num_returns:], pending[:-num_returns]

    def get(self, ticket: Ticket) -> Any:
        if self.lost and ticket.work.__name__ != "look":
            raise self.lost
        try:
            return ticket.work(*self.replaced(ticket))
        except Exception as error:
            raise RayTaskError(error) from error

    def cancel(self, _: Ticket, *, force: bool) -> None:
        self.cancelled += 1
