"""A figure of scores against losses as text, in hues that hold on a light ground and on a dark one."""

import math
from dataclasses import dataclass
from typing import Any

from pipelines.figures import Figure

LEAST_WIDTH, MOST_WIDTH, HEIGHT = 40, 120, 26
MOST_TICKS = 7
THRESHOLD, SMOOTH, POINTS = 130, 63, 243
"""Numbers of the terminal's palette of 256: orange, blue and grey, each at 4.4 : 1 on white and on black."""


@dataclass(frozen=True)
class Mark:
    """How a line is drawn: its hue, and the sign that tells it from the others where there is no colour."""

    hue: int
    sign: str


LINES = {
    "chance": Mark(POINTS, "-"),
    "smooth rival": Mark(SMOOTH, "+"),
    "monotone fit": Mark(THRESHOLD, "#"),
    "threshold curve": Mark(THRESHOLD, "hd"),
}
"""In the order in which they are drawn, the later over the former; ``hd`` draws in quarters of a place."""


def plotted(figure: Figure, *, colour: bool, width: int = 100) -> str:
    """Return the figure as text of at most ``width`` columns, loss falling to the right."""
    import plotext

    width = min(max(width, LEAST_WIDTH), MOST_WIDTH)
    greatest, least = max(figure.values["loss_domain"]), min(figure.values["loss_domain"])
    plotext.clear_figure()
    plotext.limit_size(False, False)
    plotext.plot_size(width, HEIGHT)
    # The terminal's own colours for ground, frame and words: a slab of white or black hides the points.
    plotext.canvas_color("default")
    plotext.axes_color("default")
    plotext.ticks_color("default")
    points = [p for p in figure.rows["points"] if least <= p["loss"] <= greatest]
    curves = _curves(figure, least, greatest)
    for line, mark in LINES.items():
        if line in curves:
            plotext.plot(*curves[line], label=line, color=mark.hue, marker=mark.sign)
    # After the curves, so that they do not hide the checkpoints.
    plotext.scatter([p["loss"] for p in points], [p["score"] for p in points], marker="dot", color=POINTS)
    for row in figure.rows["departures"]:
        plotext.vertical_line(row["departure"], color=THRESHOLD)
    plotext.xticks(*round_ticks(least, greatest, 7 if width >= 80 else 4))
    scores = [*(p["score"] for p in points), *(score for _, drawn in curves.values() for score in drawn)]
    if scores:
        plotext.yticks(*round_ticks(min(scores), max(scores), MOST_TICKS))
    plotext.xlim(least, greatest)
    plotext.xreverse(True)
    plotext.title(figure.values["title"])
    text: str = plotext.build()
    return text if colour else str(plotext.uncolorize(text))


def round_ticks(least: float, greatest: float, most: int) -> tuple[list[float], list[str]]:
    """Return round numbers in a range, at most so many (or one more), and each as it is written."""
    if not least < greatest:
        return [least], [f"{least:g}"]
    rough = (greatest - least) / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * one for one in (1, 2, 2.5, 5, 10) if power * one >= rough * (1 - 1e-9))
    places = range(math.ceil(least / step - 1e-9), math.floor(greatest / step + 1e-9) + 1)
    ticks = [place * step for place in places]
    return ticks, [f"{tick:.6g}" for tick in ticks]


def _curves(figure: Figure, least: float, greatest: float) -> dict[str, tuple[list[float], list[float]]]:
    """Return losses and scores of each line that the figure has."""
    found: dict[str, tuple[list[float], list[float]]] = {}
    for line in LINES:
        rows: list[dict[str, Any]] = [row for row in figure.rows["curves"] if row["line"] == line]
        if rows:
            found[line] = [r["loss"] for r in rows], [r["score"] for r in rows]
    for level in figure.rows["levels"]:
        if level["line"] == "chance":
            found["chance"] = [least, greatest], [level["score"]] * 2
    return found
