"""Whether eta is located whatever the form: only then is it published, elsewhere the reason says why not."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from emergence.evidence import cut_offs
from emergence.evidence.diagnostics import Analysis
from emergence.numerics.arrays import SIGNIFICANCE
from emergence.numerics.p_values import tell_p
from emergence.numerics.words import counted
from emergence.shapes.curves import FORMS
from emergence.threshold import verdict as rules
from emergence.threshold.combine import BETWEEN_RUNS, Joint, join_estimates
from emergence.threshold.joined import join_p_values

MOST_AT_EDGE: Final = 0.1
"""Share of the replicates whose eta lies at an end of what is searched, above which eta is not located."""


@dataclass(frozen=True, slots=True)
class Located:
    """Eta's columns where it is located, else none; the status, what to add to the reason, the test of
    fit.
    """

    numbers: dict[str, Any]
    status: str
    why: str
    p_fit: float | None

    @property
    def is_located(self) -> bool:
        """Whether there is an eta."""
        return bool(self.numbers)


def locate(
    analyses: Sequence[Analysis],
    alone: Sequence[rules.Verdict],
    verdict: rules.Verdict,
    evidence: rules.Evidence,
    confidence: float,
) -> Located:
    """Give eta with its interval over form and power, unless something stands against it."""
    if analyses[0].plan.keep is not None:
        return _kept_form(analyses, evidence.at, confidence)
    if verdict not in rules.LEAVES:
        return Located({}, "ok" if any(a.rises for a in analyses) else "no_rise", "", None)
    telling = [a for a, v in zip(analyses, alone, strict=True) if v in rules.LEAVES] or list(analyses)
    p_fit = join_p_values([a.p_fit for a in telling])
    if p_fit < SIGNIFICANCE:
        why = f"; eta is not given: no threshold curve fits ({tell_p(p_fit)})"
        return Located({}, "misfit", why, p_fit)
    against = _too_little(evidence, telling)
    if against:
        return Located({}, "not_located", f"; eta is not given: {against}", p_fit)
    joint = _joint_eta(telling, evidence.at, confidence)
    edge = float(np.mean([a.drawn.edge.mean() for a in telling]))
    if joint is None or edge > MOST_AT_EDGE:
        why = "; eta is not given: it lies at an end of the losses searched"
        return Located({}, "at_edge", why, p_fit)
    share = (joint.high - joint.low) / (evidence.loss_max - evidence.loss_min)
    if share > cut_offs.WIDEST_INTERVAL:
        why = f"; eta is not given: over form and power it spans {share:.0%} of the losses"
        return Located({}, "not_located", why, p_fit)
    return Located(_numbers(telling, joint, confidence), "ok", _between(telling, joint), p_fit)


def _kept_form(analyses: Sequence[Analysis], at: float, confidence: float) -> Located:
    """Give the eta of the one form that was asked for, whatever else stands against it."""
    telling = [a for a in analyses if _rises(a, a.plan.keep or 0)]
    joint = _joint_eta(telling, at, confidence) if telling else None
    if joint is None:
        return Located({}, "no_rise", "", None)
    p_fit = join_p_values([a.p_fit for a in telling])
    return Located(_numbers(telling, joint, confidence), "ok", "; eta is that of the form asked for", p_fit)


def _too_little(e: rules.Evidence, analyses: Sequence[Analysis]) -> str:
    """Name what is too little on a side for eta, or what predicts better."""
    if e.smooth_leads:
        return "a smooth curve predicts left-out runs better"
    for side, count in (("above", e.n_above), ("below", e.n_below)):
        if count < cut_offs.MIN_CHECKPOINTS_SIDE:
            return f"{counted(count, 'checkpoint')} {side} it, {cut_offs.MIN_CHECKPOINTS_SIDE} wanted"
    if e.single_runs_side is not None and e.single_runs_side < cut_offs.MIN_SINGLE_RUNS_SIDE:
        wanted = f"{cut_offs.MIN_SINGLE_RUNS_SIDE} wanted where each is one checkpoint"
        return f"{counted(e.single_runs_side, 'run')} on a side, {wanted}"
    a = analyses[0]
    if a.by_run:
        runs = min(np.unique(a.series.run[rows]).size for rows in (a.above, ~a.above))
        if runs < cut_offs.MIN_RUNS_SIDE:
            return f"{counted(runs, 'run')} on a side, {cut_offs.MIN_RUNS_SIDE} wanted"
    return ""


def _joint_eta(analyses: Sequence[Analysis], at: float, confidence: float) -> Joint | None:
    limits = [a.eta for a in analyses]
    values = [a.curve.eta for a in analyses]
    lows, highs = [i.low for i in limits], [i.high for i in limits]
    ranges = [a.series.ends for a in analyses]
    joint = join_estimates(values, lows, highs, confidence, BETWEEN_RUNS * at, ranges)
    if joint is None:
        return None
    seen = [a.lasting(a.floor.level.value) for a in analyses]
    return replace(joint, high=max([joint.high, *seen]))


def _numbers(analyses: Sequence[Analysis], eta: Joint, confidence: float) -> dict[str, Any]:
    first = analyses[0]
    etas = [a.family.forms.curve(f).eta for a in analyses for f in range(len(FORMS)) if _rises(a, f)]
    sign = -1.0 if first.series.turned else 1.0
    slopes = [a.slope for a in analyses]
    values = [a.curve.mean_slope(float(a.series.loss[0])) for a in analyses]
    slope = join_estimates(values, [s.low for s in slopes], [s.high for s in slopes], confidence)
    low, high = (None, None) if slope is None else sorted((sign * slope.low, sign * slope.high))
    return {
        "eta": eta.value,
        "eta_low": eta.low,
        "eta_high": eta.high,
        "form": first.curve.form,
        "power": float(np.median([a.curve.power for a in analyses])),
        "eta_by_form_min": min([*etas, eta.value]),
        "eta_by_form_max": max([*etas, eta.value]),
        "slope": None if slope is None else sign * slope.value,
        "slope_low": low,
        "slope_high": high,
    }


def _rises(analysis: Analysis, form: int) -> bool:
    return bool(analysis.family.forms.numbers[form, 0] > 0)


def _between(analyses: Sequence[Analysis], eta: Joint) -> str:
    """Say how far the runs' own etas lie apart."""
    if len(analyses) == 1:
        return ""
    etas = [a.curve.eta for a in analyses]
    return f"; eta {min(etas):.4g} to {max(etas):.4g}, SD between runs {eta.between:.2g}"
