"""What more than one page or file shows of a release: fits, sources and runs with addresses, and a figure."""

from functools import cached_property
from typing import Any

from pipelines.figures import Figure
from pipelines.figures.renderer import Images, Renderer
from pipelines.figures.slide import slide_halves
from pipelines.site.consequences import Consequences
from pipelines.site.data import AXIS, SiteData
from pipelines.site.forests import Departing, Labelled, departing, forests
from pipelines.site.names import file_name
from pipelines.site.runs import run_names
from pipelines.site.slide import slide
from pipelines.site.writer import Writer
from pipelines.words import unit

Row = dict[str, Any]


class Shown:
    """The rows of one release that more than one page or file shows, and what writes them."""

    def __init__(
        self,
        data: SiteData,
        writer: Writer,
        changes: list[Row] | None,
        size_of_tables: int | None,
        renderer: Renderer,
    ) -> None:
        self.data = data
        self.questions = data.questions
        self.writer = writer
        self.changes = changes
        self.size_of_tables = size_of_tables
        self.asked: list[Row] = []
        self.follow = Consequences(data)
        self.renderer = renderer

    @cached_property
    def fits(self) -> list[Row]:
        """The fits with the addresses of their curves."""
        titles = {
            (a["source"], *(a[k] for k in AXIS)): f"{a['title']} [{unit(a['unit'])}]"
            for rows in self.data.axes.values()
            for a in rows
        }
        return [
            {
                **fit,
                "href": f"task/{file_name(fit['task'])}.html#{fit['hash']}",
                "file": f"task/{file_name(fit['task'])}.html",
                "title": fit["task_title"],
                "axis": titles[(fit["source"], *(fit[k] for k in AXIS))],
            }
            for fit in self.data.fits
        ]

    @cached_property
    def sources(self) -> list[Row]:
        """The sources with the addresses of their pages."""
        return [{**row, "href": f"source/{file_name(row['source'])}.html"} for row in self.data.sources]

    @cached_property
    def best_axes(self) -> dict[str, int]:
        """The place of the axis of each source that orders scores best, among its axes."""
        best: dict[str, int] = {}
        for row in self.data.rows("site/explained"):
            axes = [tuple(axis[k] for k in AXIS) for axis in self.data.axes[row["source"]]]
            best.setdefault(row["source"], axes.index(tuple(row[k] for k in AXIS)))
        return best

    @cached_property
    def runs(self) -> dict[str, list[Row]]:
        """The runs of each source whose checkpoints have both losses and scores."""
        return run_names(self.data)

    @cached_property
    def slide(self) -> Figure | None:
        """The front page's figure; None where nothing leaves its floor."""
        return slide(self.data, self.fits)

    @cached_property
    def slide_images(self) -> Images | None:
        """The front page's figure as pictures; None where there is none, or where it cannot be drawn."""
        images = None
        with self.writer.guard("figure front"):
            images = None if self.slide is None else self.slide.images(self.renderer)
        return images

    @cached_property
    def slide_halves(self) -> list[str]:
        """The front page's figure as SVGs that may stand below each other; none where it cannot be drawn."""
        halves: list[str] = []
        with self.writer.guard("figure front on its page"):
            parts = [] if self.slide is None else slide_halves(self.slide)
            halves = [part.images(self.renderer).svg for part in parts]
        return halves

    @cached_property
    def _departing(self) -> Departing:
        return departing(self.fits)

    def forests(self, corpus: str | None = None) -> list[Labelled]:
        """Return the figures of departure losses, the source and axis with most tasks that leave a floor
        first.
        """
        return forests(self._departing, self.data.axes, self.best_axes, self.follow.published, corpus)
