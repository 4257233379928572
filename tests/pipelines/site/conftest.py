"""A browser, and a site of hostile names in it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

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
def hostile_site(release: Path, shared: Path) -> tuple[Path, Path]:
    """A site of hostile names with its database, built once for all workers."""
    folder = shared / "hostile"
    with FileLock(shared / "hostile.lock"):
        if not (folder / "built").exists():
            folder.mkdir(exist_ok=True)
            built(with_hostile_names(release / "emergence.duckdb", folder), folder)
            (folder / "built").touch()
    return folder / "site", folder / "hostile.duckdb"


@pytest.fixture
def watched(browser: Any, hostile_site: tuple[Path, Path]) -> Iterator[Watched]:
    one = Watched(browser, hostile_site[0])
    yield one
    one.check()
    one.context.close()


FIRST_ONES = """document.querySelectorAll("tbody, ul, dl, .panels, .tiles, #claims").forEach(
    (box) => [...box.children].slice(6).forEach((one) => one.remove()))"""
"""Of rows that are all alike the first few: the others would be held to the same rules again."""


@pytest.fixture(scope="session")
def axe() -> Callable[[Any, str], list[str]]:
    """Returns what is not open to everyone on a page: all rules in the light, in the dark those of colour."""
    run = pytest.importorskip("axe_playwright_python.sync_playwright").Axe().run

    def violations(page: Any, scheme: str) -> list[str]:
        only = {} if scheme == "light" else {"runOnly": ["color-contrast"]}
        page.evaluate(FIRST_ONES)
        page.wait_for_timeout(150)
        found = run(page, options={"resultTypes": ["violations"], "preload": False, **only}).response[
            "violations"
        ]
        return [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in found]

    return violations
