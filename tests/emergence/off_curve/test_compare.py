"""A run beside the curves of others: few questions stray further than the many behind a curve."""

import numpy as np
import polars as pl

import emergence
from emergence.points.ladder import Ladder, simulate_ladder

KEYS = ["corpus", "task"]


def test_few_items_are_not_taken_for_a_run_off_its_curve() -> None:
    rng = np.random.default_rng(0)
    frame = simulate_ladder(Ladder(tasks=4, runs=8, sizes=4), rng)
    mine = frame.filter(pl.col("run_id") == "r000")
    curves = emergence.fit_curves(frame.filter(pl.col("run_id") != "r000"), KEYS, threads=1)
    grids = emergence.grid_curves(curves)
    few = mine.with_columns(score=pl.Series(rng.binomial(100, mine["score"].to_numpy()) / 100))
    untold = emergence.compare_scores(few, grids, KEYS)
    told = emergence.compare_scores(few.with_columns(n_items=pl.lit(100)), grids, KEYS)
    assert untold["is_off"].mean() > 0.1
    assert told["is_off"].mean() < 0.02
    assert told["score"].is_between(told["expected_low"], told["expected_high"]).mean() > 0.95
    many = emergence.compare_scores(mine.with_columns(n_items=pl.lit(100_000)), grids, KEYS)
    assert many.equals(emergence.compare_scores(mine, grids, KEYS))
