"""Fixtures of the tests of SQL clients: a small released database, and doors opened on it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.serve.limits import Limits
from pipelines.serve.server import Server
from tests.tools.released import OpenDoor, opened, write_database


@pytest.fixture(scope="session")
def small_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_database(tmp_path_factory.mktemp("released") / "emergence.duckdb")


@pytest.fixture
def open_door(small_database: Path) -> Iterator[OpenDoor]:
    """Opens doors with limits of one's own on a port that is free, and closes them after the test."""
    doors = []

    def open_one(database: Path = small_database, *, password: str | None = None, **limits: float) -> int:
        door = opened(Server(database, port=0, password=password, limits=Limits(**limits)))  # type: ignore[arg-type]
        doors.append(door)
        return door.__enter__()

    yield open_one
    for door in doors:
        door.__exit__(None, None, None)


@pytest.fixture(scope="session")
def door(small_database: Path) -> Iterator[int]:
    """The port of one door that stays open for all tests that need nothing special."""
    with opened(Server(small_database, port=0, limits=Limits(seconds=20, rows=50_000))) as port:
        yield port
