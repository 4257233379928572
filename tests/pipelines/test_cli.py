"""The command line as a person meets it: output, errors in one line, exit codes."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipelines.cli import main


def emergence(*arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(main, list(arguments), env={"EMERGENCE_MIRROR": None, **environment})


@pytest.fixture
def home(release: Path) -> str:
    return str(release.parent.parent)


def test_run_ends_with_thresholds_counts_and_paths(home: str) -> None:
    result = emergence("--home", home, "run", "--offline", EMERGENCE_REPLICATES="200")
    assert result.exit_code == 0, result.output
    for expected in (
        "hellaswag",
        "verdict",
        "pile_test",
        "rejects",
        "emergence.duckdb",
        "Not reachable: ",
    ):
        assert expected in result.output


def test_query_formats(home: str) -> None:
    sql = "select 1 as one, 'a' as letter"
    assert emergence("--home", home, "query", sql, "--format", "csv").output == "one,letter\n1,a\n"
    assert json.loads(emergence("--home", home, "query", sql, "--format", "json").output) == [
        {"one": 1, "letter": "a"}
    ]
    table = emergence("--home", home, "query", sql).output
    assert "one" in table
    assert "1 rows" in table


def test_query_shows_brackets_as_they_are(home: str) -> None:
    assert "[bold]x" in emergence("--home", home, "query", "select '[bold]x' as t").output


def test_a_wrong_query_is_one_line_and_exit_2(home: str) -> None:
    result = emergence("--home", home, "query", "select nothing from nowhere")
    assert result.exit_code == 2
    assert result.output.startswith("emergence: query:")
    assert result.output.count("\n") == 1


def test_a_query_without_a_release_is_exit_3(tmp_path: Path) -> None:
    result = emergence("--home", str(tmp_path), "query", "select 1")
    assert result.exit_code == 3
    assert "emergence run" in result.output


def test_a_mirror_that_is_not_there_is_exit_2(tmp_path: Path) -> None:
    result = emergence("--home", str(tmp_path), "run", EMERGENCE_MIRROR=str(tmp_path / "no"))
    assert result.exit_code == 2
    assert "EMERGENCE_MIRROR" in result.output


def test_doctor_finds_nothing_wrong(home: str) -> None:
    result = emergence("--home", home, "doctor")
    assert result.exit_code == 0, result.output
    assert "release" in result.output


def test_version() -> None:
    assert "emergence" in emergence("--version").output
