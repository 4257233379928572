"""What the catalog that PostgreSQL clients ask about is called and offers, and what a question becomes."""

from typing import NamedTuple

CATALOG = "memory"
SCHEMA = "pg"
INFORMATION = "info"


class Names(NamedTuple):
    """What the emulated catalog offers."""

    relations: frozenset[str]
    information: frozenset[str]
    functions: frozenset[str]
    sets: frozenset[str]
    information_functions: frozenset[str]


class Translation(NamedTuple):
    """A query in DuckDB's terms, and the types of its columns that PostgreSQL's catalog alone tells."""

    sql: str
    types: tuple[str | None, ...] | None
    relations: frozenset[tuple[str, str]] = frozenset()
