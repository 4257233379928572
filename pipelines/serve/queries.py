"""One client's statements: what the door answers itself, what a query process does, how results go out."""

import re

from pipelines.serve import wire
from pipelines.serve.commands import Settings, split, tag_of
from pipelines.serve.copying import copy_of
from pipelines.serve.cursors import (
    ALL,
    Fetch,
    declared,
    fetch_of,
    is_plain,
    may_scroll,
    needs_end,
    rows_of,
)
from pipelines.serve.limits import Limits, QueryError
from pipelines.serve.pool import Pool
from pipelines.serve.portals import Client, Portal
from pipelines.serve.results import Results, columns_of, sent_values
from pipelines.serve.values.encode import data_rows, encoder
from pipelines.serve.values.pgtypes import TEXT, Column

_NAMES = 256  # statements, and portals, that one client may keep
_CLOSE = re.compile(r"close\s+\"?([^\"\s]+)\"?", re.I)


class Queries:
    """Runs the statements of one client."""

    def __init__(self, pool: Pool, limits: Limits, client: Client) -> None:
        self._client = client
        self.settings = Settings(limits.seconds)
        self.is_in_transaction = False
        self.statements: dict[str, tuple[str, list[int]]] = {}
        self.portals: dict[str, Portal] = {}
        self._results = Results(pool, limits, client, self.settings, self.portals)

    def cancel(self) -> None:
        """End what is running now."""
        self._results.cancel()

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
                await self._results.finish(portal)

    async def _announce(self, portal: Portal) -> None:
        if self._needs_engine(portal.sql) and not fetch_of(portal.sql):
            columns: list[Column] | None = (await self._results.started(portal)).columns
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
            await self._results.finish(self.portals.pop(name))

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
        if not self._needs_engine(sql) or fetch_of(sql):
            shown = await self._foreseen(Portal(sql))
            self._client.send(wire.parameter_description([]))
            self._client.send(wire.row_description(shown, [0] * len(shown)) if shown else wire.NO_DATA)
            return
        answer = await self._results.once({"do": "describe", "sql": sql, "values": None})
        told = answer.head["parameters"]
        known = [oid or kind for oid, kind in zip(oids, told, strict=False)]
        known += oids[len(told) :] + told[len(oids) :]
        self.statements[statement] = (sql, known)  # what is said here, clients hold to when they bind
        columns = columns_of(answer.head["columns"])
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
            answer = await self._results.once(
                {"do": "describe", "sql": portal.sql, "values": sent_values(portal)}
            )
            portal.columns = columns_of(answer.head["columns"])
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
            await self._results.copy(portal, copied)
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
            sent, is_over = await self._results.rows(portal, most, None)
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
                await self._results.collected(cursor, fetch.count, forms)
                sent = cursor.read - before
            else:
                sent, _ = await self._results.rows(cursor, max(fetch.count, 0), forms)
            cursor.stands = cursor.read = before + sent
            if sent != fetch.count:
                cursor.size, cursor.stands = cursor.read, cursor.read + 1
            return sent
        if needs_end(fetch) and cursor.size is None:
            await self._results.collected(cursor, ALL, forms)
        rows = rows_of(fetch, cursor.stands, cursor.size or 0)
        await self._read_up_to(cursor, max(rows.first - 1, 0), forms)
        found = await self._results.collected(cursor, max(0, rows.last - rows.first + 1), forms)
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
            await self._results.finish(cursor)
            cursor.read, cursor.is_done = 0, False
        if cursor.read < count:
            await self._results.collected(cursor, count - cursor.read, forms)
