"""Makes the tables of a warehouse of any size, as staging leaves them: what the marts are then run on."""

from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import polars as pl

from pipelines.engines import Engine, Here
from pipelines.intake import facts
from pipelines.intake.ingest import ingest_facts
from pipelines.warehouse import catalog
from pipelines.warehouse.catalog import Model
from pipelines.warehouse.connect import Bounds, engine_in
from pipelines.warehouse.lineage import Lineage
from pipelines.warehouse.quoting import read_parquet
from pipelines.warehouse.reports import REPORTS, report_relation
from pipelines.warehouse.run_sql import run_model
from pipelines.warehouse.store import Store

FOLDER = Path(__file__).parent
SOURCES = ("olmo_ladder", "bpc", "obs")
STAGED = {"stg_shape", "stg_olmo_ladder", "stg_bpc"}
READ = ("facts_corpora", "facts_tasks", "stg_shape")
SETTINGS_A_TASK = 3
CHECKPOINTS = 60


def lineage() -> Lineage:
    """Return what stands behind the marts of generated tables: three sources, two of which meet."""
    models = catalog.models().items()
    wanted = {name: model for name, model in models if model.room == "marts" or name in STAGED}
    return Lineage(wanted, list(SOURCES))


def generate(store: Store, scores: int, *, corpora: int = 11, tasks: int = 100, public: int = 200) -> None:
    """Stage about so many scores of made-up trainings with their losses, and the models of a joint source."""
    for table in facts.TABLES:
        ingest_facts(table, store)
    for source in SOURCES:
        for report, schema in REPORTS.items():
            name = report_relation(source, report)
            store.write("staging", name, "", pl.DataFrame(schema=schema), lambda _: None)
    run_model(catalog.models()["stg_shape"], store, lineage())
    store.write("staging", "stg_shape_rejects", "", pl.DataFrame(schema=REPORTS["rejects"]), lambda _: None)
    checkpoints_wanted = max(1, scores // (tasks * SETTINGS_A_TASK))
    a_run = min(CHECKPOINTS, max(4, checkpoints_wanted // 4))
    asked = {"n_runs": max(1, checkpoints_wanted // a_run), "n_checkpoints": a_run}
    _stage(store, "stg_olmo_ladder", "generated", asked | {"n_corpora": corpora, "n_tasks": tasks})
    _stage(store, "stg_bpc", "generated_joint", {"n_models": public})


def _stage(store: Store, relation: str, query: str, asked: dict[str, int]) -> None:
    with engine_in(store.home, Bounds(Here().alone_megabytes)) as con:
        for name in READ:
            read_parquet(con, store.path("staging", name)).create_view(name, replace=True)
        rows = con.sql((FOLDER / f"{query}.sql").read_text(), params=asked).to_arrow_reader(1 << 16)
        store.write("staging", relation, "", rows, lambda _: None)
    rejects = pl.DataFrame(schema=REPORTS["rejects"])
    store.write("staging", f"{relation}_rejects", "", rejects, lambda _: None)


def marts_in_order() -> Iterator[Model]:
    """Yield the marts, each after those that it reads."""
    line = lineage()
    order = TopologicalSorter({name: line.made_from(model) for name, model in line.models.items()})
    for name in order.static_order():
        if name in line.models and line.models[name].room == "marts":
            yield line.models[name]


def run_marts(store: Store, engine: Engine, *, force: bool = False) -> None:
    """Run every mart on what is staged."""
    for model in marts_in_order():
        run_model(model, store, lineage(), engine=engine, force=force)
