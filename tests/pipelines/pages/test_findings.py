"""The findings say what the release says today, and every number names its row."""

import re
from pathlib import Path

import pytest

from emergence.errors import InputError
from pipelines.pages.findings import PAGE, TEMPLATE, Numbers, findings_page
from pipelines.release.open_release import Release
from pipelines.warehouse import catalog

NUMBER = re.compile(r'\[[-\d.,%]+\]\(\.\./sql/questions/findings/(\w+)\.sql "[^"]+"\)')
BARE = re.compile(r"(?<![\w.`])\d+(?:\.\d+)?(?![\w%])")


def test_the_page_is_what_the_release_says(full_release: Path) -> None:
    assert PAGE.read_text() == findings_page(Release(full_release)), "run `make findings` and commit the page"


def test_every_number_links_to_its_row() -> None:
    text = PAGE.read_text()
    used = set(NUMBER.findall(text))
    assert used <= {path.stem for path in (catalog.ROOT / "questions" / "findings").glob("*.sql")}
    assert len(NUMBER.findall(text)) > 100
    template = TEMPLATE.read_text()
    prose = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "", template, flags=re.DOTALL)
    known = {"2023", "2024", "4", "90", "95", "2.2"}  # years, C4, levels of intervals, the paper's own number
    assert set(BARE.findall(prose)) <= known


def test_a_number_that_is_not_one_is_refused(release: Path) -> None:
    numbers = Numbers(Release(release).database)
    assert numbers.number("verdicts", "settings", "d", source="cerebras_gpt").startswith("[14](")
    for wanted in ({"source": "no such source"}, {}):
        if wanted or len(numbers.rows("verdicts")) != 1:
            with pytest.raises(InputError, match="one wanted"):
                numbers.number("verdicts", "settings", "d", **wanted)
