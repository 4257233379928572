"""What a released Parquet file says of itself: table, grain, release, licence, version of the schema."""

from pathlib import Path

import pyarrow.parquet as pq

from pipelines.warehouse.catalog import Model
from pipelines.warehouse.row_groups import copy_groups, empty_footer, write_footer

SCHEMA_VERSION = 2
LICENCE = "Apache-2.0 for code and derived fits; each source keeps its own, named in the table sources"


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
    """Copy a Parquet file whose rows stay as they are, byte for byte; only its footer is another."""
    with pq.ParquetFile(source) as file:
        footer = empty_footer(file.schema_arrow.with_metadata(said))
        if not footer.schema.equals(file.metadata.schema):  # as another writer laid it out
            pq.write_table(file.read().replace_schema_metadata(said), target, compression="zstd")
            return
        footer.append_row_groups(file.metadata)
    with target.open("wb") as written:
        copy_groups(source, written)
        write_footer(footer, written)
