"""modded-nanogpt: ``step:250/5100 val_loss:5.9 train_time:…``, below the whole source of the run.

The validation of step N is taken before that step: after N steps, as its number says.
"""

import re
from collections.abc import Iterable

from pipelines.own.formats.text_logs.dialect import Dialect, Log, Point

_LINE = re.compile(r"\s*step:(\d+)/\d+ (train_loss|val_loss):(\S+)")


class ModdedNanogptLog(Log):
    """Every line stands for itself."""

    def take(self, line: int, text: str) -> Iterable[Point]:
        """Read a validation or a step."""
        found = _LINE.match(text)
        return (Point(found[2], found[3], float(found[1]), line),) if found else ()


DIALECT = Dialect(
    "modded_nanogpt",
    "modded-nanogpt log",
    re.compile(r"^\s*step:\d+/\d+ (?:train_loss|val_loss|train_time):[\d.naif+-]+"),
    ModdedNanogptLog,
)
