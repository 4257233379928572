"""Does a task's score leave chance below a threshold of pre-training loss, where, and how sure are we?

>>> import numpy as np, emergence
>>> rng = np.random.default_rng(7)
>>> loss = np.tile(np.linspace(2.0, 3.2, 24), 10)
>>> score = 0.25 + 0.4 * np.maximum(2.6 - loss, 0) + rng.normal(0, 0.01, loss.size)
>>> fit = emergence.fit_threshold(loss, score, run=np.repeat(np.arange(10), 24), chance=0.25, rng=1)
>>> fit.verdict.startswith("emergent"), round(fit.eta, 1)
(True, 2.6)

A name is imported when it is first asked for: the compiled kernels take a second to load, which a program
that only reads numbers need not pay.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from emergence.adjust import adjust_p_values, adjust_within
    from emergence.anomalies import find_anomalies
    from emergence.claims import ClaimTables, judge_claims
    from emergence.claims_laws import TESTS as CLAIM_TESTS
    from emergence.compare import compare_scores
    from emergence.curve_grids import grid_curves
    from emergence.curve_set import CurveSet, fit_curves
    from emergence.curves import ThresholdCurve
    from emergence.errors import EmergenceError, InputError
    from emergence.forecast import fit_coverage, forecast_scores, predict_largest
    from emergence.grid_answers import read_grids
    from emergence.hinges import Hinges, fit_hinges
    from emergence.loss_law import LossLaw, loss_scenarios
    from emergence.onsets import find_onsets, pool_onsets
    from emergence.ranks import fit_rank_agreement
    from emergence.results import SCHEMA, ScoresAt, ThresholdFit
    from emergence.scaling import fit_loss_law, fit_loss_laws
    from emergence.shared_draws import fit_universality
    from emergence.simulate import Truth, simulate
    from emergence.sizes import EmergenceSize, emergence_size, score_of_size
    from emergence.sufficiency import fit_sufficiency
    from emergence.tables import fit_table
    from emergence.threshold import fit_threshold
    from emergence.universality import common_threshold

_HOMES = {
    "adjust": ("adjust_p_values", "adjust_within"),
    "anomalies": ("find_anomalies",),
    "claims": ("ClaimTables", "judge_claims"),
    "compare": ("compare_scores",),
    "curve_grids": ("grid_curves",),
    "curve_set": ("CurveSet", "fit_curves"),
    "curves": ("ThresholdCurve",),
    "errors": ("EmergenceError", "InputError"),
    "forecast": ("fit_coverage", "forecast_scores", "predict_largest"),
    "grid_answers": ("read_grids",),
    "hinges": ("Hinges", "fit_hinges"),
    "loss_law": ("LossLaw", "loss_scenarios"),
    "onsets": ("find_onsets", "pool_onsets"),
    "ranks": ("fit_rank_agreement",),
    "results": ("SCHEMA", "ScoresAt", "ThresholdFit"),
    "scaling": ("fit_loss_law", "fit_loss_laws"),
    "shared_draws": ("fit_universality",),
    "simulate": ("Truth", "simulate"),
    "sizes": ("EmergenceSize", "emergence_size", "score_of_size"),
    "sufficiency": ("fit_sufficiency",),
    "tables": ("fit_table",),
    "threshold": ("fit_threshold",),
    "universality": ("common_threshold",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "CLAIM_TESTS",
    "SCHEMA",
    "ClaimTables",
    "CurveSet",
    "EmergenceError",
    "EmergenceSize",
    "Hinges",
    "InputError",
    "LossLaw",
    "ScoresAt",
    "ThresholdCurve",
    "ThresholdFit",
    "Truth",
    "adjust_p_values",
    "adjust_within",
    "common_threshold",
    "compare_scores",
    "emergence_size",
    "find_anomalies",
    "find_onsets",
    "fit_coverage",
    "fit_curves",
    "fit_hinges",
    "fit_loss_law",
    "fit_loss_laws",
    "fit_rank_agreement",
    "fit_sufficiency",
    "fit_table",
    "fit_threshold",
    "fit_universality",
    "forecast_scores",
    "grid_curves",
    "judge_claims",
    "loss_scenarios",
    "pool_onsets",
    "predict_largest",
    "read_grids",
    "score_of_size",
    "simulate",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for (PEP 562)."""
    if name == "CLAIM_TESTS":
        value = import_module("emergence.claims_laws").TESTS
    elif name in _HOME_OF:
        value = getattr(import_module(f"emergence.{_HOME_OF[name]}"), name)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
