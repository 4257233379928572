"""A planted fall of the newest checkpoint is seen, a steady run raises no alarm, and a rate says when."""

import numpy as np
import polars as pl
import pytest

from emergence.given_loss.newest import judge_newest
from emergence.given_loss.reach import reach


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
