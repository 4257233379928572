"""The order of the house: SQL knows no Python, files are short, and every column says what it means."""

import re
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines.warehouse import catalog
from pipelines.warehouse.checks import all_checks

ROOT = Path(__file__).parent.parent
MAX_LINES = 400


@pytest.mark.parametrize("path", sorted((ROOT / "sql").rglob("*.sql")), ids=lambda p: p.stem)
def test_sql_has_a_head_and_no_templates(path: Path) -> None:
    text = path.read_text()
    assert text.startswith("-- ")
    assert "{{" not in text
    assert "{%" not in text


def test_no_file_is_too_long() -> None:
    files = [*ROOT.glob("*/**/*.py"), *ROOT.glob("sql/**/*.sql")]
    ours = [p for p in files if not any(part.startswith(".") for part in p.relative_to(ROOT).parts)]
    assert not [p for p in ours if len(p.read_text().splitlines()) > MAX_LINES]


SIGNED = re.compile(r":\+\.\d")


def test_no_number_with_a_sign_is_written_as_less_than_nought_where_it_is_nought() -> None:
    files = [*ROOT.glob("emergence/**/*.py"), *ROOT.glob("pipelines/**/*.py")]
    assert not [f"{p.name}: {found[0]}" for p in files if (found := SIGNED.search(p.read_text()))]
    assert f"{-0.0004:+z.1f}" == "+0.0"


def test_every_parent_is_known() -> None:
    models = catalog.models()
    stacks = {"staged", "raw_sources", "raw_files", "raw_rejects", "raw_dirt"}
    for relation in [*models.values(), *all_checks()]:
        strangers = {p for p in relation.parents if p not in models and p not in stacks}
        assert all(p.startswith(("raw_", "facts_")) or p.endswith("_fits") for p in strangers), relation.name


def test_every_column_of_a_public_table_says_what_it_means(release: Path) -> None:
    for model in catalog.public_models():
        columns = pl.scan_parquet(release / "tables" / f"{model.name}.parquet").collect_schema().names()
        silent = [column for column in columns if catalog.describe(model.name, column) is None]
        assert not silent, (
            f"{model.name}: give {silent} a line in the head of sql/{model.room}/{model.name}.sql"
        )


def test_the_unit_of_a_loss_is_not_taken_for_that_of_a_score(release: Path) -> None:
    with duckdb.connect(str(release / "emergence.duckdb"), read_only=True) as con:
        columns = con.sql(
            "select table_name, column_name, comment from duckdb_columns() where not internal"
        ).fetchall()
    on_an_axis = {table for table, column, _ in columns if column == "corpus"}
    units = {table: comment for table, column, comment in columns if column == "unit"}
    assert {"thresholds", "summary", "latest_thresholds"} <= on_an_axis
    assert [table for table in on_an_axis & set(units) if "unit of a loss" not in units[table]] == []


def test_every_table_of_a_task_on_a_loss_says_whether_that_is_circular(release: Path) -> None:
    silent = []
    for model in catalog.public_models():
        columns = pl.scan_parquet(release / "tables" / f"{model.name}.parquet").collect_schema().names()
        if {"task", "corpus"} <= set(columns) and "circular" not in columns:
            silent.append(model.name)
    assert silent == []


def test_every_view_is_explained_down_to_its_columns(release: Path) -> None:
    with duckdb.connect(str(release / "emergence.duckdb"), read_only=True) as con:
        views = set(con.sql("select view_name, comment from duckdb_views() where not internal").fetchall())
        silent = con.sql(
            "select table_name, column_name from duckdb_columns() where not internal and comment is null"
        ).fetchall()
    assert {name for name, comment in views if comment} == set(catalog.views()) != set()
    assert silent == []
