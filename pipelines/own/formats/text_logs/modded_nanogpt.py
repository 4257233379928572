"""modded-nanogpt: ``step:250/5100 val_loss:5.9 train_time:…``, below the whole source of the run.

The validation of step N is taken before that step: after N steps, as its number says.
"""

import re
from collections.abc import Iterable

from pipelines.own.formats.text_logs.dialect import Dialect, Log, Point

_STEP = re.compile(r"\s*step:(\d+)/\d+ ")
# Some who took it up print the bits per byte behind the loss.
_VALUE = re.compile(r" (train_loss|val_loss|val_bpb):(\S+)")


class ModdedNanogptLog(Log):
    """Every line stands for itself."""

    def take(self, line: int, text: str) -> Iterable[Point]:
        """Read a validation or a step."""
        found = _STEP.match(text)
        values = _VALUE.findall(text, found.end() - 1) if found else ()
        return [Point(key, cell, float(found[1]), line) for key, cell in values] if found else ()


DIALECT = Dialect(
    "modded_nanogpt",
    "modded-nanogpt log",
    re.compile(r"^\s*step:\d+/\d+ (?:train_loss|val_loss|train_time):[\d.naif+-]+"),
    ModdedNanogptLog,
)
