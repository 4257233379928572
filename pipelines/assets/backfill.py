"""The jobs that take in one source, or one run of one's own: a partition each, to be backfilled alone."""

from collections.abc import Collection, Sequence

import dagster as dg

from pipelines.assets.raw_assets import RETRIES
from pipelines.intake.ingest import ingest
from pipelines.intake.spec import Source
from pipelines.sources import own
from pipelines.warehouse.disk import DiskFullError
from pipelines.warehouse.home import Warehouse
from pipelines.warehouse.reports import report_relation
from pipelines.warehouse.store import Record

OWN_RUNS = dg.DynamicPartitionsDefinition(name="own_runs")
"""One's own runs, by their folders below the drop folder; the sensor on it keeps the list."""


def backfill_jobs(warehouse: Warehouse, sources: Sequence[Source]) -> list[dg.JobDefinition]:
    """Return ``take_in`` and ``take_in_run``: what follows from what they read is then due anew."""
    by_name = {source.name: source for source in sources}

    @dg.op(description="Read one source again, whatever stood of it.", retry_policy=RETRIES)
    def take_in_source(context: dg.OpExecutionContext) -> None:
        _take_in(context, warehouse, by_name[context.partition_key])

    @dg.job(
        partitions_def=dg.StaticPartitionsDefinition(list(by_name)),
        description="Take in the sources that are asked for; automation makes what follows from them.",
    )
    def take_in() -> None:
        take_in_source()

    @dg.op(description="Read one run of one's own again; the others stand as they were read.")
    def take_in_own_run(context: dg.OpExecutionContext) -> None:
        run = context.partition_key
        if run not in own.dropped_runs(warehouse.home.folder):
            raise dg.Failure(f"no folder {run!r} in the drop folder: it was taken away", allow_retries=False)
        _take_in(context, warehouse, own.SOURCE, anew={own.run_kind(run)})

    @dg.job(
        partitions_def=OWN_RUNS,
        description="Take in runs of one's own that are asked for; automation makes what follows.",
    )
    def take_in_run() -> None:
        take_in_own_run()

    return [take_in, take_in_run]


def _take_in(
    context: dg.OpExecutionContext, warehouse: Warehouse, source: Source, *, anew: Collection[str] = ()
) -> None:
    try:
        with warehouse.home.only_step():
            records = ingest(source, warehouse.settings, warehouse.store, force=True, anew=anew)
    except DiskFullError as error:  # another try would meet the same disk
        raise dg.Failure(str(error), allow_retries=False) from error
    for asset, relation in _assets(source).items():
        context.log_event(_made(asset, records[relation]))


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
