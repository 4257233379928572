"""Reads published JSON, CSV and Parquet into typed values; what cannot be read is rejected with its place."""

import csv
import gzip
import io
import json
import math
import re
import sys
import zlib
from typing import Any, cast

import polars as pl

from pipelines.intake.spec import Intake, RawFile, Schema

UNREADABLE = "unreadable_file"
RAGGED = "ragged_row"
NOT_A_NUMBER = "not_a_number"
# Rules that say a file is not whole, rather than that a value in it is odd.
BROKEN = frozenset({UNREADABLE, RAGGED})
MAX_COLUMNS = 10_000
MAX_UNPACKED = 256 << 20
"""Bytes that a packed file may unfold to: the greatest known needs a hundredth of it, a bomb far more."""
MAX_FLOAT = sys.float_info.max
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


def unpacked(file: RawFile, intake: Intake) -> bytes | None:
    """Return the bytes of a file, unfolded where its name ends in ``.gz``, or None after a reject.

    More than ``MAX_UNPACKED`` bytes are not unfolded: the whole file is refused (rule ``unreadable_file``).
    """
    if not file.path.endswith(".gz"):
        return file.read()
    try:
        with gzip.open(io.BytesIO(file.read())) as stream:
            content = stream.read(MAX_UNPACKED + 1)
    except (OSError, EOFError, zlib.error) as error:
        intake.reject(file.path, "", UNREADABLE, None, f"not gzip: {error}")
        return None
    if len(content) > MAX_UNPACKED:
        intake.reject(file.path, "", UNREADABLE, None, f"unfolds to more than {MAX_UNPACKED:,} bytes")
        return None
    return content


def read_json(file: RawFile, intake: Intake) -> dict[str, Any] | None:
    """Return the JSON object in a file, or None after a reject (rule ``unreadable_file``)."""
    content = unpacked(file, intake)
    return None if content is None else _json_object(content, file, "", UNREADABLE, intake)


def read_json_lines(file: RawFile, intake: Intake) -> list[tuple[int, dict[str, Any]]]:
    """Return the JSON object of each line with the line's number (1 is the first).

    A line that is none, such as the last of a file cut short, is a reject (rule ``ragged_row``).
    """
    content = unpacked(file, intake)
    found = []
    for number, line in enumerate((content or b"").split(b"\n"), start=1):
        if line.strip():
            document = _json_object(line, file, f"line {number}", RAGGED, intake)
            if document is not None:
                found.append((number, document))
    return found


def _json_object(
    content: bytes, file: RawFile, place: str, rule: str, intake: Intake
) -> dict[str, Any] | None:
    try:
        # From bytes, the reader of JSON would let half a character pass.
        document = json.loads(content.decode(json.detect_encoding(content)))
        if _SURROGATE.search(content):
            # Half a character can be written in JSON, but is no text: this is where it would break later.
            json.dumps(document, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        intake.reject(file.path, place, rule, None, f"not JSON: {error}")
        return None
    if not isinstance(document, dict):
        intake.reject(file.path, place, rule, type(document).__name__, "expected a JSON object")
        return None
    return cast("dict[str, Any]", document)


def read_parquet(file: RawFile, schema: Schema, intake: Intake) -> pl.DataFrame | None:
    """Return the columns of ``schema`` of a Parquet file, with ``row`` (1 is the first) in front.

    A file that is none, or lacks a column or has one that does not become the type asked for, is one reject
    (rule ``unreadable_file``) and gives None. Infinities and NaN become null, each after a reject.
    """
    try:
        frame = pl.read_parquet(io.BytesIO(file.read()), columns=list(schema), row_index_name="row")
        frame = frame.with_columns(pl.col("row").cast(pl.Int64) + 1).cast(dict(schema))  # type: ignore[arg-type]
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        intake.reject(file.path, "", UNREADABLE, None, f"not Parquet with {', '.join(schema)}: {error}")
        return None
    for name, dtype in schema.items():
        if dtype == pl.Float64:
            for row, value in frame.filter(~pl.col(name).is_finite()).select("row", name).iter_rows():
                place = f"row {row}, column {name}"
                intake.reject(file.path, place, NOT_A_NUMBER, value, "expected a finite number")
            frame = frame.with_columns(pl.when(pl.col(name).is_finite()).then(name).alias(name))
    return frame


def as_number(text: str) -> float | None:
    """Return the finite number that a text is, or None."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def number(value: object, file: RawFile, place: str, intake: Intake) -> float | None:
    """Return a finite float, or None after a reject (rule ``not_a_number``); whole-number types pass too."""
    if type(value) is float and -MAX_FLOAT <= value <= MAX_FLOAT:  # nearly all there is
        return value
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


def read_csv(
    file: RawFile, required: list[str], intake: Intake, *, only_required: bool = False
) -> pl.DataFrame | None:
    """Return a CSV as text columns with ``row`` (1 is the first row below the header) in front.

    A file that is empty, not text, ragged, or without a ``required`` column is one reject and gives None.
    With ``only_required`` the other columns are left out, whatever they are called.
    """
    content = unpacked(file, intake)
    if content is None:
        return None
    try:
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig")), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        intake.reject(file.path, "", UNREADABLE, None, f"not CSV: {error}")
        return None
    header = rows[0] if rows else []
    trouble = _unusable([n for n in header if n in required] if only_required else header, required)
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
    if only_required:
        places = [at for at, name in enumerate(header, start=1) if name in required]
        kept = [[row[0], *(row[at] for at in places)] for row in kept]
        header = [name for name in header if name in required]
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
