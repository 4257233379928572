"""What "enter your number" reads: the curves and laws behind ``emergence ask``, an axis of loss a file."""

import json
from collections.abc import Iterator
from typing import Any

import polars as pl

from emergence.laws.law import stretch
from emergence.laws.planned_models import best_laws
from pipelines.keys import COMPARABLE, LAW_KEYS, SERIES_ID
from pipelines.release.open_release import Questions
from pipelines.site.formats import trim
from pipelines.site.inputs import digest_of_rows
from pipelines.site.names import file_name
from pipelines.warehouse.keep import Keep, made_anew

Row = dict[str, Any]
CURVE = ("loss", "score", "sd", "freedom", "sd_larger", "freedom_larger")
ONCE = (
    "source", "task", "format", "metric", "n_shot", "chance", "chance_disputed", "higher_is_better",
    "lower_bound", "upper_bound", "loss_min", "loss_max", "params_max", "n_runs", "verdict",
    "loss_at_2_points", "task_title",
)  # fmt: skip


def asked_axes(questions: Questions, keep: Keep = made_anew) -> Iterator[tuple[Row, Row]]:
    """Give each axis of table summary that curves stand on, and the rows of its file, which may be kept."""
    chosen = {tuple(row[k] for k in COMPARABLE) for row in questions.table("summary", COMPARABLE)}
    axes = [row for row in questions.rows("ask/axes") if tuple(row[k] for k in COMPARABLE) in chosen]
    if not axes:
        return
    groups = list(dict.fromkeys(axis["comparability_group"] for axis in axes))
    grids = questions.ask("ask/curves", groups=groups, task=None)
    grids = _titled(questions, grids)
    laws, draws = (questions.ask(f"ask/{name}", groups=groups) for name in ("laws", "draws"))
    for axis in axes:
        mine = [_on(axis, frame) for frame in (grids, laws, draws)]
        made_from = repr((axis, [digest_of_rows(frame) for frame in mine]))
        text = keep("asked", made_from, lambda: json.dumps(_rows(*mine)))  # noqa: B023
        rows = json.loads(text)
        if rows["curves"]:
            yield axis, rows


def _titled(questions: Questions, grids: pl.DataFrame) -> pl.DataFrame:
    """Return the curves with the titles of their tasks."""
    if grids.is_empty():
        return grids
    titles = {row["task"]: row["title"] for row in questions.table("tasks", ("task", "title"))}
    named = [titles.get(task) or task for task in grids["task"]]
    return grids.with_columns(pl.Series("task_title", named, dtype=pl.String))


def _on(axis: Row, rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of an axis of loss."""
    if rows.is_empty():
        return rows
    return rows.filter(*(pl.col(k).eq_missing(axis[k]) for k in COMPARABLE))


def _rows(grids: pl.DataFrame, laws: pl.DataFrame, draws: pl.DataFrame) -> Row:
    return {"curves": _curves(grids), "laws": _laws(laws, draws)}


def _curves(mine: pl.DataFrame) -> list[Row]:
    if mine.is_empty():
        return []
    found = []
    for (series,), rows in mine.group_by([SERIES_ID], maintain_order=True):
        once = rows.select(ONCE).row(0, named=True)
        found.append(
            {SERIES_ID: series, **{k: trim(v, 9) for k, v in once.items()}}
            | {"file": f"task/{file_name(once['task'])}.html"}
            | {name: [trim(value, 5) for value in rows[name]] for name in CURVE}
        )
    return found


def _laws(laws: pl.DataFrame, draws: pl.DataFrame) -> list[Row]:
    if laws.is_empty() or draws.is_empty():
        return []
    found = []
    for form in ("L(N,D)", "L(N)"):
        of_form = laws.filter(pl.col("form") == form)
        for key, (row, law) in best_laws(of_form, draws, LAW_KEYS).items():
            named = dict(zip(LAW_KEYS, key, strict=True))
            if law.fitted:
                found.append(
                    {
                        "source": named["source"],
                        "family": named["family"],
                        "form": form,
                        "rmse": trim(float(row["rmse"]), 9),
                        "stretch": trim(stretch(law.runs), 9),
                        "theta": [trim(float(v), 9) for v in law.theta],
                        "draws": [[trim(float(v), 6) for v in draw] for draw in law.replicates],
                    }
                )
    return found
