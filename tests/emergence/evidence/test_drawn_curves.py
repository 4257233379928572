"""A drawn curve is the fitted one: made again from its row, it agrees with what the fit itself gives."""

import numpy as np
import pytest

from emergence import InputError, fit_threshold
from emergence.evidence.drawn_curves import draw_curves


def series(kind: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:  # type: ignore[type-arg]
    rng = np.random.default_rng(7)
    loss = np.tile(np.linspace(2.0, 3.0, 40), 6)
    below = np.maximum(2.6 - loss, 0)
    score = 0.25 + {"kink": 0.5 * below, "jump": np.where(below > 0, 0.08, 0) + 0.3 * below}[kind]
    return loss, score + rng.normal(0, 0.004, loss.size), np.repeat(np.arange(6), 40)


@pytest.mark.parametrize("kind", ["kink", "jump"])
@pytest.mark.parametrize("sign", [1, -1])
def test_it_is_the_curve_of_the_fit(kind: str, sign: int) -> None:
    loss, score, run = series(kind)
    up = sign > 0
    fit = fit_threshold(loss, sign * score, run=run, higher_is_better=up, replicates=20)
    assert fit.form is not None
    assert fit.eta is not None
    assert fit.floor is not None
    assert fit.curve is not None
    drawn = draw_curves(
        loss, sign * score, form=fit.form, eta=fit.eta, floor=fit.curve.floor * sign, power=fit.power, smooth_form=fit.smooth_form,
        run=run, higher_is_better=up,
    )  # fmt: skip
    assert drawn.threshold is not None
    assert drawn.threshold == pytest.approx(sign * fit.curve(drawn.loss), abs=1e-9)
    assert np.all(np.diff(drawn.loss) < 0)
    assert drawn.smooth is not None
    assert np.abs(drawn.smooth - drawn.threshold).max() < 0.1


def test_a_jump_shows_both_of_its_ends() -> None:
    loss, score, run = series("jump")
    drawn = draw_curves(loss, score, form="jump", eta=2.6, floor=0.25, run=run)
    assert drawn.threshold is not None
    steps = np.diff(drawn.threshold)
    assert steps.max() == pytest.approx(0.08, abs=0.01)
    assert drawn.smooth is None


def test_pooling_keeps_the_smooth_rival() -> None:
    loss = np.linspace(2.0, 4.0, 3000)
    score = 0.25 + 0.5 / (1 + np.exp((loss - 2.8) / 0.15))
    drawn = draw_curves(loss, score, form="hinge", eta=3.2, floor=0.25, smooth_form="logistic")
    truth = 0.25 + 0.5 / (1 + np.exp((drawn.loss - 2.8) / 0.15))
    assert drawn.smooth == pytest.approx(truth, abs=2e-3)


def test_unknown_forms_are_named() -> None:
    loss, score, _ = series("kink")
    with pytest.raises(InputError, match="form: one of jump"):
        draw_curves(loss, score, form="spline", eta=2.6, floor=0.25)
    with pytest.raises(InputError, match="smooth_form"):
        draw_curves(loss, score, form="hinge", eta=2.6, floor=0.25, smooth_form="spline")
