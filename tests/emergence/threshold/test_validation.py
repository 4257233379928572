"""A small version of `make validate`: coverage, size and false claims in generous bands."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import emergence
from emergence.points.simulate import SHAPES, Truth, simulate
from emergence.threshold.verdict import LEAVES


def fits(truth: Truth, n: int) -> list[emergence.ThresholdFit]:
    def one(seed: int) -> emergence.ThresholdFit:
        rng = np.random.default_rng([11, seed])
        data = simulate(truth, rng)
        return emergence.fit_threshold(
            data["loss"],
            data["score"],
            run=data["run_id"],
            order=data["tokens"],
            chance=truth.chance,
            replicates=200,
            rng=rng,
        )

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(one, range(n)))


@pytest.mark.parametrize("runs", [15, 6])
def test_intervals_cover_a_planted_hinge_as_often_as_they_say(runs: int) -> None:
    found = fits(Truth("hinge", runs=runs, checkpoints=20), 150)
    located = [f for f in found if f.eta is not None]
    assert len(located) > 0.7 * len(found)
    assert np.mean([f.eta_low <= 2.5 <= f.eta_high for f in located]) >= 0.88
    assert np.median([f.eta_high - f.eta_low for f in located]) < 0.25
    departs = [f.loss_at_2_points_low <= 2.5 - 0.02 / 0.45 <= f.loss_at_2_points_high for f in found]
    assert np.mean(departs) >= 0.9
    floors = np.mean([f.floor_low <= 0.25 <= f.floor_high for f in found if f.floor_low is not None])
    assert floors > 0.88


@pytest.mark.parametrize("truth", [Truth("flat", run_sd=0.012), Truth("flat", runs=1, checkpoints=90)])
def test_a_flat_score_is_rejected_about_as_often_as_the_level_says(truth: Truth) -> None:
    found = fits(truth, 150)
    assert np.mean([f.p_threshold < 0.05 for f in found]) < 0.11
    assert not any(f.verdict in LEAVES for f in found)


def test_the_score_at_a_loss_has_an_interval_that_covers_the_truth() -> None:
    truth = Truth("hinge", runs=10, checkpoints=20)
    at = np.array([2.1, 2.3, 2.8])
    true = truth.floor + SHAPES["hinge"](at, truth)
    read = [f.scores_at(at) for f in fits(truth, 100) if f.eta is not None]
    assert len(read) > 70
    covered = np.mean([(r.low <= true) & (true <= r.high) for r in read], axis=0)
    assert (covered > 0.86).all()


def test_an_unknown_shape_and_an_eta_outside_are_named() -> None:
    with pytest.raises(ValueError, match="shape"):
        simulate(Truth("zigzag"), np.random.default_rng(1))
    with pytest.raises(ValueError, match="eta"):
        simulate(Truth("hinge", eta=4.0), np.random.default_rng(1))
