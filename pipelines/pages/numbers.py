"""The numbers of a page: each from one row of one query, and remembered with it."""

from functools import cached_property
from pathlib import Path
from typing import Any

from emergence.errors import InputError
from pipelines.release.open_release import Questions, open_database

Row = dict[str, Any]
QUERY = "../sql/questions/findings/{}.sql"


class Numbers:
    """The answers to the queries of ``sql/questions/findings/``, each asked once."""

    def __init__(self, database: Path) -> None:
        self.database = database
        self.used: list[Row] = []
        self._rows: dict[str, list[Row]] = {}

    @cached_property
    def questions(self) -> Questions:
        """The release, open."""
        return open_database(self.database)

    def rows(self, query: str, **key: Any) -> list[Row]:
        """Return the rows of a query that have these values."""
        if query not in self._rows:
            self._rows[query] = self.questions.rows(f"findings/{query}")
        return [row for row in self._rows[query] if all(row[name] == value for name, value in key.items())]

    def row(self, query: str, **key: Any) -> "Cited | None":
        """Return the one row of a query with these values; None where there is none.

        Raises InputError where there are several.
        """
        found = self.rows(query, **key)
        if len(found) > 1:
            raise InputError(f"findings: {query} where {key} gives {len(found)} rows, one wanted")
        return Cited(self, query, key, found[0]) if found else None

    def cited(self, query: str, *keys: str) -> "list[Cited]":
        """Return every row of a query, each known by these columns."""
        return [Cited(self, query, {k: row[k] for k in keys}, row) for row in self.rows(query)]


class Cited:
    """One row of a query, whose numbers are remembered when they are said."""

    def __init__(self, numbers: Numbers, query: str, key: Row, row: Row) -> None:
        self.numbers, self.query, self.key, self.row = numbers, query, key, row

    def __getitem__(self, column: str) -> Any:
        return self.row[column]

    def has(self, *columns: str) -> bool:
        """Whether all these columns have a value."""
        return all(self.row[column] is not None for column in columns)

    def say(self, column: str, shape: str = ",d") -> str:
        """Write a number, and remember its row.

        Raises InputError where the row has none in that column.
        """
        value = self.row[column]
        if value is None:
            raise InputError(f"findings: {self.query}.{column} where {self.key} is empty")
        said = f"{value:{shape}}"
        place = {"query": self.query, "where": self.key, "column": column}
        self.numbers.used.append({"said": said, "value": value, **place})
        return said

    def count(self, column: str, one: str, many: str | None = None) -> str:
        """Write a count with its noun, one or many."""
        said = self.say(column)
        return f"{said} {one if self.row[column] == 1 else many or one + 's'}"


def paragraph(query: str, *sentences: str) -> str:
    """Sentences as one paragraph that ends with the query of its numbers; nothing without sentences."""
    told = " ".join(sentence for sentence in sentences if sentence)
    return f"{told} {cite(query)}\n" if told else ""


def cite(query: str) -> str:
    """The link to a query."""
    return f"([query]({QUERY.format(query)}))"


def table(head: list[str], rows: list[list[str]]) -> str:
    """A table in Markdown; nothing without rows."""
    if not rows:
        return ""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
