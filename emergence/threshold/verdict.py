"""The verdict and its reason: each word needs evidence of its own, cut by `evidence/cut_offs.py`."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from emergence.evidence import cut_offs
from emergence.evidence.contrasts import Contrast
from emergence.numerics.arrays import SIGNIFICANCE
from emergence.numerics.p_values import tell_p
from emergence.numerics.words import counted


class Verdict(StrEnum):
    """What may be concluded of a series; in the order in which a page lists them."""

    SHARP = "sharp"
    GRADUAL = "gradual"
    LEAVES_FLOOR = "leaves_floor"
    SMOOTH = "smooth"
    ABOVE_FLOOR = "above_floor"
    AT_FLOOR = "at_floor"
    NO_CHANGE = "no_change"
    INVERSE = "inverse"
    NOT_EXPLAINED = "not_explained"
    NOT_IDENTIFIED = "not_identified"


VERDICTS: Final = tuple(verdict.value for verdict in Verdict)
LEAVES: Final = (Verdict.SHARP, Verdict.GRADUAL, Verdict.LEAVES_FLOOR)
"""Verdicts that say a floor and a departure from it; of these `sharp` alone supports a threshold."""
WORDS_OF_SCHEMA_1: Final = {
    Verdict.SHARP: "emergent_sharp",
    Verdict.GRADUAL: "emergent_gradual",
    Verdict.LEAVES_FLOOR: "emergent",
    Verdict.SMOOTH: "smooth",
    Verdict.ABOVE_FLOOR: "above_floor",
    Verdict.AT_FLOOR: "at_floor",
    Verdict.NO_CHANGE: "above_floor",
    Verdict.INVERSE: "not_explained",
    Verdict.NOT_EXPLAINED: "not_explained",
    Verdict.NOT_IDENTIFIED: "ambiguous",
}
"""The nearest word of schema 1, kept for one release in the column `verdict_v1`."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the rules read: losses in their unit, scores turned so that up is better.

    `at`: the loss that parts floor and rise; `runs`: whose evidence it is, in words; `leaves`: the lowest
    losses less the floor, within runs; `lowest` and `start`: the score at the lowest losses and at the
    highest; `early`: the slope in the highest third, of `n_early` losses, `late` in the rest, `fall` over
    all; `hump`: how far a score without a rise stands above its floor in between, 0 where that is not shown;
    `has_stretch`: level over a stretch above `at`; `explained`: share of variance that loss orders;
    `held_out`: the threshold's lead over the best smooth curve in runs left out, in standard errors;
    `p_step`: the p-value of a rise without a step; `p_local`: the threshold test near `at`; `margin`: the
    change that counts as none; `step_ends`: the lowest loss that the transition reaches at its widest.
    """

    loss_min: float
    loss_max: float
    at: float
    runs: str
    chance: float | None
    in_points: bool
    n_above: int
    n_below: int
    single_runs_side: int | None
    p_threshold: float
    leaves: Contrast
    lowest: Contrast
    start: Contrast
    early: Contrast
    n_early: int
    late: Contrast
    fall: Contrast
    has_stretch: bool
    explained: float
    width_low: float | None
    width_high: float | None
    margin: float
    p_step: float | None = None
    held_out: float | None = None
    p_local: float | None = None
    step_ends: float | None = None
    hump: float = 0.0

    @property
    def sharp_width(self) -> float:
        """Give the widest transition that is called sharp here."""
        return cut_offs.sharp_width(self.at, self.loss_max - self.loss_min)

    @property
    def changes(self) -> bool:
        """Say whether a flat score is rejected in favour of a rise."""
        return self.p_threshold < SIGNIFICANCE

    @property
    def starts_above(self) -> bool:
        """Say whether the highest losses lie above a known chance already, by the margin."""
        return (
            self.chance is not None and self.start.p_above(self.chance + cut_offs.ABOVE_MARGIN) < SIGNIFICANCE
        )

    @property
    def above_chance(self) -> bool:
        """Say whether the lowest losses lie above a known chance."""
        return self.chance is None or self.lowest.p_above(self.chance) < SIGNIFICANCE

    @property
    def falls(self) -> bool:
        """Say whether the score is shown to fall as loss falls."""
        return self.fall.p_above() > 1 - SIGNIFICANCE / 2 and self.leaves.p_above() > 1 - SIGNIFICANCE / 2

    @property
    def smallest_rise(self) -> float:
        """Give the smallest rise that would have been seen, at the level SIGNIFICANCE and the power POWER."""
        return self.leaves.detectable(SIGNIFICANCE, cut_offs.POWER)

    @property
    def smooth_leads(self) -> bool:
        """Say whether a smooth curve predicts left-out runs better by the stated margin."""
        return self.held_out is not None and self.held_out < -cut_offs.HELD_OUT_AGAINST

    @property
    def window(self) -> str:
        """Name the losses looked at and whose they are."""
        return f"over losses {self.loss_min:.4g} to {self.loss_max:.4g} of {self.runs}"


Judgement = tuple[Verdict, str]


def judge(e: Evidence) -> Judgement:
    """Give the verdict and its reason; rules run from what the data cannot say to what they show."""
    if not e.changes:
        return _judge_flat(e)
    p = f"rises ({tell_p(e.p_threshold)})"
    if e.explained < cut_offs.LEAST_EXPLAINED:
        share = f"loss orders {max(e.explained, 0):.0%} of its variance, under {cut_offs.LEAST_EXPLAINED:.0%}"
        return Verdict.NOT_EXPLAINED, f"{e.window}, {p}, but {share}"
    if e.has_stretch and e.leaves.p_above() < SIGNIFICANCE:
        return _judge_departure(e)
    if e.starts_above and e.leaves.p_above() < SIGNIFICANCE:
        above = f"{e.start.value - (e.chance or 0.0):.3g} above chance at its highest losses already"
        return Verdict.ABOVE_FLOOR, f"{e.window}, {above}, and {p}: where it left chance lies outside"
    return _judge_smooth(e, p)


def _judge_departure(e: Evidence) -> Judgement:
    """Tell sharp from gradual where a stretch at a floor and a departure from it are both shown."""
    shown = (
        f"{e.window}, level above {e.at:.4g} ({counted(e.n_above, 'checkpoint')}; {e.n_below} below it) and "
        f"{e.leaves.value:.2g} higher on average over the lowest quarter ({tell_p(e.p_threshold)})"
    )
    if not e.above_chance:
        return (
            Verdict.NOT_IDENTIFIED,
            f"{shown}; failed: its floor is below chance, and it is not shown above it",
        )
    if e.n_below < cut_offs.MIN_CHECKPOINTS_SIDE:
        below = f"{cut_offs.MIN_CHECKPOINTS_SIDE} checkpoints wanted below it"
        return Verdict.NOT_IDENTIFIED, f"{shown}; failed: {below}"
    few = e.single_runs_side
    if few is not None and few < cut_offs.MIN_SINGLE_RUNS_SIDE:
        alone = f"{counted(few, 'run')} of one checkpoint on a side"
        wanted = f"{alone}, {cut_offs.MIN_SINGLE_RUNS_SIDE} wanted for a width"
        return Verdict.LEAVES_FLOOR, f"{shown}; failed: {wanted}"
    cut = e.sharp_width
    better = "; a smooth curve predicts left-out runs better" if e.smooth_leads else ""
    if e.width_low is not None and e.width_low > cut:
        seen = e.loss_max - e.loss_min
        least = f"{e.width_low:.2g}" if e.width_low < seen else f"the {seen:.2g} seen"
        wide = f"the transition takes at least {least}, over {cut:.2g}: no threshold"
        return Verdict.GRADUAL, f"{shown}; {wide}{better}"
    if e.width_high is None or e.width_high > cut:
        return Verdict.LEAVES_FLOOR, f"{shown}; failed: a transition under {cut:.2g} is not shown{better}"
    if better:
        return Verdict.LEAVES_FLOOR, f"{shown}; looks narrow, failed{better}"
    if e.p_step is not None and e.p_step >= SIGNIFICANCE:
        return (
            Verdict.LEAVES_FLOOR,
            f"{shown}; failed: a rise without a step is not excluded ({tell_p(e.p_step)})",
        )
    if e.p_local is not None and e.p_local >= SIGNIFICANCE:
        return Verdict.LEAVES_FLOOR, f"{shown}; failed: near it alone no rise shows ({tell_p(e.p_local)})"
    if e.step_ends is not None and e.at < e.step_ends:
        small = f"its narrow step ends at {e.step_ends:.4g}, before it has left its floor"
        return Verdict.LEAVES_FLOOR, f"{shown}; failed: {small}"
    return Verdict.SHARP, f"{shown}; the transition takes at most {e.width_high:.2g}, under {cut:.2g}"


def _judge_smooth(e: Evidence, p: str) -> Judgement:
    """Call it smooth on evidence against a stretch at a floor, and not identified without."""
    narrow = e.width_high is not None and e.width_high <= e.sharp_width
    late = e.late.p_above() < SIGNIFICANCE
    early = e.n_early >= cut_offs.MIN_EARLY and e.early.p_above() < SIGNIFICANCE
    if early and late and not narrow:
        return (
            Verdict.SMOOTH,
            f"{e.window}, {p}, from its {e.n_early} highest losses on: no stretch at a floor",
        )
    if e.smooth_leads and late and not narrow:
        return (
            Verdict.SMOOTH,
            f"{e.window}, {p}; a smooth curve predicts left-out runs better than a threshold",
        )
    if not e.has_stretch and e.n_above < cut_offs.MIN_CHECKPOINTS_SIDE:
        seen = f"{counted(e.n_above, 'checkpoint')} above {e.at:.4g}"
        failed = f"{seen}, {cut_offs.MIN_CHECKPOINTS_SIDE} wanted for a floor"
    elif not e.has_stretch:
        failed = f"neither a level stretch above {e.at:.4g} nor a rise from the highest losses on is shown"
    else:
        failed = "the lowest losses are not shown above the floor"
    return Verdict.NOT_IDENTIFIED, f"{e.window}, {p}; failed: {failed}"


def _judge_flat(e: Evidence) -> Judgement:
    """Tell the floor, no change and a fall apart where no rise is shown."""
    p = f"no rise shown ({tell_p(e.p_threshold)})"
    if e.falls:
        return (
            Verdict.INVERSE,
            f"{e.window}, {-e.leaves.value:.2g} lower at the lowest losses than at the highest",
        )
    low, high = e.leaves.limits(1 - 2 * SIGNIFICANCE)
    above = e.chance is not None and e.lowest.p_above(e.chance + cut_offs.FLOOR_MARGIN) < SIGNIFICANCE
    back = f"it rises by {e.hump:.2g} in between and falls back"
    unseen = f"a rise of {e.smallest_rise:.2g} would have been seen"
    if e.chance is not None and not above:
        if e.hump > cut_offs.LARGEST_UNSEEN:
            return Verdict.NOT_IDENTIFIED, f"{e.window}, {p}; failed: {back}"
        if e.smallest_rise <= cut_offs.LARGEST_UNSEEN:
            return Verdict.AT_FLOOR, f"{e.window}, not above chance and {p}; {unseen}"
        failed = f"only a rise of {e.smallest_rise:.2g} or more would have been seen"
        return Verdict.NOT_IDENTIFIED, f"{e.window}, not above chance and {p}; failed: {failed}"
    where = "above chance, " if above else ""
    if e.hump > e.margin:
        return Verdict.NOT_IDENTIFIED, f"{e.window}, {where}{p}; failed: {back}"
    if max(-low, high) < e.margin:
        return Verdict.NO_CHANGE, f"{e.window}, {where}changes with loss by less than {e.margin:.2g}"
    failed = f"its change lies between {low:.2g} and {high:.2g}, less than {e.margin:.2g} is not shown"
    return Verdict.NOT_IDENTIFIED, f"{e.window}, {where}{p}; failed: {failed}"
