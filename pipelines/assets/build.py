"""All definitions over one home folder: what a run needs of Dagster, and what a deployment shows of it."""

import dagster as dg

from pipelines.assets.backfill import backfill_jobs
from pipelines.assets.check_assets import check_definitions
from pipelines.assets.fit_assets import fit_assets
from pipelines.assets.jobs import JOBS, SCHEDULES, drop_folder_sensor
from pipelines.assets.raw_assets import raw_assets
from pipelines.assets.release_asset import release_asset
from pipelines.assets.sql_assets import sql_assets
from pipelines.intake.spec import Source
from pipelines.settings import Settings
from pipelines.sources import SOURCES
from pipelines.warehouse.home import Warehouse


def build(settings: Settings, sources: tuple[Source, ...] = SOURCES) -> dg.Definitions:
    """Return the definitions over one home folder, of all sources or of some."""
    warehouse = Warehouse(settings, sources)
    return dg.Definitions(
        assets=[
            *raw_assets(warehouse, sources),
            *sql_assets(warehouse),
            *fit_assets(warehouse),
            release_asset(warehouse, sources),
        ],
        asset_checks=check_definitions(warehouse),
        # Steps write one at a time whoever runs them: a process a step would only cost its start.
        executor=dg.in_process_executor,
        jobs=[*JOBS, *backfill_jobs(warehouse, SOURCES)],
        schedules=SCHEDULES,
        sensors=[drop_folder_sensor(warehouse)],
    )
