"""Reads Parquet files of a user row by row; a broken one is an error, and never the end of the process."""

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from emergence.errors import InputError
from pipelines.own.reading.found import OwnFile

MAGIC = b"PAR1"
_BATCH = 10_000


def parquet_columns(file: OwnFile) -> list[str]:
    """Return the names of the columns; raises InputError for a file that is not whole."""
    try:
        return list(pq.read_schema(file.local).names)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise _broken(file, error) from error


def parquet_rows(file: OwnFile) -> Iterator[dict[str, Any]]:
    """Yield the rows; raises InputError where the file is not whole."""
    try:
        with pq.ParquetFile(file.local) as table:
            for batch in table.iter_batches(_BATCH):
                yield from batch.to_pylist()
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        raise _broken(file, error) from error


def _broken(file: OwnFile, error: Exception) -> InputError:
    words = str(error).partition("\n")[0][:200]
    return InputError(f"{file.path} is no whole Parquet file ({words}): write it again")
