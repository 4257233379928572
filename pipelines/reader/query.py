"""Read-only questions of a user's own, or by name, to the newest release."""

from pathlib import Path

import polars as pl

from emergence.errors import InputError
from pipelines.release.open_release import open_release
from pipelines.warehouse.memory import at_most

MEGABYTES = 2048
"""That one query of a user's own may hold."""
EXAMPLE = 'emergence query "select * from thresholds limit 5"'


def run_query(home: Path, text: str) -> pl.DataFrame:
    """Return the result of one query; raises InputError with DuckDB's own words when it is wrong.

    A query that would hold more than ``MEGABYTES`` is such a one.
    """
    with open_release(home) as questions, at_most(MEGABYTES):
        try:
            return questions.query(text)
        except MemoryError as error:
            raise InputError(f"query: it needs more than {MEGABYTES:,} MB; ask for less at once") from error
        except InputError as error:
            # What DuckDB runs without an answer, as an empty text or `begin`, has no rows to take.
            if isinstance(error.__cause__, AttributeError):
                raise InputError(f"query: it asks for no rows; try `{EXAMPLE}`") from error
            raise


def listed(home: Path, name: str) -> pl.DataFrame:
    """Return the rows of one of the named queries."""
    with open_release(home) as questions:
        return questions.ask(name)
