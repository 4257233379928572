"""The departure loss: exact against a plain isotonic fit, held by its interval on shapes outside any family."""

from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
from scipy.optimize import isotonic_regression

import emergence
from emergence.evidence.departure import cross_levels, lasting_above
from emergence.points.scatter import draw_ar1

Curve = Callable[[np.ndarray], np.ndarray]
GRID = np.linspace(3.0, 2.0, 20_001)


def rise(power: float) -> Curve:
    return lambda x: 0.25 + 0.225 * (np.maximum(2.5 - x, 0) / 0.5) ** power


SHAPES: dict[str, Curve] = {
    "power 0.7": rise(0.7),
    "power 1.75": rise(1.75),
    "power 3.5": rise(3.5),
    "step": lambda x: np.where(x < 2.5, 0.33, 0.25),
    "logistic": lambda x: 0.25 + 0.3 / (1 + np.exp((x - 2.5) / 0.05)),
    "dip": lambda x: rise(1)(x) - 0.03 * np.exp(-0.5 * ((x - 2.6) / 0.05) ** 2),
    "ceiling": lambda x: np.minimum(0.25 + 0.9 * np.maximum(2.5 - x, 0), 0.45),
}


def fitted(curve: Curve, seed: int, runs: int = 12, checkpoints: int = 25) -> emergence.ThresholdFit:
    rng = np.random.default_rng([5, seed])
    share = (np.arange(checkpoints) + rng.uniform(0, 1, (runs, checkpoints))) / checkpoints
    loss = (3 - share).ravel()
    score = curve(loss) + rng.normal(0, 0.02, loss.size)
    run = np.repeat(np.arange(runs), checkpoints)
    return emergence.fit_threshold(loss, score, run=run, chance=0.25, replicates=200, rng=rng)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_interval_holds_the_departure_of_any_shape(shape: str) -> None:
    curve = SHAPES[shape]
    for name, step in (("loss_at_2_points", 0.02), ("loss_at_5_points", 0.05)):
        true = GRID[np.flatnonzero(curve(GRID) >= 0.25 + step)[0]]
        fits = [fitted(curve, seed) for seed in range(24)]
        held = [getattr(f, f"{name}_low") <= true <= getattr(f, f"{name}_high") for f in fits]
        assert np.mean(held) >= 0.8, (name, np.mean(held))
        assert np.median([getattr(f, name) for f in fits]) == pytest.approx(true, abs=0.02)


def test_crossings_are_those_of_an_isotonic_fit_joined_at_its_blocks() -> None:
    rng = np.random.default_rng(3)
    x, w = np.sort(rng.uniform(2, 3, 60)), rng.uniform(0.5, 2, 60)
    w[[0, 7, 30, 59]] = 0.0  # cells that a replicate drew no run of
    scores = 0.25 + 0.3 * np.maximum(2.6 - x, 0)[:, None] + rng.normal(0, 0.02, (60, 70))
    levels = np.array([[0.28, 0.30, np.nan]]).repeat(70, axis=0)
    got = cross_levels(x, x, x, w, w[:, None] * scores, levels, np.ones(3))
    used = w > 0
    for b in range(70):
        fit = isotonic_regression(scores[used, b], weights=w[used], increasing=False).x
        start = np.flatnonzero(np.append(True, np.diff(fit) != 0))
        total = np.add.reduceat(w[used], start)
        centre, height = np.add.reduceat((w * x)[used], start) / total, fit[start]
        assert got[0, b, :2] == pytest.approx(np.interp(-levels[b, :2], -height, centre), abs=1e-9)
    assert (got[:, :, 2] == -np.inf).all()


def test_shares_of_a_hundred_items_that_lie_at_a_level_are_there() -> None:
    """Held against blocks in whole hundredths: rounding decides nothing."""
    rng = np.random.default_rng(8)
    x = np.linspace(2, 3, 40)
    hundredths = rng.integers(24, 31, (40, 200))
    expected = []
    for column in hundredths.T:
        blocks: list[list[int]] = []  # sums, counts and where they begin
        for i, value in enumerate(column.tolist()):
            blocks.append([value, 1, i])
            while len(blocks) > 1 and blocks[-2][0] * blocks[-1][1] <= blocks[-1][0] * blocks[-2][1]:
                total, count, _ = blocks.pop()
                blocks[-1][0] += total
                blocks[-1][1] += count
        means = [Fraction(total, count) for total, count, _ in blocks]
        centres = [x[at : at + count].mean() for _, count, at in blocks]
        if means[0] < 27:
            expected.append(-np.inf)
        elif means[-1] >= 27:
            expected.append(np.inf)
        else:
            j = max(j for j, mean in enumerate(means) if mean >= 27)
            share = float((27 - means[j + 1]) / (means[j] - means[j + 1]))
            expected.append(centres[j + 1] + share * (centres[j] - centres[j + 1]))
    w = rng.uniform(0.2, 1.0) * np.ones(40)
    level = np.full((200, 1), 0.25 + 0.02)
    got = cross_levels(x, x, x, w, w[:, None] * (hundredths / 100), level, np.array([1.0]))
    assert got[0, :, 0] == pytest.approx(np.array(expected), abs=1e-9)


def test_a_level_that_is_never_or_always_reached_has_no_crossing() -> None:
    x, w = np.linspace(2, 3, 40), np.ones(40)
    scores = np.column_stack([np.full(40, 0.5), 0.25 + 0.5 * (x < 2.5), 0.5 - 0.4 * (x > 2.9)])
    got = cross_levels(x, x, x, w, scores, np.array([[0.6], [0.2], [0.05]]), np.array([0.02]))
    assert got[0, :, 0].tolist() == [-np.inf, np.inf, np.inf]


def test_a_step_departs_within_its_gap_however_long_its_levels_are() -> None:
    loss = np.linspace(2, 3, 41)
    fit = emergence.fit_threshold(
        loss, np.where(loss < 2.51, 0.4, 0.25) + 1e-4 * np.sin(50 * loss), chance=0.25
    )
    assert fit.loss_at_2_points_low <= 2.5 <= 2.525 <= fit.loss_at_2_points_high
    assert fit.loss_at_2_points_high - fit.loss_at_2_points_low < 0.1


def test_no_checkpoints_lastingly_above_lie_on_the_floors_side() -> None:
    loss = np.linspace(3, 2, 50)
    score = np.where(np.isin(np.arange(50), (10, 11, 12)) | (loss < 2.4), 0.4, 0.25)
    run, order = np.zeros(50, dtype=np.int64), np.arange(50)
    seen = lasting_above(loss, score, run, order, np.full(50, 0.01), 0.27, in_points=True)
    assert seen == loss[10]
    by_six_points = np.where(np.isin(np.arange(50), (10, 11, 12)), 0.33, 0.25)
    assert lasting_above(loss, by_six_points, run, order, np.full(50, 0.1), 0.27, in_points=True) == loss[10]
    apart = np.where(np.isin(np.arange(50), (10, 12, 14)), 0.4, 0.25)
    assert lasting_above(loss, apart, run, order, np.full(50, 0.01), 0.27, in_points=True) == -np.inf


def test_steps_of_other_metrics_are_shares_of_the_rise() -> None:
    rng = np.random.default_rng(2)
    loss = np.tile(np.linspace(2, 3, 30), 8)
    bits = 40 - 100 * np.maximum(2.5 - loss, 0) + rng.normal(0, 0.5, loss.size)
    fit = emergence.fit_threshold(loss, bits, run=np.repeat(np.arange(8), 30), higher_is_better=False, rng=1)
    assert fit.step_in_points is False
    assert fit.loss_at_2_points_above_chance is None
    # 5 % of a rise of 50 at a slope of 100
    assert fit.loss_at_5_points == pytest.approx(2.475, abs=0.02)


def test_the_interval_holds_the_departure_of_a_line_under_memory() -> None:
    held = []
    for seed in range(40):
        rng = np.random.default_rng([9, seed])
        loss = 3 - (np.arange(90) + rng.uniform(0, 1, 90)) / 90
        score = 0.25 + 0.225 * (3 - loss) + 0.02 * draw_ar1(rng, 90, 1, 0.5)[:, 0]
        fit = emergence.fit_threshold(loss, score, order=np.arange(90), chance=0.25, replicates=200, rng=rng)
        true = 3 - 0.1 - 0.05 / 0.225
        if fit.loss_at_5_points is not None:
            held.append(fit.loss_at_5_points_low <= true <= fit.loss_at_5_points_high)
    assert len(held) > 30
    assert np.mean(held) >= 0.87


def test_no_checkpoints_surely_above_lie_on_the_rises_side_of_the_departure() -> None:
    rng = np.random.default_rng(3)
    loss = np.linspace(3, 2, 90)
    score = np.where(loss < 2.5, 0.45, 0.25) + rng.normal(0, 0.03, 90)
    fit = emergence.fit_threshold(loss, score, order=np.arange(90), chance=0.25, replicates=200, rng=1)
    surely = loss[loss < 2.5][0]
    assert fit.loss_at_2_points_low >= surely
    assert fit.loss_at_5_points_low >= surely
    assert fit.loss_at_2_points_low <= 2.5 <= fit.loss_at_2_points_high
