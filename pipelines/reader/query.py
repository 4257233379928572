"""Read-only questions of a user's own, or by name, to the newest release."""

from pathlib import Path

import polars as pl

from pipelines.release.open_release import open_release


def run_query(home: Path, text: str) -> pl.DataFrame:
    """Return the result of one query; raises InputError with DuckDB's own words when it is wrong."""
    with open_release(home) as questions:
        return questions.query(text)


def listed(home: Path, name: str) -> pl.DataFrame:
    """Return the rows of one of the named queries."""
    with open_release(home) as questions:
        return questions.ask(name)
