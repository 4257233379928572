"""Score against loss with its fit, and score against size, tokens or compute."""

from collections.abc import Iterable
from typing import Any

from pipelines.figures.figure import Figure, Rows, template
from pipelines.figures.style import LINES, NEUTRAL, SEQUENCE, SIZE_LABEL, THRESHOLD, Spec, loss_axis

_TOOLTIP: list[Spec] = [
    {"field": "checkpoint", "title": "checkpoint"},
    {"field": "loss", "title": "loss", "format": ".4f"},
    {"field": "score", "title": "score", "format": ".4f"},
    {"field": "params", "title": "parameters", "format": ".3s"},
    {"field": "tokens", "title": "tokens", "format": ".3s"},
    {"field": "group", "title": "group"},
]
_SCORE: Spec = {"type": "quantitative", "title": "$score_title", "scale": {"zero": False, "nice": True}}
_BY_SIZE: Spec = {
    "condition": {"test": "!isValid(datum.params)", "value": NEUTRAL},
    "field": "params",
    "type": "quantitative",
    "title": "parameters",
    "scale": {"type": "log", "range": SEQUENCE, "interpolate": "lab"},
    "legend": {"labelExpr": SIZE_LABEL, "gradientLength": 140, "values": "$params_ticks"},
}
_BY_GROUP: Spec = {
    "field": "group",
    "type": "nominal",
    "title": "$group_title",
    "scale": {"scheme": "tableau10"},
    "legend": {"columns": "$legend_columns", "symbolLimit": 24, "labelLimit": 160},
}
_LINE_SCALES: Spec = {
    "stroke": {
        "field": "line",
        "type": "nominal",
        "title": None,
        "scale": {"domain": list(LINES), "range": [colour for colour, _ in LINES.values()]},
    },
    "strokeDash": {
        "field": "line",
        "type": "nominal",
        "title": None,
        "scale": {"domain": list(LINES), "range": [dash for _, dash in LINES.values()]},
    },
}


def _points(x: Spec, fill: Spec) -> Spec:
    return {
        "data": {"name": "points"},
        "mark": {
            "type": "point",
            "filled": True,
            "shape": "circle",
            "size": "$point_size",
            "opacity": "$point_opacity",
            "stroke": None,
            "clip": True,
        },
        "encoding": {
            "x": {"field": "loss", **x} if x.get("title") == "$loss_title" else x,
            "y": {"field": "score", **_SCORE},
            "fill": fill,
            "tooltip": _TOOLTIP,
        },
    }


def _curve_layers(fill: Spec) -> list[Spec]:
    band: Spec = {
        "data": {"name": "departures"},
        "mark": {"type": "rect", "color": THRESHOLD, "opacity": 0.14, "clip": True},
        "encoding": {"x": {"field": "high", **loss_axis()}, "x2": {"field": "low"}},
    }
    departure: Spec = {
        "data": {"name": "departures"},
        "mark": {"type": "rule", "color": THRESHOLD, "strokeWidth": 1.2, "clip": True},
        "encoding": {"x": {"field": "departure", **loss_axis()}},
    }
    onsets: Spec = {
        "data": {"name": "onsets"},
        "mark": {"type": "rule", "color": NEUTRAL, "strokeWidth": 3, "opacity": 0.5, "clip": True},
        "encoding": {
            "x": {"field": "loss_before", **loss_axis()},
            "x2": {"field": "loss_after"},
            "y": {"value": 4},
            "tooltip": [
                {"field": "run_id", "title": "onset in run"},
                {"field": "rule"},
                {"field": "loss_before", "format": ".4f"},
                {"field": "loss_after", "format": ".4f"},
            ],
        },
    }
    levels: Spec = {
        "data": {"name": "levels"},
        "mark": {"type": "rule", "strokeWidth": 1.2},
        "encoding": {"y": {"field": "score", **_SCORE}, **_LINE_SCALES},
    }
    curves: Spec = {
        "data": {"name": "curves"},
        "mark": {"type": "line", "strokeWidth": 2.4, "clip": True, "fill": None},
        "encoding": {
            "x": {"field": "loss", **loss_axis()},
            "y": {"field": "score", **_SCORE},
            "order": {"field": "place", "type": "quantitative"},
            **_LINE_SCALES,
        },
    }
    return [band, onsets, _points(loss_axis(), fill), levels, departure, curves]


_FRAME: Spec = {"width": "$width", "height": "$height", "title": "$title"}
template("curve_size", {**_FRAME, "layer": _curve_layers(_BY_SIZE)})
template("curve_group", {**_FRAME, "layer": _curve_layers(_BY_GROUP)})


def _bare(layers: list[Spec]) -> list[Spec]:
    """Drop legends and tooltips: what a small multiple of many keeps."""
    kept = []
    for layer in layers:
        encoding = {key: value for key, value in layer["encoding"].items() if key != "tooltip"}
        for channel in ("fill", "stroke", "strokeDash"):
            if channel in encoding:
                encoding[channel] = {**encoding[channel], "legend": None}
        kept.append({**layer, "encoding": encoding})
    return kept


template("panel", {**_FRAME, "layer": _bare(_curve_layers(_BY_SIZE))})

_SIZE_AXIS: Spec = {
    "field": "$x",
    "type": "quantitative",
    "title": "$x_title",
    "scale": {"type": "log", "nice": False, "padding": 14},
    "axis": {"labelExpr": SIZE_LABEL, "tickCount": 6},
}
template(
    "size",
    {
        **_FRAME,
        "layer": [
            {
                "data": {"name": "sizes"},
                "mark": {"type": "rect", "color": THRESHOLD, "opacity": 0.14, "clip": True},
                "encoding": {"x": {**_SIZE_AXIS, "field": "low"}, "x2": {"field": "high"}},
            },
            _points(_SIZE_AXIS, _BY_SIZE),
            {
                "data": {"name": "levels"},
                "mark": {"type": "rule", "strokeWidth": 1.2},
                "encoding": {"y": {"field": "score", **_SCORE}, **_LINE_SCALES},
            },
            {
                "data": {"name": "sizes"},
                "mark": {"type": "rule", "color": THRESHOLD, "strokeWidth": 1.5, "clip": True},
                "encoding": {"x": {**_SIZE_AXIS, "field": "value"}},
            },
        ],
    },
)


def curve_figure(
    points: Rows,
    fit: dict[str, Any],
    curves: Rows,
    onsets: Iterable[dict[str, Any]] = (),
    *,
    title: str,
    loss_title: str,
    score_title: str,
    loss_domain: tuple[float, float],
) -> Figure:
    """Draw scores against loss, coloured by size, with the curves, the interval of the departure loss and
    the floor.

    ``points`` hold checkpoint, loss, score, params, tokens; ``fit`` a row of ``thresholds`` with
    is_identified; ``curves`` hold line, place, loss, score; ``onsets`` rows of ``onsets``; ``loss_domain`` is
    (least, greatest) loss shown.
    """
    values = {
        "title": title,
        "loss_title": loss_title,
        "score_title": score_title,
        "loss_domain": list(loss_domain),
        **point_values(points),
    }
    rows = {
        "points": points,
        "curves": curves,
        "departures": _departure_rows(fit),
        "levels": _level_rows(fit),
        "onsets": list(onsets),
    }
    said = f"{title}: score against loss, {len(points)} checkpoints. {fit['verdict']}: {fit['reason']}"
    return Figure("curve_size", values, rows, said)


def point_values(points: Rows) -> dict[str, Any]:
    """Return the values that depend on how many points there are, and the ticks of their sizes."""
    sizes = [point["params"] for point in points if point.get("params")]
    return {
        "point_size": 14 if len(points) > 800 else 30,
        "point_opacity": 0.45 if len(points) > 800 else 0.75,
        "params_ticks": sorted({min(sizes), max(sizes)}) if sizes else [],
    }


def _departure_rows(fit: dict[str, Any]) -> Rows:
    """Give the departure loss with its interval; one row where the fit has one."""
    if fit["loss_at_2_points"] is None:
        return []
    return [
        {
            "departure": fit["loss_at_2_points"],
            "low": fit["loss_at_2_points_low"],
            "high": fit["loss_at_2_points_high"],
        }
    ]


def _level_rows(fit: dict[str, Any]) -> Rows:
    rows = [{"line": line, "score": fit[line]} for line in ("floor", "chance")]
    return [row for row in rows if row["score"] is not None]


def size_figure(
    points: Rows, x: str, x_title: str, score_title: str, sizes: Rows, chance: float | None
) -> Figure:
    """Draw scores against ``x`` (params, tokens or compute_flop); ``sizes`` hold value, low, high of N_η."""
    values = {"title": "", "x": x, "x_title": x_title, "score_title": score_title, **point_values(points)}
    levels = [] if chance is None else [{"line": "chance", "score": chance}]
    rows = {"points": points, "sizes": sizes, "levels": levels}
    return Figure("size", values, rows, f"score against {x_title}, {len(points)} checkpoints")
