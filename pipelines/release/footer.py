"""What a released Parquet file says of itself: table, grain, release, licence, version of the schema."""

import io
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.warehouse.catalog import Model

SCHEMA_VERSION = 2
LICENCE = "Apache-2.0 for code and derived fits; each source keeps its own, named in the table sources"
_MARK = b"PAR1"


def notes_of(model: Model, release: str) -> dict[str, str]:
    """Return what the Parquet file of a table says beside its columns."""
    return {
        "table": model.name,
        "description": model.head.summary,
        "grain": ", ".join(model.head.grain),
        "release": release,
        "licence": LICENCE,
        "schema_version": str(SCHEMA_VERSION),
    }


def read_notes(path: Path) -> dict[str, str]:
    """Return what a Parquet file says beside its columns."""
    held = pq.read_schema(path).metadata or {}
    return {name.decode(): text.decode() for name, text in held.items()}


def copy_with_notes(source: Path, target: Path, said: dict[str, str]) -> None:
    """Copy a Parquet file whose rows stay as they are, byte for byte; only its footer is another.

    Written anew, millions of rows would be packed a second time to add six lines.
    """
    with pq.ParquetFile(source) as file:
        made = _named(file, said)
        if not made.schema.equals(file.metadata.schema):  # as another writer laid it out
            pq.write_table(file.read().replace_schema_metadata(said), target, compression="zstd")
            return
        made.append_row_groups(file.metadata)
    footer = io.BytesIO()
    made.write_metadata_file(footer)
    with source.open("rb") as original, target.open("wb") as written:
        left = source.stat().st_size - _footer_size(source)
        while left > 0 and (part := original.read(min(left, 1 << 20))):
            written.write(part)
            left -= len(part)
        written.write(footer.getvalue().removeprefix(_MARK))


def _named(file: pq.ParquetFile, said: dict[str, str]) -> pq.FileMetaData:
    """Return the metadata of a file of the same columns without a row."""
    empty = pa.BufferOutputStream()
    pq.ParquetWriter(empty, file.schema_arrow.with_metadata(said)).close()
    return pq.read_metadata(pa.BufferReader(empty.getvalue()))


def _footer_size(path: Path) -> int:
    """Bytes of a file from its footer on: the footer, its length in four bytes, and the mark."""
    with path.open("rb") as file:
        file.seek(-8, io.SEEK_END)
        return int.from_bytes(file.read(4), "little") + 8
