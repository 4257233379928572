"""Queries at once in one process: each has a database of its own, and they wait for each other's memory."""

import threading
from pathlib import Path

import duckdb
import pytest

from pipelines.engines import machine
from pipelines.engines.machine import room_in_memory
from pipelines.warehouse.connect import _AT_REST, Bounds, engine_in

PATIENCE = 20.0


def limit_of(con) -> str:  # type: ignore[no-untyped-def]
    """Return the bound of memory that a connection is under."""
    return str(con.sql("select current_setting('memory_limit')").fetchall()[0][0])


def test_two_queries_at_once_keep_their_own_bounds(tmp_path: Path) -> None:
    with engine_in(tmp_path, Bounds(100, threads=1)) as one, engine_in(tmp_path, Bounds(200)) as other:
        assert (limit_of(one), limit_of(other)) == ("95.3 MiB", "190.7 MiB")
        assert one.sql("select current_setting('threads')").fetchall() == [(1,)]


def test_a_database_is_used_again_with_its_bounds_undone(tmp_path: Path) -> None:
    with engine_in(tmp_path, Bounds(100, threads=1)) as con:
        con.execute("create table seen as select 1 as kept")
    with engine_in(tmp_path, Bounds(100)) as con:
        assert con.sql("select kept from seen").fetchall() == [(1,)]
        threads = con.sql("select current_setting('threads')").fetchall()[0][0]
    with engine_in(tmp_path / "other", Bounds(100)) as con:
        assert con.sql("select current_setting('threads')").fetchall()[0][0] == threads


def test_a_database_in_which_a_query_failed_is_not_used_again(tmp_path: Path) -> None:
    def fail() -> None:
        with engine_in(tmp_path, Bounds(100, threads=1)) as con:
            con.execute("create table half as select 1 as done")
            con.execute("select * from nowhere")

    with pytest.raises(duckdb.Error, match="nowhere"):
        fail()
    with engine_in(tmp_path, Bounds(100)) as con:
        assert con.sql("select count(*) from duckdb_tables()").fetchall() == [(0,)]


def test_work_waits_until_there_is_room_for_its_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "usable_megabytes", lambda: 1000)
    inside, order = threading.Event(), []

    def small() -> None:
        with room_in_memory(300):
            order.append("small")
            inside.set()

    def large() -> None:
        with room_in_memory(5000):  # more than there is: it works alone, and does not wait for ever
            order.append("large")

    with room_in_memory(600):
        waiting = threading.Thread(target=large)
        waiting.start()
        beside = threading.Thread(target=small)
        beside.start()
        assert inside.wait(PATIENCE)
        beside.join(PATIENCE)
        assert order == ["small"]
    waiting.join(PATIENCE)
    assert order == ["small", "large"]


def test_what_works_inside_of_its_room_does_not_wait_for_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "usable_megabytes", lambda: 1000)
    passed = threading.Event()

    def nested() -> None:
        with room_in_memory(1000), room_in_memory(700):
            passed.set()
        with room_in_memory(1000):  # and all of it is given back
            pass

    thread = threading.Thread(target=nested, daemon=True)
    thread.start()
    thread.join(PATIENCE)
    assert passed.is_set()
    assert not thread.is_alive()


def test_two_queries_that_spill_at_once_do_not_meet_on_the_disk(tmp_path: Path) -> None:
    fill = "create temp table wide as select hash(range, ?) as a, range as b from range(3000000)"
    ask = "select sum(a = hash(b, ?)), count(*) from (select * from wide order by a)"
    with engine_in(tmp_path, Bounds(40)) as one, engine_in(tmp_path, Bounds(40)) as other:
        one.execute(fill, [1])
        other.execute(fill, [2])
        assert len({path.parent for path in (tmp_path / "tmp").rglob("*.tmp")}) == 2
        assert one.execute(ask, [1]).fetchall() == other.execute(ask, [2]).fetchall() == [(3000000, 3000000)]


def test_databases_of_homes_that_are_left_do_not_gather(tmp_path: Path) -> None:
    for number in range(20):
        with engine_in(tmp_path / str(number), Bounds(100)) as con:
            assert con.sql("select 1").fetchall() == [(1,)]
    assert len(_AT_REST) <= 8
    with engine_in(tmp_path / "19", Bounds(100)):
        assert tmp_path / "19" not in {database.home for database in _AT_REST}  # it is the one at work
