"""A planted fall of the newest checkpoint is seen, a steady run raises no alarm, and a rate says when."""

import numpy as np
import polars as pl
import pytest

from emergence.off_curve.newest import judge_newest
from emergence.score_curves.reach import reach


def residuals(
    rng: np.random.Generator, fall: float, *, n_tasks: int = 20, n_checkpoints: int = 12
) -> pl.DataFrame:
    """A run beside the curve by its own bias a task; the newest checkpoint `fall` lower in every task."""
    bias, sd = rng.normal(0, 0.03, n_tasks), 0.01
    rows = [
        (f"c{k:02d}", k, f"t{i}", bias[i] + rng.normal(0, sd) - (fall if k == n_checkpoints - 1 else 0), sd)
        for k in range(n_checkpoints)
        for i in range(n_tasks)
    ]
    return pl.DataFrame(rows, schema=["checkpoint_id", "tokens", "series", "residual", "sd"], orient="row")


def test_a_fall_of_three_points_in_all_tasks_is_seen_and_a_steady_run_is_let_be() -> None:
    rng = np.random.default_rng(0)
    falls = [judge_newest(residuals(rng, 0.03)) for _ in range(40)]
    steady = [judge_newest(residuals(rng, 0.0)) for _ in range(200)]
    assert all(found is not None and found.fell for found in falls)
    assert sum(found is not None and found.fell for found in steady) <= 8


def test_a_run_that_lies_below_the_curve_throughout_has_not_fallen() -> None:
    table = residuals(np.random.default_rng(1), 0.0).with_columns(pl.col("residual") - 0.2)
    found = judge_newest(table)
    assert found is not None
    assert not found.fell


def shifted(rng: np.random.Generator, shift: np.ndarray) -> pl.DataFrame:
    """A run whose tasks all move together by `shift`, one value a checkpoint."""
    moved = pl.DataFrame({"tokens": np.arange(shift.size), "moved": shift})
    table = residuals(rng, 0.0, n_checkpoints=shift.size).join(moved, on="tokens")
    return table.with_columns(pl.col("residual") + pl.col("moved"))


def alarms(tables: list[pl.DataFrame]) -> int:
    found = [judge_newest(table) for table in tables]
    return sum(one is not None and one.fell for one in found)


def test_a_run_that_drifts_from_the_curve_at_one_rate_has_not_fallen() -> None:
    rng = np.random.default_rng(5)
    assert alarms([shifted(rng, -0.004 * np.arange(12)) for _ in range(200)]) <= 8


@pytest.mark.parametrize("n_checkpoints", [2, 3, 4])
def test_the_first_checkpoints_share_more_than_their_items_noise(n_checkpoints: int) -> None:
    rng = np.random.default_rng(6)
    steady = [shifted(rng, rng.normal(0, 0.006, n_checkpoints)) for _ in range(200)]
    fallen = [shifted(rng, np.append(np.zeros(n_checkpoints - 1), -0.08)) for _ in range(40)]
    assert alarms(steady) <= 8
    assert alarms(fallen) == 40


@pytest.mark.parametrize("sd", [None, 0.0])
def test_where_neither_scatter_nor_noise_is_known_nothing_has_fallen(sd: float | None) -> None:
    table = residuals(np.random.default_rng(3), 0.05).with_columns(sd=pl.lit(sd, pl.Float64))
    found = judge_newest(table.filter(pl.col("tokens") >= 9))
    assert found is not None
    assert found.change == pytest.approx(-0.05, abs=0.01)
    assert (found.fell, found.p_value, found.sd) == (False, None, None)
    long = judge_newest(table)
    assert long is not None
    assert long.fell


def test_a_task_without_noise_of_its_own_makes_the_mean_no_surer() -> None:
    table = residuals(np.random.default_rng(4), 0.0).filter(pl.col("tokens") >= 10)
    some = table.with_columns(sd=pl.when(pl.col("series") < "t5").then(pl.col("sd")))
    known, partly = judge_newest(table), judge_newest(some)
    assert known is not None
    assert partly is not None
    assert partly.sd == pytest.approx(known.sd)


def test_one_checkpoint_and_no_task_in_common_say_nothing() -> None:
    table = residuals(np.random.default_rng(2), 0.0)
    assert judge_newest(table.filter(checkpoint_id="c00")) is None
    newest = table.filter(checkpoint_id="c11").with_columns(series=pl.lit("another"))
    assert judge_newest(pl.concat([table.filter(pl.col("checkpoint_id") < "c11"), newest])) is None


def test_the_tokens_at_a_loss_are_those_of_the_planted_line() -> None:
    tokens = np.geomspace(1e9, 1e11, 40)
    losses = 8 - 0.2 * np.log(tokens) + np.random.default_rng(3).normal(0, 1e-3, 40)
    target = 8 - 0.2 * np.log(3e11)
    found = reach(tokens, losses, target, target_low=target - 0.01, target_high=target + 0.01)
    assert found is not None
    assert found.tokens == pytest.approx(3e11, rel=0.1)
    assert found.low is not None
    assert found.high is not None
    assert found.low < 3e11 < found.high


@pytest.mark.parametrize("times", [1.5, 3.0, 5.0])
def test_the_interval_knows_the_error_of_the_line_far_beyond_it(times: float) -> None:
    tokens = np.linspace(2.5e9, 1e11, 40)
    target = 8 - 0.2 * np.log(times * 1e11)
    held = 0
    for seed in range(200):
        losses = 8 - 0.2 * np.log(tokens) + np.random.default_rng(seed).normal(0, 0.01, 40)
        found = reach(tokens, losses, target, target_low=target, target_high=target)
        assert found is not None
        assert found.tokens is not None
        assert found.low is not None
        assert found.low <= found.tokens <= (found.high or np.inf)
        held += found.low <= times * 1e11 <= (found.high or np.inf)
    assert held >= 0.9 * 200


def test_a_loss_that_the_line_has_passed_is_reached_now_and_not_before() -> None:
    tokens = np.geomspace(1e9, 1e11, 40)
    losses = 8 - 0.2 * np.log(tokens) + np.random.default_rng(3).normal(0, 1e-2, 40)
    target = 8 - 0.2 * np.log(9e10)
    found = reach(tokens, losses, target, target_low=target - 0.01, target_high=target + 0.2)
    assert found is not None
    assert found.low == found.tokens == 1e11
    assert found.high is not None
    assert found.high >= 1e11


def test_a_slope_that_may_be_none_leaves_the_end_open() -> None:
    tokens = np.geomspace(1e9, 1e11, 8)
    losses = np.array([3.0, 3.2, 2.9, 3.1, 2.95, 3.05, 2.8, 3.0])
    found = reach(tokens, losses, 2.9, target_low=2.9, target_high=2.9)
    assert found is not None
    assert found.high is None
    assert found.low == 1e11


def test_a_line_without_scatter_has_no_width() -> None:
    tokens = np.exp(np.arange(8.0))
    found = reach(tokens, 8 - np.arange(8.0) / 4, 6.0, target_low=6.0, target_high=6.0)
    assert found is not None
    assert (found.low, found.tokens, found.high) == pytest.approx((np.exp(8),) * 3)


def test_points_of_no_tokens_are_left_out() -> None:
    tokens, target = np.geomspace(1e9, 1e11, 6), 8 - 0.2 * np.log(2e11)
    losses = 8 - 0.2 * np.log(tokens) + np.random.default_rng(3).normal(0, 1e-3, 6)
    plain = reach(tokens, losses, target, target_low=target, target_high=target)
    begun = reach(np.r_[0.0, tokens], np.r_[11.0, losses], target, target_low=target, target_high=target)
    assert plain is not None
    assert begun == plain


@pytest.mark.parametrize(("losses", "target"), [([3.0, 3.1, 3.2, 3.3], 2.0), ([3.0, 2.9], 2.0)])
def test_a_loss_that_does_not_fall_or_too_few_points_foretell_nothing(
    losses: list[float], target: float
) -> None:
    tokens = np.arange(1.0, len(losses) + 1) * 1e9
    assert reach(tokens, np.array(losses), target, target_low=target, target_high=target) is None


def test_a_loss_too_far_away_has_no_number_of_tokens() -> None:
    tokens = np.geomspace(1e9, 1e10, 10)
    losses = 3.0 - 0.01 * np.log(tokens / 1e9)
    found = reach(tokens, losses, 1.0, target_low=1.0, target_high=1.0)
    assert found is not None
    assert found.tokens is None
