"""Reads the head of a SQL file: what a row is, its grain, its use, and what each column means."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from emergence.errors import EmergenceError
from pipelines.keys import OWN

_COLUMN = re.compile(r"^-- (\w+): (.+?)(?: \[([^\]]+)\])?$")
_CONTINUED = re.compile(r"^--  +(.+)$")
_PARTITION = re.compile(
    r"^(?P<column>\w+)(?P<again>, sorted again)?(?: within (?P<within>\w+))?(?:; whole: (?P<whole>.+))?$"
)


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
class Partition:
    """What a model may be cut by: a column of all relations that it reads but for those that it needs whole.

    Rows follow each other in the order of ``column``, inside of one value of ``within`` where that is named;
    where they do not, they are sorted again.
    """

    column: str
    within: str = ""
    whole: tuple[str, ...] = ()
    is_sorted_again: bool = False


@dataclass(frozen=True)
class Head:
    """The head of one SQL file."""

    summary: str
    grain: tuple[str, ...]
    use: str
    columns: Mapping[str, Column]
    partition: Partition | None = None
    is_apart: bool = False
    """Whether the rows of one's own runs are made by themselves and stand last."""

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
    cut = _partition(name, entries.pop("partition").description) if "partition" in entries else None
    is_apart = _is_apart(name, entries.pop("apart").description) if "apart" in entries else False
    return Head(lines[0].removeprefix("-- "), grain, use, entries, cut, is_apart)


def _partition(name: str, text: str) -> Partition | None:
    """Read `column[, sorted again][ within column][; whole: relation, relation]`, or `none: why`."""
    if text.startswith("none: "):
        return None
    found = _PARTITION.match(text)
    if not found or text == "none":
        raise HeadError(f"sql file {name}: `partition:` says neither a column nor `none: ` and why: {text}")
    whole = tuple(part.strip() for part in (found["whole"] or "").split(",") if part.strip())
    return Partition(found["column"], found["within"] or "", whole, bool(found["again"]))


def _is_apart(name: str, text: str) -> bool:
    """Read `own`: of whose runs the rows neither change other rows nor are changed by them."""
    if text != OWN:
        raise HeadError(f"sql file {name}: `apart:` says `{OWN}` or is left out: {text}")
    return True
