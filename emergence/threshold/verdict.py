"""The verdict and its reason: few explicit rules, every cut-off a named constant here."""

from dataclasses import dataclass
from typing import Final

from emergence.numerics.arrays import SIGNIFICANCE

"""Level of every test behind a verdict."""
MIN_CHECKPOINTS_SIDE: Final = 5
"""Distinct checkpoints wanted on either side of eta."""
MIN_RUNS_SIDE: Final = 2
"""Runs wanted on either side of eta, where runs are resampled."""
MIN_SINGLE_RUNS_SIDE: Final = 15
"""Runs wanted on either side where each shows one checkpoint: with fewer a logistic passes for one."""
WIDEST_INTERVAL: Final = 0.5
"""Of the range of losses: a wider interval of eta does not identify it."""
FLOOR_MARGIN: Final = 0.01
"""Score: a stretch whose halves differ by less is level."""
FLOOR_SHARE: Final = 0.2
"""Of the whole rise: the same, where this is more."""
STRETCH_SHARE: Final = 0.1
"""Of the range of losses: the floor has to be seen over at least this much."""
STRETCH_SLOPE: Final = 0.5
"""Of the mean slope below eta: the upper limit of the stretch's own slope has to be below."""
SHARP_WIDTH: Final = 0.10
"""Units of loss (nats): the widest transition called sharp, at its upper limit."""
SHARP_SHARE: Final = 0.2
"""Of the range of losses: likewise, whichever is less."""
HELD_OUT_AGAINST: Final = 2.0
"""Standard errors over runs: where smooth curves predict left-out runs better by more, nothing is called
sharp.
"""
LEAST_EXPLAINED: Final = 0.25
"""Share of the score's variance, items' noise set aside, that loss has to order."""
LOCAL_WINDOW: Final = 0.25
"""Of the range of losses: a claim has to show within this distance of eta too."""
LOCAL_REPLICATES: Final = 199
"""Replicates of the local test, which only has to pass SIGNIFICANCE."""
ABOVE_MARGIN: Final = 0.02
"""Score: a series counts as above its floor everywhere when its highest losses are by more than this."""

VERDICTS: Final = (
    "not_identified",
    "at_floor",
    "above_floor",
    "not_explained",
    "emergent_sharp",
    "emergent_gradual",
    "emergent",
    "smooth",
    "ambiguous",
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the rules read: losses in their unit, scores turned so that up is better.

    `changes`: the score depends on loss; `leaves`: the lowest losses lie above the floor; `above_chance`:
    they lie above a known chance too; `starts_above`: so do the highest; `has_stretch`: level over a stretch
    above eta; `rises_early`: rises among the highest losses already; `explained`: share of variance that
    loss orders; `held_out`: the threshold's lead over the best smooth curve in runs left out, in standard
    errors; `p_local`: the threshold test near eta.
    """

    loss_min: float
    loss_max: float
    eta: float
    eta_low: float
    eta_high: float
    at_edge: bool
    n_above: int
    n_below: int
    runs_above: int
    runs_below: int
    within_run: bool
    single_checkpoints: bool
    p_threshold: float
    leaves: bool
    above_chance: bool
    starts_above: bool
    has_stretch: bool
    rises_early: bool
    explained: float
    width_low: float | None
    width_high: float | None
    held_out: float | None = None
    p_local: float | None = None

    @property
    def loss_range(self) -> float:
        """Give the range of losses looked at."""
        return self.loss_max - self.loss_min

    @property
    def changes(self) -> bool:
        """Say whether a flat score is rejected."""
        return self.p_threshold < SIGNIFICANCE


def judge(e: Evidence) -> tuple[str, str]:
    """Give the verdict and its reason; rules run from what the data cannot say to what they show."""
    if not e.changes:
        return _judge_flat(e)
    if e.starts_above and not e.has_stretch:
        return (
            "above_floor",
            "already above chance at its highest losses: where it left lies outside the data",
        )
    if e.explained < LEAST_EXPLAINED:
        return (
            "not_explained",
            f"loss orders {max(e.explained, 0):.0%} of the score's variance, under {LEAST_EXPLAINED:.0%}",
        )
    if e.leaves and e.has_stretch:
        return _judge_threshold(e)
    if e.rises_early:
        return "smooth", "rises from the highest losses on, with no stretch at a floor"
    blurred = _too_little(e) or _not_located(e)
    if blurred:
        return "not_identified", blurred
    return (
        "ambiguous",
        "rises as loss falls, but neither a level stretch nor a rise from the start is shown",
    )


def _judge_flat(e: Evidence) -> tuple[str, str]:
    p = f"p = {e.p_threshold:.2g} against a flat score"
    if e.starts_above and e.leaves:
        return "above_floor", f"above chance at every loss and no change with it shown ({p})"
    if e.leaves:
        return "ambiguous", f"above its floor at the lowest losses, but no change with loss shown ({p})"
    return "at_floor", f"never leaves its floor: the lowest losses are not above it ({p})"


def _judge_threshold(e: Evidence) -> tuple[str, str]:
    blurred = _too_little(e) or _not_located(e)
    if blurred:
        return "not_identified", blurred
    if e.p_local is not None and e.p_local >= SIGNIFICANCE:
        return "smooth", "level at high loss, but no threshold shows in a window around eta"
    if not e.above_chance:
        return "ambiguous", "leaves a floor that lies below chance, but is not shown above chance"
    seen = f"over losses {e.loss_min:.3g} to {e.loss_max:.3g}"
    where = f"{seen}, level above {e.eta:.3g} and risen below it (p = {e.p_threshold:.2g})"
    sharp = min(SHARP_WIDTH, SHARP_SHARE * e.loss_range)
    if e.width_low is not None and e.width_low > sharp:
        return "emergent_gradual", f"{where}; the transition takes at least {e.width_low:.2g} of loss"
    if e.width_high is None or e.width_high > sharp:
        return "emergent", f"{where}; whether the transition is narrower than {sharp:.2g} is open"
    if e.held_out is not None and e.held_out < -HELD_OUT_AGAINST:
        return "emergent", f"{where}; looks narrow, but a smooth curve predicts left-out runs better"
    return "emergent_sharp", f"{where}; the transition takes at most {e.width_high:.2g} of loss"


def _too_little(e: Evidence) -> str:
    for side, checkpoints, runs in (("above", e.n_above, e.runs_above), ("below", e.n_below, e.runs_below)):
        if checkpoints < MIN_CHECKPOINTS_SIDE:
            return f"too little {side} eta: {checkpoints} checkpoints, {MIN_CHECKPOINTS_SIDE} wanted"
        wanted = MIN_SINGLE_RUNS_SIDE if e.single_checkpoints else MIN_RUNS_SIDE
        if not e.within_run and runs < wanted:
            return f"too little {side} eta: {runs} runs, {wanted} wanted"
    return ""


def _not_located(e: Evidence) -> str:
    if e.at_edge:
        return "the best eta lies at the edge of the losses seen"
    share = (e.eta_high - e.eta_low) / e.loss_range
    if share > WIDEST_INTERVAL:
        return f"the interval of eta spans {share:.0%} of the range of losses"
    return ""
