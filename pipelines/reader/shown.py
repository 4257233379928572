"""``emergence show``: the clearest fit of a task, its figure, and the other fits."""

from pathlib import Path
from typing import Any

from emergence.errors import InputError
from pipelines.figures import Figure
from pipelines.figures.drawing import figure_of_fit
from pipelines.reader.asked import unknown
from pipelines.release.open_release import Questions, open_release


def shown(
    home: Path, task: str, source: str | None, corpus: str | None
) -> tuple[list[dict[str, Any]], Figure]:
    """Return the fits of a task, narrowed by source and corpus, the clearest first, and that one's figure.

    Raises InputError for a name that the release does not know, with the nearest ones.
    """
    with open_release(home) as questions:
        fits = _chosen(questions, task, source, corpus)
        points = questions.ask("site/points", series_id=fits[0]["series_id"])
        return fits, figure_of_fit(fits[0], points, questions.rows("site/run_onsets"))


def _chosen(questions: Questions, task: str, source: str | None, corpus: str | None) -> list[dict[str, Any]]:
    fits = questions.rows("site/chosen_fits", task=task, source=source, corpus=corpus)
    if fits:
        return fits
    elsewhere = questions.rows("site/chosen_fits", task=task, source=None, corpus=None)
    if not elsewhere:
        names = [row["task"] for row in questions.rows("site/task_names")]
        raise unknown("fit of a task", task, names, "emergence tasks")
    for column, name in (("source", source), ("corpus", corpus)):
        known = sorted({row[column] for row in elsewhere})
        if name is not None and name not in known:
            raise InputError(f"{task} has no fit with {column} {name!r}; there are {', '.join(known)}")
    raise InputError(f"{task} of source {source!r} has no fit on corpus {corpus!r}; leave one of them out")
