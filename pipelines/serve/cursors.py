"""Cursors: what DECLARE, FETCH and MOVE ask for, and which rows of a result that is."""

import re
from dataclasses import dataclass

from pipelines.serve.limits import QueryError

_DECLARE = re.compile(
    r"declare\s+\"?([^\"\s]+)\"?\s+((?:\w+\s+)*?)cursor\s+(?:(with|without)\s+hold\s+)?for\s+(.+)",
    re.I | re.S,
)
_FETCH = re.compile(
    r"(fetch|move)\s+(?:(next|prior|first|last|all|(?:forward|backward)\s+all|"
    r"(?:(?:forward|backward|absolute|relative)\s+)?[-+]?\d+|forward|backward)\s+)?"
    r"(?:(?:from|in)\s+)?\"?([^\"\s]+)\"?",
    re.I,
)
_NAMED = {"next": "forward 1", "prior": "backward 1", "first": "absolute 1", "last": "absolute -1"}
_NAMED |= {"all": "forward all", "forward": "forward 1", "backward": "backward 1", "": "forward 1"}
ALL = -1


@dataclass(frozen=True)
class Declared:
    """A cursor as it was asked for."""

    name: str
    query: str
    is_kept: bool
    is_forward_only: bool


@dataclass(frozen=True)
class Fetch:
    """A step of a cursor: ``forward``, ``backward``, ``absolute`` or ``relative``, by how many rows."""

    name: str
    how: str
    count: int
    is_move: bool


@dataclass(frozen=True)
class Rows:
    """Rows of a result, counted from one, both ends included, and where the cursor stands after them."""

    first: int
    last: int
    stands: int
    is_reversed: bool = False


def declared(sql: str) -> Declared | None:
    """What a DECLARE asks for; None for other statements."""
    match = _DECLARE.fullmatch(sql)
    if match is None:
        return None
    words = match[2].lower().split()
    is_forward_only = "no" in words
    return Declared(match[1], match[4], (match[3] or "").lower() == "with", is_forward_only)


def fetch_of(sql: str) -> Fetch | None:
    """What a FETCH or MOVE asks for; None for other statements."""
    match = _FETCH.fullmatch(sql)
    if match is None:
        return None
    written = " ".join((match[2] or "").lower().split())
    how, _, count = (_NAMED.get(written) or written).rpartition(" ")
    steps = ALL if count == "all" else int(count)
    how = how or "forward"
    if count != "all" and steps < 0 and how in ("forward", "backward"):  # back by so many, and the other way
        how, steps = ("backward" if how == "forward" else "forward"), -steps
    return Fetch(match[3], how, steps, match[1].lower() == "move")


def is_plain(fetch: Fetch) -> bool:
    """Whether a step only goes on."""
    return fetch.how == "forward" and fetch.count != 0


def needs_end(fetch: Fetch) -> bool:
    """Whether a step can be told only once all rows were counted."""
    return fetch.how == "absolute" and fetch.count < 0


def rows_of(fetch: Fetch, stands: int, size: int) -> Rows:
    """The rows that a step back, to a row, or in place asks for, of a cursor that stands at row ``stands``.

    0 is before the first row; ``size``, where it is known, is how many rows there are.
    """
    if fetch.how == "backward" and fetch.count != 0:
        first = 1 if fetch.count == ALL else max(1, stands - fetch.count)
        reached = fetch.count != ALL and stands - fetch.count >= 1
        return Rows(first, stands - 1, first if reached else 0, is_reversed=True)
    if fetch.how == "absolute":
        target = fetch.count if fetch.count >= 0 else max(0, size + 1 + fetch.count)
    else:
        target = max(0, stands + (fetch.count if fetch.how == "relative" else 0))
    return Rows(target, target if target else -1, target)


def may_scroll(fetch: Fetch, is_forward_only: bool) -> None:
    """Refuse a step back of a cursor that was declared not to take one."""
    if is_forward_only and not is_plain(fetch):
        raise QueryError("55000", "cursor can only scan forward", "Declare it with SCROLL option")


def split_rows(body: bytes) -> list[bytes]:
    """The messages of a body of rows, one a row."""
    found, at = [], 0
    while at < len(body):
        size = 1 + int.from_bytes(body[at + 1 : at + 5], "big")
        found.append(body[at : at + size])
        at += size
    return found
