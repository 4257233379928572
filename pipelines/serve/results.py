"""Results on their way: started in a query process, read in steps, held while a client rests, copied out."""

import asyncio
import base64
import re
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from pipelines.serve import wire
from pipelines.serve.commands import Settings
from pipelines.serve.copying import Copy
from pipelines.serve.cursors import ALL, split_rows
from pipelines.serve.limits import Limits, QueryError
from pipelines.serve.pool import Answer, Pool
from pipelines.serve.portals import Client, Portal, Result
from pipelines.serve.values.pgtypes import BY_OID, Column

_BATCH = 2048  # rows a process sends at a time: one of DuckDB's vectors
_PATIENCE = 10  # times the seconds of a query that a client has to read its result
_QUICK = 0.5  # seconds in which a client that reads has read what was sent


class Results:
    """The results of one client's statements; ``portals`` are all that it keeps."""

    def __init__(
        self,
        pool: Pool,
        limits: Limits,
        client: Client,
        settings: Settings,
        portals: Mapping[str, Portal],
    ) -> None:
        self._pool = pool
        self._limits = limits
        self._client = client
        self._settings = settings
        self._portals = portals
        self._stop = asyncio.Event()

    def cancel(self) -> None:
        """End what is running now."""
        self._stop.set()

    async def collected(self, cursor: Portal, count: int, forms: list[int]) -> list[bytes]:
        """Read so many rows of a cursor, and give them as messages; of ALL of them only where it ends."""
        rows: list[bytes] = []
        while count and not cursor.is_done:
            wanted = _BATCH if count == ALL else min(_BATCH, count)
            result = await self.started(cursor, by_blocks=True)
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
                await self.finish(cursor)
        if cursor.result is not None and not cursor.result.is_held:
            self._may_hold()
            self._pool.hold(cursor.result.process)
            cursor.result.is_held = True
        return rows

    async def copy(self, portal: Portal, copy: Copy) -> None:
        """Send a query's rows as copied data."""
        self._stop.clear()
        result = Result(await self._pool.take(), self._settings.seconds, _PATIENCE * self._limits.seconds)
        portal.result = result
        try:
            request = {"do": "blocks", "sql": copy.query, "values": sent_values(portal)}
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
            await self.finish(portal)

    async def rows(self, portal: Portal, most: int, forms: list[int] | None) -> tuple[int, bool]:
        """Send at most `most` rows (0: all); says how many, and whether the result is at its end."""
        if portal.is_done:
            return 0, True
        result = await self.started(portal, by_blocks=most > 0)
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
            await self.finish(portal)
            raise
        if is_over:
            portal.is_done = True
            await self.finish(portal)
        return sent, is_over

    def _may_hold(self) -> None:
        held = sum(portal.result is not None and portal.result.is_held for portal in self._portals.values())
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

    async def started(self, portal: Portal, *, by_blocks: bool = False) -> Result:
        """Give the result of a portal; its query is begun where it was not."""
        if portal.result is not None:
            return portal.result
        self._stop.clear()
        seconds = self._settings.seconds
        portal.result = result = Result(await self._pool.take(), seconds, _PATIENCE * self._limits.seconds)
        try:
            result.by_blocks = by_blocks and re.match(r"(?:select|with|from)\b", portal.sql, re.I) is not None
            request: dict[str, Any] = {"do": "blocks" if result.by_blocks else "start", "sql": portal.sql}
            request["values"] = sent_values(portal)
            result.columns = columns_of((await self._ask(result, request)).head["columns"])
            if portal.columns not in (None, result.columns):
                raise QueryError("0A000", "a new release has changed the columns of this query", "Ask again")
        except BaseException:
            await self.finish(portal)
            raise
        return result

    async def once(self, request: dict[str, Any]) -> Answer:
        """Ask a process one thing, and give it back."""
        self._stop.clear()
        result = Result(await self._pool.take(), self._settings.seconds, 0.0)
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

    async def finish(self, portal: Portal) -> None:
        """End a portal's query and give its process back."""
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


def columns_of(told: list[list[Any]]) -> list[Column]:
    """Give the columns that a query process tells: names and the numbers of their types."""
    return [Column(name, BY_OID[oid]) for name, oid in told]


def sent_values(portal: Portal) -> list[tuple[int, int, str | None]]:
    """A portal's values as JSON can carry them."""
    coded = [None if raw is None else base64.b64encode(raw).decode() for _, _, raw in portal.values]
    return [(oid, form, text) for (oid, form, _), text in zip(portal.values, coded, strict=True)]
