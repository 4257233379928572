"""DeepSpeed's pipeline engine: ``steps: 100 loss: 6.1 iter time (s): … samples/sec: …``."""

import re
from collections.abc import Iterable

from pipelines.own.formats.text_logs.dialect import Dialect, Log, Point

_STEP = re.compile(r"\bsteps: (\d+) loss: (\S+) iter time \(s\):")


class DeepspeedLog(Log):
    """Every line stands for itself."""

    def take(self, line: int, text: str) -> Iterable[Point]:
        """Read a step."""
        found = _STEP.search(text)
        return (Point("loss", found[2], float(found[1]), line),) if found else ()


DIALECT = Dialect("deepspeed", "DeepSpeed pipeline log", _STEP, DeepspeedLog)
