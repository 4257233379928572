"""Arrow's columns as the rows of a COPY: whole columns at a time, put together by counting bytes."""

import re
import struct
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.serve.copying import Copy
from pipelines.serve.values.encode import encoder
from pipelines.serve.values.pgtypes import CHAR, NAME, TEXT, Column

Bytes = np.ndarray[Any, np.dtype[np.uint8]]
Lengths = np.ndarray[Any, np.dtype[np.int64]]
Flags = np.ndarray[Any, np.dtype[np.bool_]]
Piece = tuple[Lengths, Bytes]  # bytes of each row, one row after the other

_ESCAPES = (
    *(("\\", "\\\\"), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t")),
    *(("\b", "\\b"), ("\f", "\\f"), ("\v", "\\v")),
)
_ESCAPED = r"[\\\n\r\t\x08\f\v@]"
SIGNATURE = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
_WIDE = {"int16": ">i2", "int32": ">i4", "int64": ">i8", "float": ">f4", "double": ">f8"}
_SENT = {"int16": 21, "int32": 23, "int64": 20, "float": 700, "double": 701}


def data_rows(values: Sequence[Any], columns: Sequence[Column], forms: Sequence[int]) -> bytes:
    """Rows as DataRow messages."""
    if not values:
        return b""
    pieces = [_same(struct.pack("!h", len(columns)), len(values[0]))]
    for one, column, form in zip(values, columns, forms, strict=True):
        pieces += _binary(one, column) if form else _sized(_bytes(_written(one, column)), _known(one))
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
    sizes = np.sum([lengths for lengths, _ in pieces], axis=0) + 4
    head = np.empty((len(sizes), 5), np.uint8)
    head[:, 0] = kind[0]
    head[:, 1:] = sizes.astype(">i4").view(np.uint8).reshape(len(sizes), 4)
    starts = np.concatenate(([0], np.cumsum(sizes + 1)))
    out = np.empty(int(starts[-1]), np.uint8)
    at = starts[:-1].copy()
    for lengths, data in [(np.full(len(sizes), 5), head.ravel()), *pieces]:
        if len(data):
            before = np.cumsum(lengths) - lengths
            out[np.repeat(at - before, lengths) + np.arange(len(data))] = data
        at += lengths
    return out.tobytes()


def _same(value: bytes, count: int) -> Piece:
    return np.full(count, len(value), np.int64), np.tile(np.frombuffer(value, np.uint8), count)


def _known(values: Any) -> Flags:
    if isinstance(values, list):
        return np.array([value is not None for value in values], bool)
    return np.asarray(values.is_valid())


def _sized(piece: Piece, known: Flags) -> list[Piece]:
    """A field as rows hold it: its length, -1 for null, and its bytes."""
    heads = np.where(known, piece[0], -1).astype(">i4").view(np.uint8)
    return [(np.full(len(known), 4), heads), piece]


def _binary(values: Any, column: Column) -> list[Piece]:
    known = _known(values)
    kind = "" if isinstance(values, list) else str(values.type)
    if _SENT.get(kind) == column.type.oid:
        raw = np.asarray(values.fill_null(pa.scalar(0, values.type))).astype(_WIDE[kind])
        data = raw.view(np.uint8).reshape(len(raw), raw.itemsize)[known].ravel()
        return _sized((np.where(known, raw.itemsize, 0), data), known)
    if kind == "bool":
        data = np.asarray(values.fill_null(False)).astype(np.uint8)[known]
        return _sized((known.astype(np.int64), data), known)
    return _sized(_bytes(_each(values, column, 1)), known)


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
        if column.type in (TEXT, NAME, CHAR):
            return values
        values = values.to_pylist()
    write = encoder(column.type, form)
    return pa.array([None if value is None else write(value) for value in values], pa.large_binary())


def _bytes(values: Any) -> Piece:
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    values = values.cast(pa.large_binary())
    offsets = np.frombuffer(values.buffers()[1], np.int64)[values.offset : values.offset + len(values) + 1]
    held = values.buffers()[2]
    data = np.frombuffer(held, np.uint8) if held is not None else np.empty(0, np.uint8)
    return np.diff(offsets), data[offsets[0] : offsets[-1]]


def _escaped(texts: pa.Array, copy: Copy) -> pa.Array:
    if not pc.any(pc.match_substring_regex(texts, _ESCAPED.replace("@", re.escape(copy.delimiter)))).as_py():
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
