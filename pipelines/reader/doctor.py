"""Says whether this machine and this home folder can run the warehouse."""

import os
import shutil
import sys
from collections.abc import Iterator
from importlib.metadata import version

import duckdb
from rich.console import Console
from rich.markup import escape

from emergence.errors import EmergenceError
from pipelines import __version__
from pipelines.reader.query import open_release
from pipelines.release.open_release import latest_release
from pipelines.settings import Settings
from pipelines.sources import SOURCES

NEEDED_BYTES = 2 << 30
PACKAGES = ("dagster", "duckdb", "polars", "pyarrow", "numpy", "scipy", "numba")


def examine(settings: Settings) -> int:
    """Print one line for each finding; return 1 when one of them stops the warehouse."""
    console = Console(highlight=False)
    findings = [*_machine(), *_home(settings), *_inputs(settings)]
    for is_good, line in findings:
        mark = "[green]ok[/green] " if is_good else "[red]bad[/red]"
        console.print(f"{mark} {escape(line)}", soft_wrap=True)
    return 0 if all(is_good for is_good, _ in findings) else 1


def _machine() -> Iterator[tuple[bool, str]]:
    yield sys.version_info >= (3, 11), f"Python {sys.version.split()[0]} (3.11 or newer is needed)"
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    yield True, f"emergence {__version__}; {packages}; {os.cpu_count()} cores"


def _home(settings: Settings) -> Iterator[tuple[bool, str]]:
    home = settings.home
    parent = next(p for p in (home, *home.parents) if p.exists())
    yield os.access(parent, os.W_OK), f"home folder {home} can be written"
    free = shutil.disk_usage(parent).free
    yield free > NEEDED_BYTES, f"{free / 2**30:.1f} GiB free there ({NEEDED_BYTES / 2**30:.0f} are needed)"
    try:
        release = latest_release(home)
        if release is None:
            yield True, "no release yet: `emergence run` makes the first"
            return
        with open_release(home) as con:
            tables = len(con.sql("show tables"))
        yield True, f"release {release.name} opens, with {tables} tables"
        problems = release.manifest()["problems"]
        yield not problems, f"release {release.name}: {'; '.join(problems) or 'no problem on record'}"
    except (EmergenceError, duckdb.Error, OSError) as error:
        yield False, f"the newest release does not open: {error}"


def _inputs(settings: Settings) -> Iterator[tuple[bool, str]]:
    mirror = settings.mirror
    yield (
        True,
        f"mirror folder {mirror}" if mirror else "no mirror folder (EMERGENCE_MIRROR): the network is asked",
    )
    for source in SOURCES:
        cached = [
            o
            for o in source.origins
            if (settings.home / "raw" / source.name / o.commit / "manifest.json").is_file()
        ]
        mirrored = [o for o in source.origins if mirror and (mirror / o.repo / o.commit).is_dir()]
        where = "embedded" if not source.origins else "cached" if len(cached) == len(source.origins) else None
        where = where or (
            "in the mirror" if len(mirrored) == len(source.origins) else "to be fetched from the network"
        )
        yield True, f"source {source.name}: {where}"
