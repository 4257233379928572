"""Runs the marts and a fit on a real Ray cluster: are they those of one machine, and what does it cost?

Needs the extra `ray`. Starts one and two workers on this machine, kills one in the middle, and asks for a
cluster that is not there. Prints seconds and ends with 1 at the first promise that was not kept.
"""

import argparse
import os
import signal
import tempfile
import threading
import time
from pathlib import Path
from time import perf_counter

import ray
import ray.exceptions

from benchmarks.generate import generate, marts_in_order, run_marts
from pipelines.engines import Engine, Here, ray_cluster
from pipelines.engines.engine import EngineError
from pipelines.engines.ray_cluster import RayCluster
from pipelines.fits.run_fits import Fit, fit_in_parts
from pipelines.fits.thresholds import ONSETS
from pipelines.settings import Settings
from pipelines.warehouse.home import Warehouse
from pipelines.warehouse.store import Store

UNORDERED = {"observations"}
"""A relation whose rows have no order, which no release holds."""


class Failed(SystemExit):
    """A promise was not kept."""


def digests(store: Store) -> dict[str, str]:
    """Return the digest of every mart whose rows have an order."""
    return {m.name: store.need("marts", m.name).digest for m in marts_in_order() if m.name not in UNORDERED}


def expect(kept: bool, promise: str) -> None:
    """Say what was seen to hold, or end."""
    if not kept:
        raise Failed(f"NOT KEPT: {promise}")
    print(f"kept: {promise}", flush=True)


def timed(store: Store, engine: Engine) -> float:
    """Run every mart anew and return the seconds."""
    started = perf_counter()
    run_marts(store, engine, force=True)
    return perf_counter() - started


def workers_at_work() -> list[int]:
    """Return the processes of Ray, below this user, that are at a task of ours."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if words.startswith(b"ray::run_pickled"):
            found.append(int(folder.name))
    return found


def kill_one(killed: list[int], ended: threading.Event) -> None:
    """Kill the first worker that is seen at work."""
    while not ended.is_set() and not killed:
        for process in workers_at_work()[:1]:
            os.kill(process, signal.SIGKILL)
            killed.append(process)
        time.sleep(0.02)


def fitted(home: Path, engine: Engine, settings: Settings) -> str:
    """Fit the onsets in parts on an engine and return the digest of what comes out."""
    fit = Fit(**{**ONSETS.__dict__, "rows_for_processes": 0})

    class On(Warehouse):
        @property
        def engine(self) -> Engine:  # type: ignore[override]
            return engine

    return fit_in_parts(On(settings, ()), fit)["onset_fits"].digest


def main() -> None:
    """Compare, time, kill and refuse."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scores", type=float, default=2e5)
    given = parser.parse_args()
    ray_cluster.ROWS_A_TASK = 50_000
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        store = Store(home)
        generate(store, int(given.scores))
        here = timed(store, Here())
        whole = digests(store)
        print(f"{store.need('marts', 'loss_scores').rows:,} pairs; here: {here:.1f} s", flush=True)
        settings = Settings(home=home, force=True)
        fits_here = fitted(home, Here(), settings)
        for workers in (1, 2):
            started = perf_counter()
            ray.init(num_cpus=workers, log_to_driver=False, logging_level="ERROR")
            engine = RayCluster(ray, home)
            print(f"Ray with {workers}: started in {perf_counter() - started:.1f} s", flush=True)
            print(f"Ray with {workers}: {timed(store, engine):.1f} s", flush=True)
            expect(digests(store) == whole, f"marts of {workers} workers are byte for byte those of here")
            if workers == 2:
                killed, ended = list[int](), threading.Event()
                thread = threading.Thread(target=kill_one, args=(killed, ended), daemon=True)
                thread.start()
                print(f"with one of them killed: {timed(store, engine):.1f} s", flush=True)
                ended.set()
                thread.join()
                expect(
                    bool(killed) and digests(store) == whole, "what a killed worker had begun was done again"
                )
                expect(fitted(home, engine, settings) == fits_here, "onsets are those of here, byte for byte")
            ray.shutdown()
    try:
        RayCluster(ray, Path(tempfile.gettempdir()), "ray://127.0.0.1:9")
    except EngineError as error:
        expect("no Ray at ray://127.0.0.1:9" in str(error), f"a cluster that is not there is told: {error}")


if __name__ == "__main__":
    main()
