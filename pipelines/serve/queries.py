"""One client's statements: what the door answers itself, what a query process does, how results go out."""

import asyncio
import base64
import re
from dataclasses import asdict
from typing import Any

from pipelines.serve import wire
from pipelines.serve.commands import Settings, split, tag_of
from pipelines.serve.copying import Copy, copy_of
from pipelines.serve.cursors import (
    ALL,
    Fetch,
    declared,
    fetch_of,
    is_plain,
    may_scroll,
    needs_end,
    rows_of,
    split_rows,
)
from pipelines.serve.encode import data_rows, encoder
from pipelines.serve.limits import Limits, QueryError
from pipelines.serve.pgtypes import BY_OID, TEXT, Column
from pipelines.serve.pool import Answer, Pool
from pipelines.serve.portals import Client, Portal, Result

_BATCH = 2048  # rows a process sends at a time: one of DuckDB's vectors
_PATIENCE = 10  # times the seconds of a query that a client has to read its result
_QUICK = 0.5  # seconds in which a client that reads has read what was sent
_NAMES = 256  # statements, and portals, that one client may keep
_CLOSE = re.compile(r"close\s+\"?([^\"\s]+)\"?", re.I)


class Queries:
    """Runs the statements of one client."""

    def __init__(self, pool: Pool, limits: Limits, client: Client) -> None:
        self._pool = pool
        self._limits = limits
        self._client = client
        self._stop = asyncio.Event()
        self.settings = Settings(limits.seconds)
        self.is_in_transaction = False
        self.statements: dict[str, tuple[str, list[int]]] = {}
        self.portals: dict[str, Portal] = {}

    def cancel(self) -> None:
        """End what is running now."""
        self._stop.set()

    async def run_text(self, sql: str) -> None:
        """The simple protocol: every statement of a text, one after the other."""
        statements = split(sql)
        if not statements:
            self._client.send(wire.EMPTY_QUERY)
        end = 0
        for statement in statements:
            start = sql.find(statement, end)
            portal, end = Portal(statement), start + len(statement)
            try:
                await self._announce(portal)
                await self.execute(portal, 0)
            except QueryError as failure:
                if failure.position:
                    failure.position += start
                raise
            finally:
                await self._finish(portal)

    async def _announce(self, portal: Portal) -> None:
        if self._needs_engine(portal.sql) and not fetch_of(portal.sql):
            columns: list[Column] | None = (await self._started(portal)).columns
        else:
            columns = await self._foreseen(portal)
        if columns is not None:
            self._client.send(wire.row_description(columns, portal.forms_of(columns)))

    def prepare(self, name: str, sql: str, oids: list[int]) -> None:
        """Keep a statement; raises QueryError if the text holds several, or too many are kept."""
        found = split(sql)
        if len(found) > 1:
            raise QueryError("42601", "one statement at a time in a prepared statement")
        if len(self.statements) >= _NAMES and name not in self.statements:
            raise QueryError("54000", f"more than {_NAMES} prepared statements", "Deallocate some")
        self.statements[name] = (found[0] if found else "", oids)

    async def bind(
        self, name: str, statement: str, forms: list[int], values: list[bytes | None], out: list[int]
    ) -> None:
        """Make a portal of a statement and its values."""
        if statement not in self.statements:
            raise QueryError("26000", f"there is no prepared statement {statement!r}")
        sql, oids = self.statements[statement]
        if len(forms) not in (0, 1, len(values)):
            raise wire.ProtocolError("as many formats as values are needed")
        each = forms * len(values) if len(forms) == 1 else forms or [0] * len(values)
        kinds = oids + [0] * (len(values) - len(oids))
        await self.add_portal(name, Portal(sql, list(zip(kinds, each, values, strict=False)), out))

    async def add_portal(self, name: str, portal: Portal) -> None:
        """Keep a portal in the place of the one that had its name."""
        await self.close_portal(name)
        if len(self.portals) >= _NAMES:
            raise QueryError("54000", f"more than {_NAMES} portals", "Close some")
        self.portals[name] = portal

    def portal(self, name: str) -> Portal:
        """The portal of that name."""
        if name not in self.portals:
            raise QueryError("34000", f"there is no portal or cursor {name!r}")
        return self.portals[name]

    async def close_portal(self, name: str) -> None:
        """Forget a portal and end its query."""
        if name in self.portals:
            await self._finish(self.portals.pop(name))

    async def close(self) -> None:
        """Forget every portal."""
        for name in list(self.portals):
            await self.close_portal(name)

    async def close_unkept(self) -> None:
        """Forget every portal but the cursors that were declared to outlive their transaction."""
        for name in [name for name, portal in self.portals.items() if not portal.is_kept]:
            await self.close_portal(name)

    async def describe(self, statement: str) -> None:
        """Say the types of a statement's parameters and columns, without running it."""
        if statement not in self.statements:
            raise QueryError("26000", f"there is no prepared statement {statement!r}")
        sql, oids = self.statements[statement]
        shown = self._own_columns(sql)
        if not self._needs_engine(sql):
            self._client.send(wire.parameter_description([]))
            self._client.send(wire.row_description(shown, [0] * len(shown)) if shown else wire.NO_DATA)
            return
        answer = await self._once({"do": "describe", "sql": sql, "values": None})
        told = answer.head["parameters"]
        known = [oid or kind for oid, kind in zip(oids, told, strict=False)]
        known += oids[len(told) :] + told[len(oids) :]
        self.statements[statement] = (sql, known)  # what is said here, clients hold to when they bind
        columns = _columns(answer.head["columns"])
        self._client.send(
            wire.parameter_description(known), wire.row_description(columns, [0] * len(columns))
        )

    async def describe_portal(self, portal: Portal) -> None:
        """Say the columns of a portal; it is not run yet: no process should wait for the client."""
        columns = await self._foreseen(portal)
        if columns is None:
            self._client.send(wire.NO_DATA)
        else:
            self._client.send(wire.row_description(columns, portal.forms_of(columns)))

    async def _foreseen(self, portal: Portal) -> list[Column] | None:
        if (shown := self._own_columns(portal.sql)) is not None:
            return shown
        if fetched := fetch_of(portal.sql):
            return None if fetched.is_move else await self._foreseen(self.portal(fetched.name))
        if not self._needs_engine(portal.sql):
            return None
        if portal.columns is None:
            answer = await self._once({"do": "describe", "sql": portal.sql, "values": _sent(portal)})
            portal.columns = _columns(answer.head["columns"])
        return portal.columns

    async def execute(self, portal: Portal, most: int) -> None:
        """Run a portal, or run it on, and send its rows: all of them, or at most `most`."""
        sql = portal.sql
        if not sql:
            self._client.send(wire.EMPTY_QUERY)
        elif tag := tag_of(sql):
            await self._own(tag)
        elif shown := self.settings.show(sql):
            self._client.send(data_rows([[shown[1]]], [encoder(TEXT, 0)]), wire.complete("SHOW"))
        elif self.settings.apply(sql):
            self._client.send(wire.complete("RESET" if sql[:5].lower() == "reset" else "SET"))
        elif copied := copy_of(sql):
            await self._copy(portal, copied)
        elif cursor := declared(sql):
            kept, forward = cursor.is_kept, cursor.is_forward_only
            made = Portal(cursor.query, portal.values, is_kept=kept, is_forward_only=forward)
            await self.add_portal(cursor.name, made)
            self._client.send(wire.complete("DECLARE CURSOR"))
        elif closed := _CLOSE.fullmatch(sql):
            await self.close_portal(closed[1])
            self._client.send(wire.complete("CLOSE CURSOR"))
        elif fetched := fetch_of(sql):
            cursor_of = self.portal(fetched.name)
            sent = await self._step(cursor_of, fetched, portal)
            self._client.send(wire.complete(f"{'MOVE' if fetched.is_move else 'FETCH'} {sent}"))
        else:
            sent, is_over = await self._rows(portal, most, None)
            self._client.send(wire.complete(f"SELECT {sent}") if is_over else wire.PORTAL_SUSPENDED)

    def _needs_engine(self, sql: str) -> bool:
        if not sql or tag_of(sql) or self.settings.show(sql) or re.match(r"(?:re)?set\b", sql, re.I):
            return False
        return not (declared(sql) or copy_of(sql) or _CLOSE.fullmatch(sql))

    def _own_columns(self, sql: str) -> list[Column] | None:
        shown = self.settings.show(sql)
        return [Column(shown[0], TEXT)] if shown else None

    async def _own(self, tag: str) -> None:
        if tag == "BEGIN":
            self.is_in_transaction = True
        elif tag == "CLOSE CURSOR ALL":
            await self.close()
        elif tag in ("COMMIT", "ROLLBACK", "DISCARD ALL"):
            self.is_in_transaction = False
            await (self.close() if tag == "DISCARD ALL" else self.close_unkept())
        if tag == "DISCARD ALL":
            self.settings.reset()
            self.statements.clear()
        self._client.send(wire.complete("ROLLBACK" if tag == "ROLLBACK TO" else tag))

    async def _step(self, cursor: Portal, fetch: Fetch, portal: Portal) -> int:
        """Take one step of a cursor and send its rows, unless it only moves; say how many rows those are."""
        may_scroll(fetch, cursor.is_forward_only)
        columns = await self._foreseen(cursor) or []
        forms = portal.forms_of(columns)
        if is_plain(fetch):
            await self._read_up_to(cursor, cursor.stands, forms)
            before = cursor.read
            if fetch.is_move:
                await self._collected(cursor, fetch.count, forms)
                sent = cursor.read - before
            else:
                sent, _ = await self._rows(cursor, max(fetch.count, 0), forms)
            cursor.stands = cursor.read = before + sent
            if sent != fetch.count:
                cursor.size, cursor.stands = cursor.read, cursor.read + 1
            return sent
        if needs_end(fetch) and cursor.size is None:
            await self._collected(cursor, ALL, forms)
        rows = rows_of(fetch, cursor.stands, cursor.size or 0)
        await self._read_up_to(cursor, max(rows.first - 1, 0), forms)
        found = await self._collected(cursor, max(0, rows.last - rows.first + 1), forms)
        short = not rows.is_reversed and not found and rows.stands > 0
        cursor.stands = (cursor.size or 0) + 1 if short else rows.stands
        if not fetch.is_move:
            self._client.send(*(reversed(found) if rows.is_reversed else found))
        return len(found)

    async def _read_up_to(self, cursor: Portal, count: int, forms: list[int]) -> None:
        """Bring the result of a cursor to where so many of its rows are read, from its start if need be."""
        if cursor.size is not None:
            count = min(count, cursor.size)
        if cursor.read > count:
            await self._finish(cursor)
            cursor.read, cursor.is_done = 0, False
        if cursor.read < count:
            await self._collected(cursor, count - cursor.read, forms)

    async def _collected(self, cursor: Portal, count: int, forms: list[int]) -> list[bytes]:
        """Read so many rows of a cursor, and give them as messages; of ALL of them only where it ends."""
        rows: list[bytes] = []
        while count and not cursor.is_done:
            wanted = _BATCH if count == ALL else min(_BATCH, count)
            result = await self._started(cursor, by_blocks=True)
            if result.is_held:
                await self._pool.resume(result.process)
                result.is_held = False
            request = {"do": "block" if result.by_blocks else "fetch", "count": wanted, "forms": forms}
            answer = await self._ask(result, request)
            cursor.read += answer.head["rows"]
            if count != ALL:
                rows += split_rows(answer.body)
                count -= answer.head["rows"]
            if answer.head["rows"] == 0:
                cursor.is_done, cursor.size = True, cursor.read
                await self._finish(cursor)
        if cursor.result is not None and not cursor.result.is_held:
            self._may_hold()
            self._pool.hold(cursor.result.process)
            cursor.result.is_held = True
        return rows

    async def _copy(self, portal: Portal, copy: Copy) -> None:
        """Send a query's rows as copied data."""
        self._stop.clear()
        result = Result(await self._pool.take(), self.settings.seconds, _PATIENCE * self._limits.seconds)
        portal.result = result
        try:
            request = {"do": "blocks", "sql": copy.query, "values": _sent(portal)}
            try:
                columns = (await self._ask(result, request)).head["columns"]
            except QueryError as failure:
                if failure.position:
                    failure.position += max(portal.sql.find(copy.query), 0)
                raise
            self._client.send(wire.copy_out(copy.format == "binary", len(columns)))
            told, is_first, is_over = asdict(copy), True, False
            while not is_over:
                answer = await self._ask(result, {"do": "copied", "copy": told, "is_first": is_first})
                self._client.send(answer.body)
                await self._drain(result)
                result.rows += answer.head["rows"]
                is_first, is_over = False, answer.head["rows"] == 0
            self._client.send(wire.COPY_DONE, wire.complete(f"COPY {result.rows}"))
        finally:
            await self._finish(portal)

    async def _rows(self, portal: Portal, most: int, forms: list[int] | None) -> tuple[int, bool]:
        """Send at most `most` rows (0: all); says how many, and whether the result is at its end."""
        if portal.is_done:
            return 0, True
        result = await self._started(portal, by_blocks=most > 0)
        try:
            if result.is_held:
                await self._pool.resume(result.process)
                result.is_held = False
            sent, is_over = await self._send_rows(result, most, forms or portal.forms_of(result.columns))
            if not is_over:
                self._may_hold()
                self._pool.hold(result.process)
                result.is_held = True
        except BaseException:
            await self._finish(portal)
            raise
        if is_over:
            portal.is_done = True
            await self._finish(portal)
        return sent, is_over

    def _may_hold(self) -> None:
        held = sum(portal.result is not None and portal.result.is_held for portal in self.portals.values())
        if held >= max(1, self._limits.cursors // 2):
            raise QueryError("53400", "this client holds too many half-read results", "Close some")

    async def _send_rows(self, result: Result, most: int, forms: list[int]) -> tuple[int, bool]:
        sent = 0
        while most == 0 or sent < most:
            # Whoever reads in steps may read to the end: what that costs is bounded by the seconds of work.
            left = most - sent if most else self._limits.rows + 1 - result.rows
            wanted = left if result.by_blocks else min(_BATCH, left)
            request = {"do": "block" if result.by_blocks else "fetch", "count": wanted, "forms": forms}
            answer = await self._ask(result, request)
            sent += answer.head["rows"]
            result.rows += answer.head["rows"]
            if result.rows > self._limits.rows and not most:
                raise QueryError("54000", f"the result has more than {self._limits.rows} rows", "Add a limit")
            self._client.send(answer.body)
            await self._drain(result)
            if answer.head["rows"] == 0 or (answer.head["rows"] < wanted and not result.by_blocks):
                return sent, True
        return sent, False

    async def _drain(self, result: Result) -> None:
        """Wait for the client to read; one that is slow gives its turn to others meanwhile."""
        try:
            result.patience -= await self._client.drain(_QUICK)
            return
        except TimeoutError:
            result.patience -= _QUICK
        self._pool.hold(result.process)
        result.is_held = True
        result.patience -= await self._client.drain(result.patience)
        await self._pool.resume(result.process)
        result.is_held = False

    async def _started(self, portal: Portal, *, by_blocks: bool = False) -> Result:
        if portal.result is not None:
            return portal.result
        self._stop.clear()
        seconds = self.settings.seconds
        portal.result = result = Result(await self._pool.take(), seconds, _PATIENCE * self._limits.seconds)
        try:
            result.by_blocks = by_blocks and re.match(r"(?:select|with|from)\b", portal.sql, re.I) is not None
            request: dict[str, Any] = {"do": "blocks" if result.by_blocks else "start", "sql": portal.sql}
            request["values"] = _sent(portal)
            result.columns = _columns((await self._ask(result, request)).head["columns"])
            if portal.columns not in (None, result.columns):
                raise QueryError("0A000", "a new release has changed the columns of this query", "Ask again")
        except BaseException:
            await self._finish(portal)
            raise
        return result

    async def _once(self, request: dict[str, Any]) -> Answer:
        """Ask a process one thing, and give it back."""
        self._stop.clear()
        result = Result(await self._pool.take(), self.settings.seconds, 0.0)
        try:
            return await self._ask(result, request)
        finally:
            await self._give(result)

    async def _ask(self, result: Result, request: dict[str, Any]) -> Answer:
        clock = asyncio.get_running_loop().time
        started = clock()
        watching = asyncio.ensure_future(self._watch())
        try:
            return await result.process.ask(request, max(result.seconds, 0.001), self._stop)
        finally:
            watching.cancel()
            result.seconds -= clock() - started

    async def _watch(self) -> None:
        while not self._client.is_gone():
            await asyncio.sleep(0.25)
        self._stop.set()

    async def _finish(self, portal: Portal) -> None:
        if portal.result is not None:
            result, portal.result = portal.result, None
            await self._give(result)

    async def _give(self, result: Result) -> None:
        if not result.process.is_broken:
            try:
                answer = await result.process.ask({"do": "finish"}, 5.0, asyncio.Event())
                # What a large query took is not given back to the system: the next one gets a fresh process.
                result.process.is_broken = answer.head["is_bloated"]
            except QueryError:
                result.process.kill()
        if result.is_held:
            self._pool.drop(result.process)
        else:
            self._pool.give(result.process)


def _columns(told: list[list[Any]]) -> list[Column]:
    return [Column(name, BY_OID[oid]) for name, oid in told]


def _sent(portal: Portal) -> list[tuple[int, int, str | None]]:
    """A portal's values as JSON can carry them."""
    coded = [None if raw is None else base64.b64encode(raw).decode() for _, _, raw in portal.values]
    return [(oid, form, text) for (oid, form, _), text in zip(portal.values, coded, strict=True)]
