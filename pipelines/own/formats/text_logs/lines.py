"""Lines of a text log as its trainer printed them, without what launchers put before them."""

import re
from collections.abc import Iterator
from functools import partial

from pipelines.own.reading.found import OwnFile

# A longer line is none that a trainer prints for people, and must not fill the memory.
MAX_LINE = 16_384
_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_RANK = re.compile(r"\s*\[(?:default|rank)(\d{1,6})\]:?\s?|\s*(\d{1,6}): ")
# Letters that a mark of a rank may begin with: most lines begin with none, and are spared the search.
_MARKED = frozenset("[ 0123456789")


def clean_lines(file: OwnFile) -> Iterator[tuple[int, int, str]]:
    """Yield (line number from 1, rank or -1, text) of every line, colours and marks of ranks taken off."""
    with file.local.open(encoding="utf-8-sig", errors="replace", newline=None) as stream:
        for number, line in enumerate(iter(partial(stream.readline, MAX_LINE), ""), start=1):
            text, rank = line, -1
            if "\x1b" in text:
                text = _ANSI.sub("", text)
            while text[:1] in _MARKED and (mark := _RANK.match(text)):
                rank, text = int(mark[1] or mark[2]), text[mark.end() :]
            yield number, rank, text
