"""Whatever ends a run half way, the last release stands and opens, and the next run finishes."""

import os
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from filelock import FileLock

from pipelines.release.open_release import DATABASE, Release, latest_release
from pipelines.release.publish import point_latest
from pipelines.release.repair import clear_leftovers
from pipelines.release.verify import verify_home
from pipelines.warehouse.disk import DiskFullError, room_for
from pipelines.warehouse.lock import BusyError, only_run, only_step
from tests.pipelines.assets.test_operate import put_run

# Ends the process, as kill -9 does, at the n-th time that a file gets its name, or as a file of the home folder is
# about to get the name that is given; says how many names were given. Steps run side by side, so that another run gives
# some more or fewer. A number below zero says instead from which time on the home's file system is read-only.
DYING = """
import errno, os, sys, threading
import pipelines.sources as sources
sources.SOURCES = sources.select(("cerebras_gpt", "own"))
wanted, home, seen, counting = sys.argv[1], sys.argv[3], 0, threading.Lock()
left = int(wanted) if wanted.removeprefix("-").isdigit() else 0
def dying(call):
    def wrapped(*given, **named):
        global seen
        # What is compiled is kept by whichever run comes first.
        with counting:
            seen += "__pycache__" not in str(given[:1])
        if 0 < seen == left or os.path.join(home, wanted) in map(str, given[1:2]):
            os._exit(137)
        if seen >= -left > 0 and home in str(given[:1]):
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        return call(*given, **named)
    return wrapped
for name in ("replace", "link", "unlink", "fsync", "mkdir"):
    setattr(os, name, dying(getattr(os, name)))
from pipelines.cli import main
try:
    main(sys.argv[2:])
finally:
    print("names given:", seen, file=sys.stderr)
"""


@pytest.fixture(scope="session")
def small(shared: Path) -> Path:
    """A home folder with a release of one embedded source: what ends a run half way asks for no more."""
    with FileLock(shared / "small.lock"):
        if not (shared / "small").exists():
            done = emergence(shared / "small.new")
            assert done.returncode == 0, done.stderr
            (shared / "small.new").rename(shared / "small")
    return shared / "small"


@pytest.fixture
def home(tmp_path: Path, small: Path) -> Path:
    """A copy of that home folder, into which a run of one's own was dropped since."""
    shutil.copytree(small, tmp_path / "home")
    put_run(tmp_path / "home" / "drop" / "tiny")
    return tmp_path / "home"


def emergence(
    home: Path, *, die_at: int | str = 0, largest_file: int = 0
) -> subprocess.CompletedProcess[str]:
    """Run the main job in a process that dies at a name given or has its disk taken, or writes no large file."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("EMERGENCE_")}
    command = [sys.executable, "-c", DYING, str(die_at), "--home", str(home), "run", "--offline"]

    def limit() -> None:
        if largest_file:
            resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))

    return subprocess.run(
        command,
        env=environment | {"EMERGENCE_REPLICATES": "50"},
        capture_output=True,
        text=True,
        timeout=300,
        preexec_fn=limit,
    )


def stands(home: Path) -> str:
    """Name the release that stands, once all of it is seen to be as published, from the moment of a crash on."""
    assert [
        finding.line
        for finding in verify_home(home)
        if not finding.is_good and "its database" not in finding.line
    ] == []
    release = latest_release(home)
    assert release is not None
    return release.name


def test_a_run_that_is_killed_leaves_the_last_release_and_the_next_one_finishes(
    home: Path, tmp_path: Path
) -> None:
    whole = shutil.copytree(home, tmp_path / "whole")
    before = stands(home)
    done = emergence(whole)
    assert done.returncode == 0, done.stderr
    names = int(done.stderr.rsplit("names given:", 1)[1])
    after = stands(whole)
    assert after != before
    # Amid the steps, before `latest` names the release, before its database is at the top of the home folder;
    # `make torture` kills anywhere.
    for point, release in ((names // 3, before), ("latest", before), (DATABASE, after)):
        dying = shutil.copytree(home, tmp_path / f"dying-{point}")
        assert emergence(dying, die_at=point).returncode == 137
        assert stands(dying) == release
    assert emergence(dying).returncode == 0
    assert stands(dying) == after
    assert all(finding.is_good for finding in verify_home(dying))
    assert [path.name for path in (dying / "releases").glob(".*")] == []


@pytest.mark.parametrize(
    ("largest_file", "die_at", "said"),
    [(600_000, 0, "make room, then run again"), (0, -40, "make it writable, then run again")],
    ids=["the database too large", "turned read-only"],
)
def test_a_disk_that_takes_no_more_is_one_clear_line_and_the_last_release_stands(
    home: Path, largest_file: int, die_at: int, said: str
) -> None:
    before = stands(home)
    started = time.monotonic()
    done = emergence(home, largest_file=largest_file, die_at=die_at)
    assert done.returncode == 3, done.stdout + done.stderr
    failed = [line for line in done.stdout.splitlines() if line.startswith("failed:")]
    assert len(failed) == 1
    assert "no room to write" in failed[0]
    assert said in failed[0]
    assert f"nothing was published, for the reason above; what stands is release {before}" in done.stdout
    # Two tries more would wait 30 s, then 60.
    assert time.monotonic() - started < 90, "a full disk is not tried again"
    assert stands(home) == before
    assert list(home.rglob("*.partial")) == [] or die_at  # where nothing is written, nothing is deleted
    assert emergence(home).returncode == 0
    assert stands(home) != before


def test_what_was_written_in_part_goes_and_other_errors_stay_what_they_are(tmp_path: Path) -> None:
    def write(error: Exception) -> None:
        with room_for(tmp_path / "part"):
            (tmp_path / "part").write_text("half")
            raise error

    with pytest.raises(DiskFullError, match="no room to write"):
        write(OSError(28, "No space left on device"))
    with pytest.raises(DiskFullError, match="no room to write"):
        write(RuntimeError("IO Error: Could not write file: No space left on device"))
    with pytest.raises(KeyError):
        write(KeyError("x"))
    assert not (tmp_path / "part").exists()


def test_what_a_dead_run_left_is_cleared(home: Path) -> None:
    before = stands(home)
    for left in (home / "tmp", home / "releases" / ".2020-01-01-x.partial"):
        left.mkdir(exist_ok=True)
        (left / "spill").write_text("x")
    clear_leftovers(home)
    assert not list((home / "tmp").iterdir())
    assert list((home / "releases").glob(".*")) == []
    assert stands(home) == before


def test_retention_keeps_the_newest_and_never_deletes_what_latest_names(home: Path) -> None:
    from pipelines.release.publish import retire

    release = home / "releases" / stands(home)
    for day in range(1, 6):
        folder = home / "releases" / f"2020-01-0{day}-made"
        shutil.copytree(release, folder)
        os.utime(folder, (day, day))
    oldest = Release(home / "releases" / "2020-01-01-made")
    point_latest(home, oldest)
    retire(home, oldest, keep=2)
    kept = {path.name for path in (home / "releases").iterdir()}
    assert kept == {"2020-01-01-made", release.name}
    assert (home / "latest").read_text().strip() == oldest.name


def test_a_run_refuses_while_a_step_is_at_work_and_a_step_goes_on_inside_its_run(tmp_path: Path) -> None:
    holder = (
        "import sys, time; from pathlib import Path; from pipelines.warehouse.lock import only_step\n"
        "with only_step(Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", holder, str(tmp_path)], stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(BusyError, match="another run is at work"), only_run(tmp_path):
            pass
        other.kill()
    with only_run(tmp_path), only_step(tmp_path):
        pass
    with only_run(tmp_path):
        pass
