"""A checkpoint that falls in all tasks is found, one that falls in none is not, and then the
tasks are named.
"""

from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy.stats import binom

from emergence.off_curve.anomalies import find_anomalies
from emergence.off_curve.checkpoints_off import OFF_SCHEMA, find_checkpoints_off
from emergence.points.ladder import Ladder, simulate_ladder
from emergence.score_curves.curve_set import fit_curves


def ladder(seed: int, **planted: Any) -> pl.DataFrame:
    return simulate_ladder(Ladder(**planted), np.random.default_rng(seed))


def fallen(frame: pl.DataFrame, checkpoint: str, points: float, tasks: int) -> pl.DataFrame:
    hit = (pl.col("checkpoint_id") == checkpoint) & (pl.col("task").rank("dense") <= tasks)
    return frame.with_columns(score=pl.col("score") - pl.when(hit).then(points / 100).otherwise(0.0))


@pytest.mark.parametrize(("runs", "rho"), [(8, 0.3), (8, 0.6), (3, 0.3), (1, 0.3)])
def test_three_points_in_all_of_twenty_tasks_are_found_and_little_else(runs: int, rho: float) -> None:
    found, false, looked = [], 0, 0
    for seed in range(12):
        frame = ladder(seed, runs=runs, sizes=min(runs, 4), tasks=20, rho=rho, checkpoints=30)
        names = frame["checkpoint_id"].unique().sort().to_list()
        # every other time the newest of a run
        hit = f"r000@{30 * 10**9}" if seed % 2 else names[(7 * seed) % len(names)]
        off = find_checkpoints_off(fit_curves(fallen(frame, hit, 3.0, 20), ["task", "corpus"]))
        flagged = off.filter("is_off")["checkpoint_id"].to_list()
        found.append(hit in flagged)
        false += len([name for name in flagged if name != hit])
        looked += len(names)
    # a run alone has but its own curve, which follows a fall half way
    assert np.mean(found) >= (0.9 if runs > 1 else 0.75)
    assert false <= binom.ppf(0.99, looked, 0.01), "one in a hundred, give or take chance"


def test_noise_that_trebles_at_low_loss_is_no_reason_to_cry_there() -> None:
    flagged, looked = 0, 0
    for seed in range(8):
        frame = ladder(seed, runs=12, sizes=4, tasks=20, checkpoints=30)
        noise = np.random.default_rng(seed).normal(0, 0.028, frame.height)
        noisier = frame.with_columns(score=pl.col("score") + (pl.col("loss") < 3.0) * pl.Series(noise))
        flagged += find_checkpoints_off(fit_curves(noisier, ["task", "corpus"])).filter("is_off").height
        looked += frame["checkpoint_id"].n_unique()
    assert flagged / looked < 0.02


def test_a_row_says_how_far_over_how_many_tasks_and_which_of_them_fell() -> None:
    frame = fallen(ladder(1, runs=8, sizes=4, tasks=20), "r003@12000000000", 5.0, 12)
    curves = fit_curves(frame, ["task", "corpus"])
    off = find_checkpoints_off(curves)
    assert off.columns == ["corpus", *OFF_SCHEMA]
    row = off.filter("is_off", checkpoint_id="r003@12000000000").row(0, named=True)
    assert row["mean_residual"] == pytest.approx(-5.0 * 12 / 20, abs=1.2)
    assert row["n_tasks"] == 20
    rows = find_anomalies(curves).filter("is_anomaly", checkpoint_id="r003@12000000000")
    assert rows["checkpoint_is_off"].all()
    named = set(rows["task"].to_list())
    assert len(named & {f"t{k:02d}" for k in range(12)}) >= 6
    assert len(named & {f"t{k:02d}" for k in range(12, 20)}) <= 1


def test_scores_that_fall_with_loss_and_single_checkpoints_are_no_reason_to_cry() -> None:
    frame = ladder(2, runs=8, sizes=4, tasks=6)
    turned = frame.with_columns(score=1 - pl.col("score"), higher_is_better=False, chance=None)
    assert find_checkpoints_off(fit_curves(turned, ["task", "corpus"])).filter("is_off").height <= 4
    single = frame.group_by("task", "run_id").first()
    assert find_checkpoints_off(fit_curves(single, ["task"])).height == 0


def test_one_task_in_all_gives_no_checkpoint_a_mean() -> None:
    one = ladder(2, runs=8, sizes=4, tasks=6).filter(pl.col("task") == pl.col("task").min())
    off = find_checkpoints_off(fit_curves(one, ["task", "corpus"]))
    assert off.height == 0
    assert off.columns == ["corpus", *OFF_SCHEMA]


def late_rise(loss: Any) -> Any:
    """Hardly ever right, then steeply better, in points."""
    return 80 / (1 + np.exp((loss - 2.45) / 0.08))


def test_scores_that_are_mostly_none_right_are_as_noisy_as_their_items() -> None:
    rng = np.random.default_rng(3)
    frame = simulate_ladder(
        Ladder(runs=8, sizes=4, tasks=20, noise=0.0, run_sd=0.0, curve=late_rise), np.random.default_rng(2)
    )
    right = rng.binomial(200, frame["score"].to_numpy())
    curves = fit_curves(frame.with_columns(score=pl.Series(right) / 200, n_items=200), ["task", "corpus"])
    n = frame["checkpoint_id"].n_unique()
    assert find_checkpoints_off(curves)["is_off"].sum() <= 0.02 * n
    assert find_anomalies(curves).filter("is_anomaly")["checkpoint_id"].n_unique() <= 0.02 * n


def test_runs_that_rise_steeply_at_losses_a_little_apart_have_not_fallen_there() -> None:
    flagged, looked = 0, 0
    for seed in range(3):
        frame = ladder(
            seed, runs=8, sizes=4, tasks=20, curve=lambda x: 25 + 50 / (1 + np.exp((x - 2.9) / 0.03))
        )
        apart = np.random.default_rng(seed).normal(0, 0.03, 8)[frame["run_id"].rank("dense").to_numpy() - 1]
        shifted = frame.with_columns(pl.col("loss") + pl.Series(apart))
        flagged += find_checkpoints_off(fit_curves(shifted, ["task", "corpus"]))["is_off"].sum()
        looked += frame["checkpoint_id"].n_unique()
    assert flagged <= 0.02 * looked
