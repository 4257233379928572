"""Eta and power together: as good as brute force, held by their interval, and refused where no curve fits."""

import numpy as np
import pytest

import emergence
from emergence.evidence.plan import Plan
from emergence.evidence.steps import analyse
from emergence.points.series import build_series
from emergence.shapes.powers import fit_power


@pytest.mark.parametrize("power", [0.7, 1.0, 1.75])
def test_eta_and_power_are_as_good_as_a_fine_grid(power: float) -> None:
    rng = np.random.default_rng(4)
    x = np.sort(rng.uniform(0, 1, 120))
    y = 0.3 * (np.maximum(0.55 - x, 0) / 0.55) ** power + rng.normal(0, 0.01, 120)
    w = np.full(120, 1 / 120)
    z = y - y.mean()
    fit = fit_power(x, w, z, (x[3], x[-4]))
    best = 0.0
    for eta in np.linspace(0.4, 0.75, 141):
        for p in np.linspace(0.3, 3.0, 109):
            rise = np.maximum(eta - x, 0) ** p
            rise = rise - rise.mean()
            best = max(best, float((rise @ z) ** 2 / (rise @ rise) / 120))
    assert fit.gain >= best * (1 - 1e-4)


@pytest.mark.parametrize(
    ("power", "runs", "least"),
    [(0.7, 12, 20), (1.0, 12, 20), (1.5, 12, 20), (3.5, 12, 5), (1.0, 1, 20), (1.75, 1, 8)],
)
def test_the_interval_of_eta_covers_powers_that_no_form_is_named_after(
    power: float, runs: int, least: int
) -> None:
    held, located, n = 0, 0, 25 if runs > 1 else 90
    for seed in range(30):
        rng = np.random.default_rng([3, seed])
        loss = np.concatenate([3 - (np.arange(n) + rng.uniform(0, 1, n)) / n for _ in range(runs)])
        score = 0.25 + 0.225 * (np.maximum(2.5 - loss, 0) / 0.5) ** power + rng.normal(0, 0.02, loss.size)
        fit = emergence.fit_threshold(
            loss, score, run=np.repeat(np.arange(runs), n), chance=0.25, replicates=200, rng=rng
        )
        if fit.eta is not None:
            located += 1
            held += fit.eta_low <= 2.5 <= fit.eta_high
    assert located >= least
    assert held >= 0.85 * located


def test_etas_that_fit_as_well_at_another_power_lie_within_the_interval() -> None:
    rng = np.random.default_rng(8)
    loss = np.sort(rng.uniform(2, 3, 120))
    score = 0.25 + 0.3 * np.maximum(2.5 - loss, 0) ** 1.5 + rng.normal(0, 0.004, 120)
    series = build_series(loss, score, None, None, None, None, 0.25, True)
    analysis = analyse(series, Plan(replicates=200), np.random.default_rng(1))

    def squares(eta: float) -> float:
        return min(
            float(np.linalg.lstsq(np.column_stack([np.ones(120), rise]), score, rcond=None)[1][0])
            for rise in (np.maximum(eta - loss, 0) ** p for p in np.linspace(0.3, 6, 58))
        )

    etas = np.linspace(2.3, 2.8, 51)
    every = np.array([squares(eta) for eta in etas])
    as_good = etas[every <= every.min() * (1 + 3.84 / 116)]
    assert as_good.max() - as_good.min() > 0.05
    assert analysis.eta.low <= as_good.min()
    assert as_good.max() <= analysis.eta.high


def test_two_steps_and_a_dip_have_no_eta_but_a_departure() -> None:
    rng = np.random.default_rng(6)
    loss = np.tile(np.linspace(2, 3, 40), 12)
    run = np.repeat(np.arange(12), 40)
    shapes = (
        0.06 * (loss < 2.6) + 0.1 * (loss < 2.3),
        0.45 * np.maximum(2.5 - loss, 0) - 0.05 * np.exp(-0.5 * ((loss - 2.6) / 0.04) ** 2),
    )
    for shape in shapes:
        score = 0.25 + shape + rng.normal(0, 0.015, loss.size)
        fit = emergence.fit_threshold(loss, score, run=run, chance=0.25, rng=1)
        assert fit.status == "misfit"
        assert fit.p_fit is not None
        assert fit.p_fit < 0.05
        assert fit.eta is fit.eta_low is fit.eta_high is None
        assert "eta is not given: no threshold curve fits" in fit.reason
        assert fit.loss_at_2_points is not None
