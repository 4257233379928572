"""Score as a function of loss: the threshold forms, and the smooth shapes they compete with."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from emergence.numerics.arrays import Floats

# The order is the row order of every kernel's output.
FORMS: Final = ("jump", "root", "hinge", "square", "cube")
POWERS: Final = {"root": 0.5, "hinge": 1.0, "square": 2.0, "cube": 3.0}
JUMP, ROOT, HINGE, SQUARE, CUBE = range(5)


@dataclass(frozen=True, slots=True)
class ThresholdCurve:
    """One threshold form with its numbers: f(x) = floor + 1[x < eta]·jump + slope·(eta − x)₊^p.

    The paper's equation 3 (Du et al. 2024, arXiv 2403.15796) leaves the shape open; these are its readings.
    `form` is one of `FORMS`; `jump` is 0 for all but the form of that name, whose power p is 1.
    `eta` is in the units of the loss, `floor` and `jump` in those of the score.

    >>> ThresholdCurve("hinge", eta=2.5, floor=0.25, slope=0.4)([2.0, 3.0]).tolist()
    [0.45, 0.25]
    """

    form: str
    eta: float
    floor: float
    slope: float
    jump: float = 0.0

    @property
    def power(self) -> float:
        """The exponent p of the rise below the threshold; 1 for a jump followed by a line."""
        return POWERS.get(self.form, 1.0)

    def __call__(self, loss: ArrayLike) -> Floats:
        """Give the score at each loss, in the shape of `loss`."""
        below = self.eta - np.asarray(loss, dtype=np.float64)
        rise = self.slope * np.maximum(below, 0.0) ** self.power
        return np.asarray(self.floor + rise + np.where(below > 0, self.jump, 0.0), dtype=np.float64)

    def mean_slope(self, loss_min: float) -> float:
        """Give the score gained per unit of loss between eta and `loss_min`, the jump left out."""
        reach = self.eta - loss_min
        return self.slope * reach ** (self.power - 1.0) if reach > 0 else 0.0


def evaluate_curves(form: NDArray[np.int64], values: Floats, loss: ArrayLike) -> Floats:
    """Evaluate many curves: (B,) forms, (4, B) eta, floor, slope, jump at losses (m,) or (B, m): (B, m)
    scores.
    """
    eta, floor, slope, jump = (row[:, None] for row in values)
    below = eta - np.atleast_2d(np.asarray(loss, dtype=np.float64))
    active = np.maximum(below, 0.0)
    rise = np.empty_like(below)
    for f, power in enumerate((1.0, 0.5, 1.0, 2.0, 3.0)):
        mine = form == f
        rise[mine] = active[mine] ** power
    return np.asarray(floor + slope * rise + np.where(below > 0, jump, 0.0))
