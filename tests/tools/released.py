"""What the tests of SQL clients are given: a small released database, and doors opened on it."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from pipelines.serve.server import Server

THRESHOLDS = """
create table release.thresholds as
select
    'gadre' as source, 'task_' || i as task, 'rc' as format, 'accuracy' as metric, i % 3 as n_shot,
    'c4_en' as corpus, 2.0::double + i / 10 as eta, 1.9 + i / 10 as eta_low, 2.2 + i / 10 as eta_high,
    case when i % 2 = 0 then 'sharp' else 'smooth' end as verdict, i % 2 = 0 as sufficient,
    ['alias_' || i, 'other "name"'] as aliases, date '2026-01-01' + i::integer as fitted_on,
    nullif(i, 3)::decimal(9, 3) as n_checkpoints
from range(20) as t(i)
"""


def write_database(path: Path, release: str = "first") -> Path:
    """A release's database in little, written as releases are: older storage version, comments."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{path}' as release (storage_version 'v1.4.0')")
        connection.execute(THRESHOLDS)
        connection.execute("create table release.releases as select $1 as release", [release])
        connection.execute(
            "create table release.losses as select 'gadre/run@' || i as checkpoint_id, 'c4_en' as corpus,"
            " 4 - ln(1 + i) / 4 as loss, i as step from range(20000) as t(i)"
        )
        connection.execute("create view release.leaderboard as select task, eta from thresholds order by eta")
        connection.execute("comment on table release.thresholds is 'One row a task: where it leaves chance'")
        connection.execute("comment on column release.thresholds.eta is 'Threshold, nats per token'")
    return path


@contextmanager
def opened(server: Server) -> Iterator[int]:
    """Keep a door open in a thread of its own, and say its port."""
    ready: list[int] = []
    started, loop = threading.Event(), asyncio.new_event_loop()
    stop = asyncio.Event()

    async def stay() -> None:
        try:
            async with server:
                ready.append(server.port)
                started.set()
                await stop.wait()
        finally:
            started.set()

    thread = threading.Thread(target=lambda: loop.run_until_complete(stay()))
    thread.start()
    try:
        assert started.wait(20)
        assert ready, "the door did not open"
        yield ready[0]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(20)
        loop.close()


OpenDoor = Callable[..., int]
