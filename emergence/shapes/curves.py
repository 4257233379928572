"""Score as a function of loss: the threshold forms, and the smooth shapes they compete with."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from emergence.numerics.arrays import Floats

# The order is the row order of every kernel's output.
FORMS: Final = ("jump", "root", "hinge", "square", "cube")
POWERS: Final = {"jump": 1.0, "root": 0.5, "hinge": 1.0, "square": 2.0, "cube": 3.0}
EXPONENTS: Final = np.array([1.0, 0.5, 1.0, 2.0, 3.0])
JUMP, ROOT, HINGE, SQUARE, CUBE = range(5)
SHAPES_OF_ROWS: Final = (*FORMS, "power", "plateau")
"""What a row may call its curve: one of the forms, any power, or a power with a level ceiling."""


@dataclass(frozen=True, slots=True)
class ThresholdCurve:
    """One threshold form with its numbers: f(x) = floor + 1[x < eta]·jump + slope·(eta − x)₊^p.

    The paper's equation 3 (Du et al. 2024, arXiv 2403.15796) leaves the shape open; these are its readings.
    `form` is one of `SHAPES_OF_ROWS`; `jump` is 0 for all but the form of that name, whose power p is 1.
    `eta` and `cap`, the loss below which the score is level, are in the units of the loss, `floor` and
    `jump` in those of the score. `exponent` is the power of the forms `power` and `plateau`.

    >>> ThresholdCurve("hinge", eta=2.5, floor=0.25, slope=0.4)([2.0, 3.0]).tolist()
    [0.45, 0.25]
    """

    form: str
    eta: float
    floor: float
    slope: float
    jump: float = 0.0
    exponent: float = 1.0
    cap: float = -np.inf

    @property
    def power(self) -> float:
        """The exponent p of the rise below the threshold; 1 for a jump followed by a line."""
        return POWERS.get(self.form, self.exponent)

    def __call__(self, loss: ArrayLike) -> Floats:
        """Give the score at each loss, in the shape of `loss`."""
        below = self.eta - np.maximum(np.asarray(loss, dtype=np.float64), self.cap)
        rise = self.slope * np.maximum(below, 0.0) ** self.power
        return np.asarray(self.floor + rise + np.where(below > 0, self.jump, 0.0), dtype=np.float64)

    def mean_slope(self, loss_min: float) -> float:
        """Give the score gained per unit of loss between eta and `loss_min`, the jump left out."""
        reach = self.eta - max(loss_min, self.cap)
        return self.slope * reach ** (self.power - 1.0) if reach > 0 else 0.0


def evaluate_curves(values: Floats, power: Floats, loss: ArrayLike, cap: float | Floats = -np.inf) -> Floats:
    """Evaluate many curves: (4, B) eta, floor, slope, jump and powers (B,) at losses (m,) or (B, m): (B, m)
    scores.
    """
    eta, floor, slope, jump = (row[:, None] for row in values)
    cap = np.reshape(np.asarray(cap, dtype=np.float64), (-1, 1))
    below = eta - np.maximum(np.atleast_2d(np.asarray(loss, dtype=np.float64)), cap)
    rise = np.maximum(below, 0.0) ** power[:, None]
    return np.asarray(floor + slope * rise + np.where(below > 0, jump, 0.0))
