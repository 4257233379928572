"""Refreshes one home folder hundreds of times while what it reads changes; nothing that is held may grow.

    python benchmarks/torture_refreshes.py --refreshes 200

Every turn drops a run of a new name, changes one, takes the oldest away, and every third one corrects a fact.
All happens in one process, as in a deployment that never ends. Prints what is held as it goes, and ends
with 1 where the last quarter of the turns holds more than the second one did.
"""

import argparse
import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

from pipelines import sources
from pipelines.release.verify import verify_home
from pipelines.settings import Settings
from tests.pipelines.assets.test_operate import put_run

SOURCES = ("deepseek_pile", "own")
STANDING = 4
"""Runs of one's own that are there at a time."""
SLACK = {"megabytes": 1.05, "files": 1.05, "memory": 1.10, "threads": 1.0, "opened": 1.0}
"""How much more the last quarter may hold than the second: the allocator of memory is no ledger."""


@dataclass(frozen=True)
class Held:
    """What is there after a turn: the home folder, and this process."""

    megabytes: float
    files: int
    releases: int
    history: int
    memory: float
    threads: int
    opened: int


def held(home: Path) -> Held:
    """Measure the home folder and this process; memory in MB, history in lines."""
    files = [path for path in home.rglob("*") if path.is_file()]
    releases = [path for path in (home / "releases").iterdir() if path.is_dir()]
    newest = home / "releases" / (home / "latest").read_text().strip()
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return Held(
        sum(path.stat().st_size for path in files) / 1e6,
        len(files),
        len(releases),
        len((newest / "CHANGES.md").read_text().splitlines()),
        int(status["VmRSS"].split()[0]) / 1e3,
        int(status["Threads"]),
        len(os.listdir("/proc/self/fd")),
    )


def change(home: Path, turn: int) -> None:
    """Drop a new run, change the one before, take the oldest away; every third turn correct a fact."""
    drop = home / "drop"
    put_run(drop / f"run-{turn}", run=f"run-{turn}", loss=3.0 + turn % 7 / 10)
    if turn:
        put_run(drop / f"run-{turn - 1}", run=f"run-{turn - 1}", loss=2.5 + turn % 5 / 10)
    shutil.rmtree(drop / f"run-{turn - STANDING}", ignore_errors=True)
    if turn % 3 == 0:
        (home / "overrides").mkdir(exist_ok=True)
        (home / "overrides" / "tasks.csv").write_text(f"task,chance\npiqa,0.{50 + turn % 10}\n")


def refreshes(home: Path, turns: int) -> list[Held]:
    """Refresh so often; ends here where a turn publishes nothing, or something that is not whole."""
    sources.SOURCES = sources.select(SOURCES)
    from pipelines.assets.run import refresh  # reads the list of sources as it is imported

    settings = Settings(home=home, offline=True, replicates=20, keep_releases=3)
    seen = []
    for turn in range(turns):
        started = perf_counter()
        change(home, turn)
        done = refresh(settings)
        if not done.is_new or not done.is_current:
            sys.exit(f"BROKEN: turn {turn} published nothing: {done.failures}")
        if turn % 10 == 0 and (bad := [f.line for f in verify_home(home) if not f.is_good]):
            sys.exit(f"BROKEN: after turn {turn}: {bad}")
        seen.append(held(home))
        if turn % 10 == 0 or turn == turns - 1:
            print(f"  {turn + 1} of {turns}, {perf_counter() - started:.1f} s: {seen[-1]}", flush=True)
    return seen


def grown(seen: list[Held]) -> list[str]:
    """Name what the last quarter holds more of than the second one."""
    quarter = max(1, len(seen) // 4)
    wrong = []
    for name, slack in SLACK.items():
        values = [float(getattr(one, name)) for one in seen]
        before, after = median(values[quarter : 2 * quarter] or values), median(values[-quarter:])
        if after > slack * before:
            wrong.append(f"{name} grew from {before:,.1f} to {after:,.1f}")
    return wrong


def main() -> None:
    """Refresh so often and print what is held."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--refreshes", type=int, default=200)
    given = options.parse_args()
    started = perf_counter()
    with tempfile.TemporaryDirectory(prefix="refreshes-") as place:
        seen = refreshes(Path(place) / "home", given.refreshes)
    wrong = grown(seen)
    print(f"{len(seen)} refreshes in {perf_counter() - started:.0f} s: {seen[-1]}")
    print("nothing grew" if not wrong else f"BROKEN: {'; '.join(wrong)}")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
