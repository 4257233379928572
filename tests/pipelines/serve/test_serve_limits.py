"""What one query may cost, who may come in, and that one client's trouble is not another's."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import psycopg
import pytest

from emergence.errors import InputError
from pipelines.serve.limits import Limits
from pipelines.serve.server import ServeError, Server, is_loopback, serve
from tests.tools.released import OpenDoor, write_database

ENDLESS = "select count(*) from range(100000000) a, range(1000) b where a.range % 7 = b.range"


def connect(port: int, **options: str) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(
        host="127.0.0.1", port=port, user="me", dbname="emergence", autocommit=True, **options
    )


def test_a_long_query_is_ended_and_the_next_one_works(open_door: OpenDoor) -> None:
    with connect(open_door(seconds=0.5, memory_mb=2000)) as client:
        started = time.monotonic()
        with pytest.raises(psycopg.errors.QueryCanceled, match="longer"):
            client.execute(ENDLESS)
        assert time.monotonic() - started < 4
        assert client.execute("select 1").fetchall() == [(1,)]
        with pytest.raises((psycopg.errors.QueryCanceled, psycopg.errors.OutOfMemory)):
            client.execute("select lpad('x', 1500000000, 'y')")  # deaf to interrupts
        assert client.execute("select 1").fetchall() == [(1,)]


def test_a_query_has_at_most_so_many_rows_and_so_much_memory(open_door: OpenDoor) -> None:
    with connect(open_door(memory_mb=64, seconds=20, rows=3000)) as client:
        assert len(client.execute("from range(3000)").fetchall()) == 3000
        with pytest.raises(psycopg.errors.ProgramLimitExceeded, match="3000"):
            client.execute("from range(3001)")
        for sql in (
            "select a.range, b.range, count(*) from range(100000) a, range(1000) b group by all",
            "select string_agg(repeat('x', 100000), '') from range(50000)",
            "select repeat('x', 1000000) from range(100000)",
        ):
            with pytest.raises(psycopg.errors.OutOfMemory):
                client.execute(sql)
            assert client.execute("select count(*) from losses").fetchall() == [(20000,)]


def test_a_long_query_does_not_hold_up_the_others_and_its_client_can_cancel(open_door: OpenDoor) -> None:
    port, cancelled = open_door(queries=2, seconds=20), []
    with connect(port) as slow, connect(port) as quick:

        def endless() -> None:
            with pytest.raises(psycopg.errors.QueryCanceled, match="cancelled"):
                slow.execute(ENDLESS)
            cancelled.append(time.monotonic())

        thread = threading.Thread(target=endless)
        thread.start()
        time.sleep(0.15)
        assert quick.execute("select count(*) from thresholds").fetchall() == [(20,)]
        assert thread.is_alive()
        started = time.monotonic()
        slow.cancel_safe()
        thread.join()
    assert cancelled
    assert cancelled[0] - started < 4


def test_trouble_of_one_client_leaves_the_one_process_to_others(open_door: OpenDoor) -> None:
    before = _workers()
    port = open_door(queries=1, cursors=1, seconds=20)
    whoever_hangs_up_ends_his_query(port)
    half_read_results_leave_others_their_turn_and_are_counted(port)
    a_process_that_dies_is_replaced_and_fails_its_query_alone(port, before)


def whoever_hangs_up_ends_his_query(port: int) -> None:
    client = connect(port)
    cable = socket.socket(fileno=os.dup(client.fileno()))
    threading.Timer(0.15, lambda: cable.shutdown(socket.SHUT_RDWR)).start()
    with pytest.raises(psycopg.OperationalError):
        client.execute(ENDLESS)
    cable.close()
    with connect(port) as other:
        started = time.monotonic()
        assert other.execute("select 1").fetchall() == [(1,)]
        assert time.monotonic() - started < 5


def half_read_results_leave_others_their_turn_and_are_counted(port: int) -> None:
    with connect(port) as client, connect(port) as other:
        client.execute("begin")
        client.execute("declare here cursor for select i from range(10) t(i)")
        assert client.execute("fetch 3 from here").fetchall() == [(0,), (1,), (2,)]
        assert other.execute("select 1").fetchall() == [(1,)]
        other.execute("begin")
        other.execute("declare there cursor for from range(10)")
        with pytest.raises(psycopg.errors.ConfigurationLimitExceeded):
            other.execute("fetch 3 from there")
        assert client.execute("fetch all from here").fetchall() == [(i,) for i in range(3, 10)]
        assert client.execute("fetch all from here").fetchall() == []
        assert other.execute("fetch 2 from there").fetchall() == [(0,), (1,)]


def a_process_that_dies_is_replaced_and_fails_its_query_alone(port: int, others: set[int]) -> None:
    with connect(port) as client:
        client.execute("select 1")
        mine = _workers() - others
        assert mine
        for process in mine:
            os.kill(process, signal.SIGKILL)
        time.sleep(0.2)
        assert client.execute("select count(*) from thresholds").fetchall() == [(20,)]
        threading.Timer(0.15, lambda: os.kill((_workers() - others).pop(), signal.SIGKILL)).start()
        with pytest.raises(psycopg.errors.OutOfMemory):
            client.execute(ENDLESS)
        assert client.execute("select count(*) from thresholds").fetchall() == [(20,)]


def test_a_full_house_says_so_and_a_silent_client_is_let_go(open_door: OpenDoor) -> None:
    port = open_door(connections=2, idle_seconds=0.5)
    with connect(port) as client, connect(port):
        with pytest.raises(psycopg.OperationalError, match="too many clients"):
            connect(port)
        time.sleep(1)
        with pytest.raises(psycopg.OperationalError, match="silent"):
            client.execute("select 1")


def _workers() -> set[int]:
    """Query processes that this process has started."""
    told = subprocess.run(
        ["ps", "-o", "pid=,args=", "--ppid", str(os.getpid())], capture_output=True, text=True
    )
    return {int(line.split()[0]) for line in told.stdout.splitlines() if "pipelines.serve.worker" in line}


def test_passwords_and_that_who_guesses_is_logged_and_slowed(
    open_door: OpenDoor, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMERGENCE_PASSWORD", "open sesame")
    port = open_door(password="open sesame")
    with connect(port, password="open sesame") as client:
        assert client.execute("select 1").fetchall() == [(1,)]
        environments = [Path(f"/proc/{process}/environ").read_text() for process in _workers()]
    assert environments
    assert not any("sesame" in environment for environment in environments), "no key reaches a query process"
    started = time.monotonic()
    for _ in range(2):
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            connect(port, password="open sesam")
    assert time.monotonic() - started > 2.5  # one second, then two
    assert "login failed from 127.0.0.1 (2 so far)" in capfd.readouterr().err
    with pytest.raises(psycopg.OperationalError, match="no password supplied"):
        connect(port)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.org"])
def test_beyond_this_machine_a_password_is_required(small_database: Path, host: str) -> None:
    assert not is_loopback(host)
    with pytest.raises(InputError, match="password"):
        Server(small_database, host=host)


@pytest.mark.parametrize("password", ["", "pässword", "two\nlines"])
def test_passwords_that_clients_would_garble_are_refused(small_database: Path, password: str) -> None:
    with pytest.raises(InputError, match="password"):
        Server(small_database, password=password)


def test_what_cannot_be_served_is_said_at_the_start(tmp_path: Path, small_database: Path, door: int) -> None:
    with pytest.raises(InputError, match="emergence run"):
        serve(tmp_path / "none.duckdb")
    (tmp_path / "torn.duckdb").write_bytes(b"not a database")
    with pytest.raises(ServeError, match="cannot open"):
        serve(tmp_path / "torn.duckdb", port=0)
    with pytest.raises(ServeError, match=f"cannot listen on 127.0.0.1:{door}"):
        serve(small_database, port=door)
    with pytest.raises(InputError, match="rows"):
        Server(small_database, limits=Limits(rows=0))


def test_the_command_stops_cleanly_when_told_to(tmp_path: Path) -> None:
    database = write_database(tmp_path / "emergence.duckdb")
    code = (
        "import sys; from pathlib import Path; from pipelines.serve.server import serve;"
        "serve(Path(sys.argv[1]), port=0, on_ready=lambda port: print(port, flush=True))"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(database)], stdout=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout
        port = int(re.match(r"\d+", running.stdout.readline())[0])  # type: ignore[index]
        with connect(port) as client:
            assert client.execute("select release from releases").fetchall() == [("first",)]
            running.send_signal(signal.SIGTERM)
            assert running.wait(10) == 0
