"""The figures of η: one a source and axis of loss, since losses are not comparable across them."""

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
    n_emergent: int = 0


def forests(
    fits: list[Row],
    axes: dict[str, list[Row]],
    best: dict[str, int],
    published: list[Row],
    corpus: str | None,
) -> list[Labelled]:
    """Return a figure for each source and axis with an identified η of an accuracy, most telling first.

    The axis that orders a source's scores best stands before its others; ``corpus`` keeps one corpus.
    """
    figures = []
    identified: dict[tuple[Any, ...], list[Row]] = {}
    for fit in fits:
        if fit["role"] == "accuracy" and fit["is_identified"]:
            identified.setdefault((fit["source"], *(fit[k] for k in AXIS)), []).append(fit)
    for source, rows in axes.items():
        for number, axis in enumerate(rows):
            if corpus is not None and axis["corpus"] != corpus:
                continue
            etas = [_eta(fit) for fit in identified.get((source, *(axis[k] for k in AXIS)), [])]
            if etas:
                marks = [row for row in published if all(row[k] == axis[k] for k in AXIS)]
                figures.append(_labelled(source, axis, etas, marks, is_best=number == best.get(source)))
    return sorted(figures, key=lambda f: (not f.is_best, -f.n_emergent, f.label))


def _eta(fit: Row) -> Row:
    return {
        "label": f"{fit['task_title']} · {fit['format']} · {shots(fit['n_shot'])}",
        "eta": fit["eta"],
        "eta_low": fit["eta_low"],
        "eta_high": fit["eta_high"],
        "verdict": fit["verdict"],
        "reason": fit["reason"],
        "href": fit["href"],
    }


def _labelled(source: str, axis: Row, etas: list[Row], marks: list[Row], *, is_best: bool) -> Labelled:
    title = f"loss on {axis['title']} [{unit(axis['unit'])}]"
    ordered = sorted(etas, key=lambda row: (-row["eta"], row["label"]))
    figure = forest_figure(ordered, title=f"{source}: η by task", loss_title=title, published=marks)
    emergent = sum(row["verdict"].startswith("emergent") for row in etas)
    return Labelled(f"{source}: {axis['title']} ({len(etas)} tasks)", figure, source, is_best, emergent)
