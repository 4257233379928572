"""Who holds a database is named by those who find it closed: the command line's reader and the network door."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pipelines.release.open_release import ReleaseError, open_database
from pipelines.serve.server import ServeError, Server
from pipelines.warehouse.holder import holder_of

HOLDER = """
import sys, duckdb
con = duckdb.connect(sys.argv[1])
con.execute("create table t as select 1")
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def held(tmp_path: Path) -> Iterator[tuple[Path, int]]:
    database = tmp_path / "emergence.duckdb"
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(database)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as client:
        assert client.stdout is not None
        assert client.stdout.readline() == b"held\n"
        yield database, client.pid
        client.kill()


def test_the_program_that_writes_is_named_with_what_to_do(held: tuple[Path, int]) -> None:
    database, process = held
    wanted = rf"python\S* \(PID {process}\) holds it: close it or open it read-only"
    with pytest.raises(ReleaseError, match=wanted):
        open_database(database)

    async def start() -> None:
        async with Server(database, port=0):
            pass

    # In a thread of its own: a browser of other tests may keep a loop at work in this one.
    with ThreadPoolExecutor(1) as thread, pytest.raises(ServeError, match=wanted):
        thread.submit(asyncio.run, start()).result()


def test_other_errors_are_nobodys() -> None:
    assert holder_of(OSError("No space left on device")) == ""
