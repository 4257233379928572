"""Fits the threshold of a table in a file: what ``emergence fit`` runs and prints."""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

import emergence
from emergence.errors import InputError
from pipelines.reader.fit_table import numbers_of
from pipelines.vocabulary import spoken
from pipelines.words import counted, verdict_name

UNLIKELY_LOSS = 20.0
"""No model that has seen a text is so far off, in nats or bits a token."""


def fit_file(
    file: Path,
    frame: pl.DataFrame,
    columns: Mapping[str, str | None],
    *,
    chance: float | None,
    higher_is_better: bool,
    lines: Sequence[str] = (),
) -> dict[str, Any]:
    """Return the fit of the named columns of a file's table; rows without loss or score are left out.

    Raises InputError, which names the file, for a column that is not there or not a number.
    """
    points = numbers_of(file, frame, columns, lines)
    arrays: dict[str, Any] = {role: points[role].to_numpy() for role in points.columns}
    most = float(arrays["score"].max(initial=0.0))
    if chance is not None and higher_is_better and most > 1:
        raise InputError(
            f"{file}: column {columns['score']!r} goes up to {most:g}, as no score beside a chance of "
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
    found = {name: _plain(value) for name, value in fitted.to_row().items()}
    left_out = frame.height - points.height
    return found | {"n_without_loss_or_score": left_out, "greatest_loss": float(arrays["loss"].max())}


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def as_json(found: Mapping[str, Any]) -> str:
    """Return every number of a fit for machines."""
    return json.dumps(found, indent=1, ensure_ascii=False, allow_nan=False)


def told(found: Mapping[str, Any], columns: Mapping[str, str | None]) -> Iterator[str]:
    """Yield the fit for a person, verdict first, and what was taken for what."""
    yield f"{verdict_name(found['verdict'])}: {found['reason']}"
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
    for number, why in (
        (found["n_without_loss_or_score"], "without a loss or a score"),
        (found["n_dropped"], "with a loss above 1.5 times the median, as first steps have"),
    ):
        if number:
            yield f"  left out {counted(number, 'row')} {why}"
    if found["greatest_loss"] > UNLIKELY_LOSS:
        yield f"  note     losses up to {found['greatest_loss']:g}: perplexities? The loss is their logarithm"
    taken = [
        name if name == role else f"{name} ({role})" for role, name in columns.items() if name is not None
    ]
    yield f"  columns  {', '.join(taken)}{'' if columns['run'] else '; no run: all are one'}"


def _with_limits(found: Mapping[str, Any], name: str) -> str:
    low, high = found[f"{name}_low"], found[f"{name}_high"]
    limits = "" if low is None or high is None else f" [{low:.4f}, {high:.4f}]"
    return f"{found[name]:.4f}{limits}"
