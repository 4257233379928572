"""A release explains itself, and its copy to share holds only what may be shared."""

import json
from itertools import pairwise
from pathlib import Path

import duckdb
import polars as pl
import pytest
from frictionless import Package

from emergence.errors import InputError
from pipelines.release.assemble import assemble
from pipelines.release.export import export
from pipelines.release.open_release import Release
from pipelines.release.publish import point_latest
from pipelines.warehouse.catalog import public_models


def test_the_data_package_is_valid_and_complete(release: Path) -> None:
    document = json.loads((release / "datapackage.json").read_text())
    assert not list(Package.metadata_validate(document))
    resources = {resource["name"]: resource for resource in document["resources"]}
    assert set(resources) == {model.name for model in public_models()}
    for name, resource in resources.items():
        columns = pl.read_parquet_schema(release / resource["path"])
        assert [field["name"] for field in resource["schema"]["fields"]] == list(columns), name
        assert all(field["description"] for field in resource["schema"]["fields"]), name


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


@pytest.fixture
def closed_home(tmp_path: Path, release: Path) -> Path:
    """A home whose release has a source that may not be redistributed, and a run of one's own."""
    home = tmp_path / "home"
    models = public_models()
    tables = {}
    (tmp_path / "changed").mkdir()
    for model in models:
        frame = pl.read_parquet(release / "tables" / f"{model.name}.parquet")
        if "source" in frame.columns:
            frame = pl.concat([_as_source(frame, "closed"), _as_source(frame, "own"), frame])
            if model.name == "sources":
                frame = frame.with_columns(redistribute=pl.col("source") != "closed").unique("source")
        tables[model.name] = tmp_path / "changed" / f"{model.name}.parquet"
        frame.write_parquet(tables[model.name])
    folder = home / "releases" / "2026-01-01-abc"
    folder.parent.mkdir(parents=True)
    assemble(folder, folder.name, models, tables, {"inputs": "x", "problems": []})
    point_latest(home, Release(folder))
    return home


def _as_source(frame: pl.DataFrame, source: str) -> pl.DataFrame:
    return frame.filter(pl.col("source") == "cerebras_gpt").with_columns(source=pl.lit(source))


def test_export_leaves_out_closed_rows_and_own_runs_but_keeps_fits(closed_home: Path, tmp_path: Path) -> None:
    shared = export(closed_home, tmp_path / "shared")
    with duckdb.connect(str(shared.database), read_only=True) as con:
        held = {
            table: {row[0] for row in con.sql(f"select distinct source from {table}").fetchall()}
            for table in ("losses", "scores", "loss_scores", "thresholds", "sources")
        }
    for table in ("losses", "scores", "loss_scores"):
        assert {"closed", "own", "cerebras_gpt"} & held[table] == {"cerebras_gpt"}, table
    assert {"closed", "own", "cerebras_gpt"} & held["thresholds"] == {"cerebras_gpt", "closed"}
    assert "own" not in held["sources"]
    assert not list(Package.metadata_validate(json.loads((shared.folder / "datapackage.json").read_text())))
    assert [path.name for path in tmp_path.glob(".shared*")] == []


def test_export_never_overwrites(closed_home: Path, tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    with pytest.raises(InputError, match="there already"):
        export(closed_home, tmp_path / "shared")


def test_every_release_carries_the_changelog_of_the_data_newest_first(
    closed_home: Path, release: Path
) -> None:
    models = public_models()
    folders = [
        closed_home / "releases" / name for name in ("2026-01-01-abc", "2026-01-02-def", "2026-01-03-ghi")
    ]
    tables = {model.name: release / "tables" / f"{model.name}.parquet" for model in models}
    for before, folder in pairwise(folders):
        assemble(folder, folder.name, models, tables, {"inputs": "x", "problems": []}, before)
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


def test_a_copy_to_share_tells_nothing_of_own_runs(closed_home: Path, tmp_path: Path) -> None:
    shared = export(closed_home, tmp_path / "shared")
    assert "own" not in (shared.folder / "CHANGES.md").read_text().split()


def test_a_table_of_published_rows_says_whose_they_are(release: Path) -> None:
    # What may not be redistributed is left out of an export by its source.
    files = (release / "tables").glob("*.parquet")
    without = {file.stem for file in files if "source" not in pl.read_parquet_schema(file)}
    assert without == {"corpora", "metrics", "models", "tasks", "vocabulary"}
