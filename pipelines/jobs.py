"""Jobs over the asset groups, and the daily schedule."""

import dagster as dg

REFRESH = dg.define_asset_job("refresh", dg.AssetSelection.all(), description="Everything, raw to release.")
JOBS = [
    REFRESH,
    dg.define_asset_job(
        "ingest", dg.AssetSelection.groups("raw", "staging", "marts"), description="Published bytes to marts."
    ),
    dg.define_asset_job("fit", dg.AssetSelection.groups("fits"), description="Marts to fits."),
    dg.define_asset_job(
        "report", dg.AssetSelection.groups("reports", "release"), description="Fits to reports and a release."
    ),
]
SCHEDULES = [dg.ScheduleDefinition(name="daily_refresh", job=REFRESH, cron_schedule="0 5 * * *")]
