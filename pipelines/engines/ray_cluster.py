"""The engine of a cluster: each task is one of Ray, on whichever node has a processor and the memory free."""

import hashlib
import logging
import math
import os
import pickle
import platform
import secrets
import socket
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, TypeVar

import emergence
import pipelines
import sql
from pipelines.engines.engine import EngineError
from pipelines.engines.machine import SHARE

T = TypeVar("T")
ROWS_A_TASK = 1_000_000
"""Fewer rows are worked faster than a task starts."""
RETRIES = 3
"""How often a task is begun again that was lost with its worker or its node."""
LEAST_MEGABYTES = 256
log = logging.getLogger("emergence.engine")


def run_pickled(packed: bytes) -> bytes:
    """Do one task where it landed; what it needs is unpacked after this process was told to use one core."""
    os.environ.setdefault("POLARS_MAX_THREADS", "1")
    work, task = pickle.loads(packed)
    return pickle.dumps(work(*task))


@cache
def project_code() -> str:
    """Digest of the code and SQL of the project as it stands on this node."""
    rooms = [Path(str(room.__file__)).parent for room in (emergence, pipelines, sql)]
    files = [file for room in rooms for ending in ("py", "sql") for file in sorted(room.rglob(f"*.{ending}"))]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]


def look(home: str, token: str, code: str) -> str:
    """Say what keeps this node from working on a home folder; nothing where it can."""
    here = f"node {socket.gethostname()}"
    if code != project_code():
        return f"{here} has other code of this project ({project_code()}) than the one that asks ({code})"
    seen = Path(home) / token
    if not seen.is_file():
        return f"{here} does not see {home}: put it on a folder that every node has under one path"
    try:
        (Path(home) / f"{token}-{secrets.token_hex(4)}").touch(exist_ok=False)
    except OSError as error:
        return f"{here} cannot write to {home}: {error}"
    return ""


@dataclass(frozen=True)
class RayCluster:
    """A running cluster at ``address`` (None: the one of this machine, started where there is none).

    ``ray`` is the module, given so that a test may put another in its place.
    """

    ray: Any
    home: Path
    address: str | None = None

    def __post_init__(self) -> None:
        self._connect()
        self._look_at_nodes()

    def _connect(self) -> None:
        if self.ray.is_initialized():
            return
        where = self.address or "the cluster of this machine"
        try:
            self.ray.init(address=self.address, log_to_driver=False, logging_level=logging.ERROR)
        except Exception as error:  # every release of Ray has others for this
            said = " ".join(str(error).split())[:300]
            if "ersion" in said:
                raise EngineError(f"Ray at {where} refuses this version: {said}") from error
            raise EngineError(f"no Ray at {where}: {said}; see `ray status` there") from error

    @cached_property
    def nodes(self) -> list[dict[str, Any]]:
        """The nodes that are alive and have a processor for tasks."""
        alive = [node for node in self.ray.nodes() if node["Alive"] and node["Resources"].get("CPU", 0) >= 1]
        if not alive:
            raise EngineError("no node of the Ray cluster has a processor for tasks")
        return alive

    def _look_at_nodes(self) -> None:
        """Ask every node whether it has this code and this home; raises EngineError with all that lack it."""
        folder = self.home / "tmp" / f"seen-{secrets.token_hex(8)}"
        folder.mkdir(parents=True)
        try:
            (folder / "token").touch()
            asked = [
                self._remote(look, node=node["NodeID"]).remote(str(folder), "token", project_code())
                for node in self.nodes
            ]
            wrong = [line for line in map(self._result, asked) if line]
        finally:
            for path in folder.iterdir():
                path.unlink()
            folder.rmdir()
        if wrong:
            raise EngineError("; ".join(wrong))

    def _remote(self, work: Callable[..., Any], *, megabytes: int = 0, node: str = "") -> Any:
        options: dict[str, Any] = {"num_cpus": 1, "max_retries": RETRIES}
        if megabytes:
            options["memory"] = megabytes << 20
        if node:
            options["label_selector"] = {"ray.io/node-id": node}
        return self.ray.remote(**options)(work)

    @property
    def slots(self) -> int:
        """How many tasks may run at once, over all nodes."""
        return sum(int(node["Resources"]["CPU"]) for node in self.nodes)

    @property
    def task_megabytes(self) -> int:
        """The share that a processor has of its node's memory, on the node where that is least."""
        shares = [
            node["Resources"].get("memory", 0) / int(node["Resources"]["CPU"]) / 2**20 for node in self.nodes
        ]
        return max(LEAST_MEGABYTES, int(SHARE * min(shares)))

    @property
    def alone_megabytes(self) -> int:
        """As much: what is not cut runs beside the tasks of others, too."""
        return self.task_megabytes

    def pieces(self, rows: int, megabytes: int) -> int:
        """Cut what is worth a task, so that every processor has one, and each fits where it runs."""
        fitting = math.ceil(megabytes / self.task_megabytes)
        return max(fitting if fitting > 1 else 0, min(self.slots, rows // ROWS_A_TASK), 1)

    def side_by_side(
        self, work: Callable[..., T], tasks: Sequence[tuple[Any, ...]], *, megabytes: int = 0
    ) -> Iterator[T]:
        """Call ``work`` with each tuple of arguments on some node, and yield results as they come."""
        remote = self._remote(run_pickled, megabytes=min(megabytes, self.task_megabytes))
        pending = [remote.remote(pickle.dumps((work, task))) for task in tasks]
        total = len(pending)
        try:
            while pending:
                done, pending = self.ray.wait(pending, num_returns=1)
                log.debug("%s: %d of %d tasks", work.__name__, total - len(pending), total)
                for one in done:
                    yield pickle.loads(self._result(one))
        finally:
            for one in pending:
                self.ray.cancel(one, force=False)

    def _result(self, task: Any) -> Any:
        """Return what a task gave; its own error as it was, and what befell its worker in words."""
        lost = self.ray.exceptions
        try:
            return self.ray.get(task)
        except lost.OutOfMemoryError as error:
            raise EngineError(
                "a worker ran out of memory each time that its work was begun: give its node more memory, or "
                f"fewer processors ({_first_line(error)})"
            ) from error
        except lost.RayTaskError as error:
            cause = getattr(error, "cause", None)
            raise (cause if isinstance(cause, Exception) else EngineError(_first_line(error))) from error
        except (lost.OutOfDiskError, lost.ObjectStoreFullError) as error:
            raise EngineError(f"a node's disk is full: {_first_line(error)}") from error
        except lost.RayError as error:
            raise EngineError(
                f"work was lost with its worker, {RETRIES} times over ({_first_line(error)}); "
                "what is done is kept: run again when the cluster is well"
            ) from error


def _first_line(error: BaseException) -> str:
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)


def connect(address: str | None, home: Path) -> RayCluster:
    """Return the engine of a cluster; raises EngineError where Ray is not installed or not reached."""
    try:
        import ray
        import ray.exceptions
    except ImportError as error:
        raise EngineError(
            f"the engine ray needs its package: pip install 'emergence-warehouse[ray]' "
            f"(Python {platform.python_version()}, {error})"
        ) from error
    return RayCluster(ray, home, address)
