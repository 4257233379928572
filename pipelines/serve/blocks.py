"""Arrow's columns as the rows of a COPY: whole columns at a time, put together by counting bytes."""

import re
import struct
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.serve.copying import Copy
from pipelines.serve.values.encode import encoder
from pipelines.serve.values.pgtypes import CHAR, DATE, JSON, NAME, TEXT, TIMESTAMP, TIMESTAMPTZ, Column

Bytes = np.ndarray[Any, np.dtype[np.uint8]]
Flags = np.ndarray[Any, np.dtype[np.bool_]]
Piece = Any  # bytes of each row: a matrix where each has as many, else Arrow's array of them

_ESCAPES = (
    *(("\\", "\\\\"), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t")),
    *(("\b", "\\b"), ("\f", "\\f"), ("\v", "\\v")),
)
_ESCAPED = r"[\\\n\r\t\x08\f\v@]"
_NOTHING = pa.scalar(b"", pa.large_binary())
SIGNATURE = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
_WIDE = {"int16": ">i2", "int32": ">i4", "int64": ">i8", "float": ">f4", "double": ">f8"}
_DAYS = (DATE, TIMESTAMP, TIMESTAMPTZ)
_SENT = {"int16": 21, "int32": 23, "int64": 20, "float": 700, "double": 701}


def data_rows(values: Sequence[Any], columns: Sequence[Column], forms: Sequence[int]) -> bytes:
    """Rows as DataRow messages."""
    if not values:
        return b""
    pieces = [_same(struct.pack("!h", len(columns)), len(values[0]))]
    for one, column, form in zip(values, columns, forms, strict=True):
        pieces += _binary(one, column) if form else _sized(_written(one, column))
    return _messages(b"D", pieces)


def copied(values: Sequence[Any], columns: Sequence[Column], copy: Copy, is_first: bool) -> bytes:
    """Rows as CopyData messages, one a row, with what comes before the first and after the last."""
    rows = _rows(values, columns, copy) if values else b""
    if copy.format != "binary":
        return (_header(columns, copy) if is_first and copy.header else b"") + rows
    if is_first:
        return _signed(rows)
    return rows or b"d" + struct.pack("!i", 4 + len(TRAILER)) + TRAILER


def _rows(values: Sequence[Any], columns: Sequence[Column], copy: Copy) -> bytes:
    count = len(values[0])
    if copy.format == "binary":
        pieces = [_same(struct.pack("!h", len(columns)), count)]
        for one, column in zip(values, columns, strict=True):
            pieces += _binary(one, column)
        return _messages(b"d", pieces)
    pieces = []
    for place, (one, column) in enumerate(zip(values, columns, strict=True)):
        pieces += [_same(copy.delimiter.encode(), count)] if place else []
        texts = _written(one, column)
        texts = _quoted(texts, copy) if copy.format == "csv" else _escaped(texts, copy)
        pieces.append(_bytes(pc.fill_null(texts, copy.null)))
    return _messages(b"d", [*pieces, _same(b"\n", count)])


def _messages(kind: bytes, pieces: list[Piece]) -> bytes:
    """One message a row: its kind, its length, and the bytes of each piece in turn."""
    sizes: Any = sum((_lengths(piece) for piece in pieces), start=np.full(len(pieces[0]), 4))
    head = np.empty((len(sizes), 5), np.uint8)
    head[:, 0] = kind[0]
    head[:, 1:] = _number(sizes)
    joined = pc.binary_join_element_wise(*(_varied(piece) for piece in _merged([head, *pieces])), _NOTHING)
    return bytes(_held(joined)[1])


def _merged(pieces: list[Piece]) -> Iterator[Piece]:
    """The same rows from fewer pieces: neighbours of one width each are put side by side."""
    for is_even, group in groupby(pieces, lambda piece: isinstance(piece, np.ndarray)):
        some = list(group)
        yield from [np.hstack(some)] if is_even else some


def _lengths(piece: Piece) -> Any:
    return piece.shape[1] if isinstance(piece, np.ndarray) else np.diff(_held(piece)[0])


def _varied(piece: Piece) -> pa.Array:
    if not isinstance(piece, np.ndarray):
        return piece
    offsets = np.arange(len(piece) + 1, dtype=np.int64) * piece.shape[1]
    return _array(len(piece), offsets, np.ascontiguousarray(piece))


def _array(count: int, offsets: Any, data: Any) -> pa.Array:
    return pa.Array.from_buffers(pa.large_binary(), count, [None, pa.py_buffer(offsets), pa.py_buffer(data)])


def _held(values: pa.Array) -> tuple[Any, Any]:
    """Where each row's bytes begin and end, and the bytes."""
    offsets = np.frombuffer(values.buffers()[1], np.int64)[values.offset : values.offset + len(values) + 1]
    data = values.buffers()[2]
    held = np.frombuffer(data, np.uint8) if data is not None else np.empty(0, np.uint8)
    return offsets - offsets[0], held[offsets[0] : offsets[-1]]


def _same(value: bytes, count: int) -> Bytes:
    return np.tile(np.frombuffer(value, np.uint8), (count, 1))


def _number(values: Any) -> Bytes:
    """Lengths as fields hold them: four bytes each, the greatest first."""
    return np.asarray(values).astype(">i4").view(np.uint8).reshape(len(values), 4)


def _known(values: Any) -> Flags:
    if isinstance(values, list):
        return np.array([value is not None for value in values], bool)
    return np.asarray(values.is_valid())


def _sized(values: Any) -> list[Piece]:
    """Fields as rows hold them: their length, -1 for null, and their bytes."""
    written = _bytes(values)
    return [_number(np.where(_known(values), _lengths(written), -1)), written]


def _even(values: Bytes, known: Flags) -> list[Piece]:
    """Fields of one width: their length, -1 for null, and their bytes."""
    width = values.shape[1]
    fields = np.hstack([_same(struct.pack("!i", width), len(values)), values])
    if known.all():
        return [fields]
    fields[~known, :4] = 0xFF
    shown = np.repeat(known[:, None], 4 + width, axis=1)
    shown[:, :4] = True
    offsets = np.concatenate(([0], np.cumsum(np.where(known, 4 + width, 4), dtype=np.int64)))
    return [_array(len(known), offsets, fields[shown])]


def _binary(values: Any, column: Column) -> list[Piece]:
    kind = "" if isinstance(values, list) else str(values.type)
    if _SENT.get(kind) == column.type.oid:
        raw = np.asarray(values.fill_null(pa.scalar(0, values.type))).astype(_WIDE[kind])
        return _even(raw.view(np.uint8).reshape(len(raw), raw.itemsize), _known(values))
    if kind == "bool":
        return _even(np.asarray(values.fill_null(False)).astype(np.uint8)[:, None], _known(values))
    return _sized(_each(values, column, 1))


def _written(values: Any, column: Column) -> pa.Array:
    kind = "" if isinstance(values, list) else str(values.type)
    if kind == "bool":
        return pc.if_else(values, "t", "f")
    if kind.startswith("int"):
        return pc.cast(values, pa.string())
    if kind in ("float", "double"):
        texts = pa.array(
            [None if value is None else repr(value) for value in values.to_pylist()], pa.string()
        )
        for name, said in (("inf", "Infinity"), ("-inf", "-Infinity"), ("nan", "NaN")):
            texts = pc.if_else(pc.equal(texts, name), said, texts)
        return texts
    return pc.cast(_each(values, column, 0), pa.string())


def _each(values: Any, column: Column, form: int) -> pa.Array:
    """Values of a type that has no quick way: one by one; texts are their own bytes."""
    if not isinstance(values, list):
        if _are_written(values, column, form):
            return values
        values = values.to_pylist()
    write = encoder(column.type, form)
    return pa.array([None if value is None else write(value) for value in values], pa.large_binary())


def _are_written(values: pa.Array, column: Column, form: int) -> bool:
    """Whether texts go out as they came."""
    if column.type in _DAYS:
        return form == 0 and not _has(values, "BC")
    return column.type in (TEXT, NAME, CHAR) or (column.type is JSON and not _has(values, "NaN|Infinity"))


def _has(values: pa.Array, pattern: str) -> bool:
    return bool(pc.any(pc.match_substring_regex(values, pattern)).as_py())


def _bytes(values: Any) -> pa.Array:
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    return pc.fill_null(values.cast(pa.large_binary()), b"")


def _escaped(texts: pa.Array, copy: Copy) -> pa.Array:
    if not _has(texts, _ESCAPED.replace("@", re.escape(copy.delimiter))):
        return texts
    for plain, code in _ESCAPES:
        texts = pc.replace_substring(texts, plain, code)
    if copy.delimiter != "\t":
        texts = pc.replace_substring(texts, copy.delimiter, "\\" + copy.delimiter)
    return texts


def _quoted(texts: pa.Array, copy: Copy) -> pa.Array:
    needs = pc.equal(texts, copy.null)
    for mark in (copy.delimiter, copy.quote, "\n", "\r"):
        needs = pc.or_(needs, pc.match_substring(texts, mark))
    if copy.force_quote:
        needs = pc.is_valid(texts)
    if not pc.any(needs).as_py():
        return texts
    inner = pc.replace_substring(texts, copy.escape, copy.escape * 2)
    if copy.escape != copy.quote:
        inner = pc.replace_substring(inner, copy.quote, copy.escape + copy.quote)
    return pc.if_else(needs, pc.binary_join_element_wise(copy.quote, inner, copy.quote, ""), texts)


def _header(columns: Sequence[Column], copy: Copy) -> bytes:
    names = pa.array([column.name for column in columns])
    names = _quoted(names, copy) if copy.format == "csv" else _escaped(names, copy)
    line = copy.delimiter.join(names.to_pylist()).encode() + b"\n"
    return b"d" + struct.pack("!i", len(line) + 4) + line


def _signed(rows: bytes) -> bytes:
    """The signature goes with the first row, or with the end of an empty copy, as PostgreSQL sends it."""
    first = rows[5:] if rows else TRAILER
    size = struct.unpack_from("!i", rows, 1)[0] if rows else 4 + len(TRAILER)
    return b"d" + struct.pack("!i", size + len(SIGNATURE)) + SIGNATURE + first
