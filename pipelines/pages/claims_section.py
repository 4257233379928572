"""The section of the findings about claims: a mark a claim, and where it comes from."""

from pipelines.pages.names import title
from pipelines.pages.numbers import Numbers, Row, cite, table

MARKS = {"supported": "✓", "contradicted": "✗", "undetermined": "?"}


def who_was_right(numbers: Numbers) -> str:
    """Every claim in twelve words, with the sources that bear it out or not."""
    rows = numbers.rows("claims")
    cells = [
        [row["in_short"], row["authors_year"], *(_places(row[verdict]) for verdict in MARKS)]
        for row in rows
        if _is_told(row)
    ]
    idle = [row["in_short"] for row in rows if not _is_told(row)]
    untold = f"\nNo table here can test: {'; '.join(idle)}.\n" if idle else ""
    return (
        "## Who was right?\n\n✓ the table bears the claim out, ✗ it speaks against it, ? its interval"
        " leaves it open; a verdict is about that table and no more. [Claims](claims.md) says how each is"
        " tested, what of"
        f" the paper was read, and how often the test errs. {cite('claims')}\n\n"
        f"{table(['claim', 'by', *MARKS.values()], cells)}{untold}"
    )


def _is_told(row: Row) -> bool:
    return any(row[verdict] for verdict in MARKS)


def _places(told: str) -> str:
    """Sources by the names they have in prose; formats stay beside them."""
    words = [word.split(" ", 1) for word in told.split(", ") if word]
    return ", ".join(" ".join([title(word[0]), *word[1:]]) for word in words) or "–"
