"""Relations on disk: one Parquet file each, written whole, with a record of what it was made from."""

import hashlib
import json
import logging
import os
import shutil
from collections.abc import Callable, Collection
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from emergence.errors import EmergenceError
from pipelines.warehouse.disk import copy, room_for
from pipelines.warehouse.row_groups import copy_groups, empty_footer, footer_size, write_footer

COMPRESSION_LEVEL = 3
ROW_GROUP = 1 << 17
log = logging.getLogger("emergence.store")


class MissingRelationError(EmergenceError):
    """A relation is read before it was made."""


@dataclass(frozen=True)
class Record:
    """What a relation was made from (``key``), what came out (``digest``), and how many rows."""

    key: str
    digest: str
    rows: int
    reused: bool = False
    size: int = -1
    changed: int = -1
    """Of the file, in bytes and in nanoseconds: while they are as written, its digest is not taken again."""


Describe = Callable[[str], str | None]


class Store:
    """The rooms ``staging``, ``marts``, ``fits`` and ``reports`` below the home folder."""

    def __init__(self, home: Path, *, is_thorough: bool = False) -> None:
        self.home = home
        # Bytes that rot under an unchanged time are seen only where every file is read.
        self.is_thorough = is_thorough
        self._sound: dict[Path, tuple[int, int]] = {}

    def path(self, room: str, relation: str) -> Path:
        """Where a relation's Parquet stands."""
        return self.home / room / relation / "data.parquet"

    def record(self, room: str, relation: str) -> Record | None:
        """Return the record of a relation; None when it was never made, or is not as it was made."""
        path = self.path(room, relation)
        try:
            record = Record(**json.loads((path.parent / "record.json").read_text("utf-8")))
            return record if self._is_as_made(path, record) else None
        except (OSError, ValueError, TypeError):
            return None

    def _is_as_made(self, path: Path, record: Record) -> bool:
        """Whether a file has the bytes on record: by size and time where they tell, else by its digest."""
        seen = path.stat()
        found = (seen.st_size, seen.st_mtime_ns)
        on_record = self._sound.get(path) or (None if self.is_thorough else (record.size, record.changed))
        if found == on_record:
            return True
        if file_digest(path) != record.digest:
            log.warning("%s is not as it was made: it is made again", path)
            return False
        self._sound[path] = found
        return True

    def need(self, room: str, relation: str) -> Record:
        """Return the record of a relation that must be there."""
        record = self.record(room, relation)
        if record is None:
            raise MissingRelationError(f"{room}/{relation} is not in {self.home}; run `emergence run` first")
        return record

    def keep_only(self, room: str, relation: str, kept: Collection[str]) -> None:
        """Delete what lies below a relation, or a room where it is empty, and is not among what is kept."""
        folder = self.home / room / relation
        others = [path for path in folder.glob("*/") if path.name not in kept]
        for path in others:
            shutil.rmtree(path)

    def write(
        self,
        room: str,
        relation: str,
        key: str,
        data: pa.RecordBatchReader | pl.DataFrame,
        describe: Describe,
    ) -> Record:
        """Write a relation and its record; a reader sees the old file or the new one, never a part.

        ``describe`` gives the meaning of a column, which travels in the Parquet schema.
        """
        reader = data if isinstance(data, pa.RecordBatchReader) else data.to_arrow().to_reader()
        return self._keep(room, relation, key, lambda partial: _write_parquet(partial, reader, describe))

    def stack(self, room: str, relation: str, key: str, first: str, then: str) -> Record:
        """Write a relation of the rows of two others of its columns, of the first as they lie."""
        paths = self.path(room, first), self.path(room, then)
        return self._keep(room, relation, key, lambda partial: _write_stacked(partial, *paths))

    def _keep(self, room: str, relation: str, key: str, write: Callable[[Path], int]) -> Record:
        """Put what is written aside, with its record, in the place of what there was."""
        path = self.path(room, relation)
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial")
        partial.unlink(missing_ok=True)
        with room_for(partial):
            rows = write(partial)
        made = partial.stat()
        record = Record(key, file_digest(partial), rows, size=made.st_size, changed=made.st_mtime_ns)
        note = path.parent / "record.partial"
        with room_for(note):
            note.write_text(json.dumps({k: v for k, v in asdict(record).items() if k != "reused"}))
        # Without a record a relation counts as not made: whoever is killed in between leaves no false one.
        (path.parent / "record.json").unlink(missing_ok=True)
        os.replace(partial, path)
        partial.unlink(missing_ok=True)  # where both are names of one file, both stay
        os.replace(note, path.parent / "record.json")
        return record


def _write_parquet(path: Path, reader: pa.RecordBatchReader, describe: Describe) -> int:
    fields = []
    for field in reader.schema:
        text = describe(field.name)
        plain = pa.field(field.name, pa.string()) if pa.types.is_large_string(field.type) else field
        fields.append(plain.with_metadata({"description": text}) if text else plain)
    schema = pa.schema(fields)
    rows = 0
    with (
        _writer(path, schema) as writer,
        ThreadPoolExecutor(1) as beside,
    ):
        # One group of rows is written while the query makes the next.
        written: Future[None] | None = None
        for table in _regroup(reader):
            rows += table.num_rows
            if written:
                written.result()
            written = beside.submit(writer.write_table, table.cast(schema), row_group_size=ROW_GROUP)
        if written:
            written.result()
    return rows


def _write_stacked(path: Path, first: Path, then: Path) -> int:
    """Write the rows of two files; those of the second alone are packed anew."""
    with pq.ParquetFile(first) as before, pq.ParquetFile(then) as after:
        if not after.metadata.num_rows:
            _share(first, path)
            return int(before.metadata.num_rows)
        packed: list[pq.FileMetaData] = []
        with pa.OSFile(str(path), "wb") as out, _writer(out, before.schema_arrow, packed) as writer:
            # The writer begins with the mark of the format, and tells places by where it finds itself.
            copy_groups(first, out, skipped=out.tell())
            for number in range(after.num_row_groups):
                writer.write_table(after.read_row_group(number), row_group_size=ROW_GROUP)
        os.truncate(path, path.stat().st_size - footer_size(path))
        footer = empty_footer(before.schema_arrow)
        footer.append_row_groups(before.metadata)
        footer.append_row_groups(packed[0])
        with path.open("ab") as end:
            write_footer(footer, end)
        return int(footer.num_rows)


def _share(path: Path, other: Path) -> None:
    """Give a file that nobody writes to another name, or where that cannot be, copy it."""
    try:
        os.link(path, other)
    except OSError:
        copy(path, other)


def _writer(
    path: Path | pa.NativeFile, schema: pa.Schema, footers: list[pq.FileMetaData] | None = None
) -> pq.ParquetWriter:
    """Open a file in which a column of a group of rows is one page.

    What repeats within a page is packed once: the losses of one run stand there again for every task, and in
    pages of some thousand rows, or behind a dictionary of their own, they would not meet. ``footers`` is for
    what the footer says.
    """
    return pq.ParquetWriter(
        path,
        schema,
        compression="zstd",
        compression_level=COMPRESSION_LEVEL,
        use_dictionary=[field.name for field in schema if not pa.types.is_floating(field.type)],
        max_rows_per_page=ROW_GROUP,
        metadata_collector=footers,
    )


def _regroup(reader: pa.RecordBatchReader):  # type: ignore[no-untyped-def]
    """Yield tables of about a row group in one piece, so that the file does not depend on how batches arrive.

    Where a column has too many values for a dictionary is decided batch by batch.
    """
    waiting: list[pa.RecordBatch] = []
    count = 0
    for batch in reader:
        waiting.append(batch)
        count += batch.num_rows
        while count >= ROW_GROUP:
            table = pa.Table.from_batches(waiting, reader.schema)
            yield table.slice(0, ROW_GROUP).combine_chunks()
            rest = table.slice(ROW_GROUP)
            waiting, count = rest.to_batches(), rest.num_rows
    if waiting or not count:
        yield pa.Table.from_batches(waiting, reader.schema).combine_chunks()


def file_digest(path: Path) -> str:
    """Return the sha256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def bytes_digest(held: bytes) -> str:
    """Return the sha256 of bytes."""
    return hashlib.sha256(held).hexdigest()


def digest_of(*parts: str) -> str:
    """Return one digest of several texts, in their order."""
    return hashlib.sha256("\x00".join(parts).encode()).hexdigest()
