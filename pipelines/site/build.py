"""Builds the site and the front figures of a release from its database."""

import logging
from pathlib import Path

from pipelines.figures.renderer import Renderer
from pipelines.release.open_release import Questions, open_database, open_together
from pipelines.site.data import SiteData
from pipelines.site.front import size_of_tables
from pipelines.site.pages import Pages
from pipelines.site.writer import Writer
from pipelines.warehouse.keep import Keep, made_anew

log = logging.getLogger(__name__)


def build_site(
    database: Path, folder: Path, *, release: str = "", previous: Path | None = None, keep: Keep = made_anew
) -> list[str]:
    """Write ``site/`` and ``plots/`` into a release's folder, from its database alone; return what failed.

    ``release`` is the name that pages show; ``previous`` is the database of the release before, for what
    changed; ``keep`` may have what takes long. The same databases and name give the same bytes. A page or
    figure that fails is named in what is returned, and logged; the others, and the release's tables, stand
    without it.
    """
    changes = None if previous is None else changes_since(database, previous)
    with open_database(database, partial=True) as questions:
        return draw_site(questions, folder, release=release, changes=changes, keep=keep)


def draw_site(
    questions: Questions,
    folder: Path,
    *,
    release: str = "",
    changes: list[dict[str, object]] | None = None,
    keep: Keep = made_anew,
) -> list[str]:
    """Write what ``build_site`` writes, of tables that are open and of what changed in them."""
    with Renderer(keep=keep) as renderer:
        writer = Writer(folder / "site", release, keep)
        pages = Pages(SiteData(questions, keep), writer, changes, size_of_tables(folder), renderer)
        pages.write()
        pages.plots(folder / "plots")
    for problem in writer.problems:
        log.warning("%s", problem)
    return writer.problems


def changes_since(database: Path, previous: Path) -> list[dict[str, object]]:
    """Return the fits of a release that are new, gone or different since another one."""
    with open_together(release=database, previous=previous) as questions:
        return questions.rows("site/changes")
