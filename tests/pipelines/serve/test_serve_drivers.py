"""Python's other drivers, as they are: what there is, every type, parameters, errors, cancel, a release under way."""

import asyncio
import datetime as dt
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from tests.tools.released import write_database

pytest.importorskip("asyncpg")
ROOT = Path(__file__).parents[3]
Rows = list[tuple[Any, ...]]
ENDLESS = "select count(*) from range(100000) as a, range(100000) as b, range(1000) as c"


class ByDbapi:
    """psycopg2, pg8000 and ADBC: what Python's interface to databases has, and a way to cancel."""

    def __init__(self, connection: Any, mark: str, stop: Callable[[Any], Callable[[], None]]) -> None:
        self._connection, self._mark, self._stop = connection, mark, stop

    def ask(self, sql: str, values: Sequence[Any] = ()) -> Rows:
        for place in range(len(values)):
            sql = sql.replace(f"${place + 1}", self._mark.format(place + 1))
        cursor = self._connection.cursor()
        try:
            cursor.execute(sql, tuple(values)) if values else cursor.execute(sql)
            return [tuple(row) for row in cursor.fetchall()]
        except Exception:
            self._connection.rollback()
            raise
        finally:
            cursor.close()

    def cancelled(self, sql: str) -> None:
        cursor = self._connection.cursor()
        threading.Timer(0.1, self._stop(cursor)).start()
        try:
            cursor.execute(sql)
            cursor.fetchall()
        finally:
            self._connection.rollback()

    def close(self) -> None:
        self._connection.close()


class ByAsyncpg:
    """asyncpg, in a loop of its own."""

    def __init__(self, port: int) -> None:
        import asyncpg

        self._loop = asyncio.new_event_loop()
        self._connection = self._done(
            asyncpg.connect(host="127.0.0.1", port=port, user="me", database="emergence")
        )

    def _done(self, work: Any) -> Any:
        return self._loop.run_until_complete(work)

    def ask(self, sql: str, values: Sequence[Any] = ()) -> Rows:
        return [tuple(row) for row in self._done(self._connection.fetch(sql, *values))]

    def cancelled(self, sql: str) -> None:
        self._done(self._connection.fetch(sql, timeout=0.1))

    def close(self) -> None:
        self._done(self._connection.close())
        self._loop.close()


class ByPolars:
    """polars, which reads by connectorx: a connection for each question, and no parameters."""

    def __init__(self, port: int) -> None:
        self._address = f"postgresql://me@127.0.0.1:{port}/emergence"

    def ask(self, sql: str, values: Sequence[Any] = ()) -> Rows:
        import polars as pl

        return pl.read_database_uri(sql, self._address, engine="connectorx").rows()

    def close(self) -> None: ...


def connected(driver: str, port: int) -> Any:
    address = f"postgresql://me@127.0.0.1:{port}/emergence"
    if driver == "psycopg2":
        import psycopg2

        connection = psycopg2.connect(address)
        return ByDbapi(connection, "%s", lambda _: connection.cancel)
    if driver == "pg8000":
        import pg8000.dbapi

        connection = pg8000.dbapi.connect(host="127.0.0.1", port=port, user="me", database="emergence")
        return ByDbapi(connection, "%s", lambda _: connection.close)
    if driver == "adbc":
        import adbc_driver_postgresql.dbapi

        return ByDbapi(
            adbc_driver_postgresql.dbapi.connect(address), "${}", lambda cursor: cursor.adbc_cancel
        )
    return ByAsyncpg(port) if driver == "asyncpg" else ByPolars(port)


DOOR = """
import asyncio, pathlib, sys
from pipelines.serve.limits import Limits
from pipelines.serve.server import Server

async def stay():
    async with Server(pathlib.Path(sys.argv[1]), port=0, limits=Limits(seconds=60)) as door:
        print(door.port, flush=True)
        await asyncio.to_thread(sys.stdin.read)

asyncio.run(stay())
"""


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Path]]:
    """A door, and the file that it serves, which a test may replace.

    In a process of its own: some drivers stop all of Python's threads while they wait for an answer.
    """
    file = write_database(tmp_path_factory.mktemp("drivers") / "emergence.duckdb", "release 0")
    command = [sys.executable, "-c", DOOR, str(file)]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as door:
        assert door.stdout
        yield int(door.stdout.readline()), file
        door.communicate()


@pytest.fixture(params=["psycopg2", "pg8000", "asyncpg", "adbc", "polars"])
def driver(request: pytest.FixtureRequest, published: tuple[int, Path]) -> Iterator[tuple[str, Any]]:
    client = connected(request.param, published[0])
    yield request.param, client
    client.close()


# What one driver or another has no type of its own for arrives as text there.
VALUES: list[tuple[str, Any]] = [
    ("1::smallint", 1),
    ("3::integer", 3),
    ("4::bigint", 4),
    ("0.5::float", 0.5),
    ("1e300::double", 1e300),
    ("true", True),
    ("'é\"\\'", 'é"\\'),
    ("null::double", None),
    ("date '1999-12-31'", dt.date(1999, 12, 31)),
    ("date '0001-01-01'", dt.date(1, 1, 1)),
    ("time '10:11:12.5'", dt.time(10, 11, 12, 500000)),
    ("timestamp '2026-01-02 03:04:05.678901'", dt.datetime(2026, 1, 2, 3, 4, 5, 678901)),
    ("timestamptz '2026-01-02 03:04:05+02'", dt.datetime(2026, 1, 2, 1, 4, 5, tzinfo=dt.UTC)),
    ("-123.450::decimal(9, 3)", Decimal("-123.450")),
    ("'6f9619ff-8b86-d011-b42d-00cf4fc964ff'::uuid", UUID("6f9619ff-8b86-d011-b42d-00cf4fc964ff")),
    ("'\\x00\\xFF'::blob", b"\x00\xff"),
    ("[1, null, 3]", [1, None, 3]),
    ("['a', 'b,\"c']", ["a", 'b,"c']),
]


def plain(value: Any) -> Any:
    """Values as what they say, whichever type a driver has for them."""
    if isinstance(value, memoryview):
        return bytes(value)
    if isinstance(value, str):
        for read in (UUID, Decimal):
            try:
                return read(value)
            except (ValueError, ArithmeticError):
                continue
    return Decimal(str(value)).normalize() if isinstance(value, Decimal) else value


COLUMNS = """select c.column_name, c.data_type, col_description(t.oid, c.ordinal_position::integer)
    from information_schema.columns as c join pg_catalog.pg_class as t on t.relname = c.table_name
    where c.table_name = 'thresholds' and c.column_name in ('eta', 'aliases', 'fitted_on') order by 1"""


def test_a_driver_lists_tables_and_reads_every_type(driver: tuple[str, Any]) -> None:
    name, client = driver
    tables = client.ask(
        "select table_name, table_type from information_schema.tables where table_schema = 'main' order by 1"
    )
    assert tables == [
        ("leaderboard", "VIEW"),
        *((t, "BASE TABLE") for t in ("losses", "releases", "thresholds")),
    ]
    assert client.ask(COLUMNS) == [
        ("aliases", "ARRAY", None),
        ("eta", "double precision", "Threshold, nats per token"),
        ("fitted_on", "date", None),
    ]
    row = client.ask("select " + ", ".join(f"{written} as c{n}" for n, (written, _) in enumerate(VALUES)))[0]
    for (written, value), got in zip(VALUES, row, strict=True):
        assert plain(got) == plain(value), (name, written)
    told = client.ask("select '{\"j\": [1]}'::json as j")[0][0]
    assert (json.loads(told) if isinstance(told, str) else told) == {"j": [1]}


def test_a_driver_sends_parameters_and_meets_errors(driver: tuple[str, Any]) -> None:
    name, client = driver
    if name != "polars":
        asked = "select task from thresholds where eta > $1 and fitted_on < $2 order by eta limit $3"
        for _ in range(3):
            assert client.ask(asked, [2.15, dt.date(2026, 1, 4), 1]) == [("task_2",)]
        assert client.ask("select task from thresholds where task = any($1)", [["task_1", "no,such"]]) == [
            ("task_1",)
        ]
    for wrong, said in (
        ("select nosuch", "nosuch"),
        ("drop table losses", "read-only"),
        ("select 'x'::integer as i", "x"),
    ):
        with pytest.raises(BaseException, match=said) as caught:
            client.ask(wrong)
        assert not isinstance(caught.value, AssertionError | KeyboardInterrupt)
        assert client.ask("select 1 as one") == [(1,)], f"{name} works on after {wrong}"


@pytest.mark.parametrize("driver", ["psycopg2", "asyncpg", "adbc"], indirect=True)
def test_a_driver_cancels(driver: tuple[str, Any]) -> None:
    _, client = driver
    started = time.monotonic()
    with pytest.raises(Exception, match=r"cancel|^$"):
        client.cancelled(ENDLESS)
    assert time.monotonic() - started < 30
    assert client.ask("select 1 as one") == [(1,)]


def test_a_driver_sees_a_release_on_the_connection_that_it_has(
    driver: tuple[str, Any], published: tuple[int, Path]
) -> None:
    name, client = driver
    next_one = write_database(published[1].with_name(f"{name}.duckdb"), f"seen by {name}")
    assert client.ask("select release from releases") != [(f"seen by {name}",)]
    os.replace(next_one, published[1])
    assert client.ask("select release from releases") == [(f"seen by {name}",)]
    assert client.ask("select count(*) as n from losses") == [(20000,)]
