"""What a PostgreSQL 15 server tells of itself: relations, types, settings (`postgres/*.csv`)."""

import csv
from functools import cache
from pathlib import Path

_FACTS = Path(__file__).parent / "postgres"


@cache
def facts(name: str) -> list[dict[str, str]]:
    """The rows of one of those files."""
    with (_FACTS / f"{name}.csv").open(newline="", encoding="utf-8") as opened:
        return list(csv.DictReader(opened))


def postgres_settings() -> list[tuple[str, str, str]]:
    """Name, value at the start, and context (who may set it) of every setting."""
    return [(row["name"].lower(), row["setting"], row["context"]) for row in facts("settings")]
