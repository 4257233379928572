"""Which relations stand behind a name in a query, and in which room each one stands."""

from pipelines.warehouse.catalog import STAGED, Model
from pipelines.warehouse.reports import REPORTS, report_relation

BEHIND_MARTS = 100
"""Depth of a fit: no chain of models before the fits is as long."""


class Lineage:
    """Which relations stand behind a name in ``from``: a relation itself, or a stack over all sources."""

    def __init__(self, models: dict[str, Model], sources: list[str]) -> None:
        self.models = models
        self.sources = sources

    def behind(self, name: str) -> list[str]:
        """Return the relations behind a name; a stack has one for each source."""
        staging = sorted(m.name for m in self.models.values() if m.room == "staging")
        if name == STAGED:
            return staging
        if name == "raw_rejects":
            return [report_relation(s, "rejects") for s in self.sources] + [
                f"{stg}_rejects" for stg in staging
            ]
        report = name.removeprefix("raw_")
        if name != report and report in REPORTS:
            return [report_relation(source, report) for source in self.sources]
        return [name]

    def room(self, relation: str) -> str:
        """Return the room that a relation stands in."""
        if relation in self.models:
            return self.models[relation].room
        return "fits" if relation.endswith("_fits") else "staging"

    def depth(self, relation: str) -> int:
        """Return how many models stand one behind another before a relation is made."""
        if relation.endswith("_fits"):
            return BEHIND_MARTS
        if relation not in self.models:
            return 0
        return 1 + max((self.depth(parent) for parent in self.models[relation].parents), default=0)

    def made_from(self, model: Model) -> list[str]:
        """Return every relation that a model reads, once, in order."""
        return sorted({relation for parent in model.parents for relation in self.behind(parent)})
