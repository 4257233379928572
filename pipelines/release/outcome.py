"""What a run came to, for whoever shows it."""

from dataclasses import dataclass

from emergence.errors import EmergenceError
from pipelines.release.open_release import Release


class StoppedError(EmergenceError):
    """A run was stopped from outside, by Ctrl-C or a signal."""


@dataclass(frozen=True)
class Run:
    """What a run came to: the release that now stands, whether it is new, and what failed on the way.

    ``is_current`` is false where a step failed, so that what stands is older than what was asked for.
    """

    release: Release | None
    is_new: bool
    failures: list[str]
    is_current: bool = True
