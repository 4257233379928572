"""A page that is kept rests on no rows but those that it is known by."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import polars as pl

from pipelines.keys import SERIES_ID
from pipelines.release.open_release import DATABASE, open_database
from pipelines.site.data import SiteData
from pipelines.site.data_files import task_data
from pipelines.site.explored import sparks
from pipelines.site.inputs import OF_LAWS, OF_SOURCES, OF_TASKS, SHARED, Inputs
from pipelines.site.laws import law_figures
from pipelines.site.pages import Pages
from pipelines.site.runs import run_file
from pipelines.site.writer import Writer

TASK, SOURCE = "hellaswag", "olmo_ladder"


def read_by(release: Path, folder: Path, make: Callable[[Pages], object]) -> set[str]:
    """Return the questions and tables that are read for something on the site."""
    names: set[str] = set()

    def noted(asked: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(name: str, *given: Any, **values: Any) -> Any:
            names.add(name)
            return asked(name, *given, **values)

        return wrapped

    with open_database(release / DATABASE) as questions:
        ways = {
            way: noted(getattr(questions, way)) for way in ("ask", "rows", "table", "columns_of", "whole")
        }
        with mock.patch.multiple(questions, **ways):
            make(Pages(SiteData(questions), Writer(folder, "r"), None, None, mock.Mock()))
    return names


def test_what_is_kept_of_a_task_reads_what_it_is_known_by(release: Path, tmp_path: Path) -> None:
    def make(pages: Pages) -> None:
        task = next(row for row in pages.data.rows("site/tasks") if row["task"] == TASK)
        assert pages.task_values(task, [fit for fit in pages.fits if fit["task"] == TASK], [])["panels"]
        assert task_data(pages, TASK)["series"]

    assert read_by(release, tmp_path, make) <= {*OF_TASKS, *SHARED}


def test_what_is_kept_of_a_source_reads_what_it_is_known_by(release: Path, tmp_path: Path) -> None:
    def make(pages: Pages) -> None:
        source = next(row for row in pages.sources if row["source"] == SOURCE)
        fits = [fit for fit in pages.fits if fit["source"] == SOURCE]
        assert pages.source_values(source, fits, [], [])["panels"]
        assert pages.data.source_file(SOURCE)["runs"]
        assert run_file(pages.data, pages.fits, SOURCE)["series"]
        assert any(pages.data.curves_of(fit) for fit in fits)
        assert any(sparks(pages.data, SOURCE, fits))

    assert read_by(release, tmp_path, make) <= {*OF_TASKS, *SHARED, *OF_SOURCES}


def test_what_is_kept_of_laws_reads_what_it_is_known_by(release: Path, tmp_path: Path) -> None:
    def make(pages: Pages) -> None:
        assert law_figures(pages.questions)
        assert pages.follow.of_laws(None)["laws"]

    assert read_by(release, tmp_path, make) <= set(OF_LAWS)


def test_a_row_that_changes_is_told_from_its_task_and_source_alone() -> None:
    fits = [("a", "x", "a/x"), ("a", "y", "a/y"), ("b", "y", "b/y")]
    frames = {
        "site/fits": pl.DataFrame(fits, schema=["source", "task", SERIES_ID], orient="row"),
        "site/slide_fits": pl.DataFrame({SERIES_ID: ["a/x", "a/y", "b/y"], "n_models": [1, 2, 3]}),
        "site/axes": pl.DataFrame({"source": ["a", "b"], "title": ["one", "two"]}),
        "forecasts": pl.DataFrame({"source": ["a", "b"], "task": ["x", "y"], "score": [0.1, 0.2]}),
    }

    def known(**changed: pl.DataFrame) -> dict[str, str]:
        inputs = Inputs(lambda name: ({**frames, **changed}).get(name, pl.DataFrame()))
        return {task: inputs.of_task(task) for task in "xy"} | {s: inputs.of_source(s) for s in "ab"}

    def moved(name: str, row: int) -> set[str]:
        last = frames[name].columns[-1]
        other = frames[name].with_columns(
            pl.when(pl.int_range(pl.len()) == row).then(pl.lit("9").cast(frames[name].schema[last]))
            .otherwise(pl.col(last)).alias(last)
        )  # fmt: skip
        return {name for name, digest in known(**{name: other}).items() if digest != before[name]}

    before = known()
    assert moved("site/slide_fits", 1) == {"y", "a"}
    assert moved("site/axes", 1) == {"y", "b"}
    assert moved("forecasts", 0) == {"a"}
    assert known(**{"site/axes": frames["site/axes"].reverse()}) == before
    assert known(**{"site/axes": frames["site/axes"].rename({"title": "name"})}) != before
