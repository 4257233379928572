"""Reads the head of a SQL file: what a row is, its grain, its use, and what each column means."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from emergence.errors import EmergenceError

_COLUMN = re.compile(r"^-- (\w+): (.+?)(?: \[([^\]]+)\])?$")
_CONTINUED = re.compile(r"^--  +(.+)$")


class HeadError(EmergenceError):
    """The head of a SQL file does not say what it must."""


@dataclass(frozen=True)
class Column:
    """Meaning of one column; ``unit`` is empty for text and counts without one."""

    description: str
    unit: str = ""

    def text(self) -> str:
        """Description with its unit, in one line."""
        return f"{self.description} [{self.unit}]" if self.unit else self.description


@dataclass(frozen=True)
class Head:
    """The head of one SQL file."""

    summary: str
    grain: tuple[str, ...]
    use: str
    columns: Mapping[str, Column]

    @property
    def is_internal(self) -> bool:
        """Whether the relation stays inside the warehouse."""
        return self.use.endswith("internal")


def parse_head(name: str, sql: str) -> Head:
    """Parse the comment lines on top of a SQL file.

    Raises HeadError when the first line, ``grain:`` or ``use:`` is missing.
    """
    lines: list[str] = []
    for line in sql.splitlines():
        if not line.startswith("--"):
            break
        continued = _CONTINUED.match(line)
        if continued and lines:
            lines[-1] += " " + continued[1]
        else:
            lines.append(line)
    entries = {m[1]: Column(m[2], m[3] or "") for m in map(_COLUMN.match, lines[1:]) if m}
    if not lines or "grain" not in entries or "use" not in entries:
        raise HeadError(f"sql file {name}: the head must say what a row is, `grain:` and `use:`")
    grain = tuple(part.strip() for part in entries.pop("grain").description.split(","))
    use = entries.pop("use").text()
    return Head(lines[0].removeprefix("-- "), grain, use, entries)
