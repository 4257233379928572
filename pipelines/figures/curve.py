"""Score against loss with its fit, and score against size, tokens or compute."""

from collections.abc import Iterable
from typing import Any

from emergence.threshold.palette import LINES, NEUTRAL, OWN, SEQUENCE, THRESHOLD
from pipelines.figures.figure import Figure, Rows, template
from pipelines.figures.labels import departure_text, eta_text, is_departure, level_rows
from pipelines.figures.style import EDGE, SIZE_LABEL, Spec, loss_axis

ETA_Y = 40
"""Pixels from the top at which η stands, above the points of a score that rises to the right."""
_TOOLTIP: list[Spec] = [
    {"field": "checkpoint", "title": "checkpoint"},
    {"field": "loss", "title": "loss", "format": ".4f"},
    {"field": "score", "title": "score", "format": ".4f"},
    {"field": "params", "title": "parameters", "format": ".3s"},
    {"field": "tokens", "title": "tokens", "format": ".3s"},
    {"field": "group", "title": "group"},
]
_SCORE: Spec = {
    "type": "quantitative",
    "title": "$score_title",
    "scale": {"zero": False, "nice": False, "padding": EDGE},
}
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
    "scale": {"domain": "$groups", "range": "$group_colours"},
    "legend": {"columns": "$legend_columns", "symbolLimit": "$legend_limit", "labelLimit": "$label_limit"},
}
_PICKED = {"name": "picked", "value": ""}
"""The run that a reader points at; its points and its trail stand out."""
_IS_PICKED = "datum.run !== null && datum.run === picked"
_LINE_SCALES: Spec = {
    "stroke": {
        "field": "line",
        "type": "nominal",
        "title": None,
        "legend": "$line_legend",
        "scale": {"domain": list(LINES), "range": [colour for colour, _ in LINES.values()]},
    },
    "strokeDash": {
        "field": "line",
        "type": "nominal",
        "title": None,
        "legend": "$line_legend",
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
            "opacity": {
                "condition": {"test": f"picked === '' || {_IS_PICKED}", "value": "$point_opacity"},
                "value": 0.12,
            },
            "tooltip": _TOOLTIP,
        },
    }


def _trails(x: Spec) -> list[Spec]:
    """Draw the line of the run that is picked, and one's own runs thick over what is published."""
    line: Spec = {"type": "line", "strokeWidth": 1.6, "fill": None, "clip": True}
    place: Spec = {
        "x": {"field": "loss", **x} if x.get("title") == "$loss_title" else x,
        "y": {"field": "score", **_SCORE},
        "detail": {"field": "run"},
        "order": {"field": "tokens", "type": "quantitative"},
    }
    own: Spec = {"type": "line", "strokeWidth": 3.5, "color": OWN, "fill": None, "clip": True}
    own["point"] = {"filled": True, "fill": OWN, "size": 45, "opacity": 1}
    return [
        {
            "data": {"name": "points"},
            "transform": [{"filter": _IS_PICKED}],
            "mark": {**line, "color": NEUTRAL},
            "encoding": place,
        },
        {"data": {"name": "own"}, "mark": own, "encoding": {**place, "tooltip": _TOOLTIP}},
    ]


def _label(rows: str, text: str, mark: Spec, **encoding: Spec) -> Spec:
    whole = {"type": "text", "fontSize": 11, "color": NEUTRAL, **mark}
    return {"data": {"name": rows}, "mark": whole, "encoding": {"text": {"field": text}, **encoding}}


def _level_labels() -> list[Spec]:
    """Name floor and chance at the right, one above and one below its line."""
    place: Spec = {"x": {"value": "width"}, "y": {"field": "score", **_SCORE}}
    return [
        {
            **_label("levels", "text", {"align": "right", "baseline": base, "dy": dy}, **place),
            "transform": [{"filter": f"datum.side === '{base}'"}],
        }
        for base, dy in (("bottom", -3), ("top", 4))
    ]


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
    drawn = [band, onsets, _points(loss_axis(), fill), levels, departure, curves]
    return [*drawn, *_eta_layers(), *_trails(loss_axis())]


def _eta_layers() -> list[Spec]:
    """Draw η where it is located: a thick bar for its interval, a thin one for its range over forms."""
    at_foot: Spec = {"y": {"value": "$eta_y"}}

    def bar(low: str, high: str, width: float) -> Spec:
        return {
            "data": {"name": "etas"},
            "mark": {"type": "rule", "color": THRESHOLD, "strokeWidth": width, "clip": True},
            "encoding": {**at_foot, "x": {"field": low, **loss_axis()}, "x2": {"field": high}},
        }

    dot: Spec = {
        "data": {"name": "etas"},
        "mark": {"type": "point", "filled": True, "fill": THRESHOLD, "size": 70, "opacity": 1},
        "encoding": {**at_foot, "x": {"field": "eta", **loss_axis()}},
    }
    return [bar("form_low", "form_high", 1.2), bar("low", "high", 4.5), dot]


def _curve_labels() -> list[Spec]:
    """Name on the figure itself what is drawn: floor, chance, departure, η and onsets."""
    above: Spec = {
        "align": "$departure_align",
        "dx": "$departure_dx",
        "baseline": "bottom",
        "color": THRESHOLD,
    }
    departure = _label(
        "departures", "text", {**above, "fontWeight": 600, "dy": -5},
        x={"field": "departure", **loss_axis()}, y={"value": 0},
    )  # fmt: skip
    eta = _label(
        "etas", "text", {**above, "baseline": "bottom", "dy": -7},
        x={"field": "eta", **loss_axis()}, y={"value": "$eta_y"},
    )  # fmt: skip
    left: Spec = {"align": "left", "baseline": "top", "dx": 2}
    onsets = _label("onset_names", "text", left, x={"value": 0}, y={"value": 8})
    return [*_level_labels(), departure, eta, onsets]


_FRAME: Spec = {"width": "$width", "height": "$height", "title": "$title", "params": [_PICKED]}
template("curve_size", {**_FRAME, "layer": [*_curve_layers(_BY_SIZE), *_curve_labels()]})
template("curve_group", {**_FRAME, "layer": [*_curve_layers(_BY_GROUP), *_curve_labels()]})


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
            *_trails(_SIZE_AXIS),
            *_level_labels(),
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
    levels = level_rows(fit)
    values = {
        "title": title,
        "loss_title": loss_title,
        "score_title": score_title,
        "loss_domain": list(loss_domain),
        "eta_y": ETA_Y,
        "line_legend": line_legend([*curves, *levels]),
        **_departure_place(fit, loss_domain),
        **point_values(points),
    }
    drawn = list(onsets)
    rows = {
        "points": points,
        "own": [],
        "curves": curves,
        "departures": _departure_rows(fit),
        "etas": _eta_rows(fit),
        "levels": levels,
        "onsets": drawn,
        "onset_names": [{"text": "bars: where each run leaves its floor"}] if drawn else [],
    }
    said = f"{title}: score against loss, {len(points)} checkpoints. {fit['verdict']}: {fit['reason']}"
    return Figure("curve_size", values, rows, said)


def _departure_place(fit: dict[str, Any], loss_domain: tuple[float, float]) -> dict[str, Any]:
    """Return on which side of the departure its name stands: where there is room, else astride it."""
    at = fit["loss_at_2_points"]
    least, most = loss_domain
    if at is None or least is None or most is None or most == least:
        return {"departure_align": "left", "departure_dx": 4}
    along = (most - at) / (most - least)
    align, dx = ("left", 4) if along < 1 / 3 else ("right", -4) if along > 2 / 3 else ("center", 0)
    return {"departure_align": align, "departure_dx": dx}


def line_legend(rows: Rows) -> dict[str, Any] | None:
    """Return the legend of the lines that are drawn; None where none is."""
    drawn = {row["line"] for row in rows}
    return {"values": [line for line in LINES if line in drawn]} if drawn else None


def point_values(points: Rows) -> dict[str, Any]:
    """Return the values that depend on how many points there are, and the ticks of their sizes."""
    sizes = sorted({point["params"] for point in points if point.get("params")})
    # Two ticks close to each other would stand on each other.
    ticks = [sizes[0], sizes[-1]] if sizes and sizes[-1] > 3 * sizes[0] else sizes[-1:]
    return {
        "point_size": 14 if len(points) > 800 else 30,
        "point_opacity": 0.45 if len(points) > 800 else 0.75,
        "params_ticks": ticks,
    }


def _departure_rows(fit: dict[str, Any]) -> Rows:
    """Give the departure loss with its interval; one row where the fit has one."""
    if not is_departure(fit):
        return []
    at, low, high = (fit[f"loss_at_2_points{end}"] for end in ("", "_low", "_high"))
    return [{"departure": at, "low": low, "high": high, "text": departure_text(fit)}]


def _eta_rows(fit: dict[str, Any]) -> Rows:
    """Give η with its interval and its range over forms; one row where it is located."""
    if fit["eta"] is None:
        return []
    ends = {"form_low": fit.get("eta_by_form_min"), "form_high": fit.get("eta_by_form_max")}
    interval = {"low": fit["eta_low"], "high": fit["eta_high"]}
    return [{"eta": fit["eta"], **interval, **ends, "text": eta_text(fit)}]


def size_figure(
    points: Rows, x: str, x_title: str, score_title: str, sizes: Rows, chance: float | None
) -> Figure:
    """Draw scores against ``x`` (params, tokens or compute_flop); ``sizes`` hold value, low, high of N_η."""
    levels = level_rows({"floor": None, "chance": chance})
    values = {"title": "", "x": x, "x_title": x_title, "score_title": score_title, **point_values(points)}
    values["line_legend"] = line_legend(levels)
    rows = {"points": points, "own": [], "sizes": sizes, "levels": levels}
    return Figure("size", values, rows, f"score against {x_title}, {len(points)} checkpoints")
