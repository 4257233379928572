"""Strangers, guessers and slow readers do not hold up who comes in good faith."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from pipelines.serve import wire
from pipelines.serve.commands import split
from pipelines.serve.limits import QueryError
from tests.tools.released import OpenDoor

ROOT = Path(__file__).parents[3]


def connect(port: int, **options: str) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(
        host="127.0.0.1", port=port, user="me", dbname="emergence", autocommit=True, **options
    )


def test_sockets_that_never_log_in_keep_nobody_out(open_door: OpenDoor) -> None:
    port = open_door(password="long and secret", connections=4)
    with contextlib.ExitStack() as crowd:
        for _ in range(20):
            crowd.enter_context(socket.create_connection(("127.0.0.1", port)))
        with connect(port, password="long and secret", connect_timeout="5") as client:
            assert client.execute("select 1").fetchall() == [(1,)]


def test_clients_that_do_not_read_give_their_turn_to_others(open_door: OpenDoor) -> None:
    port = open_door(queries=1, rows=1_000_000)
    with socket.socket() as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.connect(("127.0.0.1", port))
        words = wire.text("user") + wire.text("me") + b"\0"
        deaf.sendall((len(words) + 8).to_bytes(4, "big") + wire.PROTOCOL_3.to_bytes(4, "big") + words)
        deaf.sendall(wire.message(b"Q", wire.text("select repeat('x', 5000) from range(20000)")))
        time.sleep(1)
        with connect(port) as client:
            started = time.monotonic()
            assert client.execute("select 1").fetchall() == [(1,)]
            assert time.monotonic() - started < 10


def test_a_text_of_semicolons_is_refused_before_it_is_split() -> None:
    started = time.monotonic()
    with pytest.raises(QueryError, match="statements at once"):
        split(";" * 1_000_000)
    assert time.monotonic() - started < 0.2


def test_a_module_in_the_folder_of_the_operator_is_never_run(tmp_path: Path, small_database: Path) -> None:
    (tmp_path / "queue.py").write_text("raise SystemExit('run as the operator')")
    script = (
        "import asyncio, pathlib\n"
        "from pipelines.serve.limits import Limits\n"
        "from pipelines.serve.pool import Process\n"
        "async def go():\n"
        f"    process = await Process.start(pathlib.Path({str(small_database)!r}), Limits())\n"
        "    await process.close()\n"
        "asyncio.run(go())\n"
    )
    told = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONSAFEPATH": "1"}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, env=told, capture_output=True, timeout=60
    )
    assert done.returncode == 0, done.stderr.decode()
