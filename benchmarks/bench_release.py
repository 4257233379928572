"""Times what readers of releases meet: many at once while releases are published, the size, the first row.

Made on the embedded tables, or on every table of the folder that EMERGENCE_MIRROR names. Figures of one run.
"""

import multiprocessing
import os
import shutil
import subprocess
import sys
import tempfile
from multiprocessing.synchronize import Event
from pathlib import Path
from statistics import median
from time import perf_counter, sleep

import duckdb

RELEASES = 20
READERS = 32
PAUSE_SECONDS = 1.0
READER_REST_SECONDS = 0.1
KEPT = 3
QUESTION = "select count(*), min(eta), max(eta) from thresholds"
FIRST_ROW = """
from time import perf_counter
import duckdb, sys
started = perf_counter()
with duckdb.connect(sys.argv[1], read_only=True) as con:
    con.execute("select * from thresholds limit 1").fetchone()
print(perf_counter() - started)
"""


def run(home: Path) -> float:
    """Run the main job once as a process; return its wall time in seconds."""
    command = [sys.executable, "-m", "pipelines", "--home", str(home), "run", "--offline"]
    started = perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return perf_counter() - started


def read(database: Path, stop: Event, answers: "multiprocessing.Queue[tuple[int, int, int, str]]") -> None:
    """Open the newest release and ask, over and over; report queries, failures and releases seen."""
    asked, failed, seen, last = 0, 0, set(), ""
    while not stop.is_set():
        try:
            with duckdb.connect(str(database), read_only=True) as con:
                con.execute(QUESTION).fetchone()
                seen.add(os.stat(database).st_ino)
        except Exception as error:
            failed, last = failed + 1, str(error)
        asked += 1
        sleep(READER_REST_SECONDS)
    answers.put((asked, failed, len(seen), last))


def readers_during_releases(home: Path) -> str:
    """Let readers ask while one release after the other is put at the top and old ones go, as in a run."""
    from pipelines.release.open_release import Release, latest_release
    from pipelines.release.publish import point_latest, retire

    first = latest_release(home)
    assert first is not None
    copies = [home / "made" / f"{first.name}-{number}" for number in range(RELEASES)]
    for number, copy in enumerate(copies):
        shutil.copytree(first.folder, copy)
        with duckdb.connect(str(Release(copy).database)) as con:
            con.execute("create table publication as select ? as number", [number])
    context = multiprocessing.get_context("spawn")
    stop, answers = context.Event(), context.Queue()
    processes = [
        context.Process(target=read, args=(home / "emergence.duckdb", stop, answers)) for _ in range(READERS)
    ]
    for process in processes:
        process.start()
    for copy in copies:
        sleep(PAUSE_SECONDS)
        release = Release(home / "releases" / copy.name)
        os.replace(copy, release.folder)
        os.utime(release.folder)
        point_latest(home, release)
        retire(home, release, keep=KEPT)
    stop.set()
    found = [answers.get() for _ in processes]
    for process in processes:
        process.join()
    asked, failed = sum(row[0] for row in found), sum(row[1] for row in found)
    seen = median(row[2] for row in found)
    why = next((row[3] for row in found if row[3]), "")
    return (
        f"{READERS} readers during {RELEASES} releases: {asked:,} queries, {failed} failed {why}; "
        f"the median reader saw {seen:.0f} releases"
    )


def first_row(database: Path, times: int = 9) -> str:
    """Open the database in a fresh process and read a row of thresholds, with the import not counted."""
    found = []
    for _ in range(times):
        done = subprocess.run(
            [sys.executable, "-c", FIRST_ROW, str(database)], check=True, capture_output=True, text=True
        )
        found.append(1000 * float(done.stdout))
    return f"open to first row in a fresh process: median {median(found):.1f} ms, worst {max(found):.1f} ms"


def sizes(home: Path) -> str:
    """Say how large the release is against the published bytes that it was made from."""
    from pipelines.release.open_release import latest_release

    release = latest_release(home)
    assert release is not None
    raw = sum(path.stat().st_size for path in (home / "raw").rglob("*") if path.is_file())
    parts = {
        "database": release.database.stat().st_size,
        "Parquet": sum(path.stat().st_size for path in (release.folder / "tables").glob("*.parquet")),
        "site": sum(path.stat().st_size for path in (release.folder / "site").rglob("*") if path.is_file()),
    }
    against = f" against {raw / 1e6:.1f} MB of published bytes" if raw else " (embedded tables alone)"
    said = (
        f"{name} {size / 1e6:.1f} MB" + (f" ({size / raw:.2f})" if raw else "")
        for name, size in parts.items()
    )
    return ", ".join(said) + against


def main() -> None:
    """Print the figures."""
    given = os.environ.get("EMERGENCE_HOME")
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        if given:
            shutil.copytree(given, home)
        cold, unchanged = run(home), run(home)
        print(f"{os.cpu_count()} cores; first run {cold:.1f} s, unchanged run {unchanged:.1f} s")
        print(sizes(home))
        print(first_row(home / "emergence.duckdb"))
        print(readers_during_releases(home))


if __name__ == "__main__":
    main()
