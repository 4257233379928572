"""Fits the threshold of a table in a file: what ``emergence fit`` runs and prints."""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

import emergence
from emergence.errors import InputError
from pipelines.vocabulary import spoken
from pipelines.words import counted

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


def fit_file(
    file: Path,
    frame: pl.DataFrame,
    columns: Mapping[str, str | None],
    *,
    chance: float | None,
    higher_is_better: bool,
) -> dict[str, Any]:
    """Return the fit of the named columns of a file's table; rows without loss or score are left out.

    Raises InputError, which names the file, for a column that is not there or not a number.
    """
    named = {role: name for role, name in columns.items() if name is not None}
    missing = [name for name in named.values() if name not in frame.columns]
    if missing:
        raise InputError(f"{file}: no column {missing[0]!r}; there are {', '.join(frame.columns)}")
    arrays: dict[str, Any] = {}
    _check_cells(file, frame, named)
    kept = frame.drop_nulls([named["loss"], named["score"]])
    for role, name in named.items():
        column = kept[name]
        if role != "run" and not column.dtype.is_numeric():
            raise InputError(f"{file}: column {name!r} is {column.dtype}; {role} wants numbers")
        if role not in ("loss", "score") and column.null_count():
            raise InputError(f"{file}: column {name!r} has {column.null_count()} empty cells; fill them")
        arrays[role] = column.cast(pl.String if role == "run" else pl.Float64).to_numpy()
    most = float(arrays["score"].max(initial=0.0))
    if chance is not None and higher_is_better and most > 1:
        raise InputError(
            f"{file}: column {named['score']!r} goes up to {most:g}, as no score beside a chance of "
            f"{chance:g} does: in percent? Give fractions"
        )
    fitted = emergence.fit_threshold(
        arrays["loss"],
        arrays["score"],
        **{role: array for role, array in arrays.items() if role not in ("loss", "score")},
        chance=chance,
        higher_is_better=higher_is_better,
        rng=0,
    )
    return {name: _plain(value) for name, value in fitted.to_row().items()}


def _check_cells(file: Path, frame: pl.DataFrame, named: Mapping[str, str]) -> None:
    """Raise InputError, which names file, row and column, for the first cell that cannot be used."""
    for role, name in named.items():
        cell = pl.col(name)
        if role != "run" and frame[name].dtype == pl.String:
            is_wrong = cell.cast(pl.Float64, strict=False).is_null()
            _refuse(file, frame, name, is_wrong, f"is no number; {role} wants one")
        elif role == "loss" and frame[name].dtype.is_numeric():
            _refuse(file, frame, name, cell <= 0, "is not above 0, as a cross-entropy is")


def _refuse(file: Path, frame: pl.DataFrame, name: str, is_wrong: pl.Expr, why: str) -> None:
    wrong = frame.with_row_index("row at fault", offset=1).filter(pl.col(name).is_not_null() & is_wrong)
    if wrong.height:
        more = f" (and {wrong.height - 1:,} more)" if wrong.height > 1 else ""
        first = wrong.row(0, named=True)
        raise InputError(f"{file}: row {first['row at fault']}, column {name!r}: {first[name]!r} {why}{more}")


def read_table(file: Path) -> pl.DataFrame:
    """Return a CSV or Parquet file as a frame; raises InputError for what cannot be read."""
    try:
        if file.suffix == ".csv":
            return pl.read_csv(file, infer_schema_length=None, glob=False)
        if file.suffix == ".parquet":
            return pl.read_parquet(file, glob=False)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise InputError(f"{file}: cannot be read: {' '.join(str(error).split())}") from error
    raise InputError(f"{file}: a file ending in .csv or .parquet wanted")


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def as_json(found: Mapping[str, Any]) -> str:
    """Return every number of a fit for machines."""
    return json.dumps(found, indent=1, ensure_ascii=False, allow_nan=False)


def lines(found: Mapping[str, Any], columns: Mapping[str, str | None]) -> Iterator[str]:
    """Yield the fit for a person, verdict first, and what was taken for what."""
    yield f"{found['verdict']}: {found['reason']}"
    for name, above in (
        ("loss_at_2_points", "0.02 above its floor" if found["step_in_points"] else "2 % of its rise"),
        ("loss_at_5_points", "0.05 above its floor" if found["step_in_points"] else "5 % of its rise"),
        ("loss_at_2_points_above_chance", "0.02 above chance"),
    ):
        if found[name] is not None:
            how = spoken("inference", found["inference"])
            yield f"  departs  {_with_limits(found, name)}, {above} (interval {how})"
    if found["eta"] is not None:
        yield f"  eta      {_with_limits(found, 'eta')}, curve {found['form']}, exponent {found['power']:.3g}"
        yield (
            f"  forms    {found['eta_by_form_min']:.4f} to {found['eta_by_form_max']:.4f}, "
            "eta over all forms of curve that rise, whether or not they fit"
        )
    if found["floor"] is not None:
        chance = "unknown" if found["chance"] is None else f"{found['chance']:.4g}"
        yield f"  floor    {_with_limits(found, 'floor')}, chance {chance}"
    if found["width"] is not None:
        yield f"  width    {_with_limits(found, 'width')} (10 to 90 % of the transition)"
    yield f"  from     {counted(found['n_checkpoints'], 'checkpoint')} of {counted(found['n_runs'], 'run')}"
    told = [
        name if name == role else f"{name} ({role})" for role, name in columns.items() if name is not None
    ]
    yield f"  columns  {', '.join(told)}{'' if columns['run'] else '; no run: all are one'}"


def _with_limits(found: Mapping[str, Any], name: str) -> str:
    low, high = found[f"{name}_low"], found[f"{name}_high"]
    limits = "" if low is None or high is None else f" [{low:.4f}, {high:.4f}]"
    return f"{found[name]:.4f}{limits}"
