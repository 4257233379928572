"""A release is opened in one way, sees nothing of the host, and answers named queries."""

import json
import re
from pathlib import Path

import duckdb
import polars as pl
import pytest

from emergence.errors import InputError
from pipelines.release.database import open_tables
from pipelines.release.open_release import (
    DATABASE,
    NoReleaseError,
    OlderReleaseError,
    Release,
    ReleaseError,
    latest_release,
    open_database,
    open_release,
    open_together,
    release_before,
)
from pipelines.warehouse.catalog import public_models, views
from pipelines.warehouse.home import Home
from pipelines.warehouse.questions import ROOT as QUESTIONS
from pipelines.warehouse.questions import names_in
from tests.test_house import ROOT


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A database in a folder whose name has a quote in it."""
    path = tmp_path / "it's a 'release'" / "emergence.duckdb"
    path.parent.mkdir()
    with duckdb.connect(str(path)) as con:
        con.execute("create table sources as select 'a' as source, 'cite' as citation")
    return path


def test_the_release_before_is_the_one_that_stood_when_it_was_made(tmp_path: Path) -> None:
    for name, previous in (("b", None), ("a", "b"), ("c", "a")):
        (tmp_path / "releases" / name).mkdir(parents=True)
        (tmp_path / "releases" / name / "manifest.json").write_text(json.dumps({"previous": previous}))
    first, second, third = (Release(tmp_path / "releases" / name) for name in "bac")
    assert release_before(tmp_path, third) == second
    assert release_before(tmp_path, second) == first
    with pytest.raises(ReleaseError, match="b is the first release here"):
        release_before(tmp_path, first)
    (first.folder / "manifest.json").unlink()
    with pytest.raises(ReleaseError, match=r"what stood before a is gone \(no release is called b"):
        release_before(tmp_path, second)


def test_a_named_query_is_asked(database: Path) -> None:
    with open_database(database) as questions:
        assert questions.rows("ask/credits", sources=["a", "b"]) == [{"source": "a", "citation": "cite"}]
        assert questions.query("select 1 as one").rows() == [(1,)]
        assert questions.tables == {"sources"}


def test_a_release_without_a_table_is_an_older_one_and_a_partial_one_has_no_rows(database: Path) -> None:
    with open_database(database) as questions, pytest.raises(OlderReleaseError, match="cannot be asked"):
        questions.ask("ask/tasks")
    with open_database(database, partial=True) as questions:
        assert questions.ask("ask/tasks").equals(pl.DataFrame())
        assert questions.table("tasks", ["task"]) == []
        assert questions.table("sources", ["source", "colour"]) == [{"source": "a", "colour": None}]


@pytest.mark.parametrize(
    "text",
    [
        "select * from read_csv('/etc/hostname')",
        "attach 'x.duckdb'",
        "copy sources to 'x.csv'",
        "set threads = 1",
    ],
)
@pytest.mark.parametrize("together", [False, True])
def test_nothing_of_the_host_is_seen(database: Path, text: str, together: bool) -> None:
    opened = open_together(a=database) if together else open_database(database)
    with opened as questions, pytest.raises(InputError, match="query: "):
        questions.query(text)


def test_tables_are_opened_out_of_their_files_as_the_database_shows_them(
    release: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    models = public_models()
    folder = tmp_path / "it's [a] *b?"
    folder.symlink_to(release / "tables")
    monkeypatch.chdir(tmp_path)
    tables = {model.name: folder.relative_to(tmp_path) / f"{model.name}.parquet" for model in models}
    names = [*(model.name for model in models), *views()]
    with (
        open_tables(tmp_path, models, tables, release / DATABASE) as files,
        open_database(release / DATABASE) as database,
    ):
        assert files.tables == database.tables == set(names)
        assert {name: files.count(name) for name in names} == {name: database.count(name) for name in names}
        assert files.rows("site/columns") == database.rows("site/columns")
        assert files.rows("site/tables") == database.rows("site/tables")
        assert files.rows("site/changes") == []
        for text in (
            "select * from read_csv('/etc/hostname')",
            "copy sources to 'x.csv'",
            "attach 'x.duckdb'",
        ):
            with pytest.raises(InputError, match="query: "):
                files.query(text)


def test_two_stand_side_by_side_whatever_their_paths(database: Path) -> None:
    other = database.with_name('an "other".duckdb')
    other.write_bytes(database.read_bytes())
    with open_together(a=database, b=other) as questions:
        assert questions.query("select count(*) from sources, a.sources, b.sources").item() == 1


def test_what_is_no_release_says_so(tmp_path: Path) -> None:
    with pytest.raises(NoReleaseError, match="emergence run"):
        open_release(tmp_path)
    Home(tmp_path).write_latest("gone")
    with pytest.raises(ReleaseError, match="names 'gone'"):
        latest_release(tmp_path)
    torn = tmp_path / "emergence.duckdb"
    torn.write_bytes(b"torn")
    with pytest.raises(ReleaseError, match=r"emergence\.duckdb does not open"):
        open_database(torn)


def test_every_named_query_is_asked_by_somebody_and_is_there() -> None:
    there = {name for folder in QUESTIONS.iterdir() for name in names_in(folder.name)}
    text = "\n".join(path.read_text() for path in (ROOT / "pipelines").rglob("*.py"))
    asked = set(re.findall(r"[\"']((?:ask|screen|serve|site|verify)/[a-z_]+)[\"']", text))
    assert asked <= there
    by_folder = {"diff", "findings"}  # asked by the whole folder, and from a template
    silent = {name for name in there - asked if name.split("/")[0] not in by_folder}
    assert {name for name in silent if not name.endswith("_list")} <= {"ask/laws", "ask/draws"}


def test_only_one_module_reads_the_files_of_named_queries() -> None:
    reading = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "pipelines").rglob("*.py")
        if re.search(r"/ ['\"]questions['\"]|\.sql\"\)\.read_text|QUESTIONS", path.read_text())
    }
    assert reading == {"pipelines/warehouse/questions.py"}
