"""Takes the columns of one task out of a table, a row a checkpoint, and looks at every cell."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl

from emergence.errors import InputError

USUAL_NAMES = {
    "loss": ("loss",),
    "score": ("score",),
    "run": ("run", "run_id"),
    "order": ("tokens", "step"),
    "n_items": ("n_items", "items"),
}
"""What a column is taken for that nobody named."""


def find_columns(file: Path, there: Sequence[str], named: Mapping[str, str | None]) -> dict[str, str | None]:
    """Return the column of each role: the one named, else one of those there with a usual name, or None.

    Raises InputError, which names the file, where no column is the loss or the score.
    """
    columns = {
        role: named[role] or next((name for name in usual if name in there), None)
        for role, usual in USUAL_NAMES.items()
    }
    for role in ("loss", "score"):
        if columns[role] is None:
            raise InputError(
                f"{file}: which column is the {role}? --{role} NAME; there are {', '.join(there)}"
            )
    return columns


def numbers_of(
    file: Path, frame: pl.DataFrame, columns: Mapping[str, str | None], lines: Sequence[str] = ()
) -> pl.DataFrame:
    """Return the column of each role as numbers, run as text; rows without loss or score are left out.

    Raises InputError, which names file, line (the row, where no ``lines`` are told) and column, for a cell
    that is no number or cannot be one of its role, and for a column that is not there or has empty cells.
    """
    named = {role: name for role, name in columns.items() if name is not None}
    missing = [name for name in named.values() if name not in frame.columns]
    if missing:
        raise InputError(f"{file}: no column {missing[0]!r}; there are {', '.join(frame.columns)}")
    taken = frame.select(**{role: pl.col(name) for role, name in named.items()})
    for role, name in named.items():
        if role == "run":
            taken = taken.with_columns(run=pl.col("run").cast(pl.String))
        else:
            taken = _as_numbers(file, taken, role, name, lines)
    kept = taken.drop_nulls(["loss", "score"])
    if kept.is_empty():
        raise InputError(f"{file}: no row has both a {named['loss']} and a {named['score']}")
    for role in kept.columns:
        if kept[role].null_count():
            raise InputError(
                f"{file}: column {named[role]!r} has {kept[role].null_count()} empty cells; fill them"
            )
    return kept


def _as_numbers(file: Path, taken: pl.DataFrame, role: str, name: str, lines: Sequence[str]) -> pl.DataFrame:
    cell = pl.col(role)
    try:
        number = taken.select(cell.cast(pl.Float64, strict=False)).to_series()
    except pl.exceptions.PolarsError as error:
        raise InputError(f"{file}: column {name!r} is {taken[role].dtype}; {role} wants numbers") from error
    if not (taken[role].dtype.is_numeric() or taken[role].dtype in (pl.String, pl.Null)):
        raise InputError(f"{file}: column {name!r} is {taken[role].dtype}; {role} wants numbers")
    rules = [(taken[role].is_not_null() & number.is_null(), f"is no number; {role} wants one")]
    rules += [(~number.is_finite(), f"is not finite; {role} wants a number")]
    if role == "loss":
        rules += [(number <= 0, "is not above 0, as a cross-entropy is")]
    if role == "n_items":
        rules += [(number < 1, "is less than one item")]
    for is_wrong, why in rules:
        rows = is_wrong.fill_null(False).arg_true()
        if rows.len():
            at = int(rows[0])
            place = lines[at] if lines else f"row {at + 1}"
            said = repr(taken[role][at]) if number[at] is None else taken[role][at]
            more = f" (and {rows.len() - 1:,} more)" if rows.len() > 1 else ""
            raise InputError(f"{file}: {place}, column {name!r}: {said} {why}{more}")
    return taken.with_columns(number.alias(role))
