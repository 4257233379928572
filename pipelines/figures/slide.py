"""The figure to show first: a task by letter and by likelihood on one axis of loss, beside all departures."""

from dataclasses import replace
from typing import Any

from emergence.threshold.palette import NEUTRAL
from pipelines.figures.figure import Figure, Rows, template
from pipelines.figures.style import EDGE, Spec, loss_axis, verdict_scale
from pipelines.vocabulary import words as vocabulary

ROW_HEIGHT = 17
FORMATS = ("answer letter", "by likelihood")
SAME_VERDICT = ("#16181d", "#767676")
"""Colours of the two formats where one verdict's colour would be that of both."""
_FORMAT: Spec = {
    "field": "format",
    "type": "nominal",
    "title": None,
    "scale": {"domain": list(FORMATS), "range": "$format_colours"},
    "legend": {"orient": "top", "symbolOpacity": 1, "symbolSize": 80},
}
_SCORE: Spec = {
    "field": "score",
    "type": "quantitative",
    "title": "score",
    "scale": {"zero": False, "nice": False, "padding": EDGE},
}
_ROW: Spec = {
    "field": "label",
    "type": "nominal",
    "sort": "$labels",
    "title": None,
    "axis": {"labelLimit": 280},
}
_VERDICT: Spec = {
    "field": "verdict",
    "type": "nominal",
    "title": None,
    "scale": verdict_scale(),
    "legend": {"values": "$verdicts", "orient": "top", "labelExpr": "replace(datum.label, /_/g, ' ')"},
}


def _curves() -> Spec:
    place: Spec = {"x": {"field": "loss", **loss_axis()}, "y": _SCORE}
    dots: Spec = {"type": "point", "filled": True, "size": 12, "opacity": 0.45, "clip": True}
    return {
        "width": "$curve_width",
        "height": "$height",
        "title": {"text": "$curve_title", "fontSize": 13},
        "layer": [
            {
                "data": {"name": "chances"},
                "mark": {"type": "rule", "color": NEUTRAL, "strokeDash": [2, 3]},
                "encoding": {"y": _SCORE},
            },
            {
                "data": {"name": "chances"},
                "mark": {"type": "text", "align": "left", "baseline": "top", "dy": 4, "color": NEUTRAL},
                "encoding": {"y": _SCORE, "x": {"value": 4}, "text": {"value": "chance"}},
            },
            {"data": {"name": "points"}, "mark": dots, "encoding": {**place, "color": _FORMAT}},
            {
                "data": {"name": "curves"},
                "mark": {"type": "line", "strokeWidth": 2.6, "clip": True},
                "encoding": {**place, "color": _FORMAT, "order": {"field": "place"}},
            },
            {
                "data": {"name": "marks"},
                "mark": {"type": "rule", "strokeWidth": 1.2, "strokeDash": [4, 2]},
                "encoding": {"x": {"field": "departure", **loss_axis()}, "color": _FORMAT},
            },
        ],
    }


def _dumbbells() -> Spec:
    axis = {
        **loss_axis(),
        "title": "$loss_title",
        "scale": {**loss_axis()["scale"], "domain": "$dumbbell_domain"},
    }

    def bar(low: str, high: str, width: float) -> Spec:
        return {
            "data": {"name": "departures"},
            "mark": {"type": "rule", "strokeWidth": width},
            "encoding": {"y": _ROW, "x": {"field": low, **axis}, "x2": {"field": high}, "color": _VERDICT},
        }

    def dot(field: str, shape: str, size: int) -> Spec:
        fill: Spec = {
            "condition": {"test": "datum.is_one_model", "value": "white"},
            **_VERDICT,
            "legend": None,
        }
        return {
            "data": {"name": "departures"},
            "mark": {"type": "point", "shape": shape, "size": size, "opacity": 1, "strokeWidth": 1.6},
            "encoding": {
                "y": _ROW,
                "x": {"field": field, **axis},
                "stroke": {**_VERDICT, "legend": None},
                "fill": fill,
                "tooltip": [
                    {"field": "label"},
                    {"field": "departure"},
                    {"field": "eta"},
                    {"field": "reason"},
                ],
                "href": {"field": "href"},
            },
        }

    bars = [bar("form_low", "form_high", 0.9), bar("low", "high", 3.6)]
    return {
        "width": "$dumbbell_width",
        "height": "$height",
        "title": {"text": "$dumbbell_title", "fontSize": 13},
        "layer": [*bars, dot("departure", "circle", 55), dot("eta", "diamond", 60)],
    }


_APART: Spec = {"scale": {"color": "independent", "y": "independent", "x": "independent"}}
template("slide", {"hconcat": [_curves(), _dumbbells()], "spacing": 36, "resolve": _APART})
template("slide_curves", {"hconcat": [_curves()]})
template("slide_dumbbells", {"hconcat": [_dumbbells()]})
HALF = {"curve_width": 360, "dumbbell_width": 220}
"""Pixels of each plot where the two stand by themselves, so narrow that a phone shows one of them whole."""


def slide_figure(
    points: Rows, curves: Rows, departures: Rows, marks: Rows, chance: float | None, **words: Any
) -> Figure:
    """Draw a task in two formats beside the departures of all tasks on the same axis of loss.

    Each format has the colour of its verdict, as the departures do.
    ``points`` and ``curves`` hold format, loss, score; ``marks`` format, departure, verdict; ``departures``
    label, departure, low, high, eta, form_low, form_high, verdict, is_one_model, href; ``words`` curve_title,
    dumbbell_title, loss_title.
    """
    spread = [
        row[k] for row in departures for k in ("departure", "low", "high", "eta", "form_low", "form_high")
    ]
    known = [value for value in spread if value is not None] or [0.0, 1.0]
    losses = [row["loss"] for row in points] or known
    shown = {row["verdict"] for row in departures}
    values = {
        **words,
        "format_colours": _format_colours(marks),
        "loss_domain": [min(losses), max(losses)],
        "dumbbell_domain": [min(known), max(known)],
        "curve_width": 430,
        "dumbbell_width": 330 if points else 780,
        "labels": [row["label"] for row in departures],
        "height": max(ROW_HEIGHT * len(departures), 300 if points else 40),
        "verdicts": [verdict for verdict in verdict_scale()["domain"] if verdict in shown],
    }
    rows = {"points": points, "curves": curves, "departures": departures, "marks": marks}
    rows["chances"] = [] if chance is None else [{"score": chance}]
    said = f"{words['curve_title']}; {words['dumbbell_title']}: {len(departures)} settings"
    return Figure("slide" if points else "slide_dumbbells", values, rows, said)


def _format_colours(marks: Rows) -> list[str]:
    """Return the colour of each format: that of its verdict, where the two differ."""
    known = vocabulary("verdict")
    verdict_of = {str(mark["format"]): str(mark["verdict"]) for mark in marks if mark["verdict"] in known}
    if len(set(verdict_of.values())) < len(FORMATS):
        return list(SAME_VERDICT)
    return [known[verdict_of[name]].colour for name in FORMATS]


def slide_halves(figure: Figure) -> list[Figure]:
    """Return the one or two parts of a slide as figures, which a page may set below each other."""
    if figure.template == "slide_dumbbells":
        return [figure]
    kinds = ("slide_curves", "slide_dumbbells")
    return [replace(figure, template=kind, values={**figure.values, **HALF}) for kind in kinds]
