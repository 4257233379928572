"""The figures of departure losses: one a source and axis of loss, since losses are not comparable across
them.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from pipelines.figures import Figure, forest_figure
from pipelines.site.data import AXIS
from pipelines.words import shots, unit

Row = dict[str, Any]


@dataclass(frozen=True)
class Labelled:
    """A figure with the words by which a reader chooses it."""

    label: str
    figure: Figure
    source: str = ""
    is_best: bool = False
    n_leaving: int = 0


Departing = dict[tuple[Any, ...], list[Row]]
"""The accuracies that leave their floor, by source and axis of loss."""


def departing(fits: list[Row]) -> Departing:
    """Return the fits that forests show."""
    found: Departing = {}
    for fit in fits:
        if fit["role"] == "accuracy" and fit["is_identified"] and fit["departs"]:
            found.setdefault((fit["source"], *(fit[k] for k in AXIS)), []).append(fit)
    return found


def forests(
    fits: Departing,
    axes: dict[str, list[Row]],
    best: dict[str, int],
    published: list[Row],
    corpus: str | None,
) -> list[Labelled]:
    """Return a figure for each source and axis on which an accuracy leaves its floor, most telling first.

    The axis that orders a source's scores best stands before its others; ``corpus`` keeps one corpus.
    """
    figures = []
    for source, rows in axes.items():
        for number, axis in enumerate(rows):
            if corpus is not None and axis["corpus"] != corpus:
                continue
            rows_of = [_departure(fit) for fit in fits.get((source, *(axis[k] for k in AXIS)), [])]
            if rows_of:
                marks = [row for row in published if all(row[k] == axis[k] for k in AXIS)]
                figures.append(_labelled(source, axis, rows_of, marks, is_best=number == best.get(source)))
    return sorted(figures, key=lambda f: (not f.is_best, -f.n_leaving, f.label))


def _departure(fit: Row) -> Row:
    return {
        "label": f"{fit['task_title']} · {fit['format']} · {shots(fit['n_shot'])}",
        "metric": fit["metric"],
        "departure": fit["loss_at_2_points"],
        "low": fit["loss_at_2_points_low"],
        "high": fit["loss_at_2_points_high"],
        "eta": fit["eta"],
        "form_low": fit["eta_by_form_min"],
        "form_high": fit["eta_by_form_max"],
        "verdict": fit["verdict"],
        "href": fit["href"],
    }


def _told_apart(departures: list[Row]) -> list[Row]:
    """Name the metric, too, where one task in one setting has several: each has a line of its own."""
    times = Counter(row["label"] for row in departures)
    return [
        {**row, "label": f"{row['label']} · {row['metric']}"} if times[row["label"]] > 1 else row
        for row in departures
    ]


def _labelled(source: str, axis: Row, departures: list[Row], marks: list[Row], *, is_best: bool) -> Labelled:
    title = f"loss on {axis['title']} [{unit(axis['unit'])}]"
    ordered = sorted(_told_apart(departures), key=lambda row: (-row["departure"], row["label"]))
    figure = forest_figure(
        ordered,
        title=f"{source}: 2 points above the floor",
        loss_title=title,
        published=marks,
    )
    label = f"{source}: {axis['title']} ({len(departures)} settings)"
    return Labelled(label, figure, source, is_best, len(departures))
