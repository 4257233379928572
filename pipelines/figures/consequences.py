"""What follows from a threshold, drawn: residuals by group, and loss laws with their data."""

from typing import Any

from emergence.threshold.palette import DOTS, NEUTRAL, RIVAL, SEQUENCE
from pipelines.figures.figure import Figure, Rows, template
from pipelines.figures.style import SIZE_LABEL, Spec

ROW_HEIGHT = 20
_ZERO: Spec = {
    "data": {"values": [{"zero": 0}]},
    "mark": {"type": "rule", "color": NEUTRAL},
    "encoding": {"x": {"field": "zero", "type": "quantitative"}},
}
_GROUP: Spec = {
    "field": "group",
    "type": "nominal",
    "sort": None,
    "title": "$group_title",
    "axis": {"labelLimit": 200},
}
template(
    "biases",
    {
        "width": "$width",
        "height": "$height",
        "title": "$title",
        "layer": [
            {
                "data": {"name": "margins"},
                "mark": {"type": "rect", "color": NEUTRAL, "opacity": 0.15},
                "encoding": {"x": {"field": "low", "type": "quantitative"}, "x2": {"field": "high"}},
            },
            _ZERO,
            {
                "data": {"name": "biases"},
                "mark": {"type": "rule", "strokeWidth": 2, "color": DOTS},
                "encoding": {
                    "y": _GROUP,
                    "x": {"field": "low", "type": "quantitative", "title": "$bias_title"},
                    "x2": {"field": "high"},
                },
            },
            {
                "data": {"name": "biases"},
                "mark": {"type": "point", "filled": True, "size": 60, "opacity": 1, "color": DOTS},
                "encoding": {
                    "y": _GROUP,
                    "x": {"field": "bias", "type": "quantitative", "title": "$bias_title"},
                    "tooltip": [
                        {"field": "group"},
                        {"field": "bias", "format": ".4f"},
                        {"field": "low", "format": ".4f"},
                        {"field": "high", "format": ".4f"},
                        {"field": "runs"},
                    ],
                },
            },
        ],
    },
)
_PARAMS: Spec = {
    "field": "params",
    "type": "quantitative",
    "title": "parameters",
    "scale": {"type": "log", "nice": False, "padding": 14},
    "axis": {"labelExpr": SIZE_LABEL, "tickCount": 6},
}
_LOSS: Spec = {"field": "loss", "type": "quantitative", "title": "$law_title", "scale": {"zero": False}}
template(
    "law",
    {
        "width": "$width",
        "height": "$height",
        "title": "$title",
        "layer": [
            {
                "data": {"name": "points"},
                "mark": {"type": "point", "filled": True, "size": 30, "opacity": 0.75, "stroke": None},
                "encoding": {
                    "x": _PARAMS,
                    "y": _LOSS,
                    "fill": {
                        "condition": {"test": "!isValid(datum.tokens)", "value": NEUTRAL},
                        "field": "tokens",
                        "type": "quantitative",
                        "title": "tokens",
                        "scale": {"type": "log", "range": SEQUENCE, "interpolate": "lab"},
                        "legend": {"labelExpr": SIZE_LABEL, "gradientLength": 140, "labelSeparation": 8},
                    },
                    "tooltip": [
                        {"field": "checkpoint"},
                        {"field": "loss", "format": ".4f"},
                        {"field": "params", "format": ".3s"},
                        {"field": "tokens", "format": ".3s"},
                    ],
                },
            },
            {
                "data": {"name": "laws"},
                "mark": {"type": "line", "color": RIVAL, "strokeWidth": 2},
                "encoding": {"x": _PARAMS, "y": _LOSS, "detail": {"field": "law"}},
            },
            {
                "data": {"name": "limits"},
                "mark": {"type": "rect", "color": NEUTRAL, "opacity": 0.15},
                "encoding": {"y": {**_LOSS, "field": "low"}, "y2": {"field": "high"}},
            },
            {
                "data": {"name": "limits"},
                "mark": {"type": "rule", "color": NEUTRAL, "strokeDash": [4, 3]},
                "encoding": {"y": _LOSS},
            },
        ],
    },
)


def biases_figure(
    biases: Rows, margin: float | None, *, title: str, group_title: str, bias_title: str
) -> Figure:
    """Draw the mean residual of each group with its interval, and the margin that counts as none.

    ``biases`` hold group, bias, low, high, runs, in the unit that ``bias_title`` names; ``margin`` likewise,
    where there is one.
    """
    height = ROW_HEIGHT * max(1, len({row["group"] for row in biases}))
    values = {"title": title, "group_title": group_title, "bias_title": bias_title, "height": height}
    margins = [] if margin is None else [{"low": -margin, "high": margin}]
    rows = {"biases": biases, "margins": margins}
    return Figure("biases", values, rows, f"{title}: {len(biases)} groups")


def law_figure(points: Rows, laws: Rows, limits: Rows, *, title: str, loss_title: str) -> Figure:
    """Draw losses against parameters with fitted laws; ``limits`` hold irreducible losses, low and high."""
    values: dict[str, Any] = {"title": title, "law_title": loss_title}
    rows = {"points": points, "laws": laws, "limits": limits}
    return Figure("law", values, rows, f"{title}: {len(points)} checkpoints")
