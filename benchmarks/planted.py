"""What `make validate` plants: shapes inside and outside the threshold family, seen by designs of runs."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from emergence.numerics.arrays import Floats
from emergence.points.scatter import draw_ar1

Curve = Callable[[Floats], Floats]
HIGH, LOW, FLOOR = 3.0, 2.0, 0.25


@dataclass(frozen=True, slots=True)
class Shape:
    """A score over losses from 3 to 2, its eta where it has one, and whether its rise is slow, narrow or
    none.
    """

    curve: Curve
    eta: float | None = None
    kind: str = "slow"


@dataclass(frozen=True, slots=True)
class Design:
    """How many runs of how many checkpoints see it, from where and how far, and with which noise.

    `noise_at_lowest`: what the noise falls to towards the lowest loss; `apart`: SD between runs of the losses
    at which they show the shape [nats]; `sizes`: the checkpoints of each run, where they are not alike;
    `gap`: the stretch about 2.5 in which no checkpoint lies [nats].
    """

    runs: int
    checkpoints: int
    noise: float = 0.02
    run_sd: float = 0.0
    rho: float = 0.0
    items: int | None = None
    ladder: bool = False
    starts: tuple[float, ...] = ()
    noise_at_lowest: float | None = None
    apart: float = 0.0
    sizes: tuple[int, ...] = ()
    gap: float = 0.0


def rise(power: float, eta: float = 2.5, gain: float = 0.225) -> Shape:
    """A power of the distance below eta, `gain` at the lowest loss."""
    kind = "steep" if power < 1 else "slow"
    return Shape(lambda x: FLOOR + gain * (np.maximum(eta - x, 0) / (eta - LOW)) ** power, eta, kind)


def _jump(at: float, slope: float = 0.0, size: float = 0.08) -> Shape:
    return Shape(lambda x: np.where(x < at, FLOOR + size + slope * (at - x), FLOOR), at, "narrow")


def _logistic(s: float) -> Shape:
    kind = "narrow" if 4.39 * s < 0.0875 else "slow"
    return Shape(lambda x: FLOOR + 0.3 / (1 + np.exp((x - 2.5) / s)), None, kind)


SHAPES: dict[str, Shape] = {
    "flat": Shape(lambda x: FLOOR + 0 * x, None, "none"),
    "power 0.5": rise(0.5),
    "power 0.7": rise(0.7),
    "hinge": rise(1.0),
    "power 1.5": rise(1.5),
    "power 1.75": rise(1.75),
    "power 3.5": rise(3.5),
    "jump of 8 points, then a slope": _jump(2.5, 0.29),
    "step of 8 points": _jump(2.5),
    "jump near the highest loss": _jump(2.93),
    "jump near the lowest loss": _jump(2.07),
    "hinge near the highest loss": rise(1.0, 2.9, 0.3),
    "hinge near the lowest loss": rise(1.0, 2.15, 0.1),
    "logistic, s 0.05": _logistic(0.05),
    "logistic, s 0.125": _logistic(0.125),
    "dip of 3 points, then a hinge": Shape(
        lambda x: rise(1.0).curve(x) - 0.03 * np.exp(-0.5 * ((x - 2.6) / 0.05) ** 2), 2.5
    ),
    "hinge to a ceiling": Shape(lambda x: np.minimum(FLOOR + 0.9 * np.maximum(2.5 - x, 0), 0.45), 2.5),
    "two steps": Shape(lambda x: FLOOR + 0.06 * (x < 2.6) + 0.1 * (x < 2.3), None, "steps"),
    "plateau between two rises": Shape(
        lambda x: FLOOR + np.interp(2.6 - x, [0, 0.1, 0.3, 0.6], [0, 0.06, 0.07, 0.25]), 2.6
    ),
    "8 points up and down again": Shape(
        lambda x: FLOOR + 0.08 * np.exp(-0.5 * ((x - 2.5) / 0.15) ** 2), None, "none"
    ),
    "line": Shape(lambda x: FLOOR + 0.225 * (HIGH - x)),
    "exponential": Shape(lambda x: FLOOR + 0.3 * np.expm1(3 * (HIGH - x)) / np.expm1(3.0)),
    "gompertz": Shape(lambda x: FLOOR + 0.3 * np.exp(-5 * np.exp(-4.5 * (HIGH - x)))),
}
ONE_LONG = (300, 8, 8, 8, 8, 8)
DESIGNS: dict[str, Design] = {
    "12 × 25": Design(12, 25),
    "12 × 25, run effects": Design(12, 25, run_sd=0.012),
    "12 × 25, 200 items": Design(12, 25, items=200),
    "6 × 90": Design(6, 90),
    "1 × 90": Design(1, 90),
    "1 × 90, rho 0.5": Design(1, 90, rho=0.5),
    "2 × 90": Design(2, 90),
    "3 × 90": Design(3, 90),
    "ladder of 5": Design(5, 200, ladder=True),
    "2 × 60, run effects": Design(2, 60, run_sd=0.012),
    "3 × 60, run effects": Design(3, 60, run_sd=0.012),
    "3 × 60, losses apart": Design(3, 60, apart=0.0125),
    "3 × 60, two start late": Design(3, 60, starts=(3.0, 2.8, 2.6)),
    "1 × 90, noise falls": Design(1, 90, noise=0.04, noise_at_lowest=0.01),
    "8 × 30, noise falls": Design(8, 30, noise=0.04, noise_at_lowest=0.01),
    "8 × 60, a gap": Design(8, 60, gap=0.15),
    "1 × 90, a gap": Design(1, 90, gap=0.15),
    "one run of 300": Design(6, 300, sizes=ONE_LONG),
    "one run of 300, run effects": Design(6, 300, sizes=ONE_LONG, run_sd=0.012),
}
WHOLE = ("12 × 25", "1 × 90")
"""Designs that see every shape; the others see those of CORE."""
CORE = (
    "flat", "power 0.7", "hinge", "jump of 8 points, then a slope", "step of 8 points", "logistic, s 0.05",
    "8 points up and down again", "line",
)  # fmt: skip
LADDER = (200, 160, 120, 80, 40)


def draw(shape: Shape, design: Design, rng: np.random.Generator) -> pl.DataFrame:
    """Draw one series: loss, score, run, order; a ladder's later runs are shorter and reach lower."""
    parts = []
    for r in range(design.runs):
        n = LADDER[r] if design.ladder else (design.sizes or (design.checkpoints,) * design.runs)[r]
        start = design.starts[r] if design.starts else HIGH
        reach = 0.55 + 0.1125 * r if design.ladder else start - LOW
        share = (np.arange(n) + rng.uniform(0, 1, n)) / n
        loss = start - (reach - design.gap) * share
        loss = loss - design.gap * (loss < 2.5 + design.gap / 2)
        least = design.noise if design.noise_at_lowest is None else design.noise_at_lowest
        noise = least + (design.noise - least) * (loss - LOW) / (HIGH - LOW)
        curve = shape.curve(loss - design.apart * rng.standard_normal() if design.apart else loss)
        score = curve + noise * draw_ar1(rng, n, 1, design.rho)[:, 0]
        score = score + design.run_sd * rng.standard_normal()
        if design.items is not None:
            score = rng.binomial(design.items, np.clip(score, 0, 1)) / design.items
        parts.append(pl.DataFrame({"loss": loss, "score": score, "run": r, "order": np.arange(n)}))
    return pl.concat(parts)


def floor_of(shape: Shape) -> float:
    """Give the level over the highest fifth of the losses; NaN where the curve is not level there."""
    top = shape.curve(np.linspace(HIGH - 0.2, HIGH, 2001))
    return float(top.mean()) if np.ptp(top) < 1e-3 else float("nan")


def departs_at(shape: Shape, step: float) -> float:
    """Give the loss at which the curve first stands a step above its mean over the highest fifth; NaN if
    never.

    Where eta lies within that fifth the floor is the level above it.
    """
    top = np.linspace(max(HIGH - 0.2, shape.eta or 0.0), HIGH, 2001)
    grid = np.linspace(HIGH, LOW, 50_001)
    hit = np.flatnonzero(shape.curve(grid) >= float(shape.curve(top).mean()) + step)
    return float(grid[hit[0]]) if hit.size else float("nan")
