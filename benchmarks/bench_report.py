"""Times the main job as whole processes: cold, and again with nothing changed."""

import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

COMMAND = [sys.executable, "-m", "pipelines", "run", "--offline"]


def timed(home: Path) -> float:
    """Run the main job once and return its wall time in seconds."""
    started = perf_counter()
    subprocess.run(COMMAND, env=os.environ | {"EMERGENCE_HOME": str(home)}, check=True, capture_output=True)
    return perf_counter() - started


def main() -> None:
    """Print the two times, their ratio and the peak memory."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "warehouse"
        cold, unchanged = timed(home), timed(home)
        raw = sum(path.stat().st_size for path in (home / "raw").rglob("*") if path.is_file())
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"main job, {raw / 1e6:.0f} MB of published bytes, {os.cpu_count()} cores")
    print(f"cold {cold:.1f} s, unchanged {unchanged:.1f} s, ratio {cold / unchanged:.1f}, peak {peak:.0f} MB")


if __name__ == "__main__":
    main()
