"""Fixtures of the whole suite: the mirror of published files, and a warehouse built from it."""

import os
from pathlib import Path

import pytest

from pipelines.sources import SOURCES
from tests.pipelines.built import Built


@pytest.fixture(scope="session")
def mirror() -> Path:
    """Folder of published files; tests on real data are skipped without it."""
    folder = os.environ.get("EMERGENCE_MIRROR")
    if not folder:
        pytest.skip("EMERGENCE_MIRROR is not set")
    return Path(folder)


@pytest.fixture(scope="session")
def real(mirror: Path, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """All published files from the mirror, brought to the marts once for the whole session."""
    return Built(tmp_path_factory.mktemp("real"), mirror, SOURCES).ingest().run()
