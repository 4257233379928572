"""The groups of rows of a Parquet file: two files share rows where the bytes of their groups are alike."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq


def row_groups(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield how many rows each group of a Parquet file has, and the bytes of its columns."""
    with pq.ParquetFile(path) as parquet, path.open("rb") as file:
        for number in range(parquet.num_row_groups):
            group = parquet.metadata.row_group(number)
            columns = [group.column(k) for k in range(group.num_columns)]
            file.seek(min(column.dictionary_page_offset or column.data_page_offset for column in columns))
            yield group.num_rows, file.read(sum(column.total_compressed_size for column in columns))
