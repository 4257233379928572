"""Runs the Dagster definitions in this process, unless nothing changed since the newest release."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from filelock import FileLock, Timeout

from emergence.errors import EmergenceError
from pipelines.release.inputs import inputs_digest
from pipelines.release.publish import put_right
from pipelines.release.released import Release, latest_release
from pipelines.settings import Settings
from pipelines.sources import SOURCES, select

log = logging.getLogger("emergence.run")


class BusyError(EmergenceError):
    """Another run holds this home folder."""


@dataclass(frozen=True)
class Run:
    """What a run came to: the release that now stands, whether it is new, and what failed on the way.

    ``is_current`` is false where a step failed, so that what stands is older than what was asked for.
    """

    release: Release | None
    is_new: bool
    failures: list[str]
    is_current: bool = True


def refresh(settings: Settings) -> Run:
    """Bring the home folder up to date and publish; does nothing when no input, code or setting changed.

    Raises BusyError when another run holds the home folder.
    """
    select(settings.only)
    with only_run(settings):
        put_right(settings.home)
        before = latest_release(settings.home)
        inputs = inputs_digest(SOURCES, settings)
        if before and not settings.force and before.manifest()["inputs"] == inputs:
            return Run(before, False, before.manifest()["problems"])
        failed = _execute(settings)
        after = latest_release(settings.home)
        is_new = after is not None and (before is None or after.name != before.name)
        is_current = is_new or not failed
        problems = after.manifest()["problems"] if after and is_current else []
        return Run(after, is_new, [*failed, *problems], is_current)


def _execute(settings: Settings) -> list[str]:
    """Run the ``refresh`` job and return one line for each step that failed."""
    # Dagster costs a second to import, which a run with nothing to do need not pay.
    import dagster as dg

    from pipelines.definitions import build

    logging.getLogger("dagster").setLevel(logging.CRITICAL)
    job = build(settings).resolve_job_def("refresh")
    with dg.DagsterInstance.ephemeral() as instance:
        result = job.execute_in_process(
            instance=instance,
            raise_on_error=False,
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        )
        failed = [event for event in result.all_events if event.is_step_failure]
        return [f"{event.step_key}: {_cause(event.step_failure_data.error)}" for event in failed]


def _cause(error: object) -> str:
    """Return the innermost message of a step's failure, on one line."""
    while getattr(error, "cause", None) is not None:
        error = error.cause  # type: ignore[attr-defined]
    return " ".join(str(getattr(error, "message", error)).split())


@contextmanager
def only_run(settings: Settings) -> Iterator[None]:
    """Hold the home folder for one run; the lock goes with the process, however it ends."""
    settings.home.mkdir(parents=True, exist_ok=True)
    lock = FileLock(settings.home / "run.lock")
    try:
        with lock.acquire(timeout=0):
            yield
    except Timeout as error:
        raise BusyError(
            f"another run is at work in {settings.home}; wait for it to end, then run again"
        ) from error
