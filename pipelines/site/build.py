"""Builds the site and the front figures of a release from its database."""

from pathlib import Path

from pipelines.site.data import SiteData
from pipelines.site.pages import Pages
from pipelines.site.questions import Questions, open_database
from pipelines.site.writer import Writer


def build_site(database: Path, folder: Path, *, release: str = "", previous: Path | None = None) -> None:
    """Write ``site/`` and ``plots/`` into a release's folder, from its database alone.

    ``release`` is the name that pages show; ``previous`` is the database of the release before, for what
    changed. The same databases and name give the same bytes.
    """
    with open_database(database) as con:
        questions = Questions(con)
        changes = None if previous is None else changes_since(questions, previous)
        pages = Pages(SiteData(questions), Writer(folder / "site", release), changes)
        pages.write()
        pages.plots(folder / "plots")


def changes_since(questions: Questions, previous: Path) -> list[dict[str, object]]:
    """Return the fits that are new, gone or different since the database of another release."""
    path = str(previous).replace("'", "''")
    questions.con.execute(f"attach '{path}' as previous (read_only)")
    try:
        return questions.rows("changes")
    finally:
        questions.con.execute("detach previous")
