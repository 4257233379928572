"""What follows from thresholds, as far as a release holds it: sufficiency, sizes, laws, claims, forecasts."""

from functools import cached_property
from typing import Any

from pipelines.site.data import SiteData

Row = dict[str, Any]


class Consequences:
    """The tables of consequences; one that a release lacks has no rows, and its pages are left out."""

    def __init__(self, data: SiteData) -> None:
        self.data = data
        self.questions = data.questions

    @cached_property
    def laws(self) -> list[Row]:
        """The fitted loss laws."""
        return []

    @cached_property
    def claims(self) -> list[Row]:
        """The published claims and how they fare."""
        return []

    @cached_property
    def published(self) -> list[Row]:
        """Published thresholds, on the axes where they may be compared."""
        return []

    def add_sizes(self, task_file: Row) -> None:
        """Add to the fits of a task the sizes at which they emerge."""

    def of_task(self, task: str) -> Row:
        return {
            "biases": [],
            "sufficiency": [],
            "emergence_sizes": [],
            "has_sizes": False,
            "size_columns": [],
        }

    def of_source(self, source: str) -> Row:
        return {"forecasts": [], "anomalies": [], "forecast_columns": [], "anomaly_columns": [], "most": 0}

    def universal(self, corpus: str | None) -> Row:
        return {"universality": [], "universality_columns": []}

    def of_corpus(self, corpus: str | None) -> Row:
        return {"laws": [], "law_figures": [], "law_columns": []}
