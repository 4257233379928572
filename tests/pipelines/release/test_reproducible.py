"""The same inputs, seed and versions give the same bytes, whatever the machine's threads, folder or DuckDB."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from pipelines.release.open_release import latest_release
from pipelines.warehouse.questions import read_question
from tests.pipelines.reader.test_clients import package_folder

REPLICATES = "200"  # as the shared release was made


def run_in(home: Path, **environment: str) -> Path:
    """Run the main job on the embedded tables as a process of its own; return the release's folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("EMERGENCE_")}
    settings = {"EMERGENCE_HOME": str(home), "EMERGENCE_REPLICATES": REPLICATES}
    done = subprocess.run(
        [sys.executable, "-m", "pipelines", "run", "--offline"],
        env=kept | settings | environment,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    release = latest_release(home)
    assert release is not None
    return release.folder


def differing(one: Path, other: Path) -> set[str]:
    """Names of the files that differ or that only one of two releases has."""
    names = {p.relative_to(root).as_posix() for root in (one, other) for p in root.rglob("*") if p.is_file()}
    return {
        name
        for name in names
        if not ((one / name).is_file() and (other / name).is_file())
        or (one / name).read_bytes() != (other / name).read_bytes()
    }


def contents(database: Path) -> dict[str, list[object]]:
    """Every table and view with its columns, types, comments and rows."""
    with duckdb.connect(str(database), read_only=True) as con:
        held = con.sql(read_question("verify/relations")).fetchall()
        columns = con.sql(
            "select table_name, column_name, data_type, comment from duckdb_columns() where not internal"
        )
        found: dict[str, list[object]] = {name: con.table(name).order("all").fetchall() for name, _ in held}
        return found | {"columns of all": columns.fetchall()}


def test_two_fresh_homes_give_the_same_parquet_site_and_database(release: Path, tmp_path: Path) -> None:
    one_thread = dict.fromkeys(("POLARS_MAX_THREADS", "NUMBA_NUM_THREADS", "OMP_NUM_THREADS"), "1")
    again = run_in(tmp_path / "elsewhere" / "home", PYTHONHASHSEED="7", **one_thread)
    if again.name[:10] != release.name[:10]:  # a release's name begins with its date: midnight has passed
        release = run_in(tmp_path / "today" / "home")
    assert again.name == release.name
    assert differing(release, again) <= {"manifest.json", "emergence.duckdb"}
    one, other = (json.loads((folder / "manifest.json").read_text()) for folder in (release, again))
    for manifest in (one, other):
        del manifest["created_at"], manifest["files"]["emergence.duckdb"]
    assert one == other
    assert contents(release / "emergence.duckdb") == contents(again / "emergence.duckdb")


def test_the_project_runs_on_duckdb_1_5_with_the_same_tables(release: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(release.parent.parent / "fits", home / "fits")
    older = run_in(home, PYTHONPATH=str(package_folder("1.5.6")))
    for file in sorted((release / "tables").iterdir()):  # of two names, which each file says at its end
        ours, theirs = pq.read_table(file), pq.read_table(older / "tables" / file.name)
        assert ours.equals(theirs), file.name
        assert ours.schema.remove_metadata().equals(theirs.schema.remove_metadata(), check_metadata=True)
    assert older.name != release.name, "the version of DuckDB is part of the digest, so 1.5.6 did run"
    assert contents(release / "emergence.duckdb") == contents(older / "emergence.duckdb")
