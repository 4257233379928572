"""Does a task's score leave chance below a threshold of pre-training loss, where, and how sure are we?

>>> import numpy as np, emergence
>>> rng = np.random.default_rng(7)
>>> loss = np.tile(np.linspace(2.0, 3.2, 24), 10)
>>> score = 0.25 + 0.4 * np.maximum(2.6 - loss, 0) + rng.normal(0, 0.01, loss.size)
>>> fit = emergence.fit_threshold(loss, score, run=np.repeat(np.arange(10), 24), chance=0.25, rng=1)
>>> fit.verdict.startswith("emergent"), round(fit.eta, 1)
(True, 2.6)
"""

from emergence.adjust import adjust_p_values, adjust_within
from emergence.curves import ThresholdCurve
from emergence.errors import EmergenceError, InputError
from emergence.onsets import find_onsets, pool_onsets
from emergence.results import SCHEMA, ScoresAt, ThresholdFit
from emergence.simulate import Truth, simulate
from emergence.tables import fit_table
from emergence.threshold import fit_threshold

__all__ = [
    "SCHEMA",
    "EmergenceError",
    "InputError",
    "ScoresAt",
    "ThresholdCurve",
    "ThresholdFit",
    "Truth",
    "adjust_p_values",
    "adjust_within",
    "find_onsets",
    "fit_table",
    "fit_threshold",
    "pool_onsets",
    "simulate",
]
