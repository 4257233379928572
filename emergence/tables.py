"""Many series at once: groups of a table in, one row a group out."""

import hashlib
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import polars as pl

from emergence.adjust import adjust_within
from emergence.errors import InputError
from emergence.results import SCHEMA, ThresholdFit
from emergence.series import build_series
from emergence.threshold import fit_series


def fit_table(
    frame: pl.DataFrame,
    by: Sequence[str],
    *,
    loss: str = "loss",
    score: str = "score",
    run: str | None = "run_id",
    order: str | None = "tokens",
    n_items: str | None = "n_items",
    stderr: str | None = "stderr",
    chance: str | None = "chance",
    higher_is_better: str | None = "higher_is_better",
    confidence: float = 0.95,
    replicates: int = 1000,
    seed: int = 20240322,
    family: str | Sequence[str] | None = None,
    workers: int | None = None,
) -> pl.DataFrame:
    """Fit every group of a table of checkpoints: one row a group, its key first, in sorted order of the keys.

    `frame` holds one row a checkpoint; `by` names its key columns, the other arguments the columns that
    `fit_threshold` takes (None: there is none). Nulls in n_items, stderr, order or chance mean unknown. A
    group's random numbers come from the seed and its key, so rows do not depend on each other, on order or
    on `workers`.

    `family` names the key columns within which p_threshold is adjusted into p_adjusted (Benjamini,
    Yekutieli 2001): the source, since its tasks share runs. Without it p_adjusted stays empty.

    Raises InputError naming the column that is missing or cannot be used, with the group it was found in.
    """
    names = [c for c in (loss, score, run, order, n_items, stderr, chance, higher_is_better) if c is not None]
    missing = [c for c in [*by, *names] if c not in frame.columns]
    if missing:
        raise InputError(
            f"frame: no column {missing[0]!r} among {frame.columns}; name it, or pass None for it"
        )
    if not by:
        raise InputError("by: at least one key column wanted")
    groups = frame.select(*by, *dict.fromkeys(names)).sort(by).group_by(by, maintain_order=True).agg(pl.all())
    keys = groups.select(by).rows()

    def fit_one(index: int) -> dict[str, Any]:
        columns = {name: groups[name][index] for name in names}
        try:
            fit = _fit_group(
                columns, loss, score, run, order, n_items, stderr, chance, higher_is_better,
                confidence, replicates, _generator(seed, keys[index]),
            )  # fmt: skip
        except InputError as error:
            raise InputError(f"group {dict(zip(by, keys[index], strict=True))}: {error}") from error
        return fit.to_row()

    with ThreadPoolExecutor(workers or os.cpu_count() or 1) as pool:
        rows = list(pool.map(fit_one, range(len(keys))))
    fits = pl.concat([groups.select(by), pl.DataFrame(rows, schema=SCHEMA)], how="horizontal")
    return fits if family is None else adjust_within(fits, [family] if isinstance(family, str) else family)


def _generator(seed: int, key: tuple[Any, ...]) -> np.random.Generator:
    """Seed a group's generator from the key's text, which is the same in every process."""
    digest = hashlib.sha256("\x1f".join(map(str, key)).encode()).digest()
    return np.random.default_rng([seed, int.from_bytes(digest[:16])])


def _known(column: pl.Series | None) -> Any:
    """Give a column's values, or None where any is unknown."""
    return None if column is None or column.null_count() else column.to_numpy()


def _single(name: str, column: pl.Series | None) -> Any:
    """Give the one value of a column that does not vary within a group, None where it is unknown."""
    if column is None:
        return None
    values = column.drop_nulls().unique()
    if values.len() > 1:
        raise InputError(f"{name}: one value a group wanted, found {values.len()}")
    return values[0] if values.len() else None


def _fit_group(
    columns: dict[str, pl.Series],
    loss: str,
    score: str,
    run: str | None,
    order: str | None,
    n_items: str | None,
    stderr: str | None,
    chance: str | None,
    higher_is_better: str | None,
    confidence: float,
    replicates: int,
    rng: np.random.Generator,
) -> ThresholdFit:
    column: dict[str | None, pl.Series | None] = dict.fromkeys([None])
    column.update(columns.items())
    for name in (loss, score):
        if columns[name].null_count():
            raise InputError(f"{name}: {columns[name].null_count()} nulls; drop those rows")
    better = _single("higher_is_better", column[higher_is_better])
    series = build_series(
        columns[loss].to_numpy(),
        columns[score].to_numpy(),
        _known(column[n_items]),
        _known(column[stderr]),
        _known(column[run]),
        _known(column[order]),
        _single("chance", column[chance]),
        True if better is None else bool(better),
    )
    return fit_series(series, confidence, replicates, rng)
