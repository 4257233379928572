"""Figures as Vega-Lite: one definition drawn in the site, in the terminal's PNG and in Dagster alike."""

from pipelines.figures.consequences import biases_figure, law_figure
from pipelines.figures.curve import curve_figure, size_figure
from pipelines.figures.figure import TEMPLATES, Figure
from pipelines.figures.overview import forest_figure, verdicts_figure

__all__ = [
    "TEMPLATES",
    "Figure",
    "biases_figure",
    "curve_figure",
    "forest_figure",
    "law_figure",
    "size_figure",
    "verdicts_figure",
]
