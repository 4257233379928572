"""Many series at once: groups of a table in, one row a group out."""

import hashlib
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import polars as pl

from emergence.errors import InputError
from emergence.evidence.existence_test import MOST_REPLICATES
from emergence.evidence.plan import Plan
from emergence.numerics.arrays import SEED
from emergence.numerics.p_values import adjust_within
from emergence.points.series import Series, build_series
from emergence.threshold.fit import fit_series
from emergence.threshold.result import SCHEMA


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
    seed: int = SEED,
    family: str | Sequence[str] | None = None,
    threads: int | None = None,
) -> pl.DataFrame:
    """Fit every group of a table of checkpoints: one row a group, its key first, in sorted order of the keys.

    `frame` holds one row a checkpoint; `by` names its key columns, the other arguments the columns that
    `fit_threshold` takes (None: there is none). Nulls in n_items, stderr, order or chance mean unknown. A
    group's random numbers come from the seed and its key, so rows do not depend on each other, on order or
    on `threads`.

    `family` names the key columns within which p_threshold is adjusted into p_adjusted (Benjamini,
    Yekutieli 2001): the source, since its tasks share runs. Without it p_adjusted stays empty.

    Raises InputError naming the column that is missing or cannot be used, with the group it was found in.

    >>> from emergence.points.simulate import Truth, simulate
    >>> rng = np.random.default_rng(1)
    >>> tasks = [simulate(Truth(shape), rng).with_columns(task=pl.lit(shape)) for shape in ("flat", "linear")]
    >>> frame = pl.concat(tasks).with_columns(stderr=None, higher_is_better=True)
    >>> fit_table(frame, ["task"], replicates=100).select("task", "verdict").rows()
    [('flat', 'at_floor'), ('linear', 'smooth')]
    """
    roles = {
        "loss": loss,
        "score": score,
        "run": run,
        "order": order,
        "n_items": n_items,
        "stderr": stderr,
        "chance": chance,
        "higher_is_better": higher_is_better,
    }
    columns = {role: name for role, name in roles.items() if name is not None}
    if isinstance(by, str) or not by:
        raise InputError(f"by: a list of one key column or more wanted, found {by!r}")
    missing = [c for c in [*by, *columns.values()] if c not in frame.columns]
    if missing:
        raise InputError(
            f"frame: no column {missing[0]!r} among {frame.columns}; name it, or pass None for it"
        )
    if twice := sorted({*by} & {*columns.values()}):
        raise InputError(f"by: {twice[0]!r} is a column of the points, and no key of a group")
    families = [] if family is None else [family] if isinstance(family, str) else list(family)
    if unknown := [name for name in families if name not in by]:
        raise InputError(f"family: {unknown[0]!r} is none of the key columns {list(by)}")
    for name, number, least in (("seed", seed, 0), ("threads", 1 if threads is None else threads, 1)):
        if not isinstance(number, (int, np.integer)) or number < least:
            raise InputError(f"{name}: a whole number of at least {least} wanted, found {number!r}")
    plan = Plan(confidence, replicates, most_replicates=MOST_REPLICATES)
    if run is not None:  # numbers in the order of the names sort faster than names
        _named(frame[run], run)
        frame = frame.with_columns(pl.col(run).rank("dense"))
    # sorting the groups, not the rows, is cheaper; a series puts its own points in order
    groups = frame.select(*by, *dict.fromkeys(columns.values())).group_by(by).agg(pl.all()).sort(by)
    keys = groups.select(by).rows()

    def fit_one(index: int) -> dict[str, Any]:
        group = {role: groups[name][index] for role, name in columns.items()}
        try:
            series = _series(group)
        except InputError as error:
            raise InputError(f"group {dict(zip(by, keys[index], strict=True))}: {error}") from error
        return fit_series(series, plan, _generator(seed, keys[index])).to_row()

    with ThreadPoolExecutor(threads or os.cpu_count() or 1) as pool:
        rows = list(pool.map(fit_one, range(len(keys))))
    fits = pl.concat([groups.select(by), pl.DataFrame(rows, schema=SCHEMA)], how="horizontal")
    return fits if family is None else adjust_within(fits, families)


def _named(column: pl.Series, name: str) -> None:
    """Raise InputError where a run has no name."""
    if column.null_count() or (column.dtype.is_float() and column.is_nan().any()):
        raise InputError(f"{name}: names are missing; name every checkpoint's run")


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
    if not column.null_count() and (column == column[0]).all():  # the common case, without a query
        return column[0]
    values = column.drop_nulls().unique()
    if values.len() > 1:
        raise InputError(f"{name}: one value a group wanted, found {values.len()}")
    return values[0] if values.len() else None


def _series(group: dict[str, pl.Series]) -> Series:
    """Build the series of one group from its columns by role."""
    for name in ("loss", "score"):
        if group[name].null_count():
            raise InputError(f"{name}: {group[name].null_count()} nulls; drop those rows")
    better = _single("higher_is_better", group.get("higher_is_better"))
    return build_series(
        group["loss"].to_numpy(),
        group["score"].to_numpy(),
        _known(group.get("n_items")),
        _known(group.get("stderr")),
        _known(group.get("run")),
        _known(group.get("order")),
        _single("chance", group.get("chance")),
        True if better is None else bool(better),
    )
