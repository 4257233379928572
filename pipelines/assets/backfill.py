"""The job that takes in one source at a time: a partition is a source, so that one can be backfilled."""

from collections.abc import Sequence

import dagster as dg

from pipelines.assets.raw_assets import RETRIES
from pipelines.intake.ingest import ingest
from pipelines.intake.spec import Source
from pipelines.warehouse.disk import DiskFullError
from pipelines.warehouse.home import Warehouse
from pipelines.warehouse.reports import report_relation
from pipelines.warehouse.store import Record


def backfill_job(warehouse: Warehouse, sources: Sequence[Source]) -> dg.JobDefinition:
    """Return the job ``take_in``, partitioned by source: what follows from the source is then due anew."""
    by_name = {source.name: source for source in sources}

    @dg.op(description="Read one source again, whatever stood of it.", retry_policy=RETRIES)
    def take_in_source(context: dg.OpExecutionContext) -> None:
        source = by_name[context.partition_key]
        try:
            with warehouse.home.only_step():
                records = ingest(source, warehouse.settings, warehouse.store, force=True)
        except DiskFullError as error:  # another try would meet the same disk
            raise dg.Failure(str(error), allow_retries=False) from error
        for asset, relation in _assets(source).items():
            context.log_event(_made(asset, records[relation]))

    @dg.job(
        partitions_def=dg.StaticPartitionsDefinition(list(by_name)),
        description="Take in the sources that are asked for; automation makes what follows from them.",
    )
    def take_in() -> None:
        take_in_source()

    return take_in


def _assets(source: Source) -> dict[str, str]:
    """Return the assets of a source, each with the relation whose digest tells whether it changed."""
    tables = {name: name for name, _ in source.relations()}
    return tables | {f"intake_{source.name}": report_relation(source.name, "sources")}


def _made(asset: str, record: Record) -> dg.AssetMaterialization:
    return dg.AssetMaterialization(
        asset_key=asset,
        metadata={"dagster/row_count": record.rows, "reused": record.reused},
        tags={"dagster/data_version": record.digest},
    )
