"""A query of a user's own ends within bounds, whatever it asks for."""

import os
import resource
from pathlib import Path

import pytest

from emergence.errors import InputError
from pipelines.reader import query
from pipelines.release.open_release import Release
from pipelines.release.publish import point_latest

GREEDY = [
    "select range(300000000)",
    "select repeat('x', 3000000000)",
    "select string_agg(repeat('x', 1000000)) from range(100000)",
    "select * from range(500000000)",
]


@pytest.fixture
def home(tmp_path: Path, release: Path) -> Path:
    (tmp_path / "releases").mkdir()
    os.symlink(release, tmp_path / "releases" / release.name)
    point_latest(tmp_path, Release(tmp_path / "releases" / release.name))
    return tmp_path


@pytest.mark.parametrize("text", ["", " -- nothing"])
def test_a_query_of_no_rows_is_told_what_to_ask(home: Path, text: str) -> None:
    with pytest.raises(
        InputError, match=r"asks for no rows; try `emergence query .select \* from thresholds"
    ):
        query.run_query(home, text)


@pytest.mark.parametrize("text", GREEDY)
def test_a_greedy_query_is_refused_before_it_holds_much(
    home: Path, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(query, "MEGABYTES", 400)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(InputError, match=r"query: .*Memory"):
        query.run_query(home, text)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 500 << 10
    assert query.run_query(home, "select count(*) from thresholds").item() > 0
