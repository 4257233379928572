"""The command line as a person meets it: output, errors in one line, exit codes."""

import errno
import json
import re
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner, Result

from pipelines.cli import main
from pipelines.sources import SOURCES


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


def test_only_the_sources_that_are_named_are_taken_in(mirror: Path, tmp_path: Path) -> None:
    result = emergence(
        "--home", str(tmp_path), "run", "--offline", "--source", "chinchilla",
        EMERGENCE_MIRROR=str(mirror), EMERGENCE_REPLICATES="50",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert [path.name for path in (tmp_path / "raw").iterdir()] == ["chinchilla"]
    fetched = sorted(source.name for source in SOURCES if source.origins and source.name != "chinchilla")
    assert f"Not asked for: {', '.join(fetched)};" in " ".join(result.output.split())
    assert "Not reachable" not in result.output


@pytest.mark.parametrize("shape", ["table", "csv", "json", "parquet"])
def test_a_reader_that_has_had_enough_is_no_error(home: str, shape: str) -> None:
    """As in `emergence query … | head`: more is written than a pipe takes, of which a little is read."""
    sql = "select a.*, b.* from scores as a cross join (from range(40)) as b"
    asked = [sys.executable, "-m", "pipelines", "--home", home, "query", sql, "--format", shape]
    with subprocess.Popen(asked, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as asking:
        assert asking.stdout is not None
        assert asking.stderr is not None
        assert len(asking.stdout.read(4)) == 4
        asking.stdout.close()
        assert asking.stderr.read() == b""
        assert asking.wait(60) in (0, 1)  # a table to read may be short enough to be written whole


def test_another_pipe_that_breaks_is_told(home: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise BrokenPipeError(errno.EPIPE, "Broken pipe")

    monkeypatch.setattr("pipelines.reader.query.run_query", broken)
    asked = emergence("--home", home, "query", "select 1")
    assert asked.exit_code == 3
    assert "Broken pipe" in asked.output


def test_the_process_ends_with_the_code_of_the_command_and_all_that_it_said(home: str) -> None:
    for asked, code in ((["query", "select 1 as one", "--format", "csv"], 0), (["query", "select one"], 2)):
        done = subprocess.run(
            [sys.executable, "-m", "pipelines", "--home", home, *asked], capture_output=True, text=True
        )
        assert done.returncode == code, done.stderr
        assert done.stdout == ("one\n1\n" if code == 0 else "")
        assert bool(done.stderr) == (code != 0)


def test_query_formats(home: str) -> None:
    sql = "select 1 as one, 'a' as letter"
    assert emergence("--home", home, "query", sql, "--format", "csv").output == "one,letter\n1,a\n"
    assert json.loads(emergence("--home", home, "query", sql, "--format", "json").output) == [
        {"one": 1, "letter": "a"}
    ]
    table = emergence("--home", home, "query", sql).output
    assert "one" in table
    assert "1 row\n" in table
    long = emergence("--home", home, "query", "select 1/3e0 as third, 1e10 as many").output
    assert "0.333333 " in long
    assert " 10000000000\n" in long
    assert "numbers to 6 digits" in long


def test_a_command_is_told_by_a_whole_sentence() -> None:
    assert "..." not in emergence("--help", COLUMNS="80").output.partition("Commands:")[2]


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
    # As it can be typed: with the home folder that was asked for.
    assert f"run `emergence --home {tmp_path} run` first" in result.output


def test_a_mirror_that_is_not_there_is_exit_2(tmp_path: Path) -> None:
    result = emergence("--home", str(tmp_path), "run", EMERGENCE_MIRROR=str(tmp_path / "no"))
    assert result.exit_code == 2
    assert "EMERGENCE_MIRROR" in result.output


def test_doctor_finds_nothing_wrong(home: str) -> None:
    result = emergence("--home", home, "doctor")
    assert result.exit_code == 0, result.output
    assert "release" in result.output
    assert re.search(r" opens, with \d+ tables and 7 views", result.output)


def test_version() -> None:
    assert "emergence" in emergence("--version").output


def test_the_command_starts_without_what_is_heavy() -> None:
    heavy = "numba", "dagster", "scipy", "duckdb", "polars", "pyarrow", "altair"
    code = f"import sys, pipelines.cli; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_an_unexpected_error_is_one_line_and_its_trace_only_with_debug(
    home: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("the unforeseen")

    monkeypatch.setattr("pipelines.reader.query.run_query", broken)
    result = emergence("--home", home, "query", "select 1")
    assert result.exit_code == 3
    assert result.output.startswith("emergence: ZeroDivisionError: the unforeseen; ")
    assert isinstance(emergence("--debug", "--home", home, "query", "select 1").exception, ZeroDivisionError)


def test_a_run_that_fails_says_so_and_what_stands(home: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.assets.run._execute", lambda settings: ["loss_scores: the disk is full"])
    result = emergence("--home", home, "run", "--offline", "--force", EMERGENCE_REPLICATES="200")
    assert result.exit_code == 3
    assert "failed: loss_scores: the disk is full" in result.output
    assert "nothing was published, for the reason above; what stands is release" in result.output
    assert "nothing changed" not in result.output


@pytest.mark.parametrize(
    ("command", "held"), [("sources", "gadre"), ("tasks", "lambada"), ("corpora", "pile_test")]
)
def test_listings_show_what_the_release_holds(home: str, command: str, held: str) -> None:
    shown = emergence("--home", home, command).output
    assert held in shown
    assert not re.search(r"(?<![\d.,])\d{4,}(?![\d.])", shown)  # a count of thousands has its comma
    rows = json.loads(emergence("--home", home, command, "--format", "json").output)
    assert held in {str(value) for row in rows for value in row.values()}
    table = {"sources": "sources", "tasks": "tasks", "corpora": "corpora"}[command]
    count = f"select count(*) as n from {table}"
    counted = json.loads(emergence("--home", home, "query", count, "--format", "json").output)
    assert len(rows) == counted[0]["n"]


def test_a_table_of_tasks_has_the_judged_ones_and_says_how_many_more_there_are(home: str) -> None:
    judged, everything = (emergence("--home", home, "tasks", *flag).output for flag in ((), ("--all",)))
    rows = pl.DataFrame(json.loads(emergence("--home", home, "tasks", "--format", "json").output))
    unjudged = rows.filter(pl.col("fits").is_null())["task"]
    assert f"{unjudged.len()} more have scores but no loss beside them" in judged
    assert all(name not in judged and name in everything for name in unjudged)


def test_diff_compares_the_newest_with_the_one_before(home: str) -> None:
    result = emergence("--home", home, "diff")
    assert result.exit_code == 3
    assert "is the first release here: there is none to compare it with" in result.output
