"""What follows from thresholds, over all sources: seconds of each fit, beside those of the thresholds."""

import logging
import os
import tempfile
from pathlib import Path
from time import perf_counter

from pipelines.engines.workers import closing_processes
from pipelines.fits.by_source import BySource
from pipelines.fits.registry import FITS, run
from pipelines.fits.run_fits import Fit
from pipelines.fits.thresholds import ONSETS, THRESHOLDS
from pipelines.settings import Settings
from pipelines.sources import SOURCES
from pipelines.warehouse.home import Warehouse


def ingested(settings: Settings) -> Warehouse:
    """Bring the published tables to the marts."""
    from pipelines.assets.build import build
    from pipelines.assets.instance import instance_at_hand
    from pipelines.assets.side_by_side import run_job

    logging.disable(logging.CRITICAL)
    job = build(settings).resolve_job_def("ingest")
    with instance_at_hand() as instance:
        run_job(job, instance)
    return Warehouse(settings, SOURCES)


def timed(warehouse: Warehouse, fits: tuple[Fit | BySource, ...]) -> float:
    """Run fits one after the other, print the seconds of each and return their sum."""
    total = 0.0
    for fit in fits:
        started = perf_counter()
        run(warehouse, fit)
        seconds = perf_counter() - started
        total += seconds
        print(f"  {seconds:6.1f} s  {', '.join(fit.outputs)}")
    return total


def follow(warehouse: Warehouse) -> tuple[Fit | BySource, ...]:
    """Return the fits that follow from thresholds and marts alone: claims read SQL that stands between."""
    made = {name for fit in FITS for name in fit.outputs}
    room = warehouse.lineage.room
    rest = (fit for fit in FITS if fit not in (THRESHOLDS, ONSETS))
    return tuple(fit for fit in rest if all(room(name) != "fits" or name in made for name in fit.parents))


def main() -> None:
    """Print the seconds of thresholds, then of all that follows but claims, and their ratio."""
    mirror = Settings.from_environment().mirror
    if mirror is None:
        raise SystemExit("set EMERGENCE_MIRROR to a folder of published tables")
    with tempfile.TemporaryDirectory() as folder, closing_processes():
        warehouse = ingested(Settings(home=Path(folder), mirror=mirror, offline=True))
        print(f"{os.cpu_count()} cores")
        before = timed(warehouse, (THRESHOLDS, ONSETS))
        after = timed(warehouse, follow(warehouse))
    print(f"thresholds {before:.1f} s, what follows {after:.1f} s, ratio {after / before:.2f}")


if __name__ == "__main__":
    main()
