"""One client of the door from its first byte to its last: login, then messages in, answers out."""

import asyncio
import base64
import secrets
import sys
import traceback
from typing import Protocol

from pipelines.serve import wire
from pipelines.serve.limits import Limits, QueryError
from pipelines.serve.pool import Pool
from pipelines.serve.portals import Client
from pipelines.serve.queries import Queries
from pipelines.serve.scram import MECHANISM, Exchange, Verifier

_STARTUP_BYTES = 10_000
_MESSAGE_BYTES = 1_048_576
_LOGIN_SECONDS = 10.0
_SLOWEST = 5.0  # seconds that a wrong password waits for its answer, after a few others from there


class Door(Protocol):
    """What a session needs of the server."""

    limits: Limits
    pool: Pool
    verifier: Verifier | None

    def enter(self, session: "Session") -> bool:
        """Count the client in; False if the house is full."""

    def leave(self, session: "Session") -> None:
        """Count the client out."""

    def cancel(self, process: int, secret: int) -> None:
        """End the query of the session with that key."""

    def count_failure(self, address: str) -> int:
        """Count a failed login; says how many came from that address."""


class Session:
    """Speaks the protocol with one client."""

    def __init__(self, door: Door, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._door = door
        self._reader = reader
        self._writer = writer
        self._client = Client(reader, writer)
        self._queries = Queries(door.pool, door.limits, self._client)
        self._is_skipping = False
        self.process = secrets.randbelow(2**31 - 1) + 1
        self.secret = secrets.randbits(32)

    def cancel(self) -> None:
        """End what is running."""
        self._queries.cancel()

    async def run(self) -> None:
        """Serve the client until it leaves, or has to."""
        try:
            async with asyncio.timeout(_LOGIN_SECONDS):
                if not await self._login():
                    return
            await self._serve()
        except QueryError as failure:
            self._client.send(wire.error(failure, severity="FATAL"))
        except wire.ProtocolError as error:
            self._client.send(wire.error(QueryError("08P01", str(error)), severity="FATAL"))
        except (TimeoutError, ConnectionError, asyncio.IncompleteReadError):
            pass  # the client left, or never said who it is: there is nobody to tell
        except Exception:
            traceback.print_exc(file=sys.stderr)
            self._client.send(
                wire.error(QueryError("XX000", "the door met an error of its own"), severity="FATAL")
            )
        finally:
            self._door.leave(self)
            await self._queries.close()
            await self._hang_up()

    async def _hang_up(self) -> None:
        try:
            self._writer.close()
            await asyncio.wait_for(self._writer.wait_closed(), 5.0)
        except (TimeoutError, ConnectionError):
            self._writer.transport.abort()

    async def _login(self) -> bool:
        options = await self._startup()
        if options is None:
            return False
        # Only who has shown the password takes a place: strangers can't keep users out.
        if self._door.verifier is not None:
            await self._check_password(self._door.verifier)
        if not self._door.enter(self):
            raise QueryError("53300", "too many clients are connected already", "Try again later")
        self._client.send(wire.authentication(0))
        settings = self._queries.settings
        settings.start(options)
        for name, shown in _REPORTED.items():
            known = settings.show(f"show {name}")
            self._client.send(wire.parameter(shown, known[1] if known else ""))
        self._client.send(wire.parameter("application_name", options.get("application_name", "")))
        self._client.send(wire.key_data(self.process, self.secret))
        self._send_ready()
        return True

    async def _startup(self) -> dict[str, str] | None:
        """What the client says of itself; None if it only came to cancel."""
        for _ in range(3):
            size = int.from_bytes(await self._reader.readexactly(4), "big")
            if not 8 <= size <= _STARTUP_BYTES:
                raise wire.ProtocolError("this is no PostgreSQL client")
            fields = wire.Fields(await self._reader.readexactly(size - 4))
            code = fields.int32()
            if code in (wire.SSL_REQUEST, wire.GSS_REQUEST):
                self._client.send(
                    b"N"
                )  # no encryption here: a client that insists on it leaves, others go on
                continue
            if code == wire.CANCEL_REQUEST:
                self._door.cancel(fields.int32(), fields.int32() & 0xFFFFFFFF)
                return None
            if code >> 16 != 3:
                raise wire.ProtocolError("only version 3 of the protocol is spoken here")
            words = fields.rest().split(b"\0")
            options = {k.decode(): v.decode() for k, v in zip(words[::2], words[1::2], strict=False) if k}
            unknown = [name for name in options if name.startswith("_pq_.")]
            if code != wire.PROTOCOL_3 or unknown:
                self._client.send(wire.negotiate(unknown))
            return options
        raise wire.ProtocolError("the client does not start")

    async def _check_password(self, verifier: Verifier) -> None:
        exchange = Exchange(verifier, base64.b64encode(secrets.token_bytes(18)))
        self._client.send(wire.authentication(10, wire.text(MECHANISM) + b"\0"))
        try:
            fields = wire.Fields(await self._read_of(b"p"))
            if fields.text() != MECHANISM:
                raise ValueError("another mechanism")
            self._client.send(wire.authentication(11, exchange.first(fields.value() or b"")))
            self._client.send(wire.authentication(12, exchange.final(await self._read_of(b"p"))))
        except ValueError as error:
            address = str((self._writer.get_extra_info("peername") or ("unknown",))[0])
            failures = self._door.count_failure(address)
            print(f"login failed from {address} ({failures} so far): {error}", file=sys.stderr, flush=True)
            await asyncio.sleep(min(failures, _SLOWEST))  # slows down whoever guesses
            raise QueryError("28P01", "password authentication failed") from error

    async def _read_of(self, kind: bytes) -> bytes:
        found, payload = await self._read()
        if found != kind:
            raise wire.ProtocolError("the client does not log in")
        return payload

    async def _read(self) -> tuple[bytes, bytes]:
        head = await self._reader.readexactly(5)
        size = int.from_bytes(head[1:], "big")
        if not 4 <= size <= _MESSAGE_BYTES:
            raise wire.ProtocolError(f"a message has {size} bytes: at most {_MESSAGE_BYTES} are read")
        return head[:1], await self._reader.readexactly(size - 4)

    async def _serve(self) -> None:
        while True:
            try:
                kind, payload = await asyncio.wait_for(self._read(), self._door.limits.idle_seconds)
            except TimeoutError:
                raise QueryError("57P05", "the connection was silent for too long") from None
            if kind == b"X":
                return
            if self._is_skipping and kind != b"S":
                continue  # after a failure, until the client has noticed (extended query protocol)
            try:
                await self._handle(kind, wire.Fields(payload))
            except QueryError as failure:
                if failure.sqlstate == "0A000":
                    print(f"refused, not understood: {failure.message}", file=sys.stderr, flush=True)
                self._client.send(wire.error(failure))
                self._is_skipping = kind != b"Q"
                if kind == b"Q":
                    self._send_ready()
            await self._client.drain(self._door.limits.seconds)

    async def _handle(self, kind: bytes, fields: wire.Fields) -> None:
        match kind:
            case b"Q":
                await self._queries.run_text(fields.text())
                self._send_ready()
            case b"P":
                name, sql = fields.text(), fields.text()
                self._queries.prepare(name, sql, [fields.int32() for _ in range(fields.int16())])
                self._client.send(wire.PARSE_COMPLETE)
            case b"B":
                await self._bind(fields)
            case b"D":
                await self._describe(fields)
            case b"E":
                await self._queries.execute(self._queries.portal(fields.text()), fields.int32())
            case b"C":
                await self._close(fields)
            case b"S":
                self._is_skipping = False
                if not self._queries.is_in_transaction:
                    await self._queries.close_unkept()
                self._send_ready()
            case b"H" | b"d" | b"c" | b"f":
                pass  # flush: all is sent at once anyway; copy data after a refused copy: to be ignored
            case b"F":
                raise QueryError("0A000", "calls of functions by number are not offered: use select")
            case _:
                raise wire.ProtocolError(f"unknown message {kind!r}")

    async def _bind(self, fields: wire.Fields) -> None:
        portal, statement = fields.text(), fields.text()
        forms = [fields.int16() for _ in range(fields.int16())]
        values = [fields.value() for _ in range(fields.int16())]
        out = [fields.int16() for _ in range(fields.int16())]
        await self._queries.bind(portal, statement, forms, values, out)
        self._client.send(wire.BIND_COMPLETE)

    async def _describe(self, fields: wire.Fields) -> None:
        what, name = fields.take(1), fields.text()
        if what == b"S":
            await self._queries.describe(name)
            return
        await self._queries.describe_portal(self._queries.portal(name))

    async def _close(self, fields: wire.Fields) -> None:
        what, name = fields.take(1), fields.text()
        if what == b"S":
            self._queries.statements.pop(name, None)
        else:
            await self._queries.close_portal(name)
        self._client.send(wire.CLOSE_COMPLETE)

    def _send_ready(self) -> None:
        self._client.send(wire.ready(b"T" if self._queries.is_in_transaction else b"I"))


_REPORTED = {
    "server_version": "server_version",
    "server_encoding": "server_encoding",
    "client_encoding": "client_encoding",
    "datestyle": "DateStyle",
    "intervalstyle": "IntervalStyle",
    "timezone": "TimeZone",
    "integer_datetimes": "integer_datetimes",
    "standard_conforming_strings": "standard_conforming_strings",
    "is_superuser": "is_superuser",
    "session_authorization": "session_authorization",
    "default_transaction_read_only": "default_transaction_read_only",
}
