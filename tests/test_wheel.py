"""The built wheel holds every file of the packages, and the main job runs from it, without the checkout."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from tests.test_house import ROOT


def run(*command: str | Path, cwd: Path, **environment: str) -> str:
    done = subprocess.run(
        command, cwd=cwd, env=os.environ | environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_main_job_runs_from_the_wheel_alone(tmp_path: Path, release: Path) -> None:
    source = tmp_path / "source"
    for package in ("emergence", "pipelines", "sql"):
        shutil.copytree(
            ROOT / package, source / package, ignore=shutil.ignore_patterns("__pycache__", "*.nb[ic]")
        )
    files = {file.relative_to(source).as_posix() for file in source.rglob("*") if file.is_file()}
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet")
    run(*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", tmp_path, source, cwd=tmp_path)
    (wheel,) = tmp_path.glob("*.whl")
    assert files <= set(zipfile.ZipFile(wheel).namelist())
    run(*pip, "install", "--no-deps", "--target", tmp_path / "site", wheel, cwd=tmp_path)
    alone = {"PYTHONPATH": str(tmp_path / "site"), "EMERGENCE_MIRROR": "", "EMERGENCE_REPLICATES": "200"}
    where = run(sys.executable, "-c", "import pipelines; print(pipelines.__file__)", cwd=tmp_path, **alone)
    assert Path(where.strip()).is_relative_to(tmp_path / "site")
    home = tmp_path / "home"
    shutil.copytree(release.parents[1], home, ignore=shutil.ignore_patterns("releases", "latest", "*.duckdb"))
    fitted = {file: file.stat().st_mtime_ns for file in (home / "fits").rglob("*.parquet")}
    shown = run(sys.executable, "-m", "pipelines", "--home", home, "run", "--offline", cwd=tmp_path, **alone)
    assert "new release" in shown
    assert (home / "emergence.duckdb").is_file()
    # Its code, facts and SQL have the digests of the checkout's: else something would be fitted again.
    assert fitted == {file: file.stat().st_mtime_ns for file in (home / "fits").rglob("*.parquet")}
