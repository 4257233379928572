"""Kills runs at random, fills disks, makes them read-only, starts two at once; the last release has to stand.

Prints what was done and ends with 1 at the first promise that was not kept. The tests hold short, repeatable
versions of the same.
"""

import argparse
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, perf_counter

from pipelines.release.open_release import latest_release
from pipelines.release.verify import verify_home

ONLY_READ = "the file system is for reading alone"
Limit = Callable[[], None] | None


def start(home: Path, seed: int, limit: Limit = None) -> subprocess.Popen[str]:
    """Start the main job on the embedded tables; another seed makes everything from the fits on new."""
    named = {"EMERGENCE_SEED": str(seed), "EMERGENCE_REPLICATES": "50", "EMERGENCE_KEEP_RELEASES": "2"}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("EMERGENCE_")}
    return subprocess.Popen(
        [sys.executable, "-m", "pipelines", "--home", str(home), "run", "--offline"],
        env=kept | named,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        preexec_fn=limit,
    )


def finish(home: Path, seed: int, limit: Limit = None) -> tuple[int, str]:
    """Run the main job to its end; return its exit code and what it said."""
    with start(home, seed, limit) as run:
        said, _ = run.communicate(timeout=900)
    return run.returncode, said


def stands(home: Path, *, is_at_rest: bool = False) -> str:
    """Name the release that stands; end here when it is not as published.

    Between `latest` and the database at the top a run may be killed: the next start puts that right.
    """
    bad = [
        f.line for f in verify_home(home) if not f.is_good and (is_at_rest or "its database" not in f.line)
    ]
    release = latest_release(home)
    if bad or release is None:
        sys.exit(f"BROKEN: {bad or 'no release'}")
    return release.name


def kill_at_random(home: Path, kills: int, pick: random.Random) -> None:
    """Kill runs somewhere between start and end; the last release stands, and the next run ends well."""
    started = perf_counter()
    code, said = finish(home, 1)
    whole = perf_counter() - started
    assert code == 0, said
    moved = done = 0
    for turn in range(kills):
        before, wait = stands(home), pick.uniform(0.0, 1.1 * whole)
        with start(home, 2 + turn) as run:
            try:
                run.communicate(timeout=wait)
                done += 1
            except subprocess.TimeoutExpired:
                os.killpg(run.pid, signal.SIGKILL)
                run.communicate()
        moved += stands(home) != before
        if turn % 5 == 4:
            code, said = finish(home, 2 + turn)
            if code:
                sys.exit(f"BROKEN: the run after a kill ended with {code}: {said[-500:]}")
            stands(home, is_at_rest=True)
        print(f"  kill {turn + 1} of {kills} after {wait:.1f} s: {stands(home)} stands", flush=True)
    print(
        f"{kills} runs of about {whole:.1f} s: {kills - done} killed, {done} ended first, {moved} published"
    )


def two_at_once(home: Path) -> None:
    """Start two runs: one does the work, the other says so and leaves."""
    with start(home, 1001) as one, start(home, 1002) as two:
        ended = {run.communicate(timeout=900)[0][-300:]: run.returncode for run in (one, two)}
    refused = [said for said, code in ended.items() if code == 3 and "another run is at work" in said]
    if sorted(ended.values()) != [0, 3] or len(refused) != 1:
        sys.exit(f"BROKEN: two at once ended with {ended}")
    stands(home, is_at_rest=True)
    print(f"two at once: one worked, the other said {refused[0].strip().splitlines()[-1]!r}")


@contextmanager
def small_disk(home: Path, spare: int) -> Iterator[tuple[Path, Limit]]:
    """Give a copy of a home folder with ``spare`` bytes left: a mount for root, else a limit on files."""
    with tempfile.TemporaryDirectory() as folder:
        # Files with several names count once, as they do on the disk.
        files = {path.stat().st_ino: path.stat().st_size for path in home.rglob("*") if path.is_file()}
        options = ["-t", "tmpfs", "-o", f"size={sum(files.values()) + len(files) * 4096 + spare}"]
        mount = ["mount", *options, "tmpfs", folder]
        mounted = os.geteuid() == 0 and subprocess.run(mount, capture_output=True).returncode == 0
        copy = Path(folder) / "home"
        try:
            # cp keeps hard links, so that the copy needs no more room than the original.
            subprocess.run(["cp", "-a", str(home), str(copy)], check=True)
            yield copy, None if mounted else lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (spare, spare))
        finally:
            if mounted:
                subprocess.run(["umount", folder], check=True)


def full_disk(home: Path) -> None:
    """Run where the room ends sooner or later: one clear line, and the old release stands."""
    for spare in (1 << 12, 1 << 16, 1 << 19, 1 << 20, 3 << 20):
        with small_disk(home, spare) as (copy, limit):
            before = stands(copy)
            code, said = finish(copy, 2001, limit)
            failed = [line for line in said.splitlines() if line.startswith(("failed:", "emergence:"))]
            if code == 3 and len(failed) == 1 and "no room to write" in failed[0] and stands(copy) == before:
                kind = "a full disk" if limit is None else "a limit on files"
                print(f"{kind}, {spare:,} bytes left: {failed[0][:150]}")
            elif code:
                sys.exit(f"BROKEN: with {spare:,} bytes left the run ended with {code}: {said[-800:]}")
            else:
                print(f"{spare:,} bytes left: enough")


def read_only(home: Path) -> None:
    """Run where one folder after another is for reading alone: one clear line, and the old release stands."""
    for room in ("staging", "marts", "fits", "reports", "releases"):
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / "home"
            subprocess.run(["cp", "-a", str(home), str(copy)], check=True)
            place, before = str(copy / room), stands(copy)
            if os.geteuid() or subprocess.run(["mount", "--bind", place, place]).returncode:
                print("read-only folders: no mount is allowed here")
                return
            try:
                subprocess.run(["mount", "-o", "remount,bind,ro", place], check=True)
                code, said = finish(copy, 3001)
                failed = [line for line in said.splitlines() if line.startswith(("failed:", "emergence:"))]
                if code != 3 or len(failed) != 1 or ONLY_READ not in failed[0] or stands(copy) != before:
                    sys.exit(f"BROKEN: {room} read-only, the run ended with {code}: {failed} {said[-800:]}")
                print(f"{room} read-only: {failed[0][:150]}", flush=True)
            finally:
                subprocess.run(["umount", place], check=True)
            if finish(copy, 3001)[0]:
                sys.exit(f"BROKEN: {room} is writable again, and the run failed")


def main() -> None:
    """Do it all on a home folder of its own."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kills", type=int, default=30)
    options.add_argument("--seed", type=int, default=int(monotonic()))
    given = options.parse_args()
    print(f"seed {given.seed}")
    folder = Path(tempfile.mkdtemp(prefix="torture-"))
    try:
        home = folder / "home"
        kill_at_random(home, given.kills, random.Random(given.seed))
        two_at_once(home)
        kept = [path for path in (home / "releases").iterdir() if not path.name.startswith(".")]
        if len(kept) > 2 or stands(home) not in {path.name for path in kept}:
            sys.exit(f"BROKEN: {[path.name for path in kept]} are kept")
        print(f"retention: {len(kept)} releases kept, the one that latest names among them")
        full_disk(home)
        read_only(home)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print("nothing broke")


if __name__ == "__main__":
    main()
