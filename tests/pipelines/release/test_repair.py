"""A home folder that something went wrong in is put right, and what was wrong is said."""

import json
import os
import shutil
from collections.abc import Callable
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Self

import duckdb
import pytest
from click.testing import CliRunner

from pipelines.cli import main
from pipelines.release import assemble, publish
from pipelines.release.open_release import DATABASE, Release, ReleaseError, latest_release, open_release
from pipelines.release.publish import point_latest, put_right, retire
from pipelines.release.repair import drop_damaged, repair
from pipelines.release.standing import trouble, whole_releases
from pipelines.release.verify import verify_home
from pipelines.settings import Settings
from pipelines.warehouse.home import Warehouse
from pipelines.warehouse.store import file_digest

OLDER = "2020-01-01-older"


@pytest.fixture
def home(tmp_path: Path, release: Path) -> Path:
    """A home folder with two releases, of which ``latest`` names the newer."""
    home = tmp_path / "home"
    for name in (OLDER, release.name):
        shutil.copytree(release, home / "releases" / name, copy_function=shutil.copyfile)
    path = home / "releases" / OLDER / "manifest.json"
    older = json.loads(path.read_text())
    older |= {"release": OLDER, "inputs": "older", "created_at": "2020-01-01T00:00:00+00:00"}
    # As one that was made by other code, whose words are not compared.
    path.write_text(json.dumps({name: older[name] for name in older if name not in ("catalog", "previous")}))
    point_latest(home, Release(home / "releases" / release.name))
    return home


def write_into(database: Path) -> None:
    """Change a number as a client does that is ended before it tidied up: the change stands in its log."""
    pid = os.fork()
    if not pid:
        con = duckdb.connect(str(database))
        con.execute("set checkpoint_threshold = '1TB'")
        con.execute("update thresholds set loss_min = 99")
        os._exit(0)
    os.waitpid(pid, 0)
    assert database.with_name(f"{DATABASE}.wal").is_file()


def latest_folder(home: Path) -> Path:
    return home / "releases" / (home / "latest").read_text().strip()


def test_a_client_that_writes_to_the_top_changes_no_release_and_is_undone(home: Path) -> None:
    folder = latest_folder(home)
    before = file_digest(folder / DATABASE)
    assert not (home / DATABASE).samefile(folder / DATABASE)
    write_into(home / DATABASE)
    assert [f.line for f in verify_home(home) if not f.is_good and ".wal" in f.line]
    assert any(".wal is deleted" in line for line in repair(home))
    with duckdb.connect(str(home / DATABASE), read_only=True) as con:
        assert con.sql("select count(*) from thresholds where loss_min = 99").fetchall() == [(0,)]
    with duckdb.connect(str(home / DATABASE)) as con:
        con.execute("update thresholds set loss_min = 98")
    assert file_digest(folder / DATABASE) == before
    repair(home)
    assert file_digest(home / DATABASE) == before


def test_a_log_beside_a_released_database_is_seen_and_goes(home: Path) -> None:
    write_into(latest_folder(home) / DATABASE)
    assert [f.line for f in verify_home(home) if not f.is_good and ".wal" in f.line]
    assert any(".wal is deleted" in line for line in repair(home))
    assert all(finding.is_good for finding in verify_home(home))


def test_a_link_to_the_release_at_the_top_is_replaced_by_a_copy(home: Path) -> None:
    (home / DATABASE).unlink()
    os.link(latest_folder(home) / DATABASE, home / DATABASE)
    put_right(home)
    assert not (home / DATABASE).samefile(latest_folder(home) / DATABASE)


def put_release(home: Path, name: str, created_at: str, previous: str | None) -> Release:
    """Put a release of nothing, whose manifest is all that there is of it."""
    said = {"release": name, "created_at": created_at, "previous": previous}
    folder = home / "releases" / name
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(
        json.dumps(said | {"inputs": name, "problems": [], "files": {}, "tables": {}})
    )
    return Release(folder)


def test_a_release_is_newer_than_what_it_was_made_on_whatever_clocks_say(tmp_path: Path) -> None:
    """Each of these runs had another year, and the last one is the newest all the same."""
    years = {"a": "2026", "b": "2999", "c": "1970", "d": "2026"}
    before: str | None = None
    for name, year in years.items():
        last = put_release(tmp_path, name, f"{year}-01-01T00:00:00+00:00", before)
        before = name
    put_release(tmp_path, "round", "2027-01-01T00:00:00+00:00", "round")
    assert [release.name for release in whole_releases(tmp_path)] == ["d", "c", "b", "round", "a"]
    retire(tmp_path, last, keep=2)
    assert {path.name for path in (tmp_path / "releases").iterdir()} == {"c", "d"}


def test_name_and_manifest_state_one_day_though_midnight_passes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = iter(range(1, 9))

    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return cls(2026, 1, next(days), tzinfo=tz)

    made: dict[str, str] = {}
    for module in (publish, assemble):
        monkeypatch.setattr(module, "datetime", Clock)
    monkeypatch.setattr(
        publish, "assemble", lambda *given, **_: (given[0].mkdir(parents=True), made.update(given[4]))
    )
    release = publish._build(Warehouse(Settings(home=tmp_path), []), "f" * 64, [])
    assert made["created_at"][:10] == release.name[:10] == "2026-01-01"


WRONG: dict[str, Callable[[Path], object]] = {
    "release gone": lambda home: shutil.rmtree(latest_folder(home)),
    "release a file": lambda home: (shutil.rmtree(latest_folder(home)), latest_folder(home).write_text("x")),
    "release a link": lambda home: (
        latest_folder(home).rename(home / "elsewhere"),
        latest_folder(home).symlink_to(home / "elsewhere"),
    ),
    "manifest gone": lambda home: (latest_folder(home) / "manifest.json").unlink(),
    "manifest empty": lambda home: (latest_folder(home) / "manifest.json").write_text(""),
    "manifest half": lambda home: os.truncate(latest_folder(home) / "manifest.json", 500),
    "manifest no text": lambda home: (latest_folder(home) / "manifest.json").write_bytes(b"\xff\xfe\x00"),
    "manifest deep": lambda home: (latest_folder(home) / "manifest.json").write_text("[" * 100_000),
    "manifest a list": lambda home: (latest_folder(home) / "manifest.json").write_text("[]"),
    "manifest of nothing": lambda home: (latest_folder(home) / "manifest.json").write_text("{}"),
    "manifest with null": lambda home: (latest_folder(home) / "manifest.json").write_text('{"inputs": null}'),
    "database gone": lambda home: (latest_folder(home) / DATABASE).unlink(),
    "database cut": lambda home: os.truncate(latest_folder(home) / DATABASE, 4096),
    "table gone": lambda home: (latest_folder(home) / "tables" / "scores.parquet").unlink(),
    "latest gone": lambda home: (home / "latest").unlink(),
    "latest empty": lambda home: (home / "latest").write_text(""),
    "latest stale": lambda home: (home / "latest").write_text("2019-01-01-gone\n"),
    "latest outside": lambda home: (home / "latest").write_text("../../elsewhere\n"),
    "latest a path": lambda home: (home / "latest").write_text("/etc\n"),
    "latest no text": lambda home: (home / "latest").write_bytes(b"\xff\x00\xfe"),
    "latest long": lambda home: (home / "latest").write_text("x" * 5000),
    "latest of two lines": lambda home: (home / "latest").write_text(f"{OLDER}\n{OLDER}\n"),
    "latest a folder": lambda home: ((home / "latest").unlink(), (home / "latest").mkdir()),
    "top gone": lambda home: (home / DATABASE).unlink(),
    "top garbled": lambda home: (home / DATABASE).write_bytes(b"x" * 5000),
    "top half": lambda home: os.truncate(home / DATABASE, 4096),
    "leftovers": lambda home: (home / "releases" / ".x.partial").write_text("x"),
}


DAMAGED = [wrong for wrong in WRONG if wrong.split()[0] in ("release", "manifest", "database", "table")]


def assert_right(home: Path, name: str) -> None:
    """A whole release stands, its database is at the top, and there is nothing left to put right."""
    standing = latest_release(home)
    assert standing is not None
    assert standing.name == name
    assert not trouble(standing, is_thorough=True)
    assert file_digest(home / DATABASE) == file_digest(standing.database)
    assert repair(home) == []


def assert_good(home: Path) -> None:
    assert [finding.line for finding in verify_home(home) if not finding.is_good] == []
    with open_release(home) as questions:
        assert questions.ask("screen/front").height > 0


@pytest.mark.parametrize("wrong", DAMAGED)
def test_where_a_release_is_damaged_the_one_before_stands(home: Path, wrong: str) -> None:
    WRONG[wrong](home)
    repair(home)
    assert_right(home, OLDER)
    assert_good(home)


def test_whatever_points_at_a_release_is_put_right_and_then_all_is_good(home: Path, release: Path) -> None:
    for wrong in WRONG.keys() - DAMAGED:
        WRONG[wrong](home)
        repair(home)
        assert_right(home, release.name)
    assert_good(home)


def test_where_no_release_is_whole_latest_goes_so_that_a_run_begins_anew(home: Path) -> None:
    for folder in (home / "releases").iterdir():
        (folder / "manifest.json").unlink()
    assert any("no release is whole" in line for line in repair(home))
    assert latest_release(home) is None
    assert len(drop_damaged(home)) == 2


def test_rot_that_no_size_tells_is_found_on_demand_and_deleted_only_then(home: Path) -> None:
    page = latest_folder(home) / "README.md"
    page.write_bytes(page.read_bytes()[:-2] + b"?\n")
    assert repair(home) == []
    said = CliRunner().invoke(
        main, ["--home", str(home), "doctor", "--repair"], env={"EMERGENCE_MIRROR": None}
    )
    assert "other bytes than on record" in said.output
    assert (home / "latest").read_text().strip() == OLDER


def test_what_is_released_is_for_reading_alone(release: Path) -> None:
    assert {path.stat().st_mode & 0o222 for path in release.rglob("*") if path.is_file()} == {0}


def test_a_name_that_leads_outside_is_no_release(home: Path) -> None:
    (home / "latest").write_text(f"../releases/{OLDER}")
    with pytest.raises(ReleaseError):
        latest_release(home)
