"""When a run reaches a loss, at its own rate: a line of loss by log tokens over its newest half."""

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from emergence.numerics.arrays import Floats

FEWEST = 4
# Beyond so many times the tokens seen a straight line says nothing.
FURTHEST = 10.0


@dataclass(frozen=True)
class Reach:
    """Tokens at which a loss is reached, with their interval; empty ends lie too far to say."""

    tokens: float | None
    low: float | None
    high: float | None
    n_points: int


def reach(
    tokens: Floats,
    losses: Floats,
    target: float,
    *,
    target_low: float,
    target_high: float,
    confidence: float = 0.9,
) -> Reach | None:
    """Say at how many tokens a run, of these (n,) tokens and losses, reaches the loss `target`.

    The interval covers the scatter about the line and the target's own (`target_low`, `target_high`). None
    where there are too few points or the loss does not fall. Assumes that the run goes on as it went: the
    same data and no decay of the learning rate.
    """
    order = np.argsort(tokens)
    late = order[len(order) // 2 :] if len(order) >= 2 * FEWEST else order
    x, y = np.log(tokens[late]), losses[late]
    if len(x) < FEWEST or np.ptp(x) <= 0:
        return None
    slope, intercept = np.polyfit(x, y, 1)
    if slope >= 0:
        return None
    sd = float(np.sqrt(np.sum((y - intercept - slope * x) ** 2) / (len(x) - 2)))
    spread = float(stdtrit(len(x) - 2, (1 + confidence) / 2)) * sd
    now = float(tokens.max())

    def at(loss: float) -> float | None:
        found = (loss - intercept) / slope
        return float(np.exp(found)) if found < np.log(FURTHEST * now) else None

    best = at(target)
    low, high = at(max(target_high, target) + spread), at(min(target_low, target) - spread)
    return Reach(best, None if low is None else max(low, now), high, len(x))
