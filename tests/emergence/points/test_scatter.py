"""What scatters about a curve: items, checkpoints, runs, memory; each planted and found again."""

import numpy as np
import pytest
from scipy.optimize import isotonic_regression

from emergence.points.scatter import (
    LEAST_VARIANCE,
    correct_rho,
    draw_ar1,
    estimate_scatter,
    lag_one,
    monotone_fit,
    sampling_variance,
)


def planted(run_sd: float, checkpoint_sd: float, seed: int = 1, runs: int = 30, n: int = 40):  # type: ignore[no-untyped-def]
    rng = np.random.default_rng(seed)
    run = np.repeat(np.arange(runs), n)
    score = 0.5 - 0.1 * np.tile(np.linspace(0, 1, n), runs)
    score += rng.normal(0, run_sd, runs)[run] + rng.normal(0, checkpoint_sd, run.size)
    order = np.argsort(np.tile(np.linspace(0, 1, n), runs), kind="stable")
    return score[order], run[order]


def test_the_sds_of_runs_and_checkpoints_are_found_again() -> None:
    score, run = planted(0.02, 0.01)
    found = estimate_scatter(score, run, None, None)
    assert found.checkpoint_sd == pytest.approx(0.01, rel=0.2)
    assert found.run_sd == pytest.approx(0.02, rel=0.35)
    none = estimate_scatter(*planted(0.0, 0.01), None, None)
    assert none.run_sd < 0.004


def test_a_runs_checkpoints_weigh_less_each_the_more_of_them_share_its_level() -> None:
    score, run = planted(0.03, 0.01, runs=10)
    long = estimate_scatter(score, run, None, None).variance
    short = estimate_scatter(score[:100], run[:100], None, None).variance
    assert long.mean() > 1.5 * short.mean()


def test_finite_items_give_the_variance_of_a_share_and_stderr_stands_in_elsewhere() -> None:
    fitted = np.array([0.5, 0.9, 1.0])
    items = np.array([100.0, 100.0, 100.0])
    assert sampling_variance(fitted, items, None, True) == pytest.approx([0.0025, 0.0009, 0.000099])
    stderr = np.array([0.03, 0.0, 0.03])
    assert sampling_variance(fitted, None, stderr, True) == pytest.approx([0.0009, 0.00015, 0.0009])
    assert sampling_variance(fitted, None, None, True).tolist() == [0, 0, 0]
    assert sampling_variance(fitted, items, None, False).tolist() == [0, 0, 0]


def test_no_checkpoint_weighs_more_than_five_average_ones() -> None:
    score, run = planted(0.0, 0.01)
    items = np.where(np.arange(score.size) == 3, 1e9, 50.0)
    variance = estimate_scatter(score, run, items, None).variance
    assert variance.min() >= LEAST_VARIANCE * variance.mean() * 0.999


def test_the_monotone_fit_is_scipys_turned_round() -> None:
    rng = np.random.default_rng(4)
    y, w = rng.normal(size=60), rng.uniform(0.5, 2, 60)
    assert monotone_fit(y, w) == pytest.approx(-isotonic_regression(-y, weights=w).x)


@pytest.mark.parametrize("rho", [0.0, 0.5, 0.9])
def test_drawn_noise_has_unit_variance_and_its_memory(rho: float) -> None:
    noise = draw_ar1(np.random.default_rng(2), 400, 400, rho)
    assert noise.var() == pytest.approx(1.0, abs=0.05)
    assert noise[0].var() == pytest.approx(1.0, abs=0.2)
    assert (noise[1:] * noise[:-1]).mean() == pytest.approx(rho, abs=0.05)


def test_memory_counts_within_runs_alone_and_its_bias_is_undone() -> None:
    rng = np.random.default_rng(3)
    n, series = 60, 200
    seen = []
    for _ in range(series):
        noise = draw_ar1(rng, n, 1, 0.5)[:, 0]
        line = np.polyval(np.polyfit(np.arange(n), noise, 1), np.arange(n))
        seen.append(correct_rho(lag_one(noise - line, np.zeros(n, dtype=np.int64), np.arange(n)), n))
    assert np.mean(seen) == pytest.approx(0.5, abs=0.06)
    saw = np.tile([1.0, -1.0], 20)
    run = np.repeat(np.arange(20), 2)
    assert lag_one(saw, run, np.arange(40)) < 0  # within each pair
    assert lag_one(saw, np.arange(40), np.arange(40)) == 0  # no two of one run
