"""Rows of a CSV that a tracker wrote, one at a time: a table of a gigabyte fills no memory."""

from collections.abc import Iterator

from pipelines.own.reading.found import OwnFile, Reading
from pipelines.own.reading.rows import before_header, numbered_rows, separator


def csv_lines(file: OwnFile, header: list[str], reading: Reading) -> Iterator[tuple[int, list[str]]]:
    """Yield (line of the file, cells) of each row below the header; one of another length is broken there."""
    with file.local.open(encoding="utf-8-sig", errors="replace", newline="") as stream:
        before = before_header(file)
        for _ in range(before):
            stream.readline()
        split = separator(stream.readline())
        yield from numbered_rows(file, stream, before + 1, header, split, reading)
