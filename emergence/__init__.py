"""Does a task's score leave chance below a threshold of pre-training loss, where, and how sure are we?

>>> import numpy as np, emergence
>>> rng = np.random.default_rng(7)
>>> loss = np.tile(np.linspace(2.0, 3.2, 24), 10)
>>> score = 0.25 + 0.4 * np.maximum(2.6 - loss, 0) + rng.normal(0, 0.01, loss.size)
>>> fit = emergence.fit_threshold(loss, score, run=np.repeat(np.arange(10), 24), chance=0.25, rng=1)
>>> fit.verdict.startswith("emergent"), round(fit.eta, 1)
(True, 2.6)
"""

from emergence.curves import ThresholdCurve
from emergence.errors import EmergenceError, InputError
from emergence.results import SCHEMA, ScoresAt, ThresholdFit
from emergence.tables import fit_table
from emergence.threshold import fit_threshold

__all__ = [
    "SCHEMA",
    "EmergenceError",
    "InputError",
    "ScoresAt",
    "ThresholdCurve",
    "ThresholdFit",
    "fit_table",
    "fit_threshold",
]
