"""How wide the transition is: 10 to 90 % of a logistic with a linear tail, with limits by profile
likelihood.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import fdtri

from emergence.curves import Floats
from emergence.rivals import SmoothFits

TEN_TO_NINETY: Final = 2 * float(np.log(9))
"""A logistic rises from 10 to 90 % over 2·ln 9 = 4.39 times its s."""


@dataclass(frozen=True, slots=True)
class Width:
    """The 10–90 % width in units of loss; a limit is None where the data set none."""

    width: float
    low: float
    high: float | None


def transition_width(
    fits: SmoothFits, total: float, n_effective: float, scale: float, confidence: float
) -> Width:
    """Profile the steepness s: its limits are the outermost s whose squares stay within the F bound of the
    best.

    `total` is the weighted sum of squares about the mean, `n_effective` the number of independent points it
    is worth, `scale` the range of losses. The lowest s tried stands for a step.
    """
    squares = np.maximum(total - fits.profile, 1e-14 * total)
    df = max(3.0, n_effective - 5)
    bound = float(squares.min()) * (1 + float(fdtri(1, df, confidence)) / df)
    log_s = np.log(fits.steepness)
    inside = np.flatnonzero(squares <= bound)
    first, last = int(inside[0]), int(inside[-1])
    low = (
        float(np.exp(_crossing(log_s, squares, first - 1, first, bound))) if first > 0 else fits.steepness[0]
    )
    high = None
    if last < log_s.size - 1:
        high = TEN_TO_NINETY * scale * float(np.exp(_crossing(log_s, squares, last + 1, last, bound)))
    unit = TEN_TO_NINETY * scale
    return Width(unit * fits.best_steepness, unit * float(low), high)


def _crossing(log_s: Floats, squares: Floats, outside: int, inside: int, bound: float) -> float:
    """Interpolate where the squares reach the bound between a point outside and one inside."""
    fall = squares[outside] - squares[inside]
    share = (bound - squares[inside]) / fall if fall > 0 else 1.0
    return float(log_s[inside] + share * (log_s[outside] - log_s[inside]))
