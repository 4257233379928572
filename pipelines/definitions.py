"""Everything Dagster knows of the warehouse."""

import dagster as dg

from pipelines.checks import check_definitions
from pipelines.fits import fit_assets
from pipelines.jobs import JOBS, SCHEDULES, drop_folder_sensor
from pipelines.models import sql_assets
from pipelines.raw import raw_assets
from pipelines.release.asset import release_asset
from pipelines.settings import Settings
from pipelines.sources import SOURCES
from pipelines.warehouse import Warehouse


def build(settings: Settings) -> dg.Definitions:
    """Return the definitions over one home folder."""
    warehouse = Warehouse(settings, SOURCES)
    return dg.Definitions(
        assets=[
            *raw_assets(warehouse),
            *sql_assets(warehouse),
            *fit_assets(warehouse),
            release_asset(warehouse),
        ],
        asset_checks=check_definitions(warehouse),
        # Steps write one at a time whoever runs them: a process a step would only cost its start.
        executor=dg.in_process_executor,
        jobs=JOBS,
        schedules=SCHEDULES,
        sensors=[drop_folder_sensor(warehouse)],
    )


defs = build(Settings.from_environment())
