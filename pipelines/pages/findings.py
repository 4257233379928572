"""Writes ``docs/findings.md`` and ``docs/findings.json`` from a release over all sources.

Every number of the page comes from a query of ``sql/questions/findings/``; the second file names its row.
"""

import json
import shutil
import sys
from pathlib import Path

from pipelines.pages.numbers import Numbers
from pipelines.pages.sections import SECTIONS
from pipelines.release.open_release import Release
from pipelines.warehouse import catalog

DOCS = catalog.ROOT.parent / "docs"
PAGE = DOCS / "findings.md"
ROWS = DOCS / "findings.json"
FIGURES = {"departure-olmo_ladder.svg": "thresholds.svg", "verdicts.svg": "verdicts.svg"}
HEAD = """# Findings

What the published tables say of thresholds of loss. This page is made from a release over every source
(`make findings`); [findings.json](findings.json) names the query, the row and the column behind each number,
in the order of the page. Intervals are at 95 % unless another level is named. A paragraph ends with the query
that its numbers come from.
"""


def findings_page(release: Release) -> str:
    """Return the page for a release that holds every source."""
    return _written(release)[0]


def findings_rows(release: Release) -> str:
    """Return where each number of the page comes from, as JSON."""
    return _written(release)[1]


def _written(release: Release) -> tuple[str, str]:
    numbers = Numbers(release.database)
    parts = [HEAD, *(section(numbers) for section in SECTIONS)]
    page = "\n".join(part.rstrip("\n") + "\n" for part in parts if part)
    return page, json.dumps(numbers.used, indent=1, ensure_ascii=False) + "\n"


def write_findings(release: Release, folder: Path = DOCS) -> None:
    """Write the page, the rows of its numbers and its figures into a folder."""
    page, rows = _written(release)
    (folder / PAGE.name).write_text(page)
    (folder / ROWS.name).write_text(rows)
    for figure, name in FIGURES.items():
        if (release.folder / "plots" / figure).is_file():
            shutil.copyfile(release.folder / "plots" / figure, folder / name)


if __name__ == "__main__":
    write_findings(Release(Path(sys.argv[1])))
