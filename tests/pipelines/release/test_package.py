"""A release explains itself, and its copy to share holds only what may be shared."""

import hashlib
import json
import shutil
from contextlib import AbstractContextManager
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any
from unittest import mock

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from frictionless import Package

from emergence.errors import InputError
from pipelines.release.assemble import assemble
from pipelines.release.carried_over import carry_over, replace_rows, rows_alike
from pipelines.release.database import writing
from pipelines.release.export import export
from pipelines.release.footer import SCHEMA_VERSION, copy_with_notes, read_notes
from pipelines.release.open_release import DATABASE, Release, newest_release
from pipelines.release.publish import point_latest
from pipelines.warehouse.catalog import public_models
from tests.tools.answers import answers

# What a value of each word of Table Schema is, once Python has read it.
HELD = {
    "boolean": bool,
    "integer": int,
    "number": (int, float),
    "string": str,
    "date": date,
    "datetime": datetime,
    "array": list,
    "object": dict,
}


def test_the_data_package_is_valid_and_complete(release: Path) -> None:
    document = json.loads((release / "datapackage.json").read_text())
    assert not list(Package.metadata_validate(document))
    report = Package(str(release / "datapackage.json")).validate()
    assert report.flatten(["name", "type", "note"]) == []
    assert {task.name for task in report.tasks} == {model.name for model in public_models()}


def test_the_data_package_says_of_each_table_what_its_file_holds(release: Path) -> None:
    document = json.loads((release / "datapackage.json").read_text())
    for resource in document["resources"]:
        file, schema = release / resource["path"], resource["schema"]
        assert resource["bytes"] == file.stat().st_size
        assert resource["hash"] == f"sha256:{hashlib.sha256(file.read_bytes()).hexdigest()}"
        table = pl.read_parquet(file)
        assert [field["name"] for field in schema["fields"]] == table.columns
        for field in schema["fields"]:
            place, values = (resource["name"], field["name"]), table[field["name"]].drop_nulls().unique()
            assert field["description"], place
            assert not values.len() or isinstance(values.to_list()[0], HELD[field["type"]]), place
            assert not set(schema["missingValues"]) & set(map(str, values)), place


def test_every_parquet_file_says_what_it_is(release: Path) -> None:
    for model in public_models():
        said = read_notes(release / "tables" / f"{model.name}.parquet")
        assert said["table"] == model.name
        assert said["description"] == model.head.summary
        assert said["release"] == json.loads((release / "manifest.json").read_text())["release"]
        assert "Apache-2.0" in said["licence"]
        assert said["schema_version"] == str(SCHEMA_VERSION)


@pytest.mark.parametrize("writer", ["ours", "another"])
def test_another_footer_leaves_the_rows_as_they_are(tmp_path: Path, writer: str) -> None:
    frame = pl.DataFrame({"name": ["a", None, "c"] * 9, "n": pl.Series([1, None, 3] * 9, dtype=pl.Int32)})
    source, target = tmp_path / "source.parquet", tmp_path / "target.parquet"
    table = frame.to_arrow().cast(pa.schema([("name", pa.string()), ("n", pa.int32())]))
    if writer == "ours":
        pq.write_table(table, source, compression="zstd", row_group_size=10)
    else:
        with duckdb.connect() as con:
            con.from_arrow(table).write_parquet(str(source))
    copy_with_notes(source, target, {"release": "x"})
    assert read_notes(target) == {"release": "x"}
    assert pl.read_parquet(target).equals(frame)
    copy_with_notes(target, source, {"release": "y"})
    assert read_notes(source) == {"release": "y"}
    assert pl.read_parquet(source).equals(frame)
    if writer == "ours":  # nothing was packed a second time
        data = pq.read_metadata(source).row_group(0).column(0)
        assert (
            source.read_bytes()[: data.total_compressed_size]
            == target.read_bytes()[: data.total_compressed_size]
        )


def test_every_key_in_the_data_package_is_one(release: Path) -> None:
    document = json.loads((release / "datapackage.json").read_text())
    tables = {r["name"]: pl.read_parquet(release / r["path"]) for r in document["resources"]}
    found = set()
    for resource in document["resources"]:
        name, schema = resource["name"], resource["schema"]
        assert not tables[name].select(schema["primaryKey"]).is_duplicated().any(), name
        for key in schema["foreignKeys"]:
            (column,), other = key["fields"], key["reference"]["resource"]
            assert set(tables[name][column].drop_nulls()) <= set(tables[other][column]), (name, column)
            found.add((name, column, other))
    expected = {("thresholds", "series_id", "task_coverage"), ("scores", "checkpoint_id", "checkpoints")}
    assert expected | {("checkpoints", "run_id", "runs"), ("losses", "source", "sources")} <= found


def test_the_card_names_every_table_and_source(release: Path) -> None:
    card = (release / "README.md").read_text()
    for model in public_models():
        assert f"| `{model.name}` |" in card
    assert "arXiv:2304.03208" in card


@pytest.fixture(scope="module")
def closed_home(tmp_path_factory: pytest.TempPathFactory, release: Path) -> Path:
    """A home whose release has a source that may not be redistributed, and a run of one's own."""
    folder = tmp_path_factory.mktemp("closed")
    home, changed = folder / "home", folder / "changed"
    models = public_models()
    tables = {}
    changed.mkdir()
    for model in models:
        frame = pl.read_parquet(release / "tables" / f"{model.name}.parquet")
        if "source" in frame.columns:
            frame = pl.concat([frame, _as_source(frame, "closed"), _as_source(frame, "own")])
            if model.name == "sources":
                frame = frame.with_columns(redistribute=pl.col("source") != "closed").unique("source")
        frame = pl.concat([frame, *_secrets(model.name, frame)])
        tables[model.name] = changed / f"{model.name}.parquet"
        _write(frame, release / "tables" / f"{model.name}.parquet", tables[model.name])
    folder = home / "releases" / "2026-01-01-abc"
    folder.parent.mkdir(parents=True)
    with _without_a_site():
        assemble(folder, folder.name, models, tables, {"inputs": "x", "problems": []})
    point_latest(home, Release(folder))
    return home


@pytest.fixture(scope="module")
def copy_to_share(closed_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Release:
    """The copy to share of that home, with its site."""
    return export(closed_home, tmp_path_factory.mktemp("export") / "shared")


SECRET = "secret, of mine"
NAMED = {"corpora": "corpus", "models": "model", "tasks": "task"}
"""Tables that say in lists whose their rows are, and what they are of."""


def _secrets(name: str, frame: pl.DataFrame) -> list[pl.DataFrame]:
    """Return rows that name one's own run, model, corpus or task in tables that are of no one source."""
    if name == "forecasts":
        return [frame.head(1).with_columns(scenario=pl.lit(f"own/{SECRET}"))]
    if name not in NAMED:
        return []
    mine = {"sources": "own", "aliases": f"own:{SECRET}"}
    shared = {"sources": "bloom, own", "aliases": f"own:{SECRET}, pythia:a"}
    return [
        frame.head(1).with_columns(
            pl.lit(called).alias(NAMED[name]),
            *(pl.lit(text).alias(column) for column, text in listed.items() if column in frame.columns),
        )
        for called, listed in ((SECRET, mine), ("shared", shared))
    ]


def _write(frame: pl.DataFrame, like: Path, path: Path) -> None:
    """Write rows in many groups, with the columns of a file that stands."""
    pq.write_table(frame.to_arrow().cast(pq.read_schema(like)), path, row_group_size=500)


@pytest.fixture(scope="module")
def open_tables(release: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The tables of the release in as many groups."""
    folder = tmp_path_factory.mktemp("open")
    for file in (release / "tables").iterdir():
        _write(pl.read_parquet(file), file, folder / file.name)
    return {file.stem: file for file in folder.iterdir()}


def _without_a_site() -> AbstractContextManager[Any]:
    """Leave out what takes most of the time, where only tables and papers are looked at."""
    return mock.patch("pipelines.release.assemble.draw_site")


def _as_source(frame: pl.DataFrame, source: str) -> pl.DataFrame:
    return frame.filter(pl.col("source") == "cerebras_gpt").with_columns(source=pl.lit(source))


def test_export_leaves_out_closed_rows_and_own_runs_but_keeps_fits(copy_to_share: Release) -> None:
    with duckdb.connect(str(copy_to_share.database), read_only=True) as con:
        held = {
            table: {row[0] for row in con.sql(f"select distinct source from {table}").fetchall()}
            for table in ("losses", "scores", "loss_scores", "thresholds", "sources")
        }
    for table in ("losses", "scores", "loss_scores"):
        assert {"closed", "own", "cerebras_gpt"} & held[table] == {"cerebras_gpt"}, table
    assert {"closed", "own", "cerebras_gpt"} & held["thresholds"] == {"cerebras_gpt", "closed"}
    assert "own" not in held["sources"]
    assert not list(
        Package.metadata_validate(json.loads((copy_to_share.folder / "datapackage.json").read_text()))
    )
    assert [path.name for path in copy_to_share.folder.parent.iterdir()] == ["shared"]
    assert (copy_to_share.folder / "site" / "index.html").is_file()
    told = (copy_to_share.folder / "CHANGES.md").read_text()
    assert "own" not in told.split(), "a copy to share tells nothing of runs of one's own"


def test_export_names_nothing_of_ones_own_in_any_table_or_page(
    copy_to_share: Release, closed_home: Path
) -> None:
    before = newest_release(closed_home)
    assert any(SECRET in text for model in public_models() for text in _texts(before.table(model.name)))
    for model in public_models():
        assert not [text for text in _texts(copy_to_share.table(model.name)) if SECRET in text], model.name
    pages = [
        path
        for path in copy_to_share.folder.rglob("*")
        if path.suffix in {".html", ".json", ".js", ".md", ".svg"}
    ]
    assert len(pages) > 20
    assert not [path.name for path in pages if SECRET in path.read_text("utf-8")]
    corpora, models, tasks = (pl.read_parquet(copy_to_share.table(name)) for name in NAMED)
    assert corpora.filter(corpus="shared")["sources"].to_list() == ["bloom"]
    assert models.filter(model="shared").select("sources", "aliases").rows() == [("bloom", "pythia:a")]
    assert tasks.filter(task="shared")["aliases"].to_list() == ["pythia:a"]


def _texts(table: Path) -> set[str]:
    """Return all texts that stand in a table."""
    columns = pl.read_parquet(table).select(pl.col(pl.String))
    return {text for column in columns for text in column.drop_nulls().unique()}


def test_export_holds_no_score_of_a_closed_source_in_the_tables_of_outliers(copy_to_share: Release) -> None:
    for name in ("anomalies", "checkpoint_anomalies", "law_points"):
        held = set(pl.read_parquet(copy_to_share.table(name))["source"])
        assert not held & {"closed", "own"}, name


def test_counts_in_an_export_leave_out_ones_own(copy_to_share: Release, closed_home: Path) -> None:
    models = pl.read_parquet(copy_to_share.table("models"))
    runs = pl.read_parquet(newest_release(closed_home).table("runs")).filter(pl.col("source") != "own")
    told = dict(models.select("model", "n_runs").drop_nulls().iter_rows())
    assert told == dict(runs.drop_nulls("model").group_by("model").len().iter_rows())


def test_export_never_overwrites(closed_home: Path, tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    with pytest.raises(InputError, match="there already"):
        export(closed_home, tmp_path / "shared")


def test_every_release_carries_the_changelog_of_the_data_newest_first(
    closed_home: Path, open_tables: dict[str, Path], release: Path
) -> None:
    folders = [
        closed_home / "releases" / name for name in ("2026-01-01-abc", "2026-01-02-def", "2026-01-03-ghi")
    ]
    for before, folder in pairwise(folders):
        with _without_a_site():
            assemble(
                folder, folder.name, public_models(), open_tables, {"inputs": "x", "problems": []}, before
            )
    told = (folders[-1] / "CHANGES.md").read_text()
    heads = [line for line in told.splitlines() if line.startswith("#")]
    assert heads == [
        "# Changes of the data, newest release first",
        "## 2026-01-03-ghi, against 2026-01-02-def",
        "## 2026-01-02-def, against 2026-01-01-abc",
        "## 2026-01-01-abc",
    ]
    assert "- Source closed: gone." in told
    assert "- Nothing changed." in told
    assert told.rstrip().endswith("The first release here.")
    # Each was made out of the one before, the second by taking rows away.
    fresh = answers(release / DATABASE)
    for folder in folders[1:]:
        assert answers(folder / DATABASE) == fresh


def test_a_database_is_made_out_of_one_of_the_same_code_and_bytes_alone(
    closed_home: Path, open_tables: dict[str, Path], tmp_path: Path
) -> None:
    before = Release(tmp_path / "before")
    shutil.copytree(closed_home / "releases" / "2026-01-01-abc", before.folder)
    made = tmp_path / "new" / "made.duckdb"
    made.parent.mkdir()
    for patched in ({"all_code": lambda: "other"}, {"catalog_digest": lambda: "other"}, {"MOST_FREE": -1}):
        with mock.patch.multiple("pipelines.release.carried_over", **patched):
            assert not carry_over(before, made, public_models(), open_tables)
    for damaged in (before.table("scores"), before.database):
        whole = damaged.read_bytes()
        damaged.chmod(0o644)
        damaged.write_bytes(whole[:9000] + bytes([whole[9000] ^ 1]) + whole[9001:])
        assert not carry_over(before, made, public_models(), open_tables)
        damaged.write_bytes(whole)
    other = {**open_tables, "scores": open_tables["losses"]}
    assert not carry_over(before, made, public_models(), other)
    assert not made.exists()
    assert rows_alike(before.table("scores"), open_tables["scores"]), "some rows stay where they are"
    assert rows_alike(before.table("scores"), before.table("scores")) is None
    assert carry_over(before, made, public_models(), open_tables)


def test_rows_are_replaced_from_the_group_in_which_a_table_changed(tmp_path: Path) -> None:
    (tmp_path / "new" / "written").mkdir(parents=True)
    was = pl.DataFrame({"n": range(400_000)})
    now = was.filter(pl.col("n") != 300_000)
    tables = {kind: {"t": tmp_path / f"{kind}.parquet"} for kind in ("was", "now")}
    for kind, frame in (("was", was), ("now", now)):
        frame.write_parquet(tables[kind]["t"], row_group_size=100_000)
        with writing(tmp_path / "new" / "written" / f"{kind}.duckdb") as con:
            con.read_parquet(str(tables[kind]["t"])).create("t")
    alike = rows_alike(tables["was"]["t"], tables["now"]["t"])
    assert alike == 300_000
    with writing(tmp_path / "new" / "written" / "was.duckdb") as con:
        replace_rows(con, {"t": alike}, tables["now"])
    fresh, carried = (answers(tmp_path / "new" / "written" / f"{kind}.duckdb") for kind in ("now", "was"))
    assert carried == fresh


def test_a_table_of_published_rows_says_whose_they_are(release: Path) -> None:
    # What may not be redistributed is left out of an export by its source.
    files = (release / "tables").glob("*.parquet")
    without = {file.stem for file in files if "source" not in pl.read_parquet_schema(file)}
    assert without == {"corpora", "metrics", "models", "tasks", "vocabulary"}
