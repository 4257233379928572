"""Says whether this machine and this home folder can run the warehouse."""

import os
import shutil
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import duckdb

from emergence.errors import EmergenceError
from pipelines import __version__
from pipelines.release.open_release import latest_release, open_release
from pipelines.release.verify import Finding
from pipelines.words import counted

NEEDED_BYTES = 2 << 30
PACKAGES = ("dagster", "duckdb", "polars", "pyarrow", "numpy", "scipy", "numba")


def examine(home: Path) -> list[Finding]:
    """Look at this machine and at a home folder with its newest release."""
    return [Finding(is_good, line) for is_good, line in (*_machine(), *_home(home))]


def _machine() -> Iterator[tuple[bool, str]]:
    yield sys.version_info >= (3, 11), f"Python {sys.version.split()[0]} (3.11 or newer is needed)"
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    yield True, f"emergence {__version__}; {packages}; {os.cpu_count()} cores"


def _home(home: Path) -> Iterator[tuple[bool, str]]:
    parent = next(p for p in (home, *home.parents) if p.exists())
    yield os.access(parent, os.W_OK), f"home folder {home} can be written"
    free = shutil.disk_usage(parent).free
    yield free > NEEDED_BYTES, f"{free / 2**30:.1f} GiB free there ({NEEDED_BYTES / 2**30:.0f} are needed)"
    try:
        release = latest_release(home)
        if release is None:
            yield True, "no release yet: `emergence run` makes the first"
            return
        with open_release(home) as questions:
            kinds = questions.ask("verify/relations")["kind"].to_list()
        held = " and ".join(counted(kinds.count(kind), kind) for kind in ("table", "view"))
        yield True, f"release {release.name} opens, with {held}"
        problems = release.manifest()["problems"]
        yield not problems, f"release {release.name}: {'; '.join(problems) or 'no problem on record'}"
    except (EmergenceError, duckdb.Error, OSError) as error:
        yield False, f"the newest release does not open: {error}"
