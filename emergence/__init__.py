"""Does a task's score leave chance below a threshold of pre-training loss, where, and how sure are we?

>>> import numpy as np, emergence
>>> rng = np.random.default_rng(7)
>>> loss = np.tile(np.linspace(2.0, 3.2, 24), 10)
>>> score = 0.25 + 0.4 * np.maximum(2.6 - loss, 0) + rng.normal(0, 0.01, loss.size)
>>> fit = emergence.fit_threshold(loss, score, run=np.repeat(np.arange(10), 24), chance=0.25, rng=1)
>>> fit.verdict, round(fit.eta, 1), round(fit.loss_at_2_points, 1)
('gradual', 2.6, 2.6)

A name is imported when it is first asked for: the compiled kernels take a second to load, which a program
that only reads numbers need not pay.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from emergence.claims.judge import judge_claims
    from emergence.claims.registry import TESTS as CLAIM_TESTS
    from emergence.claims.rows import ClaimTables
    from emergence.errors import EmergenceError, InputError
    from emergence.given_loss.clocks import fit_clocks
    from emergence.given_loss.sufficiency import fit_sufficiency
    from emergence.laws.emergence_size import EmergenceSize, emergence_size, score_of_size
    from emergence.laws.fit import fit_loss_law, fit_loss_laws
    from emergence.laws.law import LossLaw, loss_scenarios
    from emergence.numerics.p_values import adjust_p_values, adjust_within
    from emergence.off_curve.anomalies import find_anomalies
    from emergence.off_curve.checkpoints_off import find_checkpoints_off, neighbour_differences
    from emergence.off_curve.compare import compare_scores
    from emergence.points.simulate import Truth, simulate
    from emergence.score_curves.curve_set import CurveSet, fit_curves
    from emergence.score_curves.forecast import fit_coverage, forecast_scores, predict_largest
    from emergence.score_curves.read_grids import read_grids
    from emergence.score_curves.write_grids import grid_curves
    from emergence.shapes.curves import ThresholdCurve
    from emergence.threshold.fit import fit_threshold
    from emergence.threshold.onsets import find_onsets, pool_onsets
    from emergence.threshold.result import SCHEMA, ScoresAt, ThresholdFit
    from emergence.threshold.table import fit_table
    from emergence.universality.common_threshold import common_threshold
    from emergence.universality.joint_draws import fit_universality
    from emergence.universality.rank_agreement import fit_rank_agreement

_HOMES = {
    "claims.judge": ("judge_claims",),
    "claims.rows": ("ClaimTables",),
    "errors": (
        "EmergenceError",
        "InputError",
    ),
    "given_loss.clocks": ("fit_clocks",),
    "given_loss.sufficiency": ("fit_sufficiency",),
    "laws.emergence_size": (
        "EmergenceSize",
        "emergence_size",
        "score_of_size",
    ),
    "laws.fit": (
        "fit_loss_law",
        "fit_loss_laws",
    ),
    "laws.law": (
        "LossLaw",
        "loss_scenarios",
    ),
    "numerics.p_values": (
        "adjust_p_values",
        "adjust_within",
    ),
    "off_curve.anomalies": ("find_anomalies",),
    "off_curve.checkpoints_off": (
        "find_checkpoints_off",
        "neighbour_differences",
    ),
    "off_curve.compare": ("compare_scores",),
    "points.simulate": (
        "Truth",
        "simulate",
    ),
    "score_curves.curve_set": (
        "CurveSet",
        "fit_curves",
    ),
    "score_curves.forecast": (
        "fit_coverage",
        "forecast_scores",
        "predict_largest",
    ),
    "score_curves.read_grids": ("read_grids",),
    "score_curves.write_grids": ("grid_curves",),
    "shapes.curves": ("ThresholdCurve",),
    "threshold.fit": ("fit_threshold",),
    "threshold.onsets": (
        "find_onsets",
        "pool_onsets",
    ),
    "threshold.result": (
        "SCHEMA",
        "ScoresAt",
        "ThresholdFit",
    ),
    "threshold.table": ("fit_table",),
    "universality.common_threshold": ("common_threshold",),
    "universality.joint_draws": ("fit_universality",),
    "universality.rank_agreement": ("fit_rank_agreement",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

# The one name that lives beside the drop folder, and not in the library.
_ELSEWHERE = {"watch": "pipelines.watch"}

__all__ = [
    "CLAIM_TESTS",
    "SCHEMA",
    "ClaimTables",
    "CurveSet",
    "EmergenceError",
    "EmergenceSize",
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
    "find_checkpoints_off",
    "find_onsets",
    "fit_clocks",
    "fit_coverage",
    "fit_curves",
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
    "neighbour_differences",
    "pool_onsets",
    "predict_largest",
    "read_grids",
    "score_of_size",
    "simulate",
    "watch",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for (PEP 562)."""
    if name == "CLAIM_TESTS":
        value = import_module("emergence.claims.registry").TESTS
    elif name in _ELSEWHERE:
        value = getattr(import_module(_ELSEWHERE[name]), name)
    elif name in _HOME_OF:
        value = getattr(import_module(f"emergence.{_HOME_OF[name]}"), name)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
