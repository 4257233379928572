"""A release that is not as it was published is found out, and named by file and table."""

import os
import shutil
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result

from pipelines.cli import main
from pipelines.release import refit, verify_fits
from pipelines.release.open_release import Release
from pipelines.release.publish import point_latest
from pipelines.release.verify import verify_home
from tests.tools import corruptions


@pytest.fixture
def home(tmp_path: Path, release: Path) -> Path:
    """A home folder of its own with a copy of the shared release."""
    folder = tmp_path / "home" / "releases" / release.name
    shutil.copytree(release, folder, copy_function=shutil.copyfile)
    point_latest(tmp_path / "home", Release(folder))
    return tmp_path / "home"


@pytest.fixture
def folder(home: Path, release: Path) -> Path:
    return home / "releases" / release.name


def verify(home: Path, *release: str) -> Result:
    command = ["--home", str(home), "verify", "--quick", *release]
    return CliRunner().invoke(main, command, env={"EMERGENCE_MIRROR": None})


def said_bad(result: Result) -> list[str]:
    assert result.exit_code == 1, result.output
    return [line for line in result.output.splitlines() if line.startswith("bad")]


def test_a_sound_release_is_ok_by_latest_by_name_and_by_folder(home: Path, folder: Path) -> None:
    for named in ([], [folder.name], [str(folder)]):
        result = verify(home, *named)
        assert result.exit_code == 0, result.output
        assert "same in Parquet and database" in result.output


def test_a_sound_release_is_what_the_code_makes_of_its_tables(home: Path) -> None:
    result = CliRunner().invoke(main, ["--home", str(home), "verify"], env={"EMERGENCE_MIRROR": None})
    assert result.exit_code == 0, result.output
    assert "site and figures are what the code makes of the tables" in result.output
    assert "fitted again as on record: 20 of" in result.output


def test_fitted_numbers_changed_with_all_else_put_right_are_named(home: Path, folder: Path) -> None:
    drawn = refit.sample(Release(folder), folder.name, 4)
    laws = set(refit.released(Release(folder), "loss_laws").select("source", "corpus").collect().rows())
    _, corpus = next(part for part in drawn.parts if part in laws)
    changed = [("thresholds", "series_id", drawn.series[0]), ("loss_laws", "corpus", corpus)]
    for table, key, value in changed:
        other = f"case when {key} = '{value}' then coalesce(loss_min, 0) + 1e-3 else loss_min end"
        corruptions.both_and_papers(table, "loss_min", other)(home, folder)
    bad = [finding.line for finding in verify_home(home, refit=4) if not finding.is_good]
    assert all("loss_min is " in line or line.endswith(" numbers more") for line in bad), bad
    for table, _, value in changed:
        assert [line for line in bad if line.startswith(f"{table}: ") and value in line], bad


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("library", "0" * 64, "no fit is fitted again"),
        ("settings", {"seed": 1}, "settings are"),
        ("settings", {"seed": "1", "replicates": 1, "confidence": 0.95}, "seed is '1'"),
    ],
)
def test_what_is_not_fitted_again_is_said(release: Path, field: str, value: object, said: str) -> None:
    manifest = Release(release).manifest() | {field: value}
    [(is_good, line)] = verify_fits.refitted(Release(release), manifest, 4)
    assert said in line
    assert is_good is (field == "library")


def test_changed_missing_and_added_files_are_named(home: Path, folder: Path) -> None:
    (folder / "README.md").write_text("other words")
    page = folder / "CHANGES.md"
    page.write_bytes(page.read_bytes()[:-2] + b"?\n")
    (folder / "datapackage.json").unlink()
    (folder / "note.txt").write_text("mine")
    bad = said_bad(verify(home))
    assert len(bad) == 4
    for name, wrong in (
        ("README.md has", "on record"),
        ("CHANGES.md", "other bytes"),
        ("datapackage.json", "missing"),
        ("note.txt", "not on record"),
    ):
        assert [line for line in bad if name in line and wrong in line], (name, bad)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            "update thresholds set loss_min = loss_min + 1e-9 where task = 'hellaswag'",
            "thresholds: fingerprint differ",
        ),
        ("delete from scores where score < 0.3", "scores: rows differ"),
        ("alter table tasks rename column title to name", "tasks: columns differ"),
        ("drop table runs cascade", "runs cannot be read"),
        ("create table extra (i int)", "extra is not on record"),
        ("create view broken as select 1 / i as x from range(1) as t(i)", None),
    ],
)
def test_a_database_with_other_contents_is_found_by_table(
    home: Path, folder: Path, change: str, said: str | None
) -> None:
    with duckdb.connect(str(folder / "emergence.duckdb")) as con:
        con.execute(change)
    bad = said_bad(verify(home))
    assert said is None or [line for line in bad if said in line], bad


def test_a_damaged_database_or_manifest_is_said_in_a_line(home: Path, folder: Path) -> None:
    (folder / "emergence.duckdb").unlink()
    (folder / "emergence.duckdb").write_bytes(b"not a database" * 1000)
    assert [line for line in said_bad(verify(home, folder.name)) if "does not open" in line]
    (folder / "manifest.json").write_text("{")
    assert [line for line in said_bad(verify(home, folder.name)) if "manifest.json cannot be read" in line]


def test_latest_and_the_database_at_the_top_must_agree(home: Path) -> None:
    os.unlink(home / "emergence.duckdb")
    (home / "emergence.duckdb").write_text("half written")
    assert [line for line in said_bad(verify(home)) if "not its database" in line]
    (home / "latest").write_text("2020-01-01-gone\n")
    assert [line for line in said_bad(verify(home)) if "2020-01-01-gone" in line]


def test_no_release_at_all_is_exit_3(tmp_path: Path) -> None:
    assert verify(tmp_path).exit_code == 3
