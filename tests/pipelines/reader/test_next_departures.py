"""The next tasks to leave their floor: at how many tokens and in how many days, on a planted line of loss."""

from typing import Any, cast

import numpy as np
import polars as pl
import pytest

from pipelines.reader.next_departures import MOST, next_departures
from pipelines.release.open_release import Questions

NOW = 1e11


class Planted:
    """Answers as a release would: a run whose loss falls along a line of log tokens, and known departures."""

    def __init__(self, departures: list[dict[str, Any]], *, slope: float = -0.2, noise: float = 1e-3) -> None:
        tokens = np.geomspace(1e9, NOW, 40)
        losses = self.loss(tokens, slope) + np.random.default_rng(0).normal(0, noise, 40)
        self.losses = pl.DataFrame({"comparability_group": "c4 gpt2", "tokens": tokens, "loss": losses})
        self.departures = pl.DataFrame([departure() | told for told in departures])

    @staticmethod
    def loss(tokens: Any, slope: float = -0.2) -> Any:
        return 8 + slope * np.log(tokens)

    def ask(self, name: str, **_: Any) -> pl.DataFrame:
        return {"ask/run_losses": self.losses, "ask/departures": self.departures}[name]


def departure(task: str = "piqa", at: float = 2e11, width: float = 0.004, **told: Any) -> dict[str, Any]:
    """A task that leaves its floor where the planted run will be at so many tokens."""
    loss = float(Planted.loss(at))
    setting = {"task": task, "format": "rc", "metric": "acc", "n_shot": 0, "source": "others"}
    limits = {"loss": loss, "loss_low": loss - width, "loss_high": loss + width}
    return {**setting, "comparability_group": "c4 gpt2", **limits, **told}


def found(planted: Planted, tokens_per_day: float | None = 1e10) -> list[dict[str, Any]]:
    return next_departures(cast("Questions", planted), "own/mine", tokens_per_day)


def test_tokens_and_days_are_those_of_the_planted_line_inside_their_interval() -> None:
    (row,) = found(Planted([departure(at=2e11)]))
    assert row["tokens"] == pytest.approx(2e11, rel=0.05)
    assert row["tokens_low"] < 2e11 < row["tokens_high"]
    assert row["days"] == pytest.approx((row["tokens"] - NOW) / 1e10)
    assert row["days_low"] < 10 < row["days_high"]


def test_without_a_pace_there_are_tokens_and_no_days() -> None:
    (row,) = found(Planted([departure()]), None)
    assert row["tokens"] is not None
    assert (row["days"], row["days_low"], row["days_high"]) == (None, None, None)


def test_what_was_reached_is_not_next_and_no_interval_begins_before_today() -> None:
    rows = found(Planted([departure("past", at=5e10), departure("soon", at=1.02e11, width=0.05)]))
    assert [row["task"] for row in rows] == ["soon"]
    assert rows[0]["tokens_low"] == pytest.approx(NOW)
    assert rows[0]["days_low"] == pytest.approx(0.0, abs=1e-6)


def test_a_task_comes_once_where_it_comes_soonest_and_the_soonest_first() -> None:
    tasks = [departure(f"t{k}", at=(2 + k) * 1e11) for k in range(MOST + 2)]
    rows = found(Planted([*tasks, departure("t3", at=1.5e11)]))
    assert [row["task"] for row in rows] == ["t3", "t0", "t1", "t2", "t4"]


def test_a_departure_known_to_no_interval_still_has_that_of_the_line() -> None:
    (row,) = found(Planted([departure(loss_low=None, loss_high=None)], noise=0.01))
    assert row["tokens_low"] < row["tokens"] < row["tokens_high"]


def test_an_interval_holds_the_truth_as_often_as_said() -> None:
    held = 0
    for seed in range(100):
        planted = Planted([departure(at=2e11, width=0.0)], noise=0.0)
        noise = np.random.default_rng(seed).normal(0, 0.01, 40)
        planted.losses = planted.losses.with_columns(loss=pl.col("loss") + noise)
        (row,) = found(planted)
        held += row["tokens_low"] <= 2e11 <= row["tokens_high"]
    assert held >= 90


@pytest.mark.parametrize(("slope", "at"), [(0.1, 2e11), (-0.2, 5e13)])
def test_a_loss_that_does_not_fall_or_is_far_away_foretells_nothing(slope: float, at: float) -> None:
    planted = Planted([departure(at=at)], slope=slope)
    if slope > 0:
        planted.departures = planted.departures.with_columns(loss=pl.lit(1.0))
    assert found(planted) == []
