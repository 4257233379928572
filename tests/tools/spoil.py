"""Ways to spoil a file: each takes its bytes and gives worse ones."""

import csv
import gzip
import io
import json
from collections.abc import Callable, Iterator
from typing import Any

Spoil = Callable[[bytes], bytes]
MEGABYTES = 10
HTML = b"<!DOCTYPE html>\n<html><head><title>404</title></head><body>Not Found, page, moved</body></html>\n"


def document_of(content: bytes) -> Any:
    """Return the JSON document in these bytes, or None for a CSV."""
    try:
        return json.loads(content)
    except ValueError:
        return None


def rows_of(content: bytes) -> list[list[str]]:
    """Return the rows of a CSV."""
    return list(csv.reader(io.StringIO(content.decode())))


def as_csv(rows: list[list[str]]) -> bytes:
    """Return rows as the bytes of a CSV."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def is_number(text: str) -> bool:
    """Whether a cell holds a number."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def _map(document: Any, change: Callable[[Any], Any]) -> Any:
    if isinstance(document, dict):
        return {key: _map(value, change) for key, value in document.items()}
    if isinstance(document, list):
        return [_map(value, change) for value in document]
    is_numeric = isinstance(document, int | float) and not isinstance(document, bool)
    return change(document) if is_numeric else document


def within(spoil: Spoil) -> Spoil:
    """Spoil what is in an archive, where there is one, and not the archive."""

    def unpack(content: bytes) -> bytes:
        if content.startswith(b"\x1f\x8b"):
            return gzip.compress(spoil(gzip.decompress(content)), mtime=0)
        return spoil(content)

    return unpack


def numbers(change: Callable[[float], Any]) -> Spoil:
    """Put something else in the place of every number."""

    @within
    def spoil(content: bytes) -> bytes:
        document = document_of(content)
        if document is not None:
            return json.dumps(_map(document, change)).encode()
        header, *rows = rows_of(content)
        return as_csv([header, *([str(change(float(c))) if is_number(c) else c for c in r] for r in rows)])

    return spoil


def fixed(content: bytes) -> Spoil:
    """Put other bytes in the place of the whole file."""
    return lambda _: content


@within
def unknown_columns(content: bytes) -> bytes:
    """Add a key or a column that nobody knows."""
    document = document_of(content)
    if document is None:
        return as_csv([[*row, "new" if at == 0 else "1"] for at, row in enumerate(rows_of(content))])
    if isinstance(document, dict):
        document["an unknown key"] = {"nested": [1, None, "text"]}
    return json.dumps(document).encode()


@within
def half_a_character(content: bytes) -> bytes:
    """Name something by half of a surrogate pair, which JSON can write and no text can hold."""
    document = document_of(content)
    if document is None:
        return content[: len(content) // 2] + b"\xed\xa0\x80" + content[len(content) // 2 :]

    def rename(value: Any) -> Any:
        if isinstance(value, dict):
            return {f"{key}\ud800": rename(inner) for key, inner in value.items()} | value
        return value

    return json.dumps(rename(document)).encode()


def without_each_name(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield the file without each key, wherever it stands, or each column, in turn."""
    if content.startswith(b"\x1f\x8b"):
        for name, without in without_each_name(gzip.decompress(content)):
            yield name, gzip.compress(without, mtime=0)
        return
    document = document_of(content)
    if document is None:
        rows = rows_of(content)
        for at, name in enumerate(rows[0]):
            yield name, as_csv([row[:at] + row[at + 1 :] for row in rows])
        return

    def names(value: Any) -> set[str]:
        if isinstance(value, dict):
            return set(value).union(*(names(inner) for inner in value.values()))
        return set().union(*(names(inner) for inner in value)) if isinstance(value, list) else set()

    def drop(value: Any, name: str) -> Any:
        if isinstance(value, dict):
            return {key: drop(inner, name) for key, inner in value.items() if key != name}
        return [drop(inner, name) for inner in value] if isinstance(value, list) else value

    for name in sorted(names(document)):
        yield name, json.dumps(drop(document, name)).encode()


LINE = b"x" * (MEGABYTES << 20)
WHOLE_FILE: dict[str, Spoil] = {
    "truncated": lambda content: content[: len(content) // 2],
    "cut near its end": lambda content: content.rstrip()[:-9],
    "empty": fixed(b""),
    "blank": fixed(b"\n \n"),
    "html": fixed(HTML),
    "one line of 10 MB": fixed(LINE),
    "one text of 10 MB": fixed(b'{"results": "' + LINE + b'"}'),
    "one header of 10 MB": fixed(b"a,b," * (MEGABYTES << 18)),
    "not text": fixed(bytes(range(256)) * 8),
    "a zero byte": lambda content: content[:40] + b"\x00" + content[40:],
    "half a character": half_a_character,
    "a list": fixed(b"[1, 2, 3]"),
    "null": fixed(b"null"),
    "an empty object": fixed(b"{}"),
    "deeply nested": fixed(b"[" * 100_000),
}
VALUES: dict[str, Spoil] = {
    "NaN": numbers(lambda _: float("nan")),
    "Infinity": numbers(lambda _: float("inf")),
    "text for numbers": numbers(lambda _: "n/a"),
    "numbers as text": numbers(str),
    "true for numbers": numbers(lambda _: True),
    "null for numbers": numbers(lambda _: None),
    "lists for numbers": numbers(lambda value: [value]),
    "negative numbers": numbers(lambda value: -value),
    "huge numbers": numbers(lambda _: 10**400),
    "percent for fractions": numbers(lambda value: value * 100 if 0 < value < 1 else value),
    "unknown columns": unknown_columns,
}
