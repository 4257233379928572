"""Departure losses of many tasks in one figure, and how many fits came to each verdict."""

from emergence.threshold.palette import NEUTRAL
from pipelines.figures.figure import Figure, Rows, template
from pipelines.figures.style import Spec, loss_axis, verdict_scale, verdict_shapes

ROW_HEIGHT, BAR_HEIGHT = 17, 26
SPACED = "replace(datum.label, /_/g, ' ')"
_ROW: Spec = {
    "field": "label",
    "type": "nominal",
    # Told one by one: of layers that hold unlike rows the first would order them all.
    "sort": "$labels",
    "title": None,
    "axis": {"labelLimit": "$label_limit", "grid": True, "gridOpacity": 0.25},
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
                "title": "share of the source's fits of accuracies",
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
    values = {
        "title": title,
        "loss_title": loss_title,
        "loss_domain": [low - margin, high + margin],
        "label_limit": 400,
        "labels": list(dict.fromkeys(row["label"] for row in departures)),
        "height": ROW_HEIGHT * max(1, len(departures)),
        "verdicts": [v for v in verdict_scale()["domain"] if any(row["verdict"] == v for row in departures)],
    }
    rows = {"departures": departures, "published": list(published)}
    return Figure(
        "forest", values, rows, f"{title}: departure loss of {len(departures)} tasks with intervals"
    )


def verdicts_figure(verdicts: Rows, *, title: str) -> Figure:
    """Draw how the fits of each source divide over the verdicts; rows hold source, verdict, n."""
    order = verdict_scale()["domain"]
    known = [row for row in verdicts if row["verdict"] in order]
    placed = [{**row, "place": order.index(row["verdict"])} for row in known]
    shown = [verdict for verdict in order if any(row["verdict"] == verdict for row in verdicts)]
    height = BAR_HEIGHT * max(1, len({row["source"] for row in verdicts}))
    values = {"title": title, "verdicts": shown, "height": height}
    said = f"how {sum(row['n'] for row in verdicts)} fits divide over {len(shown)} verdicts"
    return Figure("verdicts", values, {"verdicts": placed}, said)
