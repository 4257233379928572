"""The slope of a freed score on a freed covariate: its error, and on how many runs that rests."""

import numpy as np
import pytest
from scipy.special import stdtrit

from emergence.given_loss.partial_slope import free_of_loss, runs_met, slope_by_runs

DRAWS = 4000


def freedom_of(sizes: np.ndarray) -> float:
    runs = np.arange(sizes.size)
    noise = np.random.default_rng(0).standard_normal(sizes.size)
    return slope_by_runs(
        noise, sizes, np.ones(sizes.size), runs, sizes.size, np.full(sizes.size, 1.0 * sizes.size)
    )[2]


@pytest.mark.parametrize("runs", [4, 6, 18])
def test_runs_of_equal_leverage_have_as_many_degrees_of_freedom_as_runs_but_one(runs: int) -> None:
    assert freedom_of(np.tile([-1.0, 1.0], runs // 2)) == pytest.approx(runs - 1)


def test_two_sizes_that_draw_the_slope_alone_have_few_degrees_of_freedom() -> None:
    assert freedom_of(np.array([-2.0, -0.01, 0.01, -0.01, 0.01, 2.0])) < 1.5


@pytest.mark.parametrize("sizes", [(-5, -3, -1, 1, 3, 5), (-5, -1, -0.5, 0.5, 1, 5), (-3, -1, 1, 3)])
def test_the_slope_s_interval_holds_where_the_sizes_at_the_ends_draw_it(sizes: tuple[float, ...]) -> None:
    rng, z = np.random.default_rng(1), np.array(sizes, float)
    runs, weight = np.arange(z.size), np.ones(z.size)
    held = 0
    for noise in rng.standard_normal((DRAWS, z.size)):
        slope, error, freedom = slope_by_runs(
            noise - noise.mean(), z, weight, runs, z.size, np.full(z.size, 1.0 * z.size)
        )
        held += abs(slope) < stdtrit(freedom, 0.975) * error
    assert held / DRAWS >= 0.94


def test_runs_that_meet_in_twos_say_the_same_of_each_other_twice() -> None:
    rng = np.random.default_rng(4)
    runs = 8
    run = np.repeat(np.arange(runs), 12)
    x = np.concatenate([np.linspace(r // 2, r // 2 + 0.9, 12) for r in range(runs)])
    order = np.argsort(x, kind="stable")
    x, run = x[order], run[order]
    one, weight = np.zeros(x.size, np.int64), np.ones(x.size)
    met = runs_met(x, run, runs, one)
    assert set(met) == {2.0}
    free = free_of_loss(x, (run % 2).astype(float), weight, run, runs, one, 1, True)
    found = []
    for _ in range(400):
        off = free_of_loss(x, rng.standard_normal(runs)[run], weight, run, runs, one, 1, True)
        found.append(slope_by_runs(off, free, weight, run, runs, met)[:2])
    slopes, errors = np.array(found).T
    assert 0.85 < np.mean(errors**2) / np.var(slopes) < 1.5
