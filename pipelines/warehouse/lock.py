"""One writer at a time in a home folder: a whole run from the command line, or one step of a deployment."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from emergence.errors import EmergenceError

WAIT_SECONDS = 3600.0


class BusyError(EmergenceError):
    """Another run holds this home folder."""


def _lock(home: Path) -> FileLock:
    """Return this process's lock on a home folder; it goes with the process, however that ends."""
    home.mkdir(parents=True, exist_ok=True)
    return FileLock(home / "run.lock", is_singleton=True, thread_local=False)


@contextmanager
def only_run(home: Path) -> Iterator[None]:
    """Hold the home folder for a whole run.

    Raises BusyError at once when another run, or a step of a deployment, is at work there.
    """
    lock = _lock(home)
    busy = BusyError(f"another run is at work in {home}; wait for it to end, then run again")
    if lock.is_locked:
        raise busy
    try:
        held = lock.acquire(timeout=0)
    except Timeout:
        raise busy from None
    with held:
        yield


@contextmanager
def only_step(home: Path) -> Iterator[None]:
    """Hold the home folder for one step: at once inside a run that holds it, else when others are done.

    Raises BusyError when others are not done within an hour.
    """
    try:
        held = _lock(home).acquire(timeout=WAIT_SECONDS)
    except Timeout:
        raise BusyError(f"another run has held {home} for {WAIT_SECONDS / 60:.0f} minutes") from None
    with held:
        yield
