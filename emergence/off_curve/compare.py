"""Does a run keep to the curve that other runs draw? Its scores against their forecast at its own losses."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
from scipy.special import stdtr

from emergence.numerics.p_values import adjust_p_values
from emergence.score_curves.read_grids import read_grids

LEVEL = 0.99
COMPARED_SCHEMA: dict[str, Any] = {
    "checkpoint_id": pl.String,
    "loss": pl.Float64,
    "score": pl.Float64,
    "expected": pl.Float64,
    "expected_low": pl.Float64,
    "expected_high": pl.Float64,
    "p_value": pl.Float64,
    "p_adjusted": pl.Float64,
    "extrapolated": pl.Boolean,
    "is_off": pl.Boolean,
}


def compare_scores(
    scores: pl.DataFrame, grids: pl.DataFrame, by: Sequence[str], *, level: float = LEVEL
) -> pl.DataFrame:
    """Scores of one run's checkpoints beside what the curves `grids` of other runs foretell at their loss.

    `scores` has checkpoint_id, loss, score, params where the run's size is known, and the columns `by` that
    it shares with `grids`; `by` names a curve. A run larger than all behind a curve is held to the limits of
    a new size. Returns `by`, then COMPARED_SCHEMA: limits at `level`, p two-sided and adjusted over the
    curves of a checkpoint (Benjamini and Yekutieli); `is_off` where the adjusted p is below 1 − level, and
    never where the loss lies beyond the curve's own. A checkpoint without a curve gives no row. A share of
    right answers (chance known) of few `n_items`, where `scores` has them, strays at least as far as chance
    has so few stray, however many items are behind the curve.
    """
    shared = [c for c in by if c in scores.columns]
    items = ["n_items"] if "n_items" in scores.columns else []
    size = ["params"] if "params" in scores.columns else []
    asked = scores.select(*shared, "loss", *size, scenario="checkpoint_id").unique()
    told = read_grids(grids, asked, by, confidence=level).filter(pl.col("score").is_not_null())
    both = told.join(
        scores.select(*shared, "checkpoint_id", *items, observed="score"),
        left_on=[*shared, "scenario"],
        right_on=[*shared, "checkpoint_id"],
        nulls_equal=True,
    )
    both = _as_wide_as_items(both) if items else both
    off = ((both["observed"] - both["score"]) / both["sd"].clip(1e-12)).to_numpy()
    p = 2 * stdtr(both["freedom"].to_numpy(), -np.abs(off))
    table = both.with_columns(p_value=pl.Series(p, dtype=pl.Float64))
    adjusted = [
        part.with_columns(p_adjusted=pl.Series(adjust_p_values(part["p_value"].to_numpy()), dtype=pl.Float64))
        for part in table.partition_by("scenario", maintain_order=True)
    ]
    table = pl.concat(adjusted) if adjusted else table.with_columns(p_adjusted=pl.lit(None, pl.Float64))
    return table.select(
        *by,
        pl.col("scenario").alias("checkpoint_id"),
        pl.col("loss_asked").alias("loss"),
        pl.col("observed").alias("score"),
        pl.col("score").alias("expected"),
        pl.col("score_low").alias("expected_low"),
        pl.col("score_high").alias("expected_high"),
        "p_value",
        "p_adjusted",
        "extrapolated",
        is_off=(pl.col("p_adjusted") < 1 - level) & ~pl.col("extrapolated"),
    ).sort("p_adjusted", "checkpoint_id", *by)


def _as_wide_as_items(both: pl.DataFrame) -> pl.DataFrame:
    """The same with SD and limits no narrower than `n_items` answers at random around the expected share."""
    share = pl.col("score").clip(0.0, 1.0)
    alone = (share * (1 - share) / pl.col("n_items")).sqrt()
    known = pl.col("chance").is_not_null() & (pl.col("n_items") > 0) & (alone > pl.col("sd"))
    wider = pl.when(known).then(alone / pl.col("sd").clip(1e-12)).otherwise(1.0)
    ends = [
        pl.when(known).then((share + wider * (pl.col(end) - share)).clip(0.0, 1.0)).otherwise(end).alias(end)
        for end in ("score_low", "score_high")
    ]
    return both.with_columns(*ends, sd=pl.when(known).then(alone).otherwise("sd"))
