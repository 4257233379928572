"""The data that the pages read: sources, tasks, fits and runs, packed, and what the search finds."""

from functools import partial
from typing import Any

from jinja2.utils import url_quote

from pipelines.site.evidence import legend
from pipelines.site.explored import explored
from pipelines.site.names import file_name
from pipelines.site.own_runs import own_compared
from pipelines.site.runs import run_file, run_file_name
from pipelines.site.shown import Shown

Row = dict[str, Any]


def write_sources(shown: Shown) -> None:
    """Write a file a source: its axes and models."""
    for source in shown.data.axes:
        with shown.writer.guard(f"data of source {source!r}"):
            name = file_name(source)
            made_from = shown.data.inputs.of_source(source)
            shown.writer.kept_script(
                f"data/source-{name}.js",
                "sources",
                source,
                made_from,
                partial(shown.data.source_file, source),
            )


def write_tasks(shown: Shown) -> None:
    """Write a file a task: its fits with their points and curves."""
    for task in shown.data.tasks:
        with shown.writer.guard(f"data of task {task!r}"):
            address, made_from = f"data/task-{file_name(task)}.js", shown.data.inputs.of_task(task)
            shown.writer.kept_script(address, "tasks", task, made_from, partial(task_data, shown, task))


def task_data(shown: Shown, task: str) -> Row:
    """Return the fits of a task with their points, curves and sizes."""
    rows = shown.data.task_file(task)
    shown.follow.add_sizes(rows)
    return rows


def write_fits(shown: Shown) -> None:
    """Write what explorer, evidence and search read of all fits."""
    packed, reasons = explored(shown.data, shown.fits)
    shown.writer.script("data/fits.js", "site", "fits", packed)
    shown.writer.script("data/reasons.js", "site", "reasons", reasons)
    shown.writer.script("data/evidence.js", "site", "evidence", legend())
    shown.writer.script("data/search.js", "site", "search", search_index(shown))


def write_runs(shown: Shown) -> None:
    """Write the list of runs, and a file a source with every task of its runs."""
    about = {row["source"]: row for row in shown.sources}
    names = shown.runs
    listed = {
        "runs": names,
        "files": {source: run_file_name(source) for source in names},
        "pages": {source: about[source]["href"] for source in names if source in about},
        "licences": {source: about[source]["licence"] for source in names if source in about},
        "compared": {},
    }
    with shown.writer.guard("runs of one's own beside the curves of others"):
        listed["compared"] = own_compared(shown.data, names)
    shown.writer.script("data/runs.js", "site", "runs", listed)
    for source in names:
        made_from = shown.data.inputs.of_source(source)
        shown.writer.kept_script(
            run_file_name(source),
            "runs",
            source,
            made_from,
            partial(run_file, shown.data, shown.fits, source),
        )


def search_index(shown: Shown) -> list[list[str]]:
    """Return what the search finds: title, address and kind."""
    tasks = [
        [row["title"], f"task/{file_name(row['task'])}.html", "task"] for row in shown.data.rows("site/tasks")
    ]
    sources = [[row["source"], row["href"], "source"] for row in shown.sources]
    corpora = {
        row["title"]: f"corpus/{file_name(row['corpus'])}.html" for row in shown.data.rows("site/corpora")
    }
    listed = [[label, address, "page"] for address, label in shown.writer.menu]
    named = [*listed, *sources, *([title, address, "corpus"] for title, address in corpora.items())]
    known = [run for runs in shown.runs.values() for run in runs]
    models = sorted({run["model"] for run in known if run["model"]})
    return [
        *named,
        *tasks,
        *([model, f"run.html#model={url_quote(model)}", "model"] for model in models),
        *([run["run_id"], f"run.html#{url_quote(run['run_id'])}", "run"] for run in known),
    ]
