"""Folds a text that is longer than its room between words, so that no title or label of a figure is cut."""

from collections.abc import Iterator

from pipelines.figures.text_widths import width


def folded(text: str, room: float, size: float) -> list[str]:
    """Return the lines of a text, each within ``room`` pixels at a font size; one word is never broken."""
    return list(_lines(text, room, size))


def _lines(text: str, room: float, size: float) -> Iterator[str]:
    line = ""
    for word in text.split():
        longer = f"{line} {word}".lstrip()
        if line and width(longer, size) > room:
            yield line
            longer = word
        line = longer
    yield line
