"""``emergence show``: a task's best-known fit, or the one that is asked for, its figure, and the others."""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from emergence.errors import InputError
from pipelines.figures import Figure
from pipelines.figures.drawing import figure_of_fit
from pipelines.reader.name_matching import known_name, same_name
from pipelines.release.open_release import Questions, open_release


@dataclass(frozen=True)
class Wanted:
    """A task, narrowed to some of its settings; whatever is None may be any."""

    task: str
    source: str | None = None
    format: str | None = None
    metric: str | None = None
    n_shot: int | None = None
    corpus: str | None = None


def shown(home: Path, wanted: Wanted) -> tuple[list[dict[str, Any]], Figure]:
    """Return the fits of a task as narrowed, the best known first, and that one's figure.

    Raises InputError for a name that the release does not know, with the nearest ones; case does not matter.
    """
    with open_release(home) as questions:
        fits = _chosen(questions, wanted)
        points = questions.ask("site/points", series_id=fits[0]["series_id"])
        return fits, figure_of_fit(fits[0], points, questions.rows("site/run_onsets"))


def _chosen(questions: Questions, wanted: Wanted) -> list[dict[str, Any]]:
    names = [row["task"] for row in questions.rows("site/task_names")]
    task = known_name("fit of a task", wanted.task, names, "emergence tasks")
    fits = questions.rows("site/chosen_fits", task=task)
    for field in fields(Wanted)[1:]:
        asked = getattr(wanted, field.name)
        if asked is not None:
            fits = _narrowed(fits, task, field.name, asked)
    return fits


def _narrowed(fits: list[dict[str, Any]], task: str, column: str, asked: str | int) -> list[dict[str, Any]]:
    """Return the fits with a value in a column; raises InputError with those that there are."""
    kept = [fit for fit in fits if same_name(str(fit[column]), str(asked))]
    if not kept:
        known = sorted({"not stated" if fit[column] is None else str(fit[column]) for fit in fits})
        raise InputError(f"{task} has no fit with {column} {asked!r}; there are {', '.join(known)}")
    return kept
