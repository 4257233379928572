"""Sizes at which a threshold is reached: the formulas invert the law, and both errors widen the interval."""

import numpy as np
import pytest

from emergence.errors import InputError
from emergence.laws.emergence_size import emergence_size, score_of_size
from emergence.laws.fit import fit_loss_law
from emergence.laws.law import LossLaw, law_loss

RNG = np.random.default_rng


def law_of_size(noise: float = 0.003) -> LossLaw:
    params = np.geomspace(1e8, 1e11, 25)
    loss = (1.7 + (1e8 / params) ** 0.3) * np.exp(noise * RNG(1).standard_normal(25))
    return fit_loss_law(loss, params, replicates=300, influence=False, rng=RNG(0))


def law_of_size_and_tokens() -> LossLaw:
    rng = RNG(2)
    params = np.exp(rng.uniform(np.log(1e8), np.log(1e10), 120))
    tokens = params * np.exp(rng.uniform(np.log(3), np.log(100), 120))
    truth = np.array([np.log(1.8), np.log(480.0), 0.35, np.log(2000.0), 0.37])
    loss = law_loss(truth, params, tokens) * np.exp(0.004 * rng.standard_normal(120))
    return fit_loss_law(loss, params, tokens, replicates=300, influence=False, rng=RNG(0))


def test_the_size_inverts_the_law_and_the_interval_holds_the_truth() -> None:
    law = law_of_size()
    size = emergence_size(2.2, law, rng=RNG(0))
    assert law.loss(size.params) == pytest.approx(2.2, rel=1e-9)
    truth = 1e8 * 0.5 ** (-1 / 0.3)
    assert size.params_low < truth < size.params_high
    assert size.p_never == 0.0
    assert not size.never


@pytest.mark.parametrize("sizes", [5, 8])
def test_the_interval_holds_the_size_where_runs_are_few(sizes: int) -> None:
    params, truth = np.geomspace(1e8, 1e10, sizes), 2e9
    eta, held = 1.7 + (1e8 / truth) ** 0.3, 0
    for seed in range(100):
        rng = RNG(seed)
        loss = (1.7 + (1e8 / params) ** 0.3) * np.exp(0.003 * rng.standard_normal(sizes))
        law = fit_loss_law(loss, params, replicates=150, influence=False, rng=rng)
        size = emergence_size(eta, law, rng=rng)
        held += size.params_low <= truth <= size.params_high
    assert held >= 92


def test_an_error_in_the_threshold_multiplies_the_size() -> None:
    law = law_of_size()
    sure = emergence_size(2.0, law, rng=RNG(0))
    unsure = emergence_size(2.0, law, eta_low=1.95, eta_high=2.05, rng=RNG(0))
    assert unsure.params_high / unsure.params_low > 1.5 * sure.params_high / sure.params_low
    drawn = emergence_size(2.0, law, eta_replicates=2.0 + 0.0255 * RNG(5).standard_normal(900), rng=RNG(0))
    assert np.log(drawn.params_high / unsure.params_high) == pytest.approx(0, abs=0.25)


def test_a_threshold_at_the_irreducible_loss_is_unbounded_and_below_it_never() -> None:
    law = law_of_size(noise=0.01)
    close = emergence_size(1.72, law, eta_low=1.6, eta_high=1.84, rng=RNG(0))
    assert np.isinf(close.params_high)
    assert 0.05 < close.p_never < 0.95
    below = emergence_size(1.3, law, rng=RNG(0))
    assert below.never
    assert below.row()["params"] == np.inf
    assert below.reason.startswith("never")


def test_the_compute_optimum_is_the_cheapest_of_all_splits() -> None:
    law = law_of_size_and_tokens()
    best = emergence_size(2.3, law, rng=RNG(0))
    assert law.loss(best.params, best.tokens) == pytest.approx(2.3, rel=1e-9)
    for factor in (0.5, 0.9, 1.1, 2.0):
        other = emergence_size(2.3, law, at_params=best.params * factor, rng=RNG(0))
        assert other.compute_flop > best.compute_flop
        assert law.loss(other.params, other.tokens) == pytest.approx(2.3, rel=1e-9)
    assert best.compute_flop == pytest.approx(6 * best.params * best.tokens)


def test_tokens_that_no_run_had_are_said_to_be_extrapolated() -> None:
    law = law_of_size_and_tokens()
    largest = law.params_range[1]
    seen = emergence_size(law.smallest_loss + 0.1, law, at_params=largest, rng=RNG(0))
    unseen = emergence_size(law.smallest_loss - 0.04, law, at_params=largest, rng=RNG(0))
    assert not seen.extrapolated
    assert np.isfinite(unseen.tokens)
    assert unseen.tokens > 100 * largest
    assert unseen.extrapolated
    assert "below every loss" in unseen.reason


def test_a_size_too_small_needs_tokens_without_end() -> None:
    law = law_of_size_and_tokens()
    small = emergence_size(2.0, law, at_params=1e7, rng=RNG(0))
    assert small.never
    assert np.isinf(small.tokens)
    assert small.p_never == 1.0


def test_questions_a_law_cannot_answer_are_refused() -> None:
    with pytest.raises(InputError, match="at_params"):
        emergence_size(2.0, law_of_size(), at_params=1e9, rng=RNG(0))
    empty = fit_loss_law([2.0, 2.1], [1e8, 1e9], rng=RNG(0))
    with pytest.raises(InputError, match="too_few_points"):
        emergence_size(2.0, empty, rng=RNG(0))


def test_the_papers_piecewise_form_leaves_chance_at_the_stated_size() -> None:
    params = np.array([1e8, 9.99e8, 1e9, 1e10])
    irreducible, alpha = 1.7, 0.3
    n0 = 1e9 * (2.2 - irreducible) ** (1 / alpha)  # so that η = 2.2 is met at N = 1e9
    scores = score_of_size(
        params,
        lambda loss: 0.25 + 0.5 * (2.2 - loss),
        eta=2.2,
        chance=0.25,
        irreducible_loss=irreducible,
        n0=n0,
        alpha_n=alpha,
    )
    assert scores[:2].tolist() == [0.25, 0.25]
    assert scores[2] == pytest.approx(0.25)
    assert scores[3] == pytest.approx(0.25 + 0.5 * (0.5 - 0.5 * 10**-0.3))
    never = score_of_size(
        params, lambda loss: loss, eta=1.6, chance=0.25, irreducible_loss=1.7, n0=n0, alpha_n=alpha
    )
    assert (never == 0.25).all()
