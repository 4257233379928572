"""Which pages there are and what stands on each: rows of the release, put beside the templates."""

from collections import Counter
from functools import cached_property
from pathlib import Path
from typing import Any

from emergence.threshold import verdict as rules
from pipelines.figures import verdicts_figure
from pipelines.keys import SERIES_ID
from pipelines.site import consequences
from pipelines.site.data import AXIS, SETTING, SiteData, grouped
from pipelines.site.forests import Labelled, forests
from pipelines.site.formats import trim
from pipelines.site.laws import law_figures
from pipelines.site.names import file_name
from pipelines.site.writer import Writer
from pipelines.vocabulary import words
from pipelines.words import disputed, shots, unit

SHOWN_CHANGES = 40
EXPLORED = (
    "series_id", "source", "task", "title", "file", "format", "metric", "n_shot", "corpus", "unit",
    "comparability_group", "axis", "verdict", "loss_at_2_points", "loss_at_2_points_low",
    "loss_at_2_points_high", "eta", "eta_low", "eta_high", "r2_isotonic", "n_checkpoints", "n_runs",
    "is_identified",
)  # fmt: skip
LISTED = (
    "source",
    "task",
    "title",
    "file",
    "format",
    "metric",
    "corpus",
    "unit",
    "comparability_group",
    "axis",
    "verdict",
)
Row = dict[str, Any]


class Pages:
    """The pages of one release."""

    def __init__(self, data: SiteData, writer: Writer, changes: list[Row] | None) -> None:
        self.data = data
        self.questions = data.questions
        self.writer = writer
        self.changes = changes
        self.follow = consequences.Consequences(data)

    def write(self) -> None:
        """Write everything."""
        self.writer.menu = self.menu()
        self.writer.assets()
        self._data()
        self._front()
        self._lists()
        self._tasks()
        self._sources()
        self._corpora()
        self._others()

    def menu(self) -> list[tuple[str, str]]:
        """Return the pages that the head of every page names; a page without rows is none."""
        pages = [
            ("index.html", "Front", True),
            ("thresholds.html", "Thresholds", True),
            ("tasks.html", "Tasks", True),
            ("sources.html", "Sources", True),
            ("corpora.html", "Corpora", True),
            ("laws.html", "Loss laws", bool(self.follow.laws)),
            ("claims.html", "Claims", bool(self.follow.claims)),
            ("tables.html", "Tables", True),
            ("methods.html", "Methods", True),
        ]
        return [(address, label) for address, label, is_there in pages if is_there]

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
    def summary(self) -> list[Row]:
        """The rows of ``summary``, each with the address of its curve."""
        known = {fit[SERIES_ID]: fit for fit in self.fits}
        rows = self.questions.rows("site/summary_rows")
        return [{**row, **_address(known[row[SERIES_ID]])} for row in rows]

    @cached_property
    def sources(self) -> list[Row]:
        """The sources with the addresses of their pages."""
        rows = self.questions.rows("site/sources")
        return [{**row, "href": f"source/{file_name(row['source'])}.html"} for row in rows]

    @cached_property
    def best_axes(self) -> dict[str, int]:
        """The place of the axis of each source that orders scores best, among its axes."""
        best: dict[str, int] = {}
        for row in self.questions.rows("site/explained"):
            axes = [tuple(axis[k] for k in AXIS) for axis in self.data.axes[row["source"]]]
            best.setdefault(row["source"], axes.index(tuple(row[k] for k in AXIS)))
        return best

    def _data(self) -> None:
        for source in self.data.axes:
            name = file_name(source)
            self.writer.script(f"data/source-{name}.js", "sources", source, self.data.source_file(source))
        for task, rows in self.data.task_files():
            self.follow.add_sizes(rows)
            self.writer.script(f"data/task-{file_name(task)}.js", "tasks", task, rows)
        lists = {name: sorted({fit[name] for fit in self.fits}, key=str) for name in LISTED}
        places = {
            name: {value: place for place, value in enumerate(values)} for name, values in lists.items()
        }
        packed = [
            [places[name][fit[name]] if name in places else trim(fit[name]) for name in EXPLORED]
            for fit in self.fits
        ]
        explored = {"columns": EXPLORED, "lists": lists, "rows": packed}
        self.writer.script("data/fits.js", "site", "fits", explored)
        self.writer.script("data/search.js", "site", "search", self._index())

    def _index(self) -> list[list[str]]:
        tasks = [
            [row["title"], f"task/{file_name(row['task'])}.html", "task"]
            for row in self.questions.rows("site/tasks")
        ]
        sources = [[row["source"], row["href"], "source"] for row in self.sources]
        corpora = {
            row["title"]: f"corpus/{file_name(row['corpus'])}.html"
            for row in self.questions.rows("site/corpora")
        }
        pages = [[label, address, "page"] for address, label in self.writer.menu]
        return [*pages, *sources, *([title, address, "corpus"] for title, address in corpora.items()), *tasks]

    def _front(self) -> None:
        verdicts = self.questions.rows("site/verdicts")
        kinds = Counter(str(row["kind"]) for row in self.changes or [])
        changed = [row for row in self.changes or [] if row["kind"] == "verdict"]
        self.writer.page(
            "index.html",
            "index.html",
            answer=next(iter(self.questions.rows("site/answer")), None),
            forests=self.forests(),
            published=self.follow.published,
            verdict_figure=Labelled("all", verdicts_figure(verdicts, title="")) if verdicts else None,
            summary=self.summary,
            sources=self.sources,
            changes=self.changes,
            change_counts={kind: kinds[kind] for kind in ("new", "gone", "verdict", "eta")},
            changed_verdicts=changed[:SHOWN_CHANGES],
            sizes=self.questions.rows("site/release_sizes")[0],
            n_tables=len(self.questions.rows("site/tables")),
            example_task=self.summary[0]["task"] if self.summary else "mmlu",
        )

    def forests(self, corpus: str | None = None) -> list[Labelled]:
        """Return the figures of departure losses, the source and axis with most tasks that leave a floor
        first.
        """
        return forests(self.fits, self.data.axes, self.best_axes, self.follow.published, corpus)

    def _lists(self) -> None:
        tasks = [
            {**row, "href": f"task/{file_name(row['task'])}.html"}
            for row in self.questions.rows("site/tasks")
        ]
        self.writer.page("tasks.html", "tasks.html", tasks=tasks)
        self.writer.page("thresholds.html", "thresholds.html")
        self.writer.page("sources.html", "sources.html", sources=self.sources)
        columns: dict[str, list[Row]] = {}
        for row in self.questions.rows("site/columns"):
            columns.setdefault(row["relation"], []).append(row)
        self.writer.page(
            "tables.html", "tables.html", tables=self.questions.rows("site/tables"), columns=columns
        )

    def _tasks(self) -> None:
        fits = grouped(self.fits, "task")
        summary = grouped(self.summary, "task")
        disputes = grouped(self.questions.rows("site/disputed_chances"), "task")
        for task in self.questions.rows("site/tasks"):
            name = file_name(task["task"])
            panels = self.panels(fits[task["task"]], "../")
            sources = sorted({fit["source"] for fit in fits[task["task"]]})
            self.writer.page(
                f"task/{name}.html",
                "task.html",
                task=task,
                file=name,
                task_file=f"../data/task-{name}.js",
                source_files=[f"../data/source-{file_name(source)}.js" for source in sources],
                summary=summary.get(task["task"], []),
                disputes=[{**row, "words": disputed(row)} for row in disputes.get(task["task"], [])],
                fits=fits[task["task"]],
                panels=panels,
                first=_clearest(panels),
                first_axis=panels[_clearest(panels)]["axis"],
                onsets=[row for panel in panels for row in self.data.onsets.get(panel[SERIES_ID], [])],
                **self.follow.of_task(task["task"]),
            )

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
            "label": fit["task_title"],
            "href": root + fit["href"],
            "note": f"{source} · {fit['format']} · {fit['metric']} · {shots(fit['n_shot'])}",
        }

    def _sources(self) -> None:
        fits = grouped(self.fits, "source")
        rejects = grouped(self.questions.rows("site/rejects"), "source")
        explained = grouped(self.questions.rows("site/explained"), "source")
        for source in self.sources:
            name = source["source"]
            panels = sorted(self.panels(fits.get(name, []), "../"), key=lambda p: str(p["label"]).lower())
            axes = [{**axis, "number": number} for number, axis in enumerate(self.data.axes.get(name, []))]
            self.writer.page(
                source["href"],
                "source.html",
                source=source,
                panels=panels,
                axes=axes,
                first_axis=self.best_axes.get(name, 0),
                explained=explained.get(name, []),
                rejects=rejects.get(name, []),
                **self.follow.of_source(name),
            )

    def _corpora(self) -> None:
        rows = [
            {**row, "href": f"corpus/{file_name(row['corpus'])}.html"}
            for row in self.questions.rows("site/corpora")
        ]
        self.writer.page("corpora.html", "corpora.html", corpora=rows, **self.follow.universal(None))
        for corpus, axes in grouped(rows, "corpus").items():
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
        names = [
            name for name in dir(rules) if name.isupper() and isinstance(getattr(rules, name), int | float)
        ]
        cutoffs = [{"name": name.lower().replace("_", " "), "value": getattr(rules, name)} for name in names]
        self.writer.page("methods.html", "methods.html", cutoffs=cutoffs)
        if self.follow.laws:
            figures = law_figures(self.questions)
            self.writer.page("laws.html", "laws.html", law_figures=figures, **self.follow.of_laws(None))
        if self.follow.claims:
            counts = Counter(row["verdict"] for row in self.follow.claims)
            self.writer.page(
                "claims.html",
                "claims.html",
                claims=self.follow.claims,
                claim_counts=sorted(counts.items()),
                scoreboard=self.questions.rows("site/scoreboard"),
            )

    def plots(self, folder: Path) -> None:
        """Write the front figures as PNG and SVG, for papers."""
        folder.mkdir(parents=True, exist_ok=True)
        figures = {
            "verdicts": verdicts_figure(self.questions.rows("site/verdicts"), title="What the fits came to")
        }
        for labelled in self.forests():
            if labelled.is_best:
                figures[f"departure-{file_name(labelled.source)}"] = labelled.figure
        for name, figure in figures.items():
            if any(figure.rows.values()):
                (folder / f"{name}.png").write_bytes(figure.to_png())
                (folder / f"{name}.svg").write_text(figure.to_svg(), encoding="utf-8")


def _address(fit: Row) -> Row:
    return {key: fit[key] for key in ("href", "task_title", "is_identified")}


def _clearest(panels: list[Row]) -> int:
    """Return the panel that a task's page opens with: of an accuracy, the one with the clearest departure."""
    order = list(words("verdict"))

    def rank(number: int) -> tuple[bool, int, int]:
        return panels[number]["role"] != "accuracy", order.index(panels[number]["verdict"]), number

    return min(range(len(panels)), key=rank)
