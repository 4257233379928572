"""SQL assets: each file in ``sql/`` is one, its dependencies read from the SQL itself."""

from pathlib import Path

import dagster as dg
import polars as pl

from pipelines.assets.raw_assets import CHANGED, OWNER, POOL, STEPS, result
from pipelines.warehouse import catalog
from pipelines.warehouse.catalog import Model
from pipelines.warehouse.home import Warehouse
from pipelines.warehouse.reports import REPORTS
from pipelines.warehouse.run_sql import run_model
from pipelines.warehouse.store import digest_of

BEFORE_READING = {"dagster/priority": "1"}
"""What a source gave is staged while the next is read: that keeps one processor busy, DuckDB the others."""


def sql_assets(warehouse: Warehouse) -> list[dg.AssetsDefinition]:
    """Return one asset for each SQL model."""
    return [_asset(warehouse, model) for model in warehouse.models.values()]


def asset_key(relation: str) -> str:
    """Return the asset that makes a relation: reports and rejects come with the asset they report on."""
    if relation.startswith("stg_"):
        return relation.removesuffix("_rejects")
    for report in REPORTS:
        if relation.startswith("intake_") and relation.endswith(f"_{report}"):
            return relation.removesuffix(f"_{report}")
    return relation


def columns_of(name: str) -> dg.TableSchema:
    """Return the columns that a model's head describes, for the graph; their types are known once it ran."""
    columns = catalog.models()[name].head.columns
    return dg.TableSchema(
        [dg.TableColumn(column, "not run yet", description=c.text()) for column, c in columns.items()]
    )


def columns_made(name: str, parquet: Path) -> dg.TableSchema:
    """Return the columns of a model's table with their types and meanings."""
    columns = []
    for column, dtype in pl.read_parquet_schema(parquet).items():
        meaning = catalog.describe(name, column)
        columns.append(dg.TableColumn(column, str(dtype), description=meaning.text() if meaning else None))
    return dg.TableSchema(columns)


def _description(model: Model) -> str:
    grain = ", ".join(model.head.grain)
    return f"{model.head.summary}\n\nGrain: {grain}.\n\nUse: {model.head.use}."


def _asset(warehouse: Warehouse, model: Model) -> dg.AssetsDefinition:
    parents = {asset_key(relation) for relation in warehouse.lineage.made_from(model)}

    @dg.asset(
        name=model.name,
        group_name=model.room,
        deps=sorted(parents),
        description=_description(model),
        kinds={"duckdb", "sql", "parquet"},
        owners=[OWNER],
        code_version=digest_of(model.text)[:12],
        metadata={"dagster/column_schema": columns_of(model.name)},
        automation_condition=CHANGED,
        pool=POOL,
        op_tags=BEFORE_READING,
    )
    def run() -> dg.MaterializeResult[None]:
        STEPS.info(model.name)
        with warehouse.home.only_step():
            record = run_model(
                model,
                warehouse.store,
                warehouse.lineage,
                force=warehouse.settings.force,
                engine=warehouse.engine,
            )
        made = columns_made(model.name, warehouse.store.path(model.room, model.name))
        return result(model.name, record, **{"dagster/column_schema": made})

    return run
