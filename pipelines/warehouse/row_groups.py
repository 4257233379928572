"""The groups of rows of a Parquet file: two files share rows where the bytes of their groups are alike.

Groups are copied as they lie: to pack millions of rows anew takes longer than all else that is done to them.
"""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pyarrow as pa
import pyarrow.parquet as pq

_MARK = b"PAR1"


class _Sink(Protocol):
    def write(self, held: bytes, /) -> object: ...


def row_groups(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield how many rows each group of a Parquet file has, and the bytes of its columns."""
    with pq.ParquetFile(path) as parquet, path.open("rb") as file:
        for number in range(parquet.num_row_groups):
            group = parquet.metadata.row_group(number)
            columns = [group.column(k) for k in range(group.num_columns)]
            file.seek(min(column.dictionary_page_offset or column.data_page_offset for column in columns))
            yield group.num_rows, file.read(sum(column.total_compressed_size for column in columns))


def copy_groups(path: Path, out: _Sink, *, skipped: int = 0) -> None:
    """Copy all of a Parquet file but its footer, and so many bytes at its beginning."""
    left = path.stat().st_size - footer_size(path) - skipped
    with path.open("rb") as file:
        file.seek(skipped)
        while left > 0 and (part := file.read(min(left, 1 << 20))):
            out.write(part)
            left -= len(part)


def empty_footer(schema: pa.Schema) -> pq.FileMetaData:
    """Return what the footer of a file of these columns says, without a group of rows."""
    empty = pa.BufferOutputStream()
    pq.ParquetWriter(empty, schema).close()
    return pq.read_metadata(pa.BufferReader(empty.getvalue()))


def write_footer(footer: pq.FileMetaData, out: _Sink) -> None:
    """Write the footer of a file whose groups of rows were written."""
    alone = io.BytesIO()
    footer.write_metadata_file(alone)
    out.write(alone.getvalue().removeprefix(_MARK))


def footer_size(path: Path) -> int:
    """Bytes of a file from its footer on: the footer, its length in four bytes, and the mark."""
    with path.open("rb") as file:
        file.seek(-8, io.SEEK_END)
        return int.from_bytes(file.read(4), "little") + 8
