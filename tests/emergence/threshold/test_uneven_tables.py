"""Tables as they are: gaps between losses, runs of unlike length, floors that drift, thresholds far apart."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest

import emergence
from emergence.evidence.contrasts import Sample, mean_contrast, slope_contrast
from emergence.numerics.arrays import Floats
from emergence.numerics.cells import cell_starts, wide_gaps

Curve = Callable[[Floats], Floats]


def jump(at: float) -> Curve:
    return lambda x: np.where(x < at, 0.12 + 0.1 * (at - x), 0.0)


def planted(
    curves: Sequence[Curve], sizes: Sequence[int], seed: int, gap: float = 0.0, run_sd: float = 0.0
) -> emergence.ThresholdFit:
    """Fit runs from 3 to 2, none with a checkpoint within the gap about 2.5, noise of SD 0.02 about chance."""
    rng = np.random.default_rng(seed)
    share = [(np.arange(n) + rng.uniform(0, 1, n)) / n for n in sizes]
    loss = [3 - (1 - gap) * s - gap * (s > 0.5) for s in share]
    level = [0.25 + run_sd * rng.standard_normal() for _ in sizes]
    score = [
        curve(x) + at + rng.normal(0, 0.02, x.size) for curve, x, at in zip(curves, loss, level, strict=True)
    ]
    return emergence.fit_threshold(
        np.concatenate(loss),
        np.concatenate(score),
        run=np.repeat(np.arange(len(sizes)), sizes),
        order=np.concatenate([np.arange(n) for n in sizes]),
        chance=0.25,
        replicates=100,
        rng=seed,
    )


@pytest.mark.parametrize(("runs", "checkpoints"), [(8, 60), (1, 90)])
@pytest.mark.parametrize("gap", [0.15, 0.3])
def test_a_rise_within_a_gap_is_neither_sharp_nor_gradual(runs: int, checkpoints: int, gap: float) -> None:
    found = [planted([jump(2.5)] * runs, [checkpoints] * runs, seed, gap) for seed in range(16)]
    assert sum(fit.verdict in ("sharp", "gradual") for fit in found) <= 1
    open_wide = [fit.width_high is None or fit.width_high >= 0.8 * gap * (1 - 1e-9) for fit in found]
    assert sum(open_wide) >= 15


def test_a_gap_narrower_than_a_sharp_transition_takes_no_verdict() -> None:
    found = [planted([jump(2.5)] * 8, [60] * 8, seed, 0.05).verdict for seed in range(12)]
    assert found.count("sharp") >= 11


def test_no_cell_of_neighbours_reaches_across_a_gap() -> None:
    x = np.concatenate([np.linspace(0, 0.4, 301), np.linspace(0.6, 1, 401)])
    start = cell_starts(x, 64)
    assert wide_gaps(x).tolist() == [301]
    assert 301 in start
    assert start[0] == 0
    assert np.diff(np.append(start, x.size)).max() <= 12


def flat(x: Floats) -> Floats:
    return 0 * x


@pytest.mark.parametrize("run_sd", [0.0, 0.01])
def test_one_long_run_beside_short_ones_is_one_run(run_sd: float) -> None:
    sizes = (300, 8, 8, 8, 8, 8)
    found = [planted([flat] * 6, sizes, seed, run_sd=run_sd) for seed in range(40)]
    assert sum(fit.floor_low <= 0.25 <= fit.floor_high for fit in found) >= 34
    assert sum(fit.verdict in ("inverse", "no_change") for fit in found) <= 2


def test_of_runs_of_one_length_the_error_is_the_cluster_robust_one() -> None:
    rng = np.random.default_rng(3)
    x = np.sort(rng.uniform(2, 3, 60))
    run = np.tile(np.arange(6), 10)
    y = rng.normal(0, 1, 60) + rng.normal(0, 1, 6)[run]
    sample = Sample(x, y, np.ones(60), run, np.arange(60), 0.0, 1.0, 0.7)
    rows = np.ones(60, dtype=bool)
    centred = x - x.mean()
    e = y - y.mean() - centred * (centred @ y) / (centred @ centred)
    parts = np.bincount(run, e) / 60
    found = mean_contrast(sample, rows)
    assert found.value == pytest.approx(y.mean())
    assert found.se == pytest.approx(np.sqrt(6 / 5 * (parts**2).sum()), rel=0.01)
    assert found.df == pytest.approx(5, rel=0.01)
    assert slope_contrast(sample, rows).value == pytest.approx(-(centred @ y) / (centred @ centred))


@pytest.mark.parametrize("sizes", [(1,) * 8, (40, 4, 4, 4), (1, 1, 1, 30, 30, 30), (2,) * 5])
def test_the_squared_error_of_a_contrast_is_on_average_its_variance(sizes: tuple[int, ...]) -> None:
    rng = np.random.default_rng(5)
    run = rng.permutation(np.repeat(np.arange(len(sizes)), sizes))
    n = run.size
    x = np.linspace(2, 3, n)
    weight = 1 / (1 + 0.25 * np.bincount(run)[run])
    rows = np.ones(n, dtype=bool)
    means, slopes = [], []
    for _ in range(1500):
        y = rng.standard_normal(n) + 0.5 * rng.standard_normal(len(sizes))[run]
        sample = Sample(x, y, weight, run, np.arange(n), 0.0, 1.0, 0.5)
        means.append(mean_contrast(sample, rows))
        slopes.append(slope_contrast(sample, rows))
    for found in (means, slopes):
        assert np.mean([c.se**2 for c in found]) == pytest.approx(np.var([c.value for c in found]), rel=0.12)


def test_two_points_tell_no_error() -> None:
    run = np.arange(3)
    sample = Sample(np.array([2, 2.5, 3]), np.array([0.5, 0.4, 0.3]), np.ones(3), run, run, 0.0, 0.1, 0.0)
    assert mean_contrast(sample, np.array([True, True, False])).se == np.inf


def test_a_floor_that_drifts_a_little_does_not_hide_the_jump_after_it() -> None:
    def drifting(x: Floats) -> Floats:
        return 0.02 * (3 - x) + 0.12 * (x < 2.4)

    # The drift alone adds a point until 2.4: there the score jumps two points above its floor.
    found = [planted([drifting], [90], seed) for seed in range(40)]
    given = [fit for fit in found if fit.loss_at_2_points is not None]
    held = [fit.loss_at_2_points_low <= 2.4 <= fit.loss_at_2_points_high for fit in given]
    assert len(given) >= 38
    assert sum(held) >= 0.92 * len(held)


@pytest.mark.parametrize("runs", [2, 3, 5])
def test_jumps_further_apart_than_a_sharp_one_is_wide_are_no_one_threshold(runs: int) -> None:
    def found(apart: float) -> list[str]:
        at = 2.5 + apart * np.linspace(-0.5, 0.5, runs)
        return [planted([jump(a) for a in at], [60] * runs, seed).verdict for seed in range(8)]

    assert "sharp" not in found(0.18)
    assert found(0.02).count("sharp") >= 7
