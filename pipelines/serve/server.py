"""The listening door: where it may listen, who is in, and the command that keeps it open."""

import asyncio
import contextlib
import ipaddress
import secrets
import signal
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from emergence.errors import EmergenceError, InputError
from pipelines.serve.limits import Limits, QueryError
from pipelines.serve.pool import Pool
from pipelines.serve.scram import Verifier
from pipelines.serve.session import Session
from pipelines.warehouse.holder import why_closed

_ADDRESSES = 1000  # whose failed logins are remembered
_FIRST_SECONDS = 60.0  # that the database has to open: cold disks are slow, and nobody waits in line yet


class ServeError(EmergenceError):
    """The door cannot be opened; the message says why, and what to do."""


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a host name or address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def check_arguments(database: Path, host: str, password: str | None, limits: Limits) -> None:
    """Refuse to listen beyond this machine without a password, and to serve what is not there.

    Raises InputError for a missing database, a host without a password, or a password
    beyond printable ASCII, and a limit that is not above zero.
    """
    for name, value in asdict(limits).items():
        if value <= 0:
            raise InputError(f"limit {name} is {value}: give a number above zero")
    if not database.is_file():
        raise InputError(f"there is no database {database}: run `emergence run` first, or give its path")
    if password is None and not is_loopback(host):
        raise InputError(
            f"host {host} is open to others and there is no password: set one, or listen on 127.0.0.1"
        )
    # Beyond ASCII, clients prepare a password before they hash it (SASLprep), each a little differently.
    if password is not None and not (password and password.isascii() and password.isprintable()):
        raise InputError("the password is empty or has characters outside printable ASCII: choose another")


class Server:
    """One open door; an async context manager that listens while it is entered."""

    def __init__(
        self,
        database: Path,
        *,
        host: str = "127.0.0.1",
        port: int = 5433,
        password: str | None = None,
        limits: Limits | None = None,
    ) -> None:
        self.limits = limits or Limits()
        check_arguments(database, host, password, self.limits)
        self.verifier = Verifier.of(password, secrets.token_bytes(16)) if password is not None else None
        self._database = database.absolute()
        self._address = (host, port)
        self._sessions: dict[int, Session] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._strangers: dict[Session, asyncio.Task[None]] = {}  # who has not logged in, the oldest first
        self._failures: dict[str, int] = {}

    async def __aenter__(self) -> "Server":
        self.pool = Pool(self._database, self.limits)
        try:
            await self._try_query()
            self._listener = await self._listen()
        except BaseException:
            await self.pool.close()
            raise
        return self

    async def _listen(self) -> asyncio.Server:
        host, port = self._address
        try:
            return await asyncio.start_server(self._meet, host, port, limit=2**17)
        except OSError as error:
            said = f"cannot listen on {host}:{port} ({error.strerror})"
            raise ServeError(f"{said}: stop what listens there, or give another port") from error

    async def __aexit__(self, *_: object) -> None:
        self._listener.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.pool.close()

    @property
    def port(self) -> int:
        """The port that is listened on: the one asked for, or the one the system chose for port 0."""
        port: int = self._listener.sockets[0].getsockname()[1]
        return port

    def enter(self, session: Session) -> bool:
        """Count a client in; False if the house is full."""
        if len(self._sessions) >= self.limits.connections:
            return False
        self._sessions[session.process] = session
        self._strangers.pop(session, None)
        return True

    def leave(self, session: Session) -> None:
        """Count a client out."""
        self._sessions.pop(session.process, None)
        self._strangers.pop(session, None)

    def cancel(self, process: int, secret: int) -> None:
        """End the query of the session with that key; a wrong key is ignored, as the protocol asks."""
        session = self._sessions.get(process)
        if session is not None and session.secret == secret:
            session.cancel()

    def count_failure(self, address: str) -> int:
        """Count a failed login; says how many came from that address since it last got in."""
        if len(self._failures) > _ADDRESSES:
            self._failures.clear()
        self._failures[address] = self._failures.get(address, 0) + 1
        return self._failures[address]

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # Sockets that never log in must not pile up, nor keep others out: the oldest of them makes room.
        if len(self._strangers) >= self.limits.connections:
            next(iter(self._strangers.values())).cancel()
            self._strangers.pop(next(iter(self._strangers)))
        session = Session(self, reader, writer)
        task = asyncio.ensure_future(session.run())
        self._strangers[session] = task
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _try_query(self) -> None:
        """Fail at the start, and in words, if the database can't be opened."""
        process = await self.pool.take()
        try:
            question = {"do": "describe", "sql": "select 1", "values": []}
            await process.ask(question, _FIRST_SECONDS, asyncio.Event())
        except QueryError as failure:
            process.kill()
            said = why_closed(self._database) or f"{failure.message}; `emergence doctor` says more"
            raise ServeError(f"cannot open {self._database}: {said}") from failure
        finally:
            self.pool.give(process)


async def _serve(server: Server, on_ready: Callable[[int], None]) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    if sys.platform != "win32":  # there Ctrl-C arrives as KeyboardInterrupt
        for name in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(name, stopped.set)
    async with server:
        on_ready(server.port)
        await stopped.wait()


def serve(
    database: Path,
    *,
    host: str = "127.0.0.1",
    port: int = 5433,
    password: str | None = None,
    limits: Limits | None = None,
    on_ready: Callable[[int], None] = lambda port: None,
) -> None:
    """Serve the released database to SQL clients until it is told to stop (Ctrl-C or SIGTERM).

    `on_ready` is called with the port once clients can connect. Raises InputError for arguments that would
    open the data to strangers, and ServeError if the database can't be opened or the port is taken.
    """
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(
            _serve(Server(database, host=host, port=port, password=password, limits=limits), on_ready)
        )
