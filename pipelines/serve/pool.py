"""The query processes of the door: as many at work as may be, each timed, stopped, replaced if it dies."""

import asyncio
import contextlib
import json
import os
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pipelines.serve import frames
from pipelines.serve.limits import Limits, QueryError

_START = 60.0  # seconds that a process has to start
_GRACE = 2.0  # seconds an interrupted query has to say so, before its process is killed
_ROOT = str(Path(__file__).parents[2])
_PASSED_ON = ("PATH", "SYSTEMROOT", "TEMP", "TMP", "LANG", "LC_ALL", "LD_LIBRARY_PATH")


def _places() -> list[str]:
    """Where modules are found: never where the door was started from: anyone may lay a file there."""
    here = os.path.realpath(os.curdir)
    found = [path for path in sys.path if path and os.path.realpath(path) != here]
    return [_ROOT, *found]


@dataclass
class Answer:
    """An answer of a query process: its head, and rows as messages of the protocol."""

    head: dict[str, Any]
    body: bytes


class Process:
    """One query process."""

    def __init__(self, running: asyncio.subprocess.Process) -> None:
        self._running = running
        self.is_broken = False

    @classmethod
    async def start(cls, database: Path, limits: Limits) -> "Process":
        """Start one and wait until it is ready, so that no query is charged for it."""
        # A process of its own environment: no password or key of the operator's is there to be found.
        environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        # Threads and pools that a query process never uses would take addresses from its bound.
        environment |= {"ARROW_DEFAULT_MEMORY_POOL": "system", "OPENBLAS_NUM_THREADS": "1"}
        environment["PYTHONPATH"] = os.pathsep.join(_places())
        running = await asyncio.create_subprocess_exec(
            *(
                sys.executable,
                "-P",
                "-m",
                "pipelines.serve.worker",
                str(database),
                json.dumps(asdict(limits)),
            ),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=environment,
        )
        process = cls(running)
        try:
            await asyncio.wait_for(process._read(), _START)
        except (TimeoutError, asyncio.IncompleteReadError, ConnectionError) as error:
            await process.close()
            raise QueryError(
                "57P03", "no process could be started for the query", "Try again later"
            ) from error
        return process

    async def ask(self, request: dict[str, Any], seconds: float, stop: asyncio.Event) -> Answer:
        """Ask and wait; raises QueryError if the query fails, takes over `seconds`, or `stop` is set."""
        self._send(request)
        reading = asyncio.ensure_future(self._read())
        stopping = asyncio.ensure_future(stop.wait())
        try:
            done, _ = await asyncio.wait({reading, stopping}, timeout=seconds, return_when="FIRST_COMPLETED")
            if reading not in done:
                await self._interrupt(reading)
                if stop.is_set():
                    raise QueryError("57014", "the query was cancelled")
                raise QueryError(
                    "57014", "the query took longer than a query may take", "Ask for less at once"
                )
            answer = reading.result()
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            self.is_broken = True
            raise QueryError(
                "53200", "the query needed more memory than one may take, and was ended"
            ) from error
        except asyncio.CancelledError:
            self.kill()
            raise
        finally:
            stopping.cancel()
            if not reading.done():
                reading.cancel()
        if "failed" in answer.head:
            self.is_broken = bool(answer.head["is_broken"])
            raise QueryError(*answer.head["failed"])
        return answer

    @property
    def is_gone(self) -> bool:
        """Whether the process has ended."""
        return self._running.returncode is not None

    def kill(self) -> None:
        """End the process at once."""
        self.is_broken = True
        if not self.is_gone:
            self._running.kill()

    async def close(self) -> None:
        """End the process and wait until it and its pipes are gone."""
        self.kill()
        if self._running.stdin is not None:
            self._running.stdin.close()
        # Reading to the end is what tells asyncio that a pipe is closed.
        with contextlib.suppress(ConnectionError):
            await self._running.communicate()

    async def _interrupt(self, reading: "asyncio.Future[Answer]") -> None:
        self._send({"do": "interrupt"})
        await asyncio.wait({reading}, timeout=_GRACE)
        if not reading.done() or reading.exception() is not None:
            self.kill()

    def _send(self, request: dict[str, Any]) -> None:
        if self._running.stdin is None or self.is_gone:
            raise QueryError("57P01", "the process of the query is gone", "Ask again")
        self._running.stdin.write(frames.pack(request))

    async def _read(self) -> Answer:
        if self._running.stdout is None:
            raise QueryError("57P01", "the process of the query is gone", "Ask again")
        lengths = await self._running.stdout.readexactly(frames.LENGTHS.size)
        head_size, body_size = frames.LENGTHS.unpack(lengths)
        head = frames.unpack_head(await self._running.stdout.readexactly(head_size))
        return Answer(head, await self._running.stdout.readexactly(body_size))


class Pool:
    """Lends processes to queries."""

    def __init__(self, database: Path, limits: Limits) -> None:
        self._database = database
        self._limits = limits
        self._turns = asyncio.Semaphore(limits.queries)
        self._idle: list[Process] = []
        self._lent: set[Process] = set()
        self._ending: set[asyncio.Future[None]] = set()
        self._held = 0

    async def take(self) -> Process:
        """A process, when it is this query's turn."""
        await self._turns.acquire()
        try:
            process = self._rested() or await Process.start(self._database, self._limits)
        except BaseException:
            self._turns.release()
            raise
        self._lent.add(process)
        return process

    def _rested(self) -> Process | None:
        """An idle process that is still alive: the system may have ended one to get its memory."""
        while self._idle:
            process = self._idle.pop()
            if not process.is_gone:
                return process
        return None

    def give(self, process: Process) -> None:
        """Give a process back whose query is at its end."""
        self._turns.release()
        self._keep(process)

    def hold(self, process: Process) -> None:
        """Set a half-read result aside, so that others have their turn; raises QueryError if too many are."""
        if self._held >= self._limits.cursors:
            raise QueryError(
                "53400", "too many half-read results are open", "Read one to its end, or close it"
            )
        self._held += 1
        self._turns.release()

    async def resume(self, process: Process) -> None:
        """Take a half-read result up again."""
        await self._turns.acquire()
        self._held -= 1

    def drop(self, process: Process) -> None:
        """Give back a process whose result was set aside and won't be read on."""
        self._held -= 1
        self._keep(process)

    def _keep(self, process: Process) -> None:
        self._lent.discard(process)
        if process.is_broken or len(self._idle) >= self._limits.queries:
            ending = asyncio.ensure_future(process.close())
            self._ending.add(ending)
            ending.add_done_callback(self._ending.discard)
        else:
            self._idle.append(process)

    async def close(self) -> None:
        """End every process."""
        await asyncio.gather(*self._ending, *(process.close() for process in [*self._idle, *self._lent]))
