"""Jobs over the asset groups, the schedules, and the sensor on the drop folder."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg

from pipelines.assets.backfill import OWN_RUNS
from pipelines.intake.safe_text import is_safe
from pipelines.intake.updates import check_updates
from pipelines.sources import SOURCES
from pipelines.sources.own import drop_digest, dropped_runs
from pipelines.warehouse.home import Warehouse

HISTORY_DAYS = 30
Requested = dg.AddDynamicPartitionsRequest | dg.DeleteDynamicPartitionsRequest

REFRESH = dg.define_asset_job("refresh", dg.AssetSelection.all(), description="Everything, raw to release.")
INGEST = dg.define_asset_job(
    "ingest", dg.AssetSelection.groups("raw", "staging", "marts"), description="Published bytes to marts."
)
FIT = dg.define_asset_job("fit", dg.AssetSelection.groups("fits"), description="Marts to fits.")
REPORT = dg.define_asset_job(
    "report", dg.AssetSelection.groups("reports", "release"), description="Fits to reports and a release."
)


@dg.op(description=f"Delete the records of runs that ended more than {HISTORY_DAYS} days ago.")
def delete_old_runs(context: dg.OpExecutionContext) -> int:
    """Delete old run records and return how many went; what assets hold is not touched."""
    ended = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]
    before = datetime.now(UTC) - timedelta(days=HISTORY_DAYS)
    old = context.instance.get_run_records(dg.RunsFilter(statuses=ended, updated_before=before))
    for record in old:
        context.instance.delete_run(record.dagster_run.run_id)
    return len(old)


@dg.job(description="Keep the history of the deployment from growing without end.")
def prune_history() -> None:
    """Delete the records of old runs."""
    delete_old_runs()


@dg.op(description="Ask every pinned repository for its newest commit; a newer one is a warning in the log.")
def ask_for_updates(context: dg.OpExecutionContext) -> list[str]:
    """Log and return one line for each source that has moved on; pins are written by a person.

    Raises Failure where a repository could not be asked: nobody would look for what was not seen.
    """
    newer, unasked = [], []
    for update in check_updates(SOURCES):
        (context.log.warning if update.is_newer or update.why else context.log.info)(update.line())
        if update.is_newer:
            newer.append(update.line())
        if update.why:
            unasked.append(update.line())
    if unasked:
        raise dg.Failure("; ".join(unasked), metadata={"newer": "\n".join(newer) or "none"})
    context.add_output_metadata({"newer": len(newer), "lines": "\n".join(newer) or "none"})
    return newer


@dg.job(description="See whether a pinned source has moved on: a pinned source never changes by itself.")
def look_for_updates() -> None:
    """Ask for newer commits than the pinned ones."""
    ask_for_updates()


JOBS = (REFRESH, INGEST, FIT, REPORT, look_for_updates, prune_history)
SCHEDULES = [
    dg.ScheduleDefinition(name="daily_refresh", job=REFRESH, cron_schedule="0 5 * * *"),
    dg.ScheduleDefinition(name="weekly_updates", job=look_for_updates, cron_schedule="0 6 * * 1"),
    dg.ScheduleDefinition(name="weekly_prune", job=prune_history, cron_schedule="0 4 * * 0"),
]


# Between the digest that was read and the one that is waited for, in the sensor's cursor.
WAITING = " then "


def drop_folder_sensor(warehouse: Warehouse) -> dg.SensorDefinition:
    """Return the sensor that refreshes the warehouse when runs of one's own come, change or go."""
    home = warehouse.settings.home

    @dg.sensor(
        name="drop_folder",
        job=REFRESH,
        minimum_interval_seconds=30,
        description=f"Watches {home / 'drop'} for runs of one's own.",
    )
    def drop_folder(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        digest = drop_digest(home)
        done, _, waiting = (context.cursor or drop_digest(None)).partition(WAITING)
        runs = _listed(home, context.instance)
        if digest == done:
            # What changed and changed back is forgotten, too.
            why = dg.SkipReason("nothing in the drop folder changed")
            return dg.SensorResult(skip_reason=why, cursor=digest, dynamic_partitions_requests=runs)
        if digest != waiting:
            # Seen twice alike, it is complete: what is being written still changes.
            why = dg.SkipReason("the drop folder changed; it is read when it no longer does")
            cursor = f"{done}{WAITING}{digest}"
            return dg.SensorResult(skip_reason=why, cursor=cursor, dynamic_partitions_requests=runs)
        asked = [dg.RunRequest(run_key=digest)]
        return dg.SensorResult(run_requests=asked, cursor=digest, dynamic_partitions_requests=runs)

    return drop_folder


def _listed(home: Path, instance: dg.DagsterInstance) -> list[Requested]:
    """Return what makes the list of partitions that of one's own runs."""
    known, found = set(instance.get_dynamic_partitions(str(OWN_RUNS.name))), set(dropped_runs(home))
    requests: list[Requested] = []
    if new := sorted(run for run in found - known if is_safe(run) and "..." not in run):  # Dagster's own rule
        requests.append(OWN_RUNS.build_add_request(new))
    if gone := sorted(known - found):
        requests.append(OWN_RUNS.build_delete_request(gone))
    return requests
