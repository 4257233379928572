"""The page of all tables is what the heads of the SQL files say today."""

from pathlib import Path

from pipelines.pages.tables_page import PAGE, tables_page
from pipelines.release.open_release import Release


def test_the_page_is_up_to_date(release: Path) -> None:
    assert PAGE.read_text() == tables_page(Release(release)), "run `make docs` and commit docs/tables.md"
