"""Launches runs as Dagster does by itself, and sees which of them are dead, so that the next need not wait.

Without it a run whose process was killed together with the daemon counts as running until its longest time is
up, and runs wait for each other.
"""

import os
from typing import Any

import dagster as dg
from dagster._core.launcher.base import CheckRunHealthResult, WorkerStatus
from dagster._core.launcher.default_run_launcher import DefaultRunLauncher
from dagster._grpc.types import CanCancelExecutionRequest, CanCancelExecutionResult
from dagster._serdes import deserialize_value

PROCESS = "emergence/process"
"""Tag of a run from the command line: the process that it is."""


class LocalLauncher(DefaultRunLauncher):
    """Dagster's own launcher, which can also say whether the process of a run still lives."""

    @property
    def supports_check_run_worker_health(self) -> bool:
        """Whether run monitoring may ask."""
        return True

    def check_run_worker_health(self, run: dg.DagsterRun) -> CheckRunHealthResult:
        """Return whether a run's process lives: asked of the system, or of the server that started it."""
        process = run.tags.get(PROCESS)
        lives = _lives(int(process)) if process else self._is_known(run.run_id)
        status = WorkerStatus.RUNNING if lives else WorkerStatus.FAILED
        return CheckRunHealthResult(status, None if lives else "its process is gone", transient=False)

    def _is_known(self, run_id: str) -> bool:
        client: Any = self._get_grpc_client_for_termination(run_id)  # type: ignore[no-untyped-call]
        if client is None:  # not launched from here: nobody can say
            return True
        try:
            said = client.can_cancel_execution(CanCancelExecutionRequest(run_id=run_id), timeout=10)
        except Exception as error:  # the server is gone, and its runs with it, unless it is only late
            return "DEADLINE_EXCEEDED" in str(error)
        return bool(deserialize_value(said, CanCancelExecutionResult).can_cancel)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # another user's
        pass
    return True
