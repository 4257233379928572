"""A release is complete or absent, opens locked down, and outlives its successors."""

import json
import os
from dataclasses import replace
from pathlib import Path

import duckdb
import polars as pl
import pyarrow.parquet as pq
import pytest

from emergence.errors import InputError
from pipelines.assets.run import refresh
from pipelines.reader.query import run_query
from pipelines.release.open_release import NoReleaseError, Release, ReleaseError, latest_release, open_release
from pipelines.release.publish import point_latest, put_right
from pipelines.settings import Settings
from pipelines.warehouse import catalog
from pipelines.warehouse.lock import BusyError, only_run
from pipelines.warehouse.store import file_digest


@pytest.fixture
def home(tmp_path: Path, release: Path) -> Path:
    """A home folder of its own with the shared release in it."""
    folder = tmp_path / "home" / "releases" / release.name
    folder.parent.mkdir(parents=True)
    os.symlink(release, folder)
    point_latest(tmp_path / "home", Release(folder))
    return tmp_path / "home"


def test_the_embedded_tables_alone_make_a_release(release: Path) -> None:
    manifest = json.loads((release / "manifest.json").read_text())
    fitted = pl.read_parquet(release / "tables" / "thresholds.parquet")["source"].value_counts()
    assert manifest["tables"]["thresholds"]["rows"] == fitted["count"].sum()
    # Each of the 14 tasks on the published loss, and on the same loss in bits per byte.
    assert fitted.filter(source="cerebras_gpt")["count"].item() == 28
    assert {"sources", "runs", "checkpoints", "losses", "scores", "loss_scores"} <= set(manifest["tables"])
    for name, entry in manifest["files"].items():
        assert file_digest(release / name) == entry["sha256"], name


def test_tables_and_columns_of_the_database_are_described(release: Path) -> None:
    with duckdb.connect(str(release / "emergence.duckdb"), read_only=True) as con:
        tables = con.sql("select table_name from duckdb_tables() where comment is null").fetchall()
        columns = con.sql(
            "select table_name, column_name from duckdb_columns() where comment is null and not internal"
            " and table_name in (select table_name from duckdb_tables())"
        ).fetchall()
    assert tables == []
    assert columns == []


def test_parquet_carries_the_descriptions_and_is_sorted_by_its_key(release: Path) -> None:
    schema = pq.read_schema(release / "tables" / "thresholds.parquet")
    assert b"loss below which" in schema.field("eta").metadata[b"description"]
    frame = pl.read_parquet(release / "tables" / "loss_scores.parquet")
    key = ["source", "task", "format", "metric", "n_shot", "run_id", "tokens", "corpus", "unit"]
    assert frame.equals(frame.sort(key, maintain_order=True, nulls_last=True))


def test_database_and_parquet_hold_the_same_rows(release: Path) -> None:
    with duckdb.connect(str(release / "emergence.duckdb"), read_only=True) as con:
        for model in catalog.public_models():
            parquet = pl.read_parquet(release / "tables" / f"{model.name}.parquet")
            assert con.table(model.name).pl().equals(parquet), model.name


@pytest.mark.parametrize(
    "sql",
    [
        "select * from read_csv('/etc/hosts')",
        "copy thresholds to 'stolen.csv'",
        "attach 'other.duckdb'",
        "create table t (i int)",
        "install httpfs",
        "set enable_external_access = true",
        "selec 1",
    ],
)
def test_a_query_sees_nothing_of_the_host_and_changes_nothing(home: Path, sql: str) -> None:
    with pytest.raises(InputError, match="query:"):
        run_query(home, sql)


def test_a_query_before_the_first_release_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NoReleaseError, match="emergence run"):
        run_query(tmp_path, "select 1")


def test_nothing_changed_publishes_nothing(tmp_path: Path, release: Path) -> None:
    settings = Settings(home=release.parent.parent, offline=True, replicates=200)
    again = refresh(settings)
    assert not again.is_new
    assert again.release is not None
    assert again.release.folder == release


def test_a_reader_of_the_old_release_is_not_disturbed(home: Path, tmp_path: Path) -> None:
    with duckdb.connect(str(home / "emergence.duckdb"), read_only=True) as reader:
        before = reader.sql("select count(*) from scores").fetchall()
        point_latest(home, Release(latest_release(home).folder))  # type: ignore[union-attr]
        (home / "emergence.duckdb").unlink()
        put_right(home)
        assert reader.sql("select count(*) from scores").fetchall() == before
    with open_release(home) as questions:
        assert questions.con.sql("select count(*) from scores").fetchall() == before


def test_a_database_that_disagrees_with_latest_is_put_right(home: Path) -> None:
    (home / "emergence.duckdb").unlink()
    (home / "emergence.duckdb").write_text("half written")
    put_right(home)
    with duckdb.connect(str(home / "emergence.duckdb"), read_only=True) as con:
        assert con.sql("select count(*) from thresholds where source = 'cerebras_gpt'").fetchall() == [(28,)]


def test_latest_that_names_nothing_is_a_clear_error(home: Path) -> None:
    (home / "latest").write_text("2020-01-01-gone")
    with pytest.raises(ReleaseError, match="2020-01-01-gone"):
        latest_release(home)


def test_two_runs_at_once_the_second_refuses(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home", offline=True)
    with only_run(settings.home), pytest.raises(BusyError, match="another run"):
        refresh(settings)


def test_an_unknown_source_is_named_with_those_that_exist(tmp_path: Path) -> None:
    settings = replace(Settings(home=tmp_path / "home", offline=True), only=("gadrre",))
    with pytest.raises(InputError, match=r"gadrre.*gadre"):
        refresh(settings)
