"""What this machine, or the control group that this process is in, lets it hold in memory."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SHARE = 0.6
"""The most of it that DuckDB may use: libraries, what is being written and other programs need the rest."""
GROUPS = Path("/sys/fs/cgroup")
LISTED = Path("/proc/self/cgroup")


def memory_megabytes() -> int:
    """Return the memory of the machine, or of the smallest control group around this process where less."""
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return min([physical, *group_limits()]) >> 20


def usable_megabytes() -> int:
    """Return what all engines of this machine may use together."""
    return int(SHARE * memory_megabytes())


_CHANGED = threading.Condition()
_IN_USE: list[int] = []
_MINE = threading.local()


@contextmanager
def room_in_memory(megabytes: int) -> Iterator[None]:
    """Wait until what the engines of this process use together leaves room for so much, or none is at work.

    What a thread does inside of its room has that room, and does not wait for itself.
    """
    if getattr(_MINE, "is_held", False):
        yield
        return
    with _CHANGED:
        _CHANGED.wait_for(lambda: not _IN_USE or sum(_IN_USE) + megabytes <= usable_megabytes())
        _IN_USE.append(megabytes)
    _MINE.is_held = True
    try:
        yield
    finally:
        _MINE.is_held = False
        with _CHANGED:
            _IN_USE.remove(megabytes)
            _CHANGED.notify_all()


def group_limits(groups: Path = GROUPS, listed: Path = LISTED) -> Iterator[int]:
    """Yield the limits of the control groups that a process is in, of either version, in bytes.

    A group's own limit may be wide and that of a group around it narrow. Inside a container the path that is
    listed may lie outside of what is mounted: the folders above it then tell.
    """
    lines = listed.read_text().splitlines() if listed.is_file() else []
    for line in lines:
        _, controllers, place = line.split(":", 2)
        if not controllers:
            yield from _limits(groups, place, "memory.max")
            yield from _limits(groups / "unified", place, "memory.max")
        elif "memory" in controllers.split(","):
            yield from _limits(groups / "memory", place, "memory.limit_in_bytes")


def _limits(root: Path, place: str, name: str) -> Iterator[int]:
    group = root / place.strip("/")
    for folder in (group, *group.parents):
        if not folder.is_relative_to(root):
            return
        file = folder / name
        text = file.read_text().strip() if file.is_file() else "max"
        if text.isdecimal():
            yield int(text)
