"""A figure: a Vega-Lite template with its values and its rows, and how it becomes an image."""

import base64
import json
import re
from dataclasses import dataclass, field
from typing import Any

from pipelines.figures.folding import folded
from pipelines.figures.renderer import Images, Renderer
from pipelines.figures.style import CONFIG, LIGHT, Spec
from pipelines.figures.text_widths import with_fixed_widths

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
TEMPLATES: dict[str, Spec] = {}
Rows = list[dict[str, Any]]


def template(name: str, spec: Spec) -> str:
    """Register a template; texts such as ``$loss_title`` in it stand for the values of one figure."""
    TEMPLATES[name] = {"$schema": SCHEMA, **spec, "config": CONFIG}
    return name


TITLES = {
    "title": ("width", 15),
    "loss_title": ("width", 12),
    "x_title": ("width", 12),
    "bias_title": ("width", 12),
    "share_title": ("width", 12),
    "score_title": ("height", 12),
    "law_title": ("height", 12),
}
"""Titles, with the side of the plot along which each runs and its size in pixels (a bold one is wider)."""


@dataclass(frozen=True)
class Figure:
    """One figure: which template, what its ``$names`` stand for, and the rows of each of its data sets."""

    template: str
    values: dict[str, Any]
    rows: dict[str, Rows] = field(repr=False)
    description: str = ""

    def spec(self, *, width: int | None = None) -> Spec:
        """Return the complete Vega-Lite specification, in the light theme; ``width`` in pixels."""
        values = {
            "width": width or 640,
            "height": 340,
            "legend_columns": 4,
            "legend_limit": 40,
            "label_limit": 240,
            **self.values,
        }
        values |= {
            name: _folded(values[name], values[side], size)
            for name, (side, size) in TITLES.items()
            if values.get(name)
        }
        filled: Spec = _fill(TEMPLATES[self.template], values)
        filled["datasets"] = self.rows
        filled["description"] = self.description
        filled["config"] = _merged(CONFIG, LIGHT)
        cleaned: Spec = _without_controls(filled)
        return cleaned

    def to_png(self, *, scale: float = 2.0, width: int | None = None) -> bytes:
        """Return the figure as PNG bytes."""
        import vl_convert

        png: bytes = vl_convert.vegalite_to_png(self.spec(width=width), scale=scale)
        return png

    def to_svg(self, *, width: int | None = None) -> str:
        """Return the figure as SVG text, which keeps its widths in any font."""
        import vl_convert

        svg: str = vl_convert.vegalite_to_svg(self.spec(width=width))
        return with_fixed_widths(svg)

    def images(self, renderer: Renderer) -> Images:
        """Return the figure as SVG and PNG, drawn in the renderer's process; raises FigureError."""
        drawn = renderer.draw(self.spec())
        return Images(with_fixed_widths(drawn.svg), drawn.png)

    def to_markdown(self) -> str:
        """Return the figure as a Markdown image that carries its own bytes, for Dagster's metadata."""
        image = base64.b64encode(self.to_png(scale=1.0)).decode()
        return f"![{self.description}](data:image/png;base64,{image})"


def _folded(text: str, room: float, size: float) -> str | list[str]:
    lines = folded(text, room, size)
    return lines if len(lines) > 1 else text


_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
"""Letters that no XML may hold, and so no SVG."""


def _without_controls(node: Any) -> Any:
    """Put the mark of an unknown letter for each that would break a picture."""
    if isinstance(node, str):
        return _CONTROLS.sub("\ufffd", node)
    if isinstance(node, dict):
        return {key: _without_controls(value) for key, value in node.items()}
    return [_without_controls(value) for value in node] if isinstance(node, list | tuple) else node


def _fill(node: Any, values: dict[str, Any]) -> Any:
    if isinstance(node, str) and node.startswith("$") and node[1:] in values:
        return values[node[1:]]
    if isinstance(node, dict):
        return {key: _fill(value, values) for key, value in node.items()}
    return [_fill(value, values) for value in node] if isinstance(node, list) else node


def _merged(one: Spec, other: Spec) -> Spec:
    both = dict(one)
    for key, value in other.items():
        both[key] = _merged(both[key], value) if isinstance(both.get(key), dict) else value
    return both


def templates_json() -> str:
    """Return every template as JSON, for the site."""
    return json.dumps(TEMPLATES, sort_keys=True, separators=(",", ":"))
