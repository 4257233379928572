"""What processes hold: a fit's at most, on the largest part; the network door's, at rest and after work.

`python -m benchmarks.memory HOME` reads the home folder and changes nothing in it.
"""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import polars as pl

from pipelines.release.open_release import latest_release
from pipelines.serve.limits import Limits
from pipelines.serve.pool import Process

ROOT = Path(__file__).parents[1]
FIT = """
import sys
from resource import RUSAGE_SELF, getrusage
import polars as pl
from pipelines.fits.run_fits import Part
from pipelines.fits.thresholds import THRESHOLDS
from pipelines.settings import Settings
path, source, corpus = sys.argv[1:]
rows = pl.scan_parquet(path).filter(pl.col("source") == source, pl.col("corpus") == corpus)
THRESHOLDS.fit_part(Part(rows.select(THRESHOLDS.columns).collect(), Settings(), {}))
print(getrusage(RUSAGE_SELF).ru_maxrss // 1024)
"""
ASKED = {
    "at rest": [],
    "after a question about the catalog": ["select count(*) from pg_catalog.pg_class"],
    "after a copy of 200,000 rows": ["select * from loss_scores limit 200000"],
}


def of_a_fit(home: Path) -> None:
    """Print what a process holds that fits the thresholds of the part with the most rows."""
    path = next((home / "marts" / "loss_scores").rglob("*.parquet"))
    parts = pl.scan_parquet(path).group_by("source", "corpus").len().sort("len", descending=True)
    source, corpus, rows = parts.head(1).collect().row(0)
    command = [sys.executable, "-c", FIT, str(path), source, corpus]
    # As a fit's process does: one thread each.
    one = {**os.environ, "POLARS_MAX_THREADS": "1"}
    done = subprocess.run(command, cwd=ROOT, env=one, capture_output=True, text=True, check=True)
    print(f"fit of thresholds, {source} on {corpus}, {rows:,} rows: {done.stdout.strip()} MB at most")


async def of_the_door(home: Path) -> None:
    """Print what a query process of the network door holds."""
    release = latest_release(home)
    assert release is not None
    process = await Process.start(release.folder / "emergence.duckdb", Limits())
    stop = asyncio.Event()
    for when, queries in ASKED.items():
        for query in queries:
            await process.ask({"do": "blocks", "sql": query, "values": []}, 60, stop)
            told = {"do": "copied", "copy": {"query": query, "format": "binary"}, "is_first": False}
            while (await process.ask(told, 60, stop)).head["rows"]:
                pass
            await process.ask({"do": "finish"}, 60, stop)
        held = Path(f"/proc/{process._running.pid}/status").read_text()
        print(f"query process {when}: {int(held.split('VmRSS:')[1].split()[0]) // 1024} MB")
    await process.close()


if __name__ == "__main__":
    of_a_fit(Path(sys.argv[1]))
    asyncio.run(of_the_door(Path(sys.argv[1])))
