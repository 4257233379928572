"""How the marts and the released file grow with the number of scores: time, memory, disk, queries."""

import argparse
import math
import multiprocessing
import os
import resource
import shutil
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, thread_time

import duckdb

from benchmarks.generate import generate, lineage, marts_in_order
from benchmarks.held import held_megabytes
from pipelines.engines import Engine, Here, engine_of
from pipelines.engines.workers import closing_processes, end_with_parent
from pipelines.release.database import STORAGE_VERSION
from pipelines.warehouse.catalog import public_models
from pipelines.warehouse.connect import writing_beside
from pipelines.warehouse.quoting import quoted_text, read_parquet
from pipelines.warehouse.run_sql import run_model
from pipelines.warehouse.store import Store

QUERIES = Path(__file__).with_name("common_queries.sql")
SHOWN = 5
REPEATS = 5


@dataclass(frozen=True)
class Measured:
    """One scale: seconds of each step, the most memory and disk that were in use, sizes and rows."""

    scores: int
    pairs: int
    seconds: dict[str, float]
    processor_seconds: float
    peak_megabytes: float
    peak_disk: int
    parquet: int
    database: int
    queries: dict[str, float]


def size_of(folder: Path) -> int:
    """Return the bytes below a folder, some of which may go meanwhile; a file of two names once."""
    sizes: dict[int, int] = {}
    for place, _, names in os.walk(folder):  # which passes over a folder that is gone
        for name in names:
            with suppress(FileNotFoundError):
                file = os.stat(os.path.join(place, name))
                sizes[file.st_ino] = file.st_size
    return sum(sizes.values())


@dataclass
class Most:
    """The most bytes of a folder, and of memory that this process and those below it held at one moment; and
    the processor's seconds that looking took.
    """

    disk: int = 0
    megabytes: float = 0.0
    seconds_of_looking: float = 0.0


@contextmanager
def watched(folder: Path) -> Iterator[Most]:
    """Look five times a second how much disk a folder takes, and how much memory is held."""
    most, ended = Most(), threading.Event()

    def watch() -> None:
        while not ended.wait(0.2):
            most.disk = max(most.disk, size_of(folder))
            most.megabytes = max(most.megabytes, held_megabytes())
        most.seconds_of_looking = thread_time()

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    yield most
    ended.set()
    thread.join()


def measure(home: Path, scores: int, megabytes: int | None, engine_name: str) -> Measured:
    """Generate tables, run the marts, build the file and ask it; to be called in a process of its own."""
    store, seconds = Store(home), {}
    engine: Engine = Here(megabytes) if engine_name == "here" else engine_of(engine_name, home)
    started = perf_counter()
    generate(store, scores)
    seconds["generate"] = perf_counter() - started
    with watched(home) as most, closing_processes():
        for model in marts_in_order():
            started = perf_counter()
            run_model(model, store, lineage(), engine=engine)
            seconds[model.name] = perf_counter() - started
        started = perf_counter()
        build(store, home / "emergence.duckdb", megabytes)
        seconds["database"] = perf_counter() - started
    own = resource.getrusage(resource.RUSAGE_SELF)
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Measured(
        scores=store.need("marts", "scores").rows,
        pairs=store.need("marts", "loss_scores").rows,
        seconds=seconds,
        # Looking what gigabytes of memory are shared costs a sixth of a processor.
        processor_seconds=own.ru_utime
        + own.ru_stime
        + children.ru_utime
        + children.ru_stime
        - most.seconds_of_looking,
        peak_megabytes=most.megabytes,
        peak_disk=most.disk,
        parquet=size_of(home / "marts"),
        database=(home / "emergence.duckdb").stat().st_size,
        queries=asked(home / "emergence.duckdb"),
    )


def build(store: Store, path: Path, megabytes: int | None) -> None:
    """Write the marts as a release has them."""
    with writing_beside(path.parent) as con:
        if megabytes:
            con.execute("set memory_limit = ?", [f"{megabytes}MB"])
        con.execute("set threads = 1")
        con.execute(f"attach {quoted_text(path)} as release (storage_version '{STORAGE_VERSION}')")
        con.execute("use release")
        for model in public_models():
            if model.room == "marts":
                read_parquet(con, store.path("marts", model.name)).create(model.name)


def asked(database: Path) -> dict[str, float]:
    """Return the median seconds of each of the commonest queries."""
    found = {}
    with duckdb.connect(str(database), read_only=True) as con:
        for part in QUERIES.read_text().split("\n\n")[1:]:
            words, _, query = part.strip().partition("\n")
            times = []
            for _ in range(REPEATS):
                started = perf_counter()
                con.execute(query).fetchall()
                times.append(perf_counter() - started)
            found[words.removeprefix("-- ")] = sorted(times)[REPEATS // 2]
    return found


def told(one: Measured) -> None:
    """Print what was measured at one scale."""
    total = sum(seconds for name, seconds in one.seconds.items() if name != "generate")
    print(f"\n{one.scores:,} scores, {one.pairs:,} pairs of score and loss")
    print(
        f"  marts and file  {total:8.1f} s   of processors, with generating {one.processor_seconds:,.0f} s",
        end="",
    )
    print(f"   memory at one moment at most {one.peak_megabytes:,.0f} MB", end="")
    print(f"   peak disk {one.peak_disk / 2**20:,.0f} MB")
    print(f"  sizes           Parquet {one.parquet / 2**20:,.0f} MB, file {one.database / 2**20:,.0f} MB")
    slowest = sorted(one.seconds.items(), key=lambda item: -item[1])[: SHOWN + 1]
    print("  slowest         " + ", ".join(f"{name} {seconds:.1f} s" for name, seconds in slowest))
    for words, seconds in one.queries.items():
        print(f"  {1000 * seconds:8.1f} ms  {words}")


def grown(small: Measured, large: Measured) -> None:
    """Print by which power of the rows each cost grows from one scale to the next."""
    rows = math.log(large.pairs / small.pairs)

    def power(a: float, b: float) -> str:
        return f"{math.log(b / a) / rows:.2f}"

    totals = [sum(s for n, s in one.seconds.items() if n != "generate") for one in (small, large)]
    print(f"\nfrom {small.scores:,} to {large.scores:,} scores, cost grows as rows to the power")
    processors = power(small.processor_seconds, large.processor_seconds)
    print(f"  time {power(*totals)}, of processors {processors}", end="")
    print(f", memory {power(small.peak_megabytes, large.peak_megabytes)}", end="")
    print(f", Parquet {power(small.parquet, large.parquet)}, file {power(small.database, large.database)}")


def main() -> None:
    """Measure each scale in a process of its own and print what each cost, and how costs grow."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scores", nargs="*", type=float, default=[2e5], help="how many scores: 1e6 1e7")
    parser.add_argument("--megabytes", type=int, help="what DuckDB may use; 60 %% of the machine without it")
    parser.add_argument("--engine", default="here", help="here, ray, or ray://host:port")
    parser.add_argument("--folder", type=Path, help="where to work; a temporary folder without it")
    given = parser.parse_args()
    found: list[Measured] = []
    for scores in sorted(given.scores):
        folder = Path(tempfile.mkdtemp(dir=given.folder))
        try:
            with ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), end_with_parent) as pool:
                work = pool.submit(measure, folder, int(scores), given.megabytes, given.engine)
                found.append(work.result())
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        told(found[-1])
        if len(found) > 1:
            grown(found[-2], found[-1])


if __name__ == "__main__":
    main()
