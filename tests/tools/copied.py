"""A copy of the project that a test may spoil, and Python run inside it."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PACKAGES = ("emergence", "pipelines", "sql", "tests")


def copied(folder: Path) -> Path:
    """Copy the project's packages and pages into a folder and return it."""
    for name in (*PACKAGES, "docs"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("CONTRIBUTING.md", "README.md", "CHANGELOG.md", "pyproject.toml"):
        shutil.copy(ROOT / name, folder)
    return folder


def run_in(folder: Path, script: str) -> Any:
    """Run a script in a copy and return what it prints, as JSON."""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
