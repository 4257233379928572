"""Do two corpora put tasks in the same order of threshold? Kendall's τ with an interval from replicates."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import ArrayLike

from emergence.errors import InputError
from emergence.numerics.arrays import CONFIDENCE, Floats


def rank_agreement(
    first: ArrayLike,
    second: ArrayLike,
    first_replicates: ArrayLike,
    second_replicates: ArrayLike,
    *,
    confidence: float = CONFIDENCE,
) -> tuple[float, float, float]:
    """Kendall's τ-b between two corpora's η of the same tasks (T,), and its limits over replicates (B, T)."""
    a, b = np.asarray(first_replicates, float), np.asarray(second_replicates, float)
    if a.shape != b.shape or a.shape[1] != np.size(first) or np.size(first) != np.size(second):
        raise InputError(
            f"replicates: shapes {a.shape} and {b.shape} for {np.size(first)} and {np.size(second)} tasks"
        )
    value = float(_kendall(np.asarray(first, float)[None], np.asarray(second, float)[None])[0])
    drawn = _kendall(a, b)
    tail = (1 - confidence) / 2
    low, high = np.nanquantile(drawn, [tail, 1 - tail])
    return value, float(min(low, value)), float(max(high, value))


def _kendall(a: Floats, b: Floats) -> Floats:
    """τ-b of each row (B,)."""
    upper = np.triu_indices(a.shape[1], 1)
    x, y = (np.sign(v[:, upper[0]] - v[:, upper[1]]) for v in (a, b))
    below = np.sqrt((x != 0).sum(axis=1) * (y != 0).sum(axis=1))
    return np.where(below > 0, (x * y).sum(axis=1) / np.maximum(below, 1), np.nan)


def draw_from_limits(frame: pl.DataFrame, draws: int, rng: np.random.Generator) -> Floats:
    """Replicates (draws, T) from columns eta, eta_low, eta_high (95 %) where none are kept: split normal."""
    eta, low, high = (frame[c].to_numpy() for c in ("eta", "eta_low", "eta_high"))
    normal = rng.standard_normal((draws, eta.size))
    return np.asarray(eta + normal / 1.959964 * np.where(normal < 0, eta - low, high - eta))


RANK_SCHEMA: dict[str, Any] = {
    "corpus_a": pl.String,
    "corpus_b": pl.String,
    "n_tasks": pl.Int64,
    "kendall_tau": pl.Float64,
    "kendall_tau_low": pl.Float64,
    "kendall_tau_high": pl.Float64,
}


def fit_rank_agreement(
    thresholds: pl.DataFrame,
    by: Sequence[str],
    *,
    corpus: str = "corpus",
    task: Sequence[str] = ("task",),
    fewest: int = 4,
    draws: int = 500,
    rng: np.random.Generator,
) -> pl.DataFrame:
    """Kendall's τ of tasks' η for each pair of corpora within each group of `thresholds`.

    Takes columns eta, eta_low, eta_high; rows without, pairs of fewer than `fewest` tasks are left out.
    """
    known = thresholds.drop_nulls(["eta", "eta_low", "eta_high"])
    rows = []
    for key, part in known.group_by(by, maintain_order=True):
        names = part[corpus].unique().sort().to_list()
        for i, a in enumerate(names):
            for b in names[i + 1 :]:
                both = part.filter(pl.col(corpus) == a).join(
                    part.filter(pl.col(corpus) == b), on=list(task), suffix="_b", maintain_order="left"
                )
                if both.height < fewest:
                    continue
                other = both.select(eta="eta_b", eta_low="eta_low_b", eta_high="eta_high_b")
                drawn = draw_from_limits(both, draws, rng), draw_from_limits(other, draws, rng)
                tau = rank_agreement(both["eta"], other["eta"], *drawn)
                rows.append((*key, a, b, both.height, *tau))
    schema = {**{c: thresholds.schema[c] for c in by}, **RANK_SCHEMA}
    return pl.DataFrame(rows, schema=schema, orient="row")
