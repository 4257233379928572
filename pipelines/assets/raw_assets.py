"""Raw assets: one for each source in the list, one for each table of facts."""

import logging
from collections.abc import Iterator, Sequence
from typing import Any

import dagster as dg

from pipelines.intake import facts
from pipelines.intake.ingest import ingest, ingest_facts, source_code
from pipelines.intake.spec import Source
from pipelines.warehouse.disk import DiskFullError
from pipelines.warehouse.home import Warehouse
from pipelines.warehouse.reports import REPORTS, report_relation
from pipelines.warehouse.store import Record

STEPS = logging.getLogger("emergence.step")
"""Where a step says that it begins: the command line shows the one at work."""
OWNER = "team:warehouse"
# What writes DuckDB or Parquet at length shares this pool, so that two runs do not fight over memory.
POOL = "warehouse"
RETRIES = dg.RetryPolicy(max_retries=2, delay=30, backoff=dg.Backoff.EXPONENTIAL)
# `on_missing()` does not see what is missing from the very first evaluation on, as in a new deployment.
ABSENT: dg.AutomationCondition[Any] = (
    dg.AutomationCondition.missing()
    & ~dg.AutomationCondition.any_deps_missing()
    & ~dg.AutomationCondition.in_progress()
    & ~dg.AutomationCondition.execution_failed()
)
# `eager()` fires again on the same data version and misses a new code version; this does neither. What a run
# at work will make anyway is not asked for a second time, and what came to pass meanwhile is not forgotten.
_NEWS: dg.AutomationCondition[Any] = (
    dg.AutomationCondition.code_version_changed()
    | dg.AutomationCondition.any_deps_match(dg.AutomationCondition.data_version_changed())
)
CHANGED: dg.AutomationCondition[Any] = ABSENT | (
    _NEWS.since_last_handled()
    & ~dg.AutomationCondition.any_deps_missing()
    & ~dg.AutomationCondition.any_deps_in_progress()
    & ~dg.AutomationCondition.in_progress()
)


def raw_assets(warehouse: Warehouse, sources: Sequence[Source]) -> list[dg.AssetsDefinition]:
    """Return the assets that bring published bytes and facts into the staging room."""
    fetched = [_source_asset(warehouse, source) for source in sources]
    return [*fetched, *(_facts_asset(warehouse, table) for table in facts.TABLES)]


def result(key: str, record: Record, **metadata: Any) -> dg.MaterializeResult[None]:
    """Say what came out of a step: its rows, its digest as data version, and whether it was there already."""
    return dg.MaterializeResult(
        asset_key=key,
        data_version=dg.DataVersion(record.digest),
        metadata={"dagster/row_count": record.rows, "reused": record.reused, **metadata},
    )


def _source_asset(warehouse: Warehouse, source: Source) -> dg.AssetsDefinition:
    relations = [*(name for name, _ in source.relations()), f"intake_{source.name}"]
    specs = [
        dg.AssetSpec(
            relation,
            group_name="raw",
            description=f"{source.title}. {source.citation}. Licence: {source.licence}.",
            kinds={"python", "parquet"},
            owners=[OWNER],
            code_version=source_code(source)[:12],
            metadata={"address": source.address, "version": source.version},
            automation_condition=ABSENT | dg.AutomationCondition.code_version_changed(),
        )
        for relation in relations
    ]

    @dg.multi_asset(name=f"fetch_{source.name}", specs=specs, retry_policy=RETRIES)
    def fetch_and_parse() -> Iterator[dg.MaterializeResult[None]]:
        STEPS.info(source.name)
        try:
            with warehouse.home.only_step():
                records = ingest(source, warehouse.settings, warehouse.store, force=warehouse.settings.force)
        except DiskFullError as error:  # another try would meet the same disk
            raise dg.Failure(str(error), allow_retries=False) from error
        for name, _ in source.relations():
            yield result(name, records[name])
        report = records[report_relation(source.name, "sources")]
        yield dg.MaterializeResult(
            asset_key=f"intake_{source.name}",
            data_version=dg.DataVersion(report.digest),
            metadata={f"{name}_rows": records[report_relation(source.name, name)].rows for name in REPORTS},
        )

    return fetch_and_parse


def _facts_asset(warehouse: Warehouse, table: str) -> dg.AssetsDefinition:
    name = f"facts_{table}"

    @dg.asset(
        name=name,
        group_name="raw",
        kinds={"csv", "parquet"},
        owners=[OWNER],
        automation_condition=ABSENT,
        description=f"Facts that ship with the project: {table.replace('_', ' ')}.",
    )
    def facts_table() -> dg.MaterializeResult[None]:
        with warehouse.home.only_step():
            return result(name, ingest_facts(table, warehouse.store))

    return facts_table
