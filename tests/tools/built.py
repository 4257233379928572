"""A warehouse of a test's own: a mirror of made-up or real files, ingested and run up to the marts."""

from collections.abc import Iterable
from graphlib import TopologicalSorter
from pathlib import Path

import polars as pl

from pipelines.intake import facts
from pipelines.intake.ingest import ingest, ingest_facts
from pipelines.intake.spec import Source
from pipelines.settings import Settings
from pipelines.warehouse import catalog
from pipelines.warehouse.connect import connect
from pipelines.warehouse.lineage import Lineage
from pipelines.warehouse.reports import report_relation
from pipelines.warehouse.run_sql import run_model
from pipelines.warehouse.store import Store

Files = dict[str, bytes]


class Built:
    """A home folder with some sources; ``sql`` asks it anything."""

    def __init__(self, home: Path, mirror: Path, sources: Iterable[Source]) -> None:
        self.settings = Settings(home=home, mirror=mirror, offline=True)
        self.sources = tuple(sources)
        self.store = Store(home)
        self.lineage = Lineage(catalog.models(), [source.name for source in self.sources])

    def ingest(self) -> "Built":
        """Bring every source and every table of facts into the staging room."""
        for source in self.sources:
            ingest(source, self.settings, self.store)
        for table in facts.TABLES:
            ingest_facts(table, self.store)
        return self

    def run(self, *wanted: str) -> "Built":
        """Run the staging and mart files, or only the ``wanted`` models and their parents."""
        staged = {"stg_shape", *(f"stg_{source.name}" for source in self.sources)}
        self.lineage.models = {
            name: model for name, model in catalog.models().items() if model.room == "marts" or name in staged
        }
        models = self.lineage.models
        order = TopologicalSorter({name: self.lineage.made_from(model) for name, model in models.items()})
        needed = self._needed(wanted) if wanted else set(models)
        for name in order.static_order():
            if name in models and name in needed:
                run_model(models[name], self.store, self.lineage)
        return self

    def _needed(self, wanted: Iterable[str]) -> set[str]:
        found: set[str] = set()
        queue = list(wanted)
        while queue:
            name = queue.pop()
            if name in self.lineage.models and name not in found:
                found.add(name)
                queue.extend(self.lineage.made_from(self.lineage.models[name]))
        return found

    def sql(self, query: str) -> pl.DataFrame:
        """Return the rows of a query over every relation made so far."""
        with connect(self.store, self.lineage, catalog.parents_of(query)) as con:
            return con.sql(query).pl()

    def report(self, report: str, source: str) -> pl.DataFrame:
        """Return one report of a source as its last ingest left it."""
        return pl.read_parquet(self.store.path("staging", report_relation(source, report)))

    def status(self, source: str) -> str:
        """Return the status of a source as its last ingest left it."""
        return str(self.report("sources", source)["status"].item())


def put(mirror: Path, source: Source, files: Files, origin: int = 0) -> None:
    """Write files into a mirror folder, at the commit of one of a source's origins."""
    place = source.origins[origin]
    for path, content in files.items():
        target = mirror / place.repo / place.commit / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
