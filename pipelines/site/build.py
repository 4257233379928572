"""Builds the site and the front figures of a release from its database."""

from pathlib import Path

from pipelines.release.open_release import open_database, open_together
from pipelines.site.data import SiteData
from pipelines.site.pages import Pages
from pipelines.site.writer import Writer


def build_site(database: Path, folder: Path, *, release: str = "", previous: Path | None = None) -> None:
    """Write ``site/`` and ``plots/`` into a release's folder, from its database alone.

    ``release`` is the name that pages show; ``previous`` is the database of the release before, for what
    changed. The same databases and name give the same bytes.
    """
    changes = None if previous is None else changes_since(database, previous)
    with open_database(database, partial=True) as questions:
        pages = Pages(SiteData(questions), Writer(folder / "site", release), changes)
        pages.write()
        pages.plots(folder / "plots")


def changes_since(database: Path, previous: Path) -> list[dict[str, object]]:
    """Return the fits of a release that are new, gone or different since another one."""
    with open_together(release=database, previous=previous) as questions:
        return questions.rows("site/changes")
