"""The findings say what the release says today, and every number names its row."""

import json
import re
from pathlib import Path

import pytest

from emergence.errors import InputError
from pipelines.pages.findings import PAGE, ROWS, findings_page, findings_rows
from pipelines.pages.numbers import Numbers, table
from pipelines.release.open_release import Release
from pipelines.warehouse import catalog

LINK = re.compile(r"\]\([^)]*\)")


def test_the_page_is_what_the_release_says(full_release: Path) -> None:
    release = Release(full_release)
    assert PAGE.read_text() == findings_page(release), "run `make findings` and commit the page"
    assert ROWS.read_text() == findings_rows(release)


def test_the_site_of_all_tables_can_be_sent_and_opened(full_release: Path) -> None:
    sizes = {path: path.stat().st_size for path in (full_release / "site").rglob("*") if path.is_file()}
    assert sum(sizes.values()) < 30_000_000
    assert max(size for path, size in sizes.items() if path.suffix == ".html") < 2_000_000


def test_the_page_of_an_embedded_release_holds_too(release: Path) -> None:
    page = findings_page(Release(release))
    assert "## Who was right?" in page
    assert "None" not in page
    assert "nan" not in page


def test_every_number_has_its_row_in_the_order_of_the_page() -> None:
    used, queries = json.loads(ROWS.read_text()), catalog.ROOT / "questions" / "findings"
    text, numbers = PAGE.read_text(), [row["said"] for row in used]
    assert len(used) > 100
    assert {row["query"] for row in used} <= {path.stem for path in queries.glob("*.sql")}
    assert all(said in text for said in numbers)


def test_the_page_is_for_people() -> None:
    text = PAGE.read_text()
    links = sum(len(link) for link in LINK.findall(text))
    assert links < 0.05 * len(text)
    for paragraph in text.split("\n\n"):
        assert paragraph.count("([query]") <= 1
    for task in ("MMLU", "HellaSwag", "ARC-Challenge", "PIQA", "WinoGrande", "LAMBADA"):
        assert f"| {task} |" in text


def test_a_number_that_is_not_one_is_refused(release: Path) -> None:
    numbers = Numbers(Release(release).database)
    row = numbers.row("formats", source="cerebras_gpt", format="rc")
    assert row is not None
    assert int(row.say("settings")) > 0
    assert numbers.used[-1]["where"] == {"source": "cerebras_gpt", "format": "rc"}
    assert numbers.row("formats", source="no such source") is None
    with pytest.raises(InputError, match="one wanted"):
        numbers.row("formats", source="cerebras_gpt")
    assert table(["a"], []) == ""
