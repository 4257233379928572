"""Plants a known truth and draws a table from it: what tests and power studies fit."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from emergence.errors import InputError
from emergence.numerics.arrays import Floats
from emergence.points.scatter import draw_ar1

Curve = Callable[[Floats, "Truth"], Floats]


@dataclass(frozen=True, slots=True)
class Truth:
    """What is planted: a shape of the score over loss, and how it is observed.

    Losses run from `loss_min` to `loss_max`; `rise` is the score gained over the whole range (below eta for a
    threshold, whose `eta` lies inside; `jump` is the part of it gained at once). Noise: `noise_sd` a
    checkpoint, with memory `rho` within a run, `run_sd` a run's own level, binomial where `n_items` is
    given. `floor` is the true level at high loss, `chance` the nominal one. Runs go through the range to
    its end, or the first through the share `least_reach` of it and the others evenly further.
    """

    shape: str
    runs: int = 15
    checkpoints: int = 12
    loss_min: float = 2.0
    loss_max: float = 3.0
    eta: float = 2.5
    floor: float = 0.25
    chance: float = 0.25
    rise: float = 0.225
    jump: float = 0.0
    noise_sd: float = 0.02
    run_sd: float = 0.0
    rho: float = 0.0
    n_items: int | None = None
    least_reach: float = 1.0


def _threshold(power: float) -> Curve:
    def curve(x: Floats, t: Truth) -> Floats:
        below = np.maximum(t.eta - x, 0.0) / (t.eta - t.loss_min)
        return np.asarray(np.where(below > 0, t.jump + (t.rise - t.jump) * below**power, 0.0))

    return curve


def _share(x: Floats, t: Truth) -> Floats:
    """Give how far down the range a loss lies: 0 at the highest, 1 at the lowest."""
    return (t.loss_max - x) / (t.loss_max - t.loss_min)


def _between(values: Floats, at_max: float, at_min: float) -> Floats:
    return (values - at_max) / (at_min - at_max)


SHAPES: Final[dict[str, Curve]] = {
    "flat": lambda x, t: np.zeros_like(x),
    "linear": lambda x, t: t.rise * _share(x, t),
    "exponential": lambda x, t: t.rise * _between(np.exp(3 * _share(x, t)), 1.0, np.exp(3.0)),
    "logistic": lambda x, t: t.rise / (1 + np.exp(-8 * (_share(x, t) - 0.5))),
    "gompertz": lambda x, t: t.rise * np.exp(-5 * np.exp(-4.5 * _share(x, t))),
    "hinge": _threshold(1.0),
    "root": _threshold(0.5),
    "square": _threshold(2.0),
    "jump": _threshold(1.0),
}
"""Score gained over the floor, by name of the shape."""


def simulate(truth: Truth, rng: np.random.Generator) -> pl.DataFrame:
    """Draw one series: a row a checkpoint with run_id, tokens, loss, score, n_items, chance.

    Every run goes down the range once, its losses falling with tokens and spaced unevenly. Raises
    InputError where the shape is not one of `SHAPES` or eta lies outside the range.

    >>> table = simulate(Truth("jump", runs=2, checkpoints=5, jump=0.1), np.random.default_rng(1))
    >>> table.columns, table.height
    (['run_id', 'tokens', 'loss', 'score', 'n_items', 'chance'], 10)
    """
    if truth.shape not in SHAPES:
        raise InputError(f"shape: one of {sorted(SHAPES)} wanted, found {truth.shape!r}")
    if not truth.loss_min < truth.eta < truth.loss_max:
        raise InputError(f"eta: inside ({truth.loss_min}, {truth.loss_max}) wanted, found {truth.eta}")
    R, k = truth.runs, truth.checkpoints
    even = (np.arange(k) + 0.5) / k
    shares = np.clip(even + rng.uniform(-0.5, 0.5, (R, k)) / k, 0.0, 1.0)
    shares *= np.linspace(truth.least_reach, 1.0, R)[:, None]
    loss = truth.loss_max - shares * (truth.loss_max - truth.loss_min)
    noise = truth.noise_sd * draw_ar1(rng, k, R, truth.rho).T + truth.run_sd * rng.standard_normal((R, 1))
    score = truth.floor + SHAPES[truth.shape](loss, truth) + noise
    if truth.n_items is not None:
        score = rng.binomial(truth.n_items, np.clip(score, 0, 1)) / truth.n_items
    return pl.DataFrame(
        {
            "run_id": np.repeat([f"sim/{r:03d}" for r in range(R)], k),
            "tokens": np.tile(np.arange(1, k + 1), R),
            "loss": loss.ravel(),
            "score": score.ravel(),
            "n_items": pl.Series([truth.n_items] * (R * k), dtype=pl.Int64),
            "chance": [truth.chance] * (R * k),
        }
    )
