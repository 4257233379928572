"""Quantiles of Student's t, and p-values of many tests that share runs, adjusted."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import ArrayLike
from scipy.special import stdtrit

from emergence.numerics.arrays import SIGNIFICANCE, Floats


def t_quantile(freedom: Floats, share: float) -> Floats:
    """Give Student's t below which `share` lies, for degrees of freedom (n,) of few kinds."""
    kinds, place = np.unique(freedom, return_inverse=True)
    return np.asarray(stdtrit(kinds, share)[place])


def tell_p(p: float) -> str:
    """Tell a p-value as a reader wants it: in two digits, and below one in a thousand no longer.

    >>> tell_p(0.0312), tell_p(4e-07)
    ('p = 0.031', 'p < 0.001')
    """
    return "p < 0.001" if p < 0.001 else f"p = {p:.2g}"


def adjust_p_values(p: ArrayLike) -> Floats:
    """Adjust p-values (m,) by Benjamini and Yekutieli (2001), valid under any dependence; NaN stays NaN.

    >>> adjust_p_values([0.01, 0.5]).round(3).tolist()
    [0.03, 0.75]
    """
    values = np.asarray(p, dtype=np.float64)
    out = np.full(values.shape, np.nan)
    known = np.flatnonzero(np.isfinite(values))
    if known.size == 0:
        return out
    m = known.size
    order = known[np.argsort(values[known], kind="stable")]
    harmonic = float((1.0 / np.arange(1, m + 1)).sum())
    scaled = values[order] * m * harmonic / np.arange(1, m + 1)
    out[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return out


def adjust_within(
    fits: pl.DataFrame, family: Sequence[str], *, p: str = "p_threshold", into: str = "p_adjusted"
) -> pl.DataFrame:
    """Fill column `into` with p adjusted within each family of tests (a source, say); the order of rows
    stays.

    Where there are verdicts of thresholds, a departure (`sharp`, `gradual`, `leaves_floor`) that does not
    survive the adjustment becomes `not_identified`, loses its eta, and its reason says so.
    """
    rows = fits.with_row_index("_row")
    groups = rows.group_by(list(family), maintain_order=True) if family else [((), rows)]
    parts = [
        group.with_columns(pl.Series(into, adjust_p_values(group[p].to_numpy()), nan_to_null=True))
        for _, group in groups
    ]
    adjusted = pl.concat(parts).sort("_row").drop("_row") if parts else fits
    return _withdraw(adjusted, into) if {"verdict", "reason"} <= set(fits.columns) else adjusted


WITHDRAWN: Final = ("sharp", "gradual", "leaves_floor")
"""Verdicts that claim a departure, and with it a p-value that has to survive."""
OF_ETA: Final = (
    "eta",
    "eta_low",
    "eta_high",
    "form",
    "power",
    "eta_by_form_min",
    "eta_by_form_max",
    "slope",
    "slope_low",
    "slope_high",
)


def _withdraw(fits: pl.DataFrame, into: str) -> pl.DataFrame:
    """Take back claims that stand alone but not among all the tests made."""
    lost = pl.col("verdict").is_in(WITHDRAWN) & (pl.col(into) >= SIGNIFICANCE)
    reason = pl.format(
        "{}; failed: would be {}, but p is {} once adjusted for all tests",
        "reason",
        pl.col("verdict").str.replace_all("_", " "),
        pl.col(into).round(2),
    )
    words = {"verdict": "not_identified", "verdict_v1": "ambiguous"}
    return fits.with_columns(
        pl.when(lost).then(reason).otherwise("reason").alias("reason"),
        *(
            pl.when(lost).then(pl.lit(word)).otherwise(name).alias(name)
            for name, word in words.items()
            if name in fits.columns
        ),
        *(pl.when(~lost.fill_null(False)).then(name).alias(name) for name in OF_ETA if name in fits.columns),
    )
