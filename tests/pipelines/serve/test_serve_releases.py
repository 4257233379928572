"""A release replaces the file under its readers, and no query fails for it."""

import os
import threading
import time
from collections import Counter
from pathlib import Path

import psycopg

from tests.tools.released import OpenDoor, write_database

READERS = 32
RELEASES = 20
ASKED = "select release, count(*) from releases, thresholds group by all"


def read_until(port: int, stop: threading.Event, seen: Counter[str], wrong: list[str]) -> None:
    """One reader: asks again and again on one connection, and checks that every answer is of one release."""
    try:
        with psycopg.connect(
            host="127.0.0.1", port=port, user="me", dbname="emergence", autocommit=True
        ) as client:
            last = False
            while not last:
                last = stop.is_set()
                rows = client.execute(ASKED).fetchall()
                if len(rows) != 1 or rows[0][1] != 20:
                    wrong.append(f"half a release: {rows}")
                seen[str(rows[0][0])] += 1
                stop.wait(0.1)  # 32 readers at work without a pause would be two processors' work
            if client.execute("select release from releases").fetchall() != [(f"release {RELEASES}",)]:
                wrong.append("a reader does not see the newest release")
    except Exception as error:
        wrong.append(repr(error))


def test_32_readers_during_20_releases(tmp_path: Path, open_door: OpenDoor) -> None:
    live = write_database(tmp_path / "emergence.duckdb", "release 0")
    releases = [write_database(tmp_path / f"next_{n}.duckdb", f"release {n}") for n in range(1, RELEASES + 1)]
    port = open_door(live, queries=2, seconds=30)
    stop, seen, wrong = threading.Event(), Counter[str](), list[str]()
    readers = [threading.Thread(target=read_until, args=(port, stop, seen, wrong)) for _ in range(READERS)]
    for reader in readers:
        reader.start()
    for number, release in enumerate(releases):  # each is read by someone before the next comes
        until = time.monotonic() + 30
        while not seen[f"release {number}"] and not wrong and time.monotonic() < until:
            time.sleep(0.01)
        os.replace(release, live)
    stop.set()
    for reader in readers:
        reader.join(60)
    assert wrong == []
    assert len(seen) == RELEASES + 1
    assert sum(seen.values()) >= 2 * READERS
