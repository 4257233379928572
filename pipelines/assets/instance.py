"""Dagster's instance of a run in this process: the deployment's own, or one that writes down nothing.

Without a deployment a run's record would go with the process, unread; writing it took longer than most steps.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import dagster as dg
from dagster._core.instance import InstanceType
from dagster._core.launcher.sync_in_memory_run_launcher import SyncInMemoryRunLauncher
from dagster._core.run_coordinator import DefaultRunCoordinator
from dagster._core.storage.event_log import InMemoryEventLogStorage
from dagster._core.storage.noop_compute_log_manager import NoOpComputeLogManager
from dagster._core.storage.root import TemporaryLocalArtifactStorage
from dagster._core.storage.runs import InMemoryRunStorage


class NoEventLog(InMemoryEventLogStorage):
    """Keeps no event and knows of no asset: a run hands its events to its caller by itself."""

    # Else each asset without a record is looked for among observations, too.
    asset_records_have_last_observation = True

    def store_event(self, event: dg.EventLogEntry) -> None:
        """Forget an event."""

    def get_asset_records(self, asset_keys: Any = None) -> Sequence[Any]:
        """Return no record."""
        return []


class NoPlans(InMemoryRunStorage):
    """Keeps a run without a picture of its plan, which takes about as long to draw as to make."""

    def has_execution_plan_snapshot(self, execution_plan_snapshot_id: str) -> bool:
        """Say that none is needed."""
        return True


def instance_at_hand() -> dg.DagsterInstance:
    """Return the instance of DAGSTER_HOME, whose pages then know of this run; else one that is forgotten."""
    folder = os.environ.get("DAGSTER_HOME")
    kept = folder is not None and (Path(folder) / "dagster.yaml").is_file()
    return dg.DagsterInstance.get() if kept else _forgotten()


def _forgotten() -> dg.DagsterInstance:
    return dg.DagsterInstance(
        instance_type=InstanceType.EPHEMERAL,
        local_artifact_storage=TemporaryLocalArtifactStorage(),  # type: ignore[no-untyped-call]
        run_storage=NoPlans(),
        event_storage=NoEventLog(),
        compute_log_manager=NoOpComputeLogManager(),
        run_coordinator=DefaultRunCoordinator(),
        run_launcher=SyncInMemoryRunLauncher(),
    )
