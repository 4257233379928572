"""η of many tasks in one figure, and how many fits came to each verdict."""

from pipelines.figures.figure import Figure, Rows, template
from pipelines.figures.style import NEUTRAL, Spec, loss_axis, verdict_scale, verdict_shapes

ROW_HEIGHT, BAR_HEIGHT = 17, 26
SPACED = "replace(datum.label, /_/g, ' ')"
_ROW: Spec = {
    "field": "label",
    "type": "nominal",
    "sort": None,
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
    {"field": "eta", "title": "η", "format": ".3f"},
    {"field": "eta_low", "title": "from", "format": ".3f"},
    {"field": "eta_high", "title": "to", "format": ".3f"},
    {"field": "verdict"},
    {"field": "reason"},
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
                "data": {"name": "etas"},
                "mark": {"type": "rule", "strokeWidth": 2, "opacity": 0.75},
                "encoding": {
                    "y": _ROW,
                    "x": {"field": "eta_low", **loss_axis()},
                    "x2": {"field": "eta_high"},
                    "color": _VERDICT,
                },
            },
            {
                "data": {"name": "etas"},
                "mark": {"type": "point", "filled": True, "size": 75, "opacity": 1},
                "encoding": {
                    "y": _ROW,
                    "x": {"field": "eta", **loss_axis()},
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


def forest_figure(etas: Rows, *, title: str, loss_title: str, published: Rows = ()) -> Figure:  # type: ignore[assignment]
    """Draw η with its interval, a row a task from high η to low; marks link where rows hold ``href``.

    ``etas`` hold label, eta, eta_low, eta_high, verdict, reason; ``published`` hold eta and text, and only
    where the unit, tokenizer and corpus allow a comparison.
    """
    spread = [row[key] for row in etas for key in ("eta_low", "eta_high", "eta") if row[key] is not None]
    low, high = (min(spread), max(spread)) if spread else (0.0, 1.0)
    margin = 0.03 * (high - low) or 0.1
    values = {
        "title": title,
        "loss_title": loss_title,
        "loss_domain": [low - margin, high + margin],
        "label_limit": 240,
        "height": ROW_HEIGHT * max(1, len(etas)),
        "verdicts": [v for v in verdict_scale()["domain"] if any(row["verdict"] == v for row in etas)],
    }
    rows = {"etas": etas, "published": list(published)}
    return Figure("forest", values, rows, f"{title}: loss threshold of {len(etas)} tasks with intervals")


def verdicts_figure(verdicts: Rows, *, title: str) -> Figure:
    """Draw how the fits of each source divide over the verdicts; rows hold source, verdict, n."""
    order = verdict_scale()["domain"]
    placed = [{**row, "place": order.index(row["verdict"])} for row in verdicts]
    shown = [verdict for verdict in order if any(row["verdict"] == verdict for row in verdicts)]
    height = BAR_HEIGHT * max(1, len({row["source"] for row in verdicts}))
    values = {"title": title, "verdicts": shown, "height": height}
    said = f"how {sum(row['n'] for row in verdicts)} fits divide over {len(shown)} verdicts"
    return Figure("verdicts", values, {"verdicts": placed}, said)
