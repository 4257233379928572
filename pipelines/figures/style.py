"""The look of every figure: colours that colour-blind readers can tell apart, on light and on dark ground."""

from typing import Any, Final

from pipelines.vocabulary import words

Spec = dict[str, Any]

EDGE: Final = 9
"""Pixels kept free at the ends of an axis, so that no point at an edge is cut in half."""

SIZE_LABEL: Final = "replace(format(datum.value, '.2~s'), 'G', 'B')"
"""Writes a billion as B, as the field does."""

CONFIG: Final[Spec] = {
    "font": "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif",
    "padding": {"left": 5, "right": 16, "top": 5, "bottom": 5},
    "view": {"stroke": None},
    "axis": {
        "gridOpacity": 0.5,
        "domain": False,
        "ticks": False,
        "labelPadding": 6,
        "labelOverlap": True,
        "titlePadding": 8,
        "titleFontWeight": 500,
        "labelFontSize": 11,
        "titleFontSize": 12,
    },
    "axisX": {"labelSeparation": 8},
    "legend": {"titleFontWeight": 500, "titleFontSize": 11, "labelFontSize": 11, "orient": "top"},
    "title": {"anchor": "start", "fontSize": 14, "fontWeight": 600, "subtitleFontSize": 11},
}

LIGHT: Final[Spec] = {
    "background": "#ffffff",
    "axis": {"gridColor": "#dedede", "labelColor": "#444444", "titleColor": "#222222"},
    "legend": {"labelColor": "#333333", "titleColor": "#222222"},
    "title": {"color": "#111111", "subtitleColor": "#444444"},
}


def verdict_scale() -> Spec:
    """Return the colour scale of verdicts (chosen so that each pair differs to colour-blind eyes)."""
    return {"domain": list(words("verdict")), "range": [word.colour for word in words("verdict").values()]}


def verdict_shapes() -> Spec:
    """Return the scale of marks of verdicts: a verdict never hangs on colour alone."""
    return {"domain": list(words("verdict")), "range": [word.mark for word in words("verdict").values()]}


def loss_axis(**more: Any) -> Spec:
    """Return the horizontal axis of losses, from high on the left to low on the right."""
    return {
        "type": "quantitative",
        "title": "$loss_title",
        "scale": {"zero": False, "reverse": True, "nice": False, "domain": "$loss_domain", "padding": EDGE},
        "axis": {"labelOverlap": True, "tickCount": 8},
        **more,
    }
