"""Do two corpora put tasks in the same order of threshold? Kendall's τ with an interval from replicates."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import ArrayLike
from scipy.optimize import isotonic_regression

from emergence.errors import InputError
from emergence.numerics.arrays import CONFIDENCE, Floats, Ints

TOWARDS: Final = np.linspace(0, 1, 9)
"""Shares of the way from the thresholds seen to one order of both corpora."""
TIE: Final = 1e-12
"""Kendall's τ that lie so near are one."""


def rank_agreement(
    first: ArrayLike,
    second: ArrayLike,
    first_replicates: ArrayLike,
    second_replicates: ArrayLike,
    *,
    confidence: float = CONFIDENCE,
) -> tuple[float, float, float]:
    """Kendall's τ-b between two corpora's η of the same tasks (T,), and its limits over replicates (B, T).

    Errors turn orders about, so that the τ that is seen lies nearer to 0 than the true one, and that of
    replicates, which err once more, nearer still. So the limit away from 0 is that of the most alike orders
    of which so small a τ is not rare: thresholds are moved towards one order for both corpora, step by step.
    """
    a, b = np.asarray(first_replicates, float), np.asarray(second_replicates, float)
    if a.shape != b.shape or a.shape[1] != np.size(first) or np.size(first) != np.size(second):
        raise InputError(
            f"replicates: shapes {a.shape} and {b.shape} for {np.size(first)} and {np.size(second)} tasks"
        )
    x, y = np.asarray(first, float), np.asarray(second, float)
    value = float(_kendall(x[None], y[None])[0])
    tail = (1 - confidence) / 2
    low, high = np.nanquantile(_kendall(a, b), [tail, 1 - tail])
    high = max(float(high), value, _most_alike(x, y, a - x, b - y, tail))
    low = min(float(low), value, -_most_alike(x, -y, a - x, y - b, tail))
    return value, low, high


def _most_alike(x: Floats, y: Floats, x_error: Floats, y_error: Floats, tail: float) -> float:
    """The greatest τ, on the way from the thresholds seen to one order, that errors (B, T) may bring down to
    the τ seen.
    """
    seen = float(_kendall(x[None], y[None])[0])
    order = np.argsort(_standard(x, x_error) + _standard(y, y_error), kind="stable")
    ends = [_in_order(v, error, order) for v, error in ((x, x_error), (y, y_error))]
    most = -1.0
    for share in TOWARDS:
        own, other = (v + share * (end - v) for v, end in zip((x, y), ends, strict=True))
        if np.nanquantile(_kendall(own + x_error, other + y_error), tail) <= seen + TIE:
            most = max(most, float(_kendall(own[None], other[None])[0]))
    return most


def _standard(x: Floats, error: Floats) -> Floats:
    """Values (T,) in units of their errors (B, T)."""
    spread = float(np.sqrt(np.nanmean(np.nanvar(error, axis=0))))
    return np.asarray((x - x.mean()) / (spread if spread > 0 else 1.0))


def _in_order(x: Floats, error: Floats, order: Ints) -> Floats:
    """The nearest values (T,) that ascend in an order, by the variances of errors (B, T); none are equal."""
    variance = np.nanvar(error[:, order], axis=0)
    weight = 1 / np.maximum(variance, max(1e-9 * float(variance.max()), 1e-300))
    fitted = np.asarray(isotonic_regression(x[order], weights=weight).x)
    apart = 1e-9 * max(float(np.ptp(x)), 1e-12)
    out = np.empty_like(x)
    out[order] = fitted + apart * np.arange(x.size)
    return out


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
