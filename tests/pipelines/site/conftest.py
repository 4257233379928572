"""A browser, and a site of hostile names in it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.tools.browser import CHROMIUM, FLAGS, Watched
from tests.tools.site_pages import built, with_hostile_names


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api")
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    with sync_api.sync_playwright() as playwright:
        instance = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield instance
        instance.close()


@pytest.fixture(scope="session")
def hostile_site(release: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("browser")
    database = with_hostile_names(release / "emergence.duckdb", folder)
    return built(database, folder), database


@pytest.fixture
def watched(browser: Any, hostile_site: tuple[Path, Path]) -> Iterator[Watched]:
    one = Watched(browser, hostile_site[0])
    yield one
    one.check()
    one.context.close()
