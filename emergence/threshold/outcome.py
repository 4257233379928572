"""Puts what one analysis shows, or several runs judged one by one, into one frozen result."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from emergence.evidence import cut_offs
from emergence.evidence.diagnostics import Analysis
from emergence.evidence.plan import Plan
from emergence.numerics.arrays import SIGNIFICANCE
from emergence.points.series import Series
from emergence.threshold import verdict as rules
from emergence.threshold.combine import BETWEEN_RUNS, agree, apart, join_estimates
from emergence.threshold.joined import collect, joint_width, place
from emergence.threshold.located import locate
from emergence.threshold.result import ThresholdFit

SHARES: Final = ("r2_threshold", "r2_linear", "r2_smooth", "r2_isotonic")
DEPARTURES: Final = ("loss_at_2_points", "loss_at_5_points", "loss_at_2_points_above_chance")
WITHOUT_DEPARTURE: Final = (
    rules.Verdict.ABOVE_FLOOR,
    rules.Verdict.AT_FLOOR,
    rules.Verdict.NO_CHANGE,
    rules.Verdict.INVERSE,
    rules.Verdict.NOT_EXPLAINED,
)
"""Verdicts of series whose departure lies outside the data, that never depart, or whose scores loss does not
order.
"""


UNMOVED: Final = (rules.Verdict.AT_FLOOR, rules.Verdict.NO_CHANGE, rules.Verdict.INVERSE)
"""Verdicts that say of all losses that the score does not rise."""


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdict with its reason, the runs that share it (of those judged one by one), and the evidence."""

    verdict: rules.Verdict
    reason: str
    agreeing: int | None
    evidence: rules.Evidence
    analyses: Sequence[Analysis]
    alone: Sequence[rules.Verdict]


def identity(series: Series, confidence: float) -> dict[str, Any]:
    """Give what a row says of its points, whatever is fitted."""
    return {
        "n_checkpoints": series.loss.size,
        "n_dropped": series.n_dropped,
        "n_runs": series.n_runs,
        "loss_min": float(series.loss[0]),
        "loss_max": float(series.loss[-1]),
        "chance": series.chance,
        "confidence": confidence,
        "inference": "within_run" if series.n_runs == 1 else "across_runs",
        "series": series,
        "turned": series.turned,
    }


def outcome(series: Series, analyses: Sequence[Analysis], plan: Plan) -> ThresholdFit:
    """Judge the evidence and give the result: one analysis of the whole series, or one of each run."""
    several = series.n_runs > 1 and not analyses[0].by_run
    judged = _judge_runs(series, analyses) if several else _judge_whole(series, analyses[0])
    found = locate(judged.analyses, judged.alone, judged.verdict, judged.evidence, plan.confidence)
    first = judged.analyses[0]
    one = found.is_located and not several
    return ThresholdFit(
        **identity(series, plan.confidence) | ({"inference": "combined"} if several else {}),
        **_floor(series, judged.analyses, plan.confidence, found.numbers.get("eta_high")),
        **_departures(series, judged, plan.confidence),
        **found.numbers,
        **_tests(judged, found.p_fit, plan.confidence),
        status=found.status,
        verdict=judged.verdict.value,
        verdict_v1=rules.WORDS_OF_SCHEMA_1[judged.verdict],
        reason=f"{judged.reason}{found.why}",
        curve=first.curve if one else None,
        replicates=first.drawn if one else None,
    )


def judge_alone(analysis: Analysis) -> rules.Verdict:
    """Give the verdict of one run of several by itself."""
    return rules.judge(collect([analysis], "one run"))[0]


def _judge_whole(series: Series, analysis: Analysis) -> Judged:
    words = "one run alone" if series.n_runs == 1 else f"{series.n_runs} runs"
    evidence = collect([analysis], words)
    verdict, reason = rules.judge(evidence)
    return Judged(verdict, reason, None, evidence, [analysis], [verdict])


def _judge_runs(series: Series, analyses: Sequence[Analysis]) -> Judged:
    """Judge each run by itself and all together; one that ends before the others depart has no voice."""
    n_runs = series.n_runs
    alone = [judge_alone(a) for a in analyses]
    departed = [a.at for a, v in zip(analyses, alone, strict=True) if v in rules.LEAVES]
    reach = float(np.median(departed)) if departed else np.inf
    voices = [
        (a, v)
        for a, v in zip(analyses, alone, strict=True)
        if v in rules.LEAVES or float(a.series.loss[0]) < reach
    ]
    heard = [a for a, _ in voices]
    whose = f"{n_runs} runs" if len(heard) == n_runs else f"{len(heard)} of {n_runs} runs"
    evidence = collect(heard, f"{whose} judged one by one")
    together, reason = rules.judge(evidence)
    rising = [place(a) for a, v in voices if v in rules.LEAVES or a.p_threshold < SIGNIFICANCE]
    scattered = apart(rising) > evidence.sharp_width
    verdict, agreeing, words = agree([v for _, v in voices], together, scattered=scattered)
    if verdict != together:
        reason = f"together {together}: {reason}"
    reached = series.loss[-1] - cut_offs.REACHED * (series.loss[-1] - series.loss[0])
    if verdict in UNMOVED and evidence.loss_min > reached:
        reason = f"failed: no run that is heard reaches from the highest losses to the lowest; {reason}"
        return Judged(rules.Verdict.NOT_IDENTIFIED, reason, 0, evidence, heard, [v for _, v in voices])
    return Judged(verdict, f"{words}; {reason}", agreeing, evidence, heard, [v for _, v in voices])


def _floor(
    series: Series, analyses: Sequence[Analysis], confidence: float, eta_high: float | None
) -> dict[str, Any]:
    """Give the floor; where eta is located its limits hold the mean of all points above, too."""
    levels = [a.floor.level for a in analyses]
    limits = [level.limits(confidence) for level in levels]
    lows, highs = zip(*limits, strict=True)
    joint = join_estimates([level.value for level in levels], lows, highs, confidence)
    sign = -1.0 if series.turned else 1.0
    if joint is None:
        return {"floor": sign * levels[0].value}
    ends = [joint.low, joint.high]
    if eta_high is not None:
        above = np.concatenate([a.series.score[a.series.loss >= eta_high] for a in analyses])
        ends += [float(above.mean())] if above.size else []
    low, high = sorted((sign * min(ends), sign * max(ends)))
    return {
        "floor": sign * joint.value,
        "floor_low": low,
        "floor_high": high,
        "floor_is_fixed": False,
        "floor_differs_from_chance": None if series.chance is None else not low <= series.chance <= high,
    }


def _departures(series: Series, judged: Judged, confidence: float) -> dict[str, Any]:
    """Give the departure losses of a series that rises within the data, with their intervals by runs."""
    if not judged.evidence.changes or judged.verdict in WITHOUT_DEPARTURE:
        return {}
    analyses = judged.analyses
    if analyses[0].by_run and min(_runs_on_sides(analyses)) < cut_offs.MIN_RUNS_SIDE:
        return {}
    between = BETWEEN_RUNS * judged.evidence.at
    found = [a.departure for a in analyses]
    ranges = [a.series.ends for a in analyses]
    out: dict[str, Any] = {}
    for k, name in enumerate(DEPARTURES):
        joint = join_estimates(
            [d.loss[k] for d in found],
            [d.low[k] for d in found],
            [d.high[k] for d in found],
            confidence,
            between,
            ranges,
        )
        if joint is not None:
            high = max([joint.high, *(d.seen[k] for d in found)])
            out |= _within(series, name, joint.value, joint.low, high)
    two, five, *_ = DEPARTURES
    if out.get(two, np.inf) < out.get(five, -np.inf):  # runs weigh otherwise at each step, by their errors
        out |= {five: out[two], f"{five}_low": min(out[two], out[f"{five}_low"])}
    return out


def _within(series: Series, name: str, value: float, low: float, high: float) -> dict[str, float]:
    """Give a loss and its limits, which lie among the losses seen."""
    first, last = series.ends
    return {name: value, f"{name}_low": max(low, first), f"{name}_high": min(high, last)}


def _runs_on_sides(analyses: Sequence[Analysis]) -> tuple[int, int]:
    """Count the runs with a checkpoint above the departure, and below it."""
    above = sum(np.unique(a.series.run[a.above]).size for a in analyses)
    return above, sum(np.unique(a.series.run[~a.above]).size for a in analyses)


def _tests(judged: Judged, p_fit: float | None, confidence: float) -> dict[str, Any]:
    """Give the counts, tests and the width behind the verdict."""
    e, analyses = judged.evidence, judged.analyses
    runs_above, runs_below = _runs_on_sides(analyses)
    held_out = analyses[0].held_out if len(analyses) == 1 else None
    width = joint_width(analyses, confidence) if e.changes else None
    return {
        "step_in_points": analyses[0].in_points,
        "n_above": e.n_above,
        "n_below": e.n_below,
        "runs_above": runs_above,
        "runs_below": runs_below,
        "runs_agreeing": judged.agreeing,
        "p_threshold": e.p_threshold,
        "p_step": e.p_step,
        "p_local": e.p_local,
        "p_fit": p_fit,
        "detectable_rise": e.smallest_rise if np.isfinite(e.smallest_rise) else None,
        "width": None if width is None else width.width,
        "width_low": None if width is None else min(width.low, e.loss_max - e.loss_min),
        "width_high": None if width is None else width.high,
        "delta_smooth": None if held_out is None else held_out.difference,
        "delta_smooth_se": None if held_out is None else held_out.se,
        "smooth_form": analyses[0].shares["smooth_form"],
        "rho": float(np.mean([a.sample.rho for a in analyses])),
        **{name: float(np.mean([a.shares[name] for a in analyses])) for name in SHARES},
    }
