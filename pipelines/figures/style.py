"""The look of every figure: colours that colour-blind readers can tell apart, on light and on dark ground."""

from typing import Any, Final

from pipelines.vocabulary import words

Spec = dict[str, Any]

SEQUENCE: Final = ["#7b6be0", "#3d8bd0", "#1fa187", "#7fb83a", "#d9a400"]
"""From small to large; light enough for a dark ground, dark enough for a light one."""

THRESHOLD: Final = "#d55e00"
RIVAL: Final = "#2f7fbf"
NEUTRAL: Final = "#767676"
OWN: Final = "#b0307c"
DOTS: Final = "#3d8bd0"

LINES: Final = {
    "threshold curve": (THRESHOLD, [1, 0]),
    "monotone fit": (THRESHOLD, [2, 2]),
    "smooth rival": (RIVAL, [6, 3]),
    "floor": (NEUTRAL, [1, 0]),
    "chance": (NEUTRAL, [2, 3]),
}

GROUPS: Final = ["#2f7fbf", "#d55e00", "#9c00e4", "#546090", "#fc30f0", "#c0846c", "#3c90fc", "#b43c00"]
"""Colours of a few groups, told apart by colour-blind eyes; more stand along SEQUENCE."""

EDGE: Final = 9
"""Pixels kept free at the ends of an axis, so that no point at an edge is cut in half."""

SIZE_LABEL: Final = "replace(format(datum.value, '.2s'), 'G', 'B')"
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
        "titleLimit": 420,
    },
    "legend": {"titleFontWeight": 500, "titleFontSize": 11, "labelFontSize": 11, "orient": "top"},
    "title": {"anchor": "start", "fontSize": 14, "fontWeight": 600, "subtitleFontSize": 11},
}

LIGHT: Final[Spec] = {
    "background": "#ffffff",
    "axis": {"gridColor": "#dedede", "labelColor": "#444444", "titleColor": "#222222"},
    "legend": {"labelColor": "#333333", "titleColor": "#222222"},
    "title": {"color": "#111111", "subtitleColor": "#444444"},
}


def group_colours(count: int) -> list[str]:
    """Return a colour for each of so many groups: few get one each, many stand along one gradient."""
    if count <= len(GROUPS):
        return GROUPS[:count]
    return [_between(place / (count - 1) * (len(SEQUENCE) - 1)) for place in range(count)]


def _between(at: float) -> str:
    """Mix the two colours of SEQUENCE beside a place along it."""
    left = min(int(at), len(SEQUENCE) - 2)
    one, other = (bytes.fromhex(SEQUENCE[k].removeprefix("#")) for k in (left, left + 1))
    return "#" + bytes(round(a + (b - a) * (at - left)) for a, b in zip(one, other, strict=True)).hex()


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
