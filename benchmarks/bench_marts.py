"""From published bytes to marts: all sources, then the ladder once and several times under new names."""

import argparse
import logging
import multiprocessing
import os
import resource
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from time import perf_counter, process_time
from typing import NamedTuple

from pipelines.engines.workers import end_with_parent
from pipelines.settings import Settings
from pipelines.sources import olmo_ladder

LARGEST = olmo_ladder.SOURCE.origins[0]


class Cost(NamedTuple):
    """What the job ``ingest`` took: seconds on the clock and of processors, peak memory; and its rows."""

    seconds: float
    processor_seconds: float
    megabytes: float
    rows: int

    def __str__(self) -> str:
        """Return all of it on one line."""
        times = f"{self.seconds:6.1f} s, {self.processor_seconds:.1f} s of processors"
        return f"{times}, peak {self.megabytes:.0f} MB, {self.rows:,} rows joined"


def ingested(home: Path, mirror: Path) -> Cost:
    """Run the job ``ingest`` and return what it took; the rows are those of ``loss_scores``."""
    from pipelines.assets.build import build
    from pipelines.assets.instance import instance_at_hand
    from pipelines.assets.side_by_side import run_job
    from pipelines.warehouse.store import Store

    logging.disable(logging.CRITICAL)
    job = build(Settings(home=home, mirror=mirror, offline=True)).resolve_job_def("ingest")
    started, worked = perf_counter(), process_time()
    with instance_at_hand() as instance:
        run_job(job, instance)
    seconds, processor_seconds = perf_counter() - started, process_time() - worked
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Cost(seconds, processor_seconds, peak, Store(home).need("marts", "loss_scores").rows)


def apart(home: Path, mirror: Path) -> Cost:
    """Measure in a process of its own, whose peak is its own."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), end_with_parent) as pool:
        return pool.submit(ingested, home, mirror).result()


def multiply(mirror: Path, target: Path, times: int) -> None:
    """Lay out a mirror in which every run of the ladder stands ``times`` times, under new names."""
    published = mirror / LARGEST.repo / LARGEST.commit
    for path in published.rglob("*xC*.csv"):
        for copy in range(times):
            name = path.name if copy == 0 else f"{path.stem}-copy{copy}.csv"
            link = target / LARGEST.repo / LARGEST.commit / path.relative_to(published).with_name(name)
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(path)


def main() -> None:
    """Print seconds and memory for all sources, and how the cost grows with the rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=10, help="how often the ladder's runs are repeated")
    times = parser.parse_args().times
    mirror = Settings.from_environment().mirror
    if mirror is None:
        raise SystemExit("set EMERGENCE_MIRROR to a folder of published tables")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print(f"all on {os.cpu_count()} cores: {apart(folder / 'all', mirror)}")
        for count in (1, times):
            multiply(mirror, folder / f"mirror{count}", count)
        one = apart(folder / "one", folder / "mirror1")
        print(f"the ladder once:     {one}")
        many = apart(folder / "many", folder / f"mirror{times}")
        print(f"the ladder {times} times: {many}")
        print(f"seconds a row, {times} times against once: {many.seconds / one.seconds / times:.2f}")


if __name__ == "__main__":
    main()
