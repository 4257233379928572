"""Is a step there at all? What the best rise without one leaves beyond the best transition of any width."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import fdtrc

from emergence.evidence.width import Profile
from emergence.numerics.arrays import Floats
from emergence.shapes.curves import CUBE, HINGE, SQUARE
from emergence.shapes.search import FormFits

WITHOUT_STEP: Final = {HINGE: 1.0, SQUARE: 2.0, CUBE: 3.0}
"""Forms that start at eta without a step or a steep start, with their powers."""
NEAR: Final = np.linspace(-0.1, 0.1, 21)
"""Of the range of losses: etas tried about each form's own, once memory is taken out."""
NUMBERS: Final = 2
"""By which the two shapes may differ in freedom: the step's height and its width."""


@dataclass(frozen=True, slots=True)
class StepExcess:
    """Squares that a rise without a step leaves beyond the best transition, over the variance left; `df` of
    it.
    """

    value: float
    df: float


def excess_of_run(
    forms: FormFits, x: Floats, score: Floats, noise_sd: Floats, rho: float, profile: Profile
) -> StepExcess:
    """The excess within one run, its AR(1) memory taken out; points (n,) in time order, losses scaled."""
    etas = [(forms.numbers[form, 1] + NEAR, power) for form, power in WITHOUT_STEP.items()]
    rises = np.vstack([np.maximum(eta[:, None] - x, 0.0) ** power for eta, power in etas])
    rows = np.vstack([np.ones_like(x), score - score.mean(), rises]) / noise_sd
    white = rows.copy()
    white[:, 1:] = (rows[:, 1:] - rho * rows[:, :-1]) / np.sqrt(1 - rho**2)
    one = white[0] / np.linalg.norm(white[0])
    white = white[1:] - np.outer(white[1:] @ one, one)
    y, basis = white[0], white[1:]
    spread = np.maximum((basis**2).sum(axis=1), 1e-300)
    gain = np.maximum(basis @ y, 0.0) ** 2 / spread
    return _excess(float(y @ y - gain.max()), profile)


def excess_of_runs(forms: FormFits, total: float, profile: Profile) -> StepExcess:
    """The excess over many runs, whose weighted sum of squares about the mean is `total`."""
    gain = max(float(forms.numbers[form, 0]) for form in WITHOUT_STEP)
    return _excess(total - max(gain, 0.0), profile)


def _excess(squares: float, profile: Profile) -> StepExcess:
    return StepExcess(profile.df * (squares / profile.squares - 1), profile.df)


def step_p_value(found: Sequence[StepExcess]) -> float:
    """Give the p-value of no step, from the excess of all runs judged one by one."""
    freedom = NUMBERS * len(found)
    return float(fdtrc(freedom, sum(f.df for f in found), max(sum(f.value for f in found), 0.0) / freedom))
