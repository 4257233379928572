"""Bounds what a process may hold: an engine's own limit does not count every list and text that it makes."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def at_most(megabytes: int) -> Iterator[None]:
    """Let this process hold so much more than it does; beyond that an allocation fails inside.

    Only Linux counts what is held this way; elsewhere nothing is bounded.
    """
    held = _held()
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    limit = held + (megabytes << 20)
    allowed = [bound for bound in (soft, hard) if bound != resource.RLIM_INFINITY]
    if held:
        resource.setrlimit(resource.RLIMIT_DATA, (min([limit, *allowed]), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def _held() -> int:
    """Return the bytes of private memory that this process has asked for; 0 where that is not told."""
    status = Path("/proc/self/status")
    if not status.is_file():
        return 0
    lines = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
    return int(lines["VmData"].split()[0]) << 10
