"""The curve that only falls, and what it foretells of points that are left out of it."""

import numpy as np
import pytest
from scipy.optimize import isotonic_regression

from emergence.numerics.monotone import held_out, held_out_of, in_sample, pool


@pytest.mark.parametrize("how", ["mixed", "in stretches", "many labels without points"])
@pytest.mark.parametrize(
    ("points", "groups", "digits"), [(60, 4, 9), (400, 30, 9), (400, 30, 1), (50, 50, 1), (7, 7, 9)]
)
def test_the_curve_only_falls_and_a_held_out_group_is_not_in_it(
    points: int, groups: int, digits: int, how: str
) -> None:
    """With few digits many losses are equal: those are one point."""
    rng = np.random.default_rng(0)
    x = np.sort(rng.uniform(2, 4, points)).round(digits)
    y = 5 - x + rng.normal(0, 0.5, points)
    w, label = rng.uniform(0.5, 2, points), rng.permutation(np.arange(points) % groups)
    if how == "in stretches":
        label = np.sort(label)
    if how == "many labels without points":
        label, groups = 2 + 5 * label, 5 * groups + 1
    assert (np.diff(in_sample(x, y, w)) <= 1e-12).all()
    guess, inside = held_out(x, y, w, label, groups)
    few, few_inside = held_out_of(x, y, w, label, np.arange(groups) % 2 == 0)
    for g in np.unique(label):
        rest = label != g
        assert np.allclose(guess[~rest], np.interp(x[~rest], *pool(x[rest], y[rest], w[rest])))
        assert (inside[~rest] == ((x[~rest] >= x[rest][0]) & (x[~rest] <= x[rest][-1]))).all()
        if g % 2 == 0:
            assert np.array_equal(few[~rest], guess[~rest])
            assert np.array_equal(few_inside[~rest], inside[~rest])
        else:
            assert np.isnan(few[~rest]).all()
            assert not few_inside[~rest].any()


def test_the_only_label_has_no_others_to_be_foretold_by() -> None:
    guess, inside = held_out(np.arange(5.0), np.arange(5.0), np.ones(5), np.zeros(5, np.int64), 1)
    assert np.isnan(guess).all()
    assert not inside.any()


def test_neighbours_of_one_height_are_one_block_whatever_their_weights() -> None:
    rng = np.random.default_rng(2)
    x, w = np.arange(300.0), rng.uniform(0.001, 3, 300)
    height = np.log10(np.repeat([4.1e8, 1.6e8, 7e7], 100))
    knots, heights = pool(x, height, w)
    assert knots == pytest.approx(
        [np.average(part, weights=v) for part, v in zip(np.split(x, 3), np.split(w, 3), strict=True)]
    )
    assert heights == pytest.approx(height[::100])


def test_the_curve_is_the_isotonic_regression_of_the_mean_at_each_loss() -> None:
    rng = np.random.default_rng(1)
    x = np.sort(rng.integers(0, 30, 200)).astype(float)
    y, w = -x / 10 + rng.normal(size=200), rng.uniform(0.5, 2, 200)
    at, place = np.unique(x, return_inverse=True)
    weight = np.bincount(place, w)
    known = isotonic_regression(np.bincount(place, w * y) / weight, weights=weight, increasing=False)
    knots, heights = pool(x, y, w)
    blocks = known.blocks
    assert heights == pytest.approx(known.x[blocks[:-1]])
    assert knots == pytest.approx(np.add.reduceat(weight * at, blocks[:-1]) / known.weights)
