"""From published bytes to marts: all sources, then the ladder once and several times under new names."""

import argparse
import logging
import multiprocessing
import os
import resource
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from time import perf_counter

from pipelines.settings import Settings
from pipelines.sources import olmo_ladder

LARGEST = olmo_ladder.SOURCE.origins[0]


def ingested(home: Path, mirror: Path) -> tuple[float, float, int]:
    """Run the job ``ingest``: its seconds, the peak memory in MB and the rows of ``loss_scores``."""
    from pipelines.assets.build import build
    from pipelines.assets.instance import instance_at_hand
    from pipelines.warehouse.store import Store

    logging.disable(logging.CRITICAL)
    job = build(Settings(home=home, mirror=mirror, offline=True)).resolve_job_def("ingest")
    started = perf_counter()
    with instance_at_hand() as instance:
        job.execute_in_process(
            instance=instance, run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
        )
    seconds = perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return seconds, peak, Store(home).need("marts", "loss_scores").rows


def apart(home: Path, mirror: Path) -> tuple[float, float, int]:
    """Measure in a process of its own, whose peak is its own."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
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
        seconds, peak, rows = apart(folder / "all", mirror)
        print(f"all on {os.cpu_count()} cores: {seconds:6.1f} s, peak {peak:.0f} MB, {rows:,} rows joined")
        for count in (1, times):
            multiply(mirror, folder / f"mirror{count}", count)
        one, peak, rows = apart(folder / "one", folder / "mirror1")
        print(f"the ladder once:     {one:6.1f} s, peak {peak:.0f} MB, {rows:,} rows joined")
        many, peak, rows = apart(folder / "many", folder / f"mirror{times}")
        print(f"the ladder {times} times: {many:6.1f} s, peak {peak:.0f} MB, {rows:,} rows joined")
        print(f"seconds a row, {times} times against once: {many / one / times:.2f}")


if __name__ == "__main__":
    main()
