"""Writes ``docs/findings.md`` from a release over all sources: prose whose numbers all come from queries."""

import shutil
import sys
from functools import cached_property
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined

from emergence.errors import InputError
from pipelines.release.open_release import Questions, Release, open_database
from pipelines.warehouse import catalog

PAGE = catalog.ROOT.parent / "docs" / "findings.md"
TEMPLATE = Path(__file__).parent / "findings.md.jinja"
Row = dict[str, Any]


class Numbers:
    """The answers to the queries of ``sql/questions/findings/``, each asked once."""

    def __init__(self, database: Path) -> None:
        self.database = database
        self._rows: dict[str, list[Row]] = {}

    @cached_property
    def questions(self) -> Questions:
        """The release, open."""
        return open_database(self.database)

    def rows(self, query: str) -> list[Row]:
        """Return all rows of a query."""
        if query not in self._rows:
            self._rows[query] = self.questions.rows(f"findings/{query}")
        return self._rows[query]

    def number(self, query: str, column: str, shape: str, **key: Any) -> str:
        """Return one number as a link to its query, its title the row's key.

        Raises InputError unless exactly one row has that key and a number in that column.
        """
        found = [row for row in self.rows(query) if all(row[name] == value for name, value in key.items())]
        if len(found) != 1 or found[0][column] is None:
            raise InputError(f"findings: {query}.{column} where {key} gives {len(found)} rows, one wanted")
        where = ", ".join(f"{name} = {value}" for name, value in key.items())
        title = f"{column} where {where}" if where else column
        return f'[{found[0][column]:{shape}}](../sql/questions/findings/{query}.sql "{title}")'


def findings_page(release: Release) -> str:
    """Return the page for a release that holds every source."""
    numbers = Numbers(release.database)
    environment = Environment(undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False)
    environment.tests["of_du"] = lambda claim: claim.startswith("du_")
    environment.tests["about_thresholds"] = lambda claim: claim.startswith(("du_", "schaeffer_"))
    template = environment.from_string(TEMPLATE.read_text())
    page = template.render(n=numbers.number, rows=numbers.rows)
    return page.rstrip("\n") + "\n"


if __name__ == "__main__":
    release = Release(Path(sys.argv[1]))
    PAGE.write_text(findings_page(release))
    shutil.copyfile(release.folder / "plots" / "departure-olmo_ladder.svg", PAGE.with_name("thresholds.svg"))
