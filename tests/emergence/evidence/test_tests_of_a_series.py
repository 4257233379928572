"""The tests behind a verdict on planted truths: any threshold, a step, lack of fit, the width."""

import numpy as np
import pytest

from emergence.evidence.existence_test import (
    WEBB_BELOW,
    _basis_sums,
    _suprema,
    _suprema_of_points,
    draw_signs,
)
from emergence.evidence.plan import Plan
from emergence.evidence.step_test import StepExcess, step_p_value
from emergence.evidence.steps import analyse
from emergence.evidence.width import TEN_TO_NINETY, Profile, Width, _profile_of, pool_profiles, width_limits
from emergence.points.scatter import draw_ar1
from emergence.points.series import build_series
from emergence.points.simulate import Truth, simulate

SEEDS = range(12)


def analysed(truth: Truth, seed: int):  # type: ignore[no-untyped-def]
    data = simulate(truth, np.random.default_rng([5, seed]))
    columns = (data["loss"], data["score"], None, None, data["run_id"], data["tokens"], truth.chance, True)
    return analyse(build_series(*columns), Plan(0.95, 200), np.random.default_rng([6, seed]))


@pytest.mark.parametrize("runs", [1, 8])
def test_a_flat_score_and_one_that_falls_are_no_threshold(runs: int) -> None:
    flat = [analysed(Truth("flat", runs=runs, checkpoints=40), seed).p_threshold for seed in SEEDS]
    assert np.median(flat) > 0.15
    falls = Truth("linear", rise=-0.1, floor=0.4, runs=runs, checkpoints=40)
    assert min(analysed(falls, seed).p_threshold for seed in SEEDS) > 0.3


@pytest.mark.parametrize("runs", [1, 8])
def test_a_step_is_told_from_a_hinge(runs: int) -> None:
    size = {"runs": runs, "checkpoints": 80}
    jump = [analysed(Truth("jump", jump=0.1, **size), seed).step for seed in SEEDS]
    hinge = [analysed(Truth("hinge", **size), seed).step for seed in SEEDS]
    assert np.median([step_p_value([found]) for found in jump]) < 0.01
    assert np.mean([step_p_value([found]) < 0.05 for found in hinge]) <= 0.2


@pytest.mark.parametrize("n", [9, 41, 150])
def test_the_greatest_share_of_the_squares_is_that_of_every_rise_tried_in_turn(n: int) -> None:
    rng = np.random.default_rng(n)
    x, w = np.sort(rng.random(n)), rng.uniform(0.5, 2, n)
    w /= w.sum()
    pos = np.unique(np.linspace(3, n - 3, 12).astype(np.int64))
    eta = x[pos]
    drawn = rng.standard_normal((n, 45)).astype(np.float32)
    drawn -= w @ drawn
    shares = []
    for count, at in zip(pos, eta, strict=True):
        active = np.arange(n) < count
        below = np.where(active, np.maximum(at - x, 0), 0.0)
        step = active - w[active].sum()
        line = np.where(active, below - w[active] @ below[active] / w[active].sum(), 0.0)
        rises = [below**p - w @ below**p for p in (0.5, 1, 2, 3)]
        step, line, *smooth = ((w * r) @ drawn / np.sqrt(w @ r**2) for r in (step, line, *rises))
        shares.append(np.where(step > 0, step**2 + np.maximum(line, 0) ** 2, 0.0))
        shares += [np.maximum(one, 0) ** 2 for one in smooth]
    expected = np.max(shares, axis=0) / (w @ drawn**2)
    assert _suprema_of_points(x, w, pos, eta, drawn)[0] == pytest.approx(expected, rel=1e-4)
    assert _suprema_of_points(x, w, pos, eta, -drawn)[1] == pytest.approx(expected, rel=1e-4)
    C = _basis_sums(x, w, np.ones(n), np.arange(n), n, pos, eta).astype(np.float32)
    assert _suprema(C, w.astype(np.float32), w.astype(np.float32), drawn)[0] == pytest.approx(
        expected, rel=1e-4
    )


def test_runs_that_agree_on_a_step_say_so_louder() -> None:
    one = StepExcess(5.0, 60.0)
    alone, together = step_p_value([one]), step_p_value([one, one, one])
    assert together < alone < 0.11
    assert step_p_value([StepExcess(-3.0, 60.0)]) == 1.0


def test_the_interval_of_the_width_holds_what_was_planted() -> None:
    truth = Truth("logistic", rise=0.4, runs=8, checkpoints=40)
    planted = TEN_TO_NINETY / 8
    found = [width_limits(analysed(truth, seed).profile, 0.95) for seed in range(30)]
    inside = [w.low <= planted and w.high is not None and planted <= w.high for w in found]
    assert sum(inside) >= 23
    steps = [width_limits(analysed(Truth("jump", jump=0.1), seed).profile, 0.95) for seed in SEEDS]
    assert all(width.high is not None and width.high < 0.1 for width in steps)


def test_a_coarse_grid_of_widths_gives_the_interval_of_a_fine_one() -> None:
    def limits(tried: int) -> Width:
        steepness = np.geomspace(0.01, 1, tried)
        return width_limits(_profile_of(steepness, 1 + 30 * np.log(steepness / 0.13) ** 2, 100.0, 1.0), 0.95)

    fine, coarse = limits(4001), limits(11)
    assert coarse.width == pytest.approx(fine.width, rel=1e-3)
    assert coarse.low == pytest.approx(fine.low, rel=0.01)
    assert coarse.high == pytest.approx(fine.high, rel=0.01)


def test_profiles_of_two_runs_pool_to_a_narrower_one() -> None:
    widths = np.geomspace(0.01, 1, 60)
    one = Profile(widths, 20 * np.log(widths / 0.2) ** 2, 40.0, 1.0)
    alone, both = width_limits(one, 0.95), width_limits(pool_profiles([one, one]), 0.95)
    assert alone.high is not None
    assert both.high is not None
    assert alone.low < both.low < 0.2 < both.high < alone.high
    assert pool_profiles([one]) is one


def test_a_dip_before_the_rise_misfits_and_a_hinge_does_not() -> None:
    def planted(seed: int, dip: float) -> float:
        rng = np.random.default_rng([8, seed])
        loss = np.tile(np.linspace(2.0, 3.0, 40), 8)
        score = 0.25 + 0.5 * np.maximum(2.4 - loss, 0) - dip * np.exp(-(((loss - 2.6) / 0.05) ** 2))
        runs = np.repeat(np.arange(8), 40)
        series = build_series(
            loss, score + rng.normal(0, 0.01, loss.size), None, None, runs, None, 0.25, True
        )
        return analyse(series, Plan(0.95, 200), rng).p_fit

    assert np.median([planted(seed, 0.05) for seed in SEEDS]) < 0.05
    assert np.mean([planted(seed, 0.0) < 0.05 for seed in SEEDS]) <= 0.2


def test_wild_weights_have_mean_0_and_variance_1_whatever_the_number_of_runs() -> None:
    rng = np.random.default_rng(1)
    few, many = draw_signs(rng, WEBB_BELOW - 1, 20_000), draw_signs(rng, WEBB_BELOW, 20_000)
    assert np.unique(np.abs(few)).size == 3
    assert set(np.unique(many)) == {-1.0, 1.0}
    for drawn in (few, many):
        assert abs(drawn.mean()) < 0.01
        assert drawn.var() == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize("shape", ["narrow logistic", "hinge", "line"])
def test_the_noise_of_one_run_is_that_about_the_truth_whatever_its_shape(shape: str) -> None:
    found = []
    for seed in range(40):
        rng = np.random.default_rng([7, seed])
        loss = 3 - (np.arange(90) + rng.uniform(0, 1, 90)) / 90
        curves = {
            "narrow logistic": 0.3 / (1 + np.exp((loss - 2.5) / 0.05)),
            "hinge": 0.45 * np.maximum(2.5 - loss, 0),
            "line": 0.225 * (3 - loss),
        }
        score = 0.25 + curves[shape] + 0.02 * draw_ar1(rng, 90, 1, 0.5)[:, 0]
        series = build_series(loss, score, None, None, None, np.arange(90), 0.25, True)
        found.append(analyse(series, Plan(0.95, 200), rng))
    assert np.mean([a.noise_sd.mean() for a in found]) == pytest.approx(0.02, rel=0.1)
    assert np.mean([a.sample.rho for a in found]) == pytest.approx(0.5, abs=0.07)
