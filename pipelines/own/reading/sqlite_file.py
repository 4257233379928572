"""Opens the SQLite files in which trackers keep what was logged: to read only, in bounded time."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from emergence.errors import InputError
from pipelines.own.reading.found import OwnFile

_HEAD = b"SQLite format 3\0"
# Steps of SQLite's machine after which a query of some gigabytes would be at its end.
_MAX_STEPS = 2_000_000_000
_A_LOOK = 1_000_000


def has_metrics(file: OwnFile, columns: frozenset[str]) -> bool:
    """Say whether a file is an SQLite one with a table of metrics that has these columns."""
    if not file.head.startswith(_HEAD):
        return False
    with suppress(InputError), opened(file) as base:
        return columns <= columns_of_metrics(base)
    return False


@contextmanager
def opened(file: OwnFile) -> Iterator[sqlite3.Connection]:
    """Open a file that nothing may change; a log beside it that holds newer rows is read with it."""
    has_log = (log := file.beside(f"{file.name}-wal")) is not None and log.size > 0
    mode = "mode=ro" if has_log else "mode=ro&immutable=1"
    try:
        base = sqlite3.connect(f"{file.local.absolute().as_uri()}?{mode}", uri=True)
    except sqlite3.Error as error:
        raise InputError(f"{file.path} cannot be opened: {error}") from error
    steps = iter(range(_MAX_STEPS // _A_LOOK))
    base.set_progress_handler(lambda: next(steps, None) is None, _A_LOOK)
    base.text_factory = lambda text: text.decode(errors="replace")
    try:
        yield base
    except (sqlite3.Error, UnicodeDecodeError) as error:
        # What SQLite says of a broken file may quote bytes of it that are no text.
        raise InputError(f"{file.path} is no whole SQLite file ({error}): copy it again") from error
    finally:
        base.close()


def columns_of_metrics(base: sqlite3.Connection) -> set[str]:
    """Return the columns of the table of metrics; none of a view, which may compute anything."""
    tables = base.execute("select 1 from sqlite_master where type = 'table' and name = 'metrics'").fetchone()
    return {row[1] for row in base.execute("pragma table_info(metrics)")} if tables else set()
