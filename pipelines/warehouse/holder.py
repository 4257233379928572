"""Says who holds a database that does not open: DuckDB lets one program write, or many read."""

import re
from pathlib import Path

import duckdb

_HELD = re.compile(r"Conflicting lock is held in (?P<program>.+?) ?\(PID (?P<process>\d+)\)")


def holder_of(error: BaseException) -> str:
    """Return who holds the database and what to do, from DuckDB's words; nothing where nobody does."""
    found = _HELD.search(str(error))
    if found is None:
        return ""
    program = Path(found["program"]).name
    return f"{program} (PID {found['process']}) holds it: close it or open it read-only"


def why_closed(database: Path) -> str:
    """Try to open a database that did not open elsewhere, and return who holds it; nothing where it opens."""
    try:
        duckdb.connect(str(database), read_only=True).close()
    except duckdb.Error as error:
        return holder_of(error)
    return ""
