"""Joins a few runs that were judged one by one: runs that agree make a verdict stronger, never weaker."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np
from scipy.special import stdtrit

from emergence.numerics.words import spoken
from emergence.threshold.verdict import LEAVES, Verdict

BETWEEN_RUNS: Final = 0.002
"""Of the loss: SD between runs of one recipe, as sources with many runs show it; a few cannot tell their
own.
"""
PRIOR_RUNS: Final = 4.0
"""Runs' worth of that SD mixed into what the few runs show; fewer, as the square, where they show more."""
LEAST_SHARE: Final = 1e-6
"""Of the greatest variance among the runs: no run counts as surer than this."""
AGREEING: Final = {
    Verdict.SHARP: (Verdict.LEAVES_FLOOR,),
    Verdict.GRADUAL: (Verdict.LEAVES_FLOOR,),
    Verdict.LEAVES_FLOOR: (Verdict.SHARP, Verdict.GRADUAL),
}
"""Verdicts of single runs that do not dissent from that of all."""
FLAT: Final = (Verdict.AT_FLOOR, Verdict.NO_CHANGE)


@dataclass(frozen=True, slots=True)
class Joint:
    """One number of several runs: its estimate, limits, and the SD between runs beyond their own errors."""

    value: float
    low: float
    high: float
    between: float


def join_estimates(
    values: Sequence[float],
    lows: Sequence[float],
    highs: Sequence[float],
    confidence: float,
    between: float = 0.0,
    ranges: Sequence[tuple[float, float]] | None = None,
) -> Joint | None:
    """Join estimates with limits by random effects (DerSimonian, Laird 1986; t), `between` the SD known
    beforehand.

    Without such an SD the runs alone tell theirs (t of one less than their number; Hartung, Knapp 2001).
    `ranges` are the least and greatest loss of each run, which bound its limits: one whose limits end there
    may have its number beyond, and has no voice where another's do not.
    """
    v, low, high = (np.asarray(x, dtype=np.float64) for x in (values, lows, highs))
    known = np.isfinite(v) & np.isfinite(low) & np.isfinite(high)
    if ranges is not None:
        first, last = np.array(ranges).T
        inside = known & (low > first) & (high < last)
        known = inside if inside.any() else known
    if not known.any():
        return None
    v, low, high = v[known], low[known], high[known]
    if v.size == 1:
        return Joint(float(v[0]), float(low[0]), float(high[0]), 0.0)
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    below, above = (v - low) / z, (high - v) / z
    own = ((high - low) / (2 * z)) ** 2
    own = np.maximum(own, max(LEAST_SHARE * float(own.max()), 1e-24))
    w = 1 / own
    centre = w @ v / w.sum()
    excess = float(w @ (v - centre) ** 2) - (v.size - 1)
    seen = max(0.0, excess / max(float(w.sum() - (w**2).sum() / w.sum()), 1e-300))
    prior = PRIOR_RUNS * min(1.0, between**2 / max(seen, 1e-300))
    degrees = v.size - 1 + prior
    tau2 = max(seen, ((v.size - 1) * seen + prior * between**2) / degrees)
    w = 1 / (own + tau2)
    value = float(w @ v / w.sum())
    scatter = float(w @ (v - value) ** 2) / (v.size - 1)
    few = float(stdtrit(degrees, 0.5 + confidence / 2)) * (1.0 if prior else max(1.0, scatter) ** 0.5)
    reach = [few * float(np.sqrt(w**2 @ (side**2 + tau2))) / float(w.sum()) for side in (below, above)]
    return Joint(value, value - reach[0], value + reach[1], float(np.sqrt(seen)))


def apart(limits: Sequence[tuple[float, float]]) -> float:
    """Give by how much the two runs that lie furthest apart do so at least, by the limits of each."""
    return max((low for low, _ in limits), default=0.0) - min((high for _, high in limits), default=0.0)


def agree(
    alone: Sequence[Verdict], together: Verdict, *, scattered: bool = False
) -> tuple[Verdict, int, str]:
    """Give the joint verdict, how many runs agree with it, and what to say of their agreement.

    Runs whose transitions lie too far apart for one that is sharp (`scattered`) are no evidence for one
    threshold, however sharp each is.

    `alone` are the verdicts of the runs by themselves, `together` that of their joint evidence. Runs that
    say nothing (`not_identified`) neither agree nor dissent; one that leaves its floor with its width open
    agrees with `sharp` as with `gradual`.
    """
    telling = [v for v in alone if v != Verdict.NOT_IDENTIFIED]
    verdict = _joint_verdict(telling, together)
    no_one_place = scattered and verdict == Verdict.SHARP
    verdict = Verdict.LEAVES_FLOOR if no_one_place else verdict
    agreeing = sum(v == verdict or v in AGREEING.get(verdict, ()) for v in alone)
    own = sum(v == verdict for v in alone)
    words = f"{spoken(verdict)} in {agreeing} of {len(alone)} runs"
    if not telling and not agreeing:
        words = f"{spoken(verdict)} by {len(alone)} runs together, by none alone"
    if own < agreeing:
        words = f"{words} ({own} by itself)" if own == 1 else f"{words} ({own} by themselves)"
    if no_one_place:
        words = f"{words}; failed: their transitions lie further apart than a sharp one is wide"
    kinds = set(telling) - {Verdict.LEAVES_FLOOR}
    if len(kinds) > 1:
        counted = ", ".join(f"{spoken(v)} in {n}" for v, n in sorted(Counter(alone).items()))
        words = f"{words}; failed: the runs disagree ({counted})"
    return verdict, agreeing, words


def _joint_verdict(telling: Sequence[Verdict], together: Verdict) -> Verdict:
    if not telling:
        return together
    kinds = set(telling)
    if list(telling) == [Verdict.SHARP] and together != Verdict.SHARP:
        return Verdict.LEAVES_FLOOR  # one run's width does not stand for runs that are wider together
    if kinds <= set(LEAVES):
        if len(kinds) == 1 and together not in (Verdict.SHARP, Verdict.GRADUAL):
            return telling[0]
        if {Verdict.SHARP, Verdict.GRADUAL} <= kinds:
            return Verdict.LEAVES_FLOOR
        if kinds == {Verdict.SHARP}:
            return Verdict.SHARP
        return together if together in LEAVES else Verdict.LEAVES_FLOOR
    if len(kinds) == 1:
        only = telling[0]
        return together if only in FLAT and together not in (*FLAT, Verdict.NOT_IDENTIFIED) else only
    most, count = Counter(telling).most_common(1)[0]
    leaving = sum(v in LEAVES for v in telling)
    if together in LEAVES and 2 * leaving > len(telling):
        return together
    return together if together == most and 2 * count > len(telling) else Verdict.NOT_IDENTIFIED
