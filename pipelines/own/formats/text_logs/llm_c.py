"""llm.c (``main.log``), older modded-nanogpt: ``s:250 tel:5.9``, ``s:250 trl:5.8``, ``s:250 eval:0.25``."""

import re
from collections.abc import Iterable

from pipelines.own.formats.text_logs.build_nanogpt import HELLASWAG
from pipelines.own.formats.text_logs.dialect import Dialect, Log, Point

_LINE = re.compile(r"s:(\d+) (tel|trl|eval):(\S+)")


class LlmcLog(Log):
    """Every line stands for itself."""

    def take(self, line: int, text: str) -> Iterable[Point]:
        """Read a validation (tel), a step (trl) or HellaSwag (eval)."""
        found = _LINE.match(text)
        return (Point(found[2], found[3], float(found[1]), line),) if found else ()


DIALECT = Dialect(
    "llm_c",
    "llm.c log",
    re.compile(r"^s:\d+ (?:tel|trl|eval):[\d.naif+-]+"),
    LlmcLog,
    {"eval": HELLASWAG},
)
