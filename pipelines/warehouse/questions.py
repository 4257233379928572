"""The queries that readers ask, by name: ``site/points`` is the file ``sql/questions/site/points.sql``."""

from pathlib import Path

import sql

ROOT = Path(sql.__file__).parent / "questions"


def read_question(name: str) -> str:
    """Return the text of a named query."""
    return (ROOT / f"{name}.sql").read_text("utf-8")


def names_in(folder: str) -> list[str]:
    """Return the names of all queries of a folder, in their order."""
    return [f"{folder}/{path.stem}" for path in sorted((ROOT / folder).glob("*.sql"))]
