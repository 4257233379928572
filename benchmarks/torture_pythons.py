"""Runs the embedded tables with this Python and with others, and compares what the releases hold.

    python benchmarks/torture_pythons.py /path/to/another/python …

With the same packages the releases bear one name and agree byte by byte, but for the database, whose rows are
compared, and the time in the manifest. With others (the lock has another numpy for some Pythons) the names
differ: then every table has to hold the same rows, and every page the same bytes once the name is taken out.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pyarrow.parquet as pq

from pipelines.release.open_release import latest_release

NAMED = {"manifest.json", "datapackage.json"}
"""Files that hold the time of the run, or digests of files that bear the name."""


def released(python: str, home: Path) -> Path:
    """Run the main job on the embedded tables with one Python; return the release's folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("EMERGENCE_")}
    command = [python, "-m", "pipelines", "--home", str(home), "run", "--offline"]
    done = subprocess.run(command, env=kept | {"EMERGENCE_REPLICATES": "200"}, capture_output=True, text=True)
    release = latest_release(home)
    if done.returncode or release is None:
        sys.exit(f"BROKEN: {python} ended with {done.returncode}: {done.stderr[-800:]}")
    return release.folder


def differing(one: Path, other: Path) -> list[str]:
    """Name what differs between two releases: files by their bytes, tables of two names by their rows."""
    files = {p.relative_to(root).as_posix() for root in (one, other) for p in root.rglob("*") if p.is_file()}
    is_one_name = one.name == other.name
    looked = files - NAMED - {"emergence.duckdb"} | (set() if not is_one_name else {"datapackage.json"})
    return sorted(name for name in looked if not _same(one, other, name, is_one_name=is_one_name))


def _same(one: Path, other: Path, name: str, *, is_one_name: bool) -> bool:
    if not ((one / name).is_file() and (other / name).is_file()):
        return False
    if name.endswith(".parquet") and not is_one_name:  # each says at its end which release it is of
        return bool(pq.read_table(one / name).equals(pq.read_table(other / name)))
    contents = [(root / name).read_bytes().replace(root.name.encode(), b"") for root in (one, other)]
    return contents[0] == contents[1]


def main() -> None:
    """Compare this Python's release with that of each other; ends with 1 where anything differs."""
    with tempfile.TemporaryDirectory() as place:
        ours = released(sys.executable, Path(place) / "ours")
        bad = 0
        for number, python in enumerate(sys.argv[1:]):
            theirs = released(python, Path(place) / str(number))
            wrong = differing(ours, theirs)
            how = "byte by byte" if ours.name == theirs.name else "row by row, with other packages"
            print(f"{python}: {len(wrong)} files differ, compared {how}: {wrong[:10]}", flush=True)
            bad += bool(wrong)
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
