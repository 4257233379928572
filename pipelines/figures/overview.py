"""Departure losses of many tasks in one figure, and how many fits came to each verdict."""

from emergence.threshold.palette import NEUTRAL
from pipelines.figures.figure import Figure, Rows, template
from pipelines.figures.folding import folded
from pipelines.figures.style import Spec, loss_axis, verdict_scale, verdict_shapes
from pipelines.figures.text_widths import width

ROW_HEIGHT, LINE_HEIGHT, BAR_HEIGHT = 17, 12, 26
LABEL_SIZE, LABEL_ROOM = 11, 240
"""Pixels of a row's label: the height of its letters, and its room; a page that is narrower gives it less."""
SPACED = "replace(datum.label, /_/g, ' ')"
_ROW: Spec = {
    "field": "_row",
    "type": "nominal",
    # Told one by one: of layers that hold unlike rows the first would order them all.
    "sort": "$labels",
    "title": None,
    "axis": {
        "labelLimit": "$label_limit",
        "labelExpr": r"split(datum.label, '\n')",
        "labelLineHeight": LINE_HEIGHT,
        "grid": True,
        "gridOpacity": 0.25,
    },
}
_VERDICT: Spec = {
    "field": "verdict",
    "type": "nominal",
    "title": None,
    "scale": verdict_scale(),
    "legend": {"values": "$verdicts", "columns": "$legend_columns", "symbolSize": 80, "labelExpr": SPACED},
}
_TOOLTIP: list[Spec] = [
    {"field": "label", "title": "task"},
    {"field": "departure", "title": "departure loss", "format": ".3f"},
    {"field": "low", "title": "from", "format": ".3f"},
    {"field": "high", "title": "to", "format": ".3f"},
    {"field": "eta", "title": "η, where located", "format": ".3f"},
    {"field": "verdict"},
]

template(
    "forest",
    {
        "width": "$width",
        "height": "$height",
        "title": "$title",
        "layer": [
            {
                "data": {"name": "published"},
                "mark": {"type": "rule", "color": NEUTRAL, "strokeDash": [4, 3], "strokeWidth": 1.5},
                "encoding": {
                    "x": {"field": "eta", **loss_axis()},
                    "tooltip": [{"field": "text", "title": "published"}],
                },
            },
            {
                "data": {"name": "departures"},
                "transform": [{"filter": "isValid(datum.form_low) && isValid(datum.form_high)"}],
                "mark": {"type": "rule", "strokeWidth": 0.9, "opacity": 0.9},
                "encoding": {
                    "y": _ROW,
                    "x": {"field": "form_low", **loss_axis()},
                    "x2": {"field": "form_high"},
                    "color": _VERDICT,
                },
            },
            {
                "data": {"name": "departures"},
                "mark": {"type": "rule", "strokeWidth": 3, "opacity": 0.75},
                "encoding": {
                    "y": _ROW,
                    "x": {"field": "low", **loss_axis()},
                    "x2": {"field": "high"},
                    "color": _VERDICT,
                },
            },
            {
                "data": {"name": "departures"},
                "mark": {"type": "point", "filled": True, "size": 75, "opacity": 1},
                "encoding": {
                    "y": _ROW,
                    "x": {"field": "departure", **loss_axis()},
                    "color": _VERDICT,
                    "shape": {**_VERDICT, "scale": verdict_shapes()},
                    "tooltip": _TOOLTIP,
                    "href": {"field": "href"},
                },
            },
        ],
    },
)
template(
    "verdicts",
    {
        "width": "$width",
        "height": "$height",
        "title": "$title",
        "data": {"name": "verdicts"},
        "mark": {"type": "bar", "height": 18},
        "encoding": {
            "y": {"field": "source", "type": "nominal", "title": None, "axis": {"labelLimit": 160}},
            "x": {
                "field": "n",
                "type": "quantitative",
                "stack": "normalize",
                "title": "$share_title",
                "axis": {"format": ".1f", "tickCount": 5},
            },
            "color": {**_VERDICT, "legend": {**_VERDICT["legend"], "symbolType": "square"}},
            "order": {"field": "place", "type": "quantitative"},
            "tooltip": [{"field": "source"}, {"field": "verdict"}, {"field": "n", "title": "fits"}],
        },
    },
)


def forest_figure(departures: Rows, *, title: str, loss_title: str, published: Rows = ()) -> Figure:  # type: ignore[assignment]
    """Draw departure losses with their intervals, a row a task from high to low; marks link by ``href``.

    ``departures`` hold label, departure, low, high, eta, verdict, reason, and form_low and form_high where η
    ranges over forms of curve (drawn thin); ``published`` hold eta and text,
    and
    only where the unit, tokenizer and corpus allow a comparison.
    """
    drawn = ("low", "high", "departure", "form_low", "form_high")
    spread = [row[key] for row in departures for key in drawn if row.get(key) is not None]
    low, high = (min(spread), max(spread)) if spread else (0.0, 1.0)
    margin = 0.03 * (high - low) or 0.1
    placed = [{**row, "_row": _label(row["label"])} for row in departures]
    values = {
        "title": title,
        "loss_title": loss_title,
        "loss_domain": [low - margin, high + margin],
        "label_limit": 1.25 * LABEL_ROOM,
        "labels": list(dict.fromkeys(row["_row"] for row in placed)),
        "height": _row_height(placed) * max(1, len(departures)),
        "verdicts": [v for v in verdict_scale()["domain"] if any(row["verdict"] == v for row in departures)],
    }
    rows = {"departures": placed, "published": list(published)}
    return Figure(
        "forest", values, rows, f"{title}: departure loss of {len(departures)} tasks with intervals"
    )


def _label(label: str) -> str:
    """Fold a label that is too long: the task first, its setting on a line of its own."""
    task, _, setting = label.partition(" · ")
    lines = folded(task, LABEL_ROOM, LABEL_SIZE)
    is_short = len(lines) == 1 and width(label, LABEL_SIZE) <= LABEL_ROOM
    return label if is_short else "\n".join([*lines, *filter(None, [setting])])


def _row_height(placed: Rows) -> int:
    """Return the pixels of a row: those of the label of most lines, with a gap."""
    lines = max((row["_row"].count("\n") for row in placed), default=0)
    return ROW_HEIGHT + LINE_HEIGHT * lines


def verdicts_figure(verdicts: Rows, *, title: str) -> Figure:
    """Draw how the fits of each source divide over the verdicts; rows hold source, verdict, n."""
    order = verdict_scale()["domain"]
    known = [row for row in verdicts if row["verdict"] in order]
    placed = [{**row, "place": order.index(row["verdict"])} for row in known]
    shown = [verdict for verdict in order if any(row["verdict"] == verdict for row in verdicts)]
    height = BAR_HEIGHT * max(1, len({row["source"] for row in verdicts}))
    share = "share of the source's fits of accuracies"
    values = {"title": title, "share_title": share, "verdicts": shown, "height": height}
    said = f"how {sum(row['n'] for row in verdicts)} fits divide over {len(shown)} verdicts"
    return Figure("verdicts", values, {"verdicts": placed}, said)
