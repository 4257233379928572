"""Which pages there are and what stands on each: rows of the release, put beside the templates."""

import re
from collections import Counter
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from markupsafe import Markup

from pipelines.figures import Figure, verdicts_figure
from pipelines.figures.renderer import Images
from pipelines.keys import SERIES_ID
from pipelines.site.claims import told_claims
from pipelines.site.clocks import clock_rows, clock_totals
from pipelines.site.cut_off_words import cut_offs_in_force
from pipelines.site.data import AXIS, SETTING, grouped
from pipelines.site.data_files import write_fits, write_runs, write_sources, write_tasks
from pipelines.site.front import all_verdicts, change_values, front_values, write_asked
from pipelines.site.inputs import OF_LAWS, digest_of_rows
from pipelines.site.laws import law_figures
from pipelines.site.names import file_name
from pipelines.site.pictures import HEIGHT, fit_picture
from pipelines.site.sentences import clearest, sentence
from pipelines.site.shown import Shown
from pipelines.words import disputed, shots

HEIGHT_OF_FIRST = 128
_LINK = re.compile(r"</?a\b[^>]*>")
Row = dict[str, Any]


class Pages(Shown):
    """The pages of one release."""

    def write(self) -> None:
        """Write everything; what fails is left out, and named among the writer's problems."""
        guard = self.writer.guard
        with guard("the menu"):
            self.writer.menu = self.menu()
        self.writer.assets()
        for part in (write_sources, write_tasks, write_fits, write_runs):
            with guard(f"data: {part.__name__}"):
                part(self)
        with guard("asked"):
            self._asked()
        parts = (self._front, self._lists, self._tables, self._tasks, self._sources, self._corpora)
        for page in (*parts, self._others, self._clocks, self._laws, self._claims):
            with guard(page.__name__.strip("_")):
                page()

    def menu(self) -> list[tuple[str, str]]:
        """Return the pages that the head of every page names; a page without rows is none."""
        pages = [
            ("index.html", "Front", True),
            ("thresholds.html", "Explorer", True),
            ("tasks.html", "Tasks", True),
            ("run.html", "Runs", True),
            ("sources.html", "Sources", True),
            ("corpora.html", "Corpora", True),
            ("clocks.html", "Clocks", bool(self.clocks)),
            ("laws.html", "Laws", bool(self.follow.laws)),
            ("claims.html", "Claims", bool(self.follow.claims)),
            ("tables.html", "Tables", True),
            ("methods.html", "Methods", True),
        ]
        return [(address, label) for address, label, is_there in pages if is_there]

    def _asked(self) -> None:
        self.asked = write_asked(self)

    def _front(self) -> None:
        self.writer.page("index.html", "index.html", **front_values(self))
        self.writer.page(
            "changes.html",
            "changes.html",
            forests=self.forests(),
            verdict_figure=all_verdicts(self),
            **change_values(self),
        )

    def _lists(self) -> None:
        tasks = [
            {**row, "href": f"task/{file_name(row['task'])}.html"} for row in self.data.rows("site/tasks")
        ]
        self.writer.page("tasks.html", "tasks.html", tasks=tasks)
        self.writer.page("thresholds.html", "thresholds.html")
        self.writer.page("compare.html", "compare.html")
        self.writer.page("run.html", "run.html")
        self.writer.page("sources.html", "sources.html", sources=self.sources)

    def _tables(self) -> None:
        columns: dict[str, list[Row]] = {}
        for row in self.data.rows("site/columns"):
            columns.setdefault(row["relation"], []).append(row)
        self.writer.page("tables.html", "tables.html", tables=self.data.tables, columns=columns)

    def _tasks(self) -> None:
        fits = grouped(self.fits, "task")
        disputes = grouped(self.data.rows("site/disputed_chances"), "task")
        for task in self.data.rows("site/tasks"):
            with self.writer.guard(f"page of task {task['task']!r}"):
                name = task["task"]
                of_task = partial(self.task_values, task, fits[name], disputes.get(name, []))
                address, made_from = f"task/{file_name(name)}.html", self.data.inputs.of_task(name)
                self.writer.kept_page(address, "task.html", made_from, of_task)

    def task_values(self, task: Row, fits: list[Row], disputes: list[Row]) -> Row:
        """Return what the page of a task shows."""
        name = file_name(task["task"])
        panels = self.panels(fits, "../")
        first = clearest(panels)
        sources = sorted({fit["source"] for fit in fits})
        return {
            "task": task,
            "file": name,
            "task_file": f"../data/task-{name}.js",
            "source_files": [f"../data/source-{file_name(source)}.js" for source in sources],
            "disputes": [{**row, "words": disputed(row)} for row in disputes],
            "fits": fits,
            "panels": panels,
            "first": first,
            "first_axis": panels[first]["axis"],
            "sentence": sentence(panels),
            "picture": self.picture(panels[first], HEIGHT_OF_FIRST),
            "onsets": [row for panel in panels for row in self.data.onsets.get(panel[SERIES_ID], [])],
            **self.follow.of_task(task["task"]),
        }

    def panels(self, fits: list[Row], root: str) -> list[Row]:
        """Return one panel a series, on the axis of its source that orders scores best."""
        series: dict[tuple[Any, ...], list[Row]] = {}
        for fit in fits:
            series.setdefault(tuple(fit[key] for key in SETTING), []).append(fit)
        return [self._panel(rows, root) for rows in series.values()]

    def _panel(self, fits: list[Row], root: str) -> Row:
        source = fits[0]["source"]
        axes = [tuple(axis[k] for k in AXIS) for axis in self.data.axes[source]]
        place = {axes.index(tuple(fit[k] for k in AXIS)): fit for fit in fits}
        best = self.best_axes.get(source, 0)
        axis = best if best in place else min(place)
        fit = place[axis]
        return {
            **fit,
            "axis": axis,
            "task_file": f"{root}data/task-{file_name(fit['task'])}.js",
            "source_files": f"{root}data/source-{file_name(source)}.js",
            "picture": self.picture(fit),
            "n_models": self.data.models.get(fit[SERIES_ID]),
            "label": fit["task_title"] or fit["task"],
            "href": root + fit["href"],
            "note": f"{source} · {fit['format']} · {fit['metric']} · {shots(fit['n_shot'])}",
        }

    def picture(self, fit: Row, height: int = HEIGHT) -> Markup:
        """Return the picture of a fit that needs no script."""
        curves = self.data.curves_of(fit)
        title = f"{fit['task_title']}, {fit['source']}"
        return fit_picture(fit, self.data.points_of(fit), curves, title, height=height)

    def _sources(self) -> None:
        fits = grouped(self.fits, "source")
        rejects = grouped(self.data.rows("site/rejects"), "source")
        explained = grouped(self.data.rows("site/explained"), "source")
        for source in self.sources:
            name = source["source"]
            with self.writer.guard(f"page of source {name!r}"):
                of_source = partial(
                    self.source_values,
                    source,
                    fits.get(name, []),
                    explained.get(name, []),
                    rejects.get(name, []),
                )
                made_from = self.data.inputs.of_source(name)
                self.writer.kept_page(source["href"], "source.html", made_from, of_source)

    def source_values(self, source: Row, fits: list[Row], explained: list[Row], rejects: list[Row]) -> Row:
        """Return what the page of a source shows."""
        name = source["source"]
        axes = self.data.axes.get(name, [])
        return {
            "source": source,
            "panels": sorted(self.panels(fits, "../"), key=lambda panel: str(panel["label"]).lower()),
            "axes": [{**axis, "number": number} for number, axis in enumerate(axes)],
            "first_axis": self.best_axes.get(name, 0),
            "explained": explained,
            "rejects": rejects,
            "runs": self.runs.get(name, []),
            **self.follow.of_source(name),
        }

    def _corpora(self) -> None:
        rows = [
            {**row, "href": f"corpus/{file_name(row['corpus'])}.html"}
            for row in self.data.rows("site/corpora")
        ]
        self.writer.page("corpora.html", "corpora.html", corpora=rows, **self.follow.universal(None))
        for corpus, axes in grouped(rows, "corpus").items():
            with self.writer.guard(f"page of corpus {corpus!r}"):
                self.writer.page(
                    axes[0]["href"],
                    "corpus.html",
                    title=axes[0]["title"],
                    axes=axes,
                    forests=self.forests(corpus),
                    **self.follow.universal(corpus),
                    **self.follow.of_laws(corpus),
                )

    def _others(self) -> None:
        self.writer.page("methods.html", "methods.html", cutoffs=cut_offs_in_force())

    @cached_property
    def clocks(self) -> list[Row]:
        """How each clock but loss foretells the scores of each source, beside loss."""
        return clock_rows(self.data)

    def _clocks(self) -> None:
        if self.clocks:
            self.writer.page("clocks.html", "clocks.html", rows=self.clocks, totals=clock_totals(self.clocks))

    def _laws(self) -> None:
        if self.follow.laws:
            made_from = repr([digest_of_rows(self.data.frame(name)) for name in OF_LAWS])
            choices = self.writer.kept_figures("law", made_from, lambda: law_figures(self.questions))
            self.writer.kept_page(
                "laws.html", "laws.html", made_from, lambda: {"choices": choices, **self.follow.of_laws(None)}
            )

    def _claims(self) -> None:
        if self.follow.claims:
            counts = Counter(row["verdict"] for row in self.follow.claims)
            claims = told_claims(self.follow.claims)
            answered = {test["source"] or "" for claim in claims for test in claim["answers"]}
            self.writer.page(
                "claims.html",
                "claims.html",
                n_tests=len(self.follow.claims),
                claims=claims,
                claim_counts=sorted(counts.items(), key=str),
                claim_sources=sorted(answered),
            )

    def _figures(self) -> dict[str, Figure | None]:
        figures: dict[str, Figure | None] = {"front": self.slide}
        verdicts = self.data.rows("site/verdicts")
        figures["verdicts"] = verdicts_figure(verdicts, title="What the fits came to")
        for labelled in self.forests():
            if labelled.is_best:
                figures[f"departure-{file_name(labelled.source)}"] = labelled.figure
        return figures

    def plots(self, folder: Path) -> None:
        """Write the front figures as PNG and SVG, for papers."""
        folder.mkdir(parents=True, exist_ok=True)
        figures: dict[str, Figure | None] = {}
        with self.writer.guard("the figures"):
            figures = self._figures()
        for name, figure in figures.items():
            with self.writer.guard(f"figure {name}"):
                if figure is not None and any(figure.rows.values()):
                    images = self.slide_images if name == "front" else figure.images(self.renderer)
                    _save(images, folder / name)
        if (folder / "front.svg").is_file():
            _save(self.slide_images, self.writer.folder / "assets" / "front")


def _save(images: Images | None, place: Path) -> None:
    """Write a figure's pictures under a name to which .svg and .png are added; alone they link to no page."""
    if images is not None:
        place.with_name(f"{place.name}.svg").write_text(_LINK.sub("", images.svg), encoding="utf-8")
        place.with_name(f"{place.name}.png").write_bytes(images.png)
