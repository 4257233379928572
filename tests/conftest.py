"""What tests share: the mirror of published tables, and a release made by the real job."""

import os
from pathlib import Path

import pytest
from filelock import FileLock

from pipelines.release.open_release import latest_release
from pipelines.settings import Settings
from pipelines.sources import SOURCES
from tests.tools.built import Built

MIRROR = os.environ.get("EMERGENCE_MIRROR")


@pytest.fixture(scope="session")
def mirror() -> Path:
    """The folder of published tables; tests that need it are skipped on machines without one."""
    if not MIRROR or not Path(MIRROR).is_dir():
        pytest.skip("EMERGENCE_MIRROR is not set: no published tables on this machine")
    return Path(MIRROR)


def _released(home: Path, settings: Settings) -> Path:
    """Make a release once for all workers and return its folder."""
    from pipelines.assets.run import refresh

    home.mkdir(exist_ok=True)
    with FileLock(home.with_suffix(".lock")):
        release = latest_release(home) or refresh(settings).release
    assert release is not None
    return release.folder


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder that all test workers of this session share."""
    base = tmp_path_factory.getbasetemp()
    return base if worker_id == "master" else base.parent


@pytest.fixture(scope="session")
def release(shared: Path) -> Path:
    """A release of the embedded tables alone, as on a machine with neither mirror nor network."""
    home = shared / "embedded"
    return _released(home, Settings(home=home, offline=True, replicates=200))


@pytest.fixture(scope="session")
def full_release(shared: Path, mirror: Path) -> Path:
    """A release of every mirrored table, with the settings that a user has, which the findings quote."""
    home = shared / "full"
    return _released(home, Settings(home=home, mirror=mirror, offline=True))


@pytest.fixture(scope="session")
def real(shared: Path, mirror: Path) -> Built:
    """All published files from the mirror, brought to the marts once for all workers."""
    with FileLock(shared / "real.lock"):
        return Built(shared / "real", mirror, SOURCES).ingest().run()
