"""Two to five runs: what starts late, what falls back, and how far runs scatter may not make a row say more than it knows."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import polars as pl
import pytest

import emergence
from emergence.errors import InputError
from emergence.numerics.arrays import Floats

Curve = Callable[[Floats], Floats]
K = 50


def hinge(x: Floats) -> Floats:
    return np.asarray(0.25 + 0.45 * np.maximum(2.5 - x, 0))


def logistic(x: Floats) -> Floats:
    return np.asarray(0.25 + 0.3 / (1 + np.exp((x - 2.5) / 0.05)))


def line(x: Floats) -> Floats:
    return np.asarray(0.25 + 0.225 * (3 - x))


def hump(x: Floats) -> Floats:
    return np.asarray(0.25 + 0.08 * np.exp(-0.5 * ((x - 2.5) / 0.15) ** 2))


def planted(
    curve: Curve, windows: Sequence[tuple[float, float]], seed: int, run_sd: float = 0.0, **given: Any
) -> emergence.ThresholdFit:
    """Fit a run a window, from its first loss to its last, with noise of SD 0.02."""
    rng = np.random.default_rng(seed)
    loss = [high - (high - low) * (np.arange(K) + rng.uniform(0, 1, K)) / K for high, low in windows]
    score = [curve(x) + rng.normal(0, 0.02, K) + run_sd * rng.standard_normal() for x in loss]
    return emergence.fit_threshold(
        np.concatenate(loss),
        np.concatenate(score),
        run=np.repeat(np.arange(len(windows)), K),
        order=np.tile(np.arange(K), len(windows)),
        chance=0.25,
        **{"replicates": 100, "rng": seed} | given,
    )


def test_a_run_that_starts_below_the_departure_does_not_move_it() -> None:
    # The logistic stands 2 points above its floor at 2.6319; a run from 2.6 on has no floor to show.
    fits = [planted(logistic, ((3, 2), (2.6, 2)), seed) for seed in range(20)]
    held = [fit.loss_at_2_points_low <= 2.6319 <= fit.loss_at_2_points_high for fit in fits]
    assert sum(held) >= 18
    assert all("1 of 2 runs" in fit.reason for fit in fits)


def test_runs_that_start_one_after_the_other_do_not_put_a_line_above_its_floor() -> None:
    windows = ((3, 2), (2.85, 2), (2.7, 2), (2.55, 2), (2.4, 2))
    said = [planted(line, windows, seed).verdict for seed in range(10)]
    assert "above_floor" not in said
    assert said.count("smooth") >= 8


def test_runs_of_which_none_sees_floor_and_rise_identify_nothing() -> None:
    for seed in range(10):
        fit = planted(hinge, ((3, 2.67), (2.67, 2.33), (2.33, 2)), seed)
        assert fit.verdict in ("not_identified", "not_explained")
        assert fit.loss_at_2_points is None


@pytest.mark.parametrize("runs", [1, 2, 3, 5])
def test_a_score_that_rises_and_falls_back_is_not_at_its_floor(runs: int) -> None:
    for seed in range(5):
        fit = planted(hump, ((3, 2),) * runs, seed)
        assert fit.verdict == "not_identified", fit.reason
        assert "falls back" in fit.reason


@pytest.mark.parametrize("runs", [2, 3, 5])
def test_the_floor_of_runs_with_levels_of_their_own_seldom_leaves_chance_out(runs: int) -> None:
    fits = [planted(hinge, ((3, 2),) * runs, seed, run_sd=0.03) for seed in range(40)]
    assert sum(bool(fit.floor_differs_from_chance) for fit in fits) <= 4


def test_the_verdict_does_not_follow_the_confidence_of_the_intervals() -> None:
    steep = [
        [planted(lambda x: 0.25 + 0.3 * np.maximum(2.5 - x, 0) ** 0.7, ((3, 2),), seed, confidence=c).verdict
         for seed in range(12)]
        for c in (0.5, 0.95)
    ]  # fmt: skip
    assert steep[0] == steep[1]


@pytest.mark.parametrize("seed", [30, 96])
def test_five_points_are_reached_no_earlier_than_two(seed: int) -> None:
    # Seeds of 120 with which two runs weigh so differently at the two steps that their means change places.
    fit = planted(lambda x: 0.25 + (x < 2.9) * (0.15 + 0.1 * (2.9 - x)), ((3, 2),) * 2, seed, run_sd=0.02)
    assert fit.loss_at_5_points_low <= fit.loss_at_5_points <= fit.loss_at_2_points


def test_limits_lie_among_the_losses_however_far_apart_two_runs_are() -> None:
    rng = np.random.default_rng(1)
    x = np.linspace(3, 2, K)
    score = [np.where(x < at, 0.33, 0.25) + rng.normal(0, 0.005, K) for at in (2.7, 2.3)]
    fit = emergence.fit_threshold(
        np.tile(x, 2), np.concatenate(score), run=np.repeat([0, 1], K), chance=0.25, replicates=100
    )
    assert fit.loss_min <= fit.loss_at_2_points_low < fit.loss_at_2_points_high <= fit.loss_max


def test_a_log_that_was_merged_twice_tells_nothing_new() -> None:
    rng = np.random.default_rng(4)
    x = np.linspace(3, 2, K)
    y = hinge(x) + rng.normal(0, 0.02, K)
    once, twice = (
        emergence.fit_threshold(np.tile(x, n), np.tile(y, n), order=np.tile(np.arange(K), n), chance=0.25)
        for n in (1, 2)
    )
    assert (twice.n_checkpoints, twice.n_dropped) == (K, K)
    assert twice.to_row() | {"n_dropped": 0} == once.to_row()


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"confidence": 1}, "confidence"),
        ({"confidence": 1e-9}, "confidence"),
        ({"confidence": "x"}, "confidence"),
        ({"replicates": 1}, "replicates"),
        ({"replicates": True}, "replicates"),
        ({"seed": -1}, "seed"),
        ({"threads": 0}, "threads"),
        ({"family": "nope"}, "family"),
        ({"by": "task"}, "by"),
        ({"by": []}, "by"),
        ({"by": ["loss"]}, "by"),
    ],
)
def test_what_a_table_is_to_be_fitted_with_is_checked(given: dict[str, Any], named: str) -> None:
    x = np.linspace(3, 2, K)
    frame = pl.DataFrame({"task": "a", "loss": x, "score": hinge(x), "chance": 0.25})
    columns = dict.fromkeys(("run", "order", "n_items", "stderr", "higher_is_better"))
    with pytest.raises(InputError, match=f"^{named}: "):
        emergence.fit_table(frame, **{"by": ["task"], **columns, **given})


@pytest.mark.parametrize("given", [{"chance": True}, {"higher_is_better": "no"}])
def test_a_truth_value_is_no_number_and_a_word_no_truth_value(given: dict[str, Any]) -> None:
    x = np.linspace(3, 2, K)
    with pytest.raises(InputError, match=f"^{next(iter(given))}: "):
        emergence.fit_threshold(x, hinge(x), **given)
