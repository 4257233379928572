"""Reads published JSON and CSV into typed values; what cannot be read is rejected with its place."""

import csv
import io
import json
import re
import sys
from typing import Any, cast

import polars as pl

from pipelines.intake.spec import Intake, RawFile, Schema

UNREADABLE = "unreadable_file"
RAGGED = "ragged_row"
NOT_A_NUMBER = "not_a_number"
# Rules that say a file is not whole, rather than that a value in it is odd.
BROKEN = frozenset({UNREADABLE, RAGGED})
MAX_COLUMNS = 10_000
MAX_FLOAT = sys.float_info.max
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


def read_json(file: RawFile, intake: Intake) -> dict[str, Any] | None:
    """Return the JSON object in a file, or None after a reject (rule ``unreadable_file``)."""
    content = file.read()
    try:
        # From bytes, the reader of JSON would let half a character pass.
        document = json.loads(content.decode(json.detect_encoding(content)))
        if _SURROGATE.search(content):
            # Half a character can be written in JSON, but is no text: this is where it would break later.
            json.dumps(document, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        intake.reject(file.path, "", UNREADABLE, None, f"not JSON: {error}")
        return None
    if not isinstance(document, dict):
        intake.reject(file.path, "", UNREADABLE, type(document).__name__, "expected a JSON object")
        return None
    return cast("dict[str, Any]", document)


def number(value: object, file: RawFile, place: str, intake: Intake) -> float | None:
    """Return a finite float, or None after a reject (rule ``not_a_number``); whole-number types pass too."""
    if isinstance(value, int | float) and not isinstance(value, bool) and -MAX_FLOAT <= value <= MAX_FLOAT:
        return float(value)
    intake.reject(file.path, place, NOT_A_NUMBER, value, "expected a finite number")
    return None


def whole_number(value: object, file: RawFile, place: str, intake: Intake) -> int | None:
    """Return a whole number of 64 bits, or None after a reject (rule ``not_a_number``); 2e9 is one, too."""
    if (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and -(2**63) <= value < 2**63
        and value == int(value)
    ):
        return int(value)
    intake.reject(file.path, place, NOT_A_NUMBER, value, "expected a whole number")
    return None


def read_csv(file: RawFile, required: list[str], intake: Intake) -> pl.DataFrame | None:
    """Return a CSV as text columns with ``row`` (1 is the first row below the header) in front.

    A file that is empty, not text, ragged, or without a ``required`` column is one reject and gives None.
    """
    try:
        rows = list(csv.reader(io.StringIO(file.read().decode("utf-8-sig")), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        intake.reject(file.path, "", UNREADABLE, None, f"not CSV: {error}")
        return None
    header = rows[0] if rows else []
    trouble = _unusable(header, required)
    if trouble:
        intake.reject(file.path, "row 0", UNREADABLE, ",".join(header[:99]), f"unusable header: {trouble}")
        return None
    kept: list[list[str]] = []
    for place, row in enumerate(rows[1:], start=1):
        if len(row) == len(header):
            kept.append([str(place), *row])
        elif row:
            message = f"expected {len(header)} fields, found {len(row)}"
            intake.reject(file.path, f"row {place}", RAGGED, None, message)
    frame = pl.DataFrame(
        kept, schema=["row", *header], orient="row", schema_overrides=dict.fromkeys(header, pl.String)
    )
    return frame.with_columns(pl.col("row").cast(pl.Int64))


def _unusable(header: list[str], required: list[str]) -> str:
    """Say why a header cannot be used, or nothing."""
    missing = [name for name in required if name not in header]
    if not header or missing:
        return f"missing {', '.join(missing) or 'header'}"
    if len(header) > MAX_COLUMNS:
        return f"{len(header):,} columns"
    # The place of a row in its file gets a column of that name.
    return "repeated columns, or one called row" if len({"row", *header}) <= len(header) else ""


def cast_columns(frame: pl.DataFrame, schema: Schema, file: RawFile, intake: Intake) -> pl.DataFrame:
    """Cast text columns to ``schema``; a filled cell that does not cast is a reject and becomes null.

    Infinities and NaN count as no number. Whole numbers may be written with a decimal point.
    """
    found = frame.schema
    names = [n for n, dtype in schema.items() if found.get(n) == pl.String and dtype != pl.String]
    if not names:
        return frame
    by_type: dict[Any, list[str]] = {}
    for name in names:
        by_type.setdefault(schema[name], []).append(name)
    done = frame.with_columns(_cast(same, dtype) for dtype, same in by_type.items())
    filled = frame.select((pl.col(names).str.strip_chars() != "").sum()).row(0)
    for name, count in zip(names, filled, strict=True):
        if count == frame.height - done[name].null_count():
            continue
        lost = (frame[name].str.strip_chars() != "") & done[name].is_null()
        for place, cell in frame.filter(lost).select("row", name).iter_rows():
            message = "expected a finite number"
            intake.reject(file.path, f"row {place}, column {name}", NOT_A_NUMBER, cell, message)
    return done


def _cast(names: list[str], dtype: type[pl.DataType] | pl.DataType) -> pl.Expr:
    text = pl.col(names).str.strip_chars()
    value = text.cast(pl.Float64, strict=False)
    finite = pl.when(value.is_finite()).then(value)
    if dtype == pl.Float64:
        return finite
    # Through a double only when the text is not plainly whole: doubles hold whole numbers up to 2^53.
    whole = pl.when(finite == finite.floor()).then(finite).cast(pl.Int64, strict=False)
    return text.cast(pl.Int64, strict=False).fill_null(whole)
