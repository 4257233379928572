"""Runs the Dagster definitions in this process, unless nothing changed since the newest release."""

import logging
import os
import re
from typing import Any

from pipelines.assets.inputs import inputs_digest
from pipelines.engines.workers import closing_processes
from pipelines.fits.registry import drop_gone
from pipelines.release.open_release import latest_release
from pipelines.release.outcome import Run
from pipelines.release.repair import repair
from pipelines.settings import Settings
from pipelines.sources import SOURCES, select
from pipelines.warehouse.home import Home, Warehouse

log = logging.getLogger("emergence.run")


def refresh(settings: Settings) -> Run:
    """Bring the home folder up to date and publish; does nothing when no input, code or setting changed.

    Raises BusyError when another run holds the home folder.
    """
    select(settings.only)
    home = Home(settings.home)
    with home.only_run():
        for line in repair(home.folder, is_thorough=settings.force):
            log.warning("put right: %s", line)
        before = latest_release(home.folder)
        inputs = inputs_digest(SOURCES, settings)
        if before and not settings.force and before.manifest()["inputs"] == inputs:
            return Run(before, False, before.manifest()["problems"])
        warehouse = Warehouse(settings, SOURCES)
        log.debug(
            "at work: %s", warehouse.engine
        )  # a cluster that cannot be used is told before anything is done
        drop_gone(warehouse)
        failed = _execute(settings)
        after = latest_release(home.folder)
        is_new = after is not None and (before is None or after.name != before.name)
        is_current = is_new or not failed
        problems = after.manifest()["problems"] if after and is_current else []
        return Run(after, is_new, [*failed, *problems], is_current)


def _execute(settings: Settings) -> list[str]:
    """Run the ``refresh`` job and return one line for each step that failed."""
    # Dagster costs a second to import, which a run with nothing to do need not pay.

    from pipelines.assets.build import build
    from pipelines.assets.instance import instance_at_hand
    from pipelines.assets.launcher import PROCESS
    from pipelines.assets.side_by_side import run_job

    logging.getLogger("dagster").setLevel(logging.CRITICAL)
    job = build(settings).resolve_job_def("refresh")
    with instance_at_hand() as instance, closing_processes():
        result = run_job(job, instance, raise_on_error=False, tags={PROCESS: str(os.getpid())})
        failed = [event for event in result.all_events if event.is_step_failure]
        causes = {event.step_key: _cause(event.step_failure_data.error) for event in failed}
        lines = {step: f"{step}: {cause}" for step, cause in causes.items()}
        # A full disk stops every step that writes: one of them says it all.
        full = [lines[step] for step, cause in causes.items() if "no room to write" in cause]
        # The error of a check says only that it blocks; what it found stands in its evaluation.
        found = {
            event.step_key: event.asset_check_evaluation_data.description or ""
            for event in result.all_events
            if event.event_type_value == "ASSET_CHECK_EVALUATION" and event.step_key in lines
        }
        return full[:1] or list((lines | found).values())


def _cause(error: Any) -> str:
    """Return the first message of a step's failure that is not the orchestrator's own, on one line."""
    while error.cause is not None and (error.cls_name or "").startswith(("Dagster", "Failure")):
        error = error.cause
    words = " ".join(str(error.message).split())
    # Errors of the project say enough without their class.
    return re.sub(r"^(pipelines|emergence)[\w.]*: ", "", words)
