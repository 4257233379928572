"""The page of all tables is what the heads of the SQL files say today."""

from pathlib import Path

from pipelines.release.released import Release
from pipelines.tables_page import PAGE, tables_page


def test_the_page_is_up_to_date(release: Path) -> None:
    assert PAGE.read_text() == tables_page(Release(release)), "run `make docs` and commit docs/tables.md"
