"""Joins what one series, or each of a few runs, shows into the evidence that the rules read."""

from collections.abc import Sequence
from statistics import NormalDist
from typing import Final

import numpy as np

from emergence.evidence import cut_offs
from emergence.evidence.contrasts import pool_contrasts
from emergence.evidence.diagnostics import SKIPS, Analysis
from emergence.evidence.floor import highest_losses
from emergence.evidence.misfit import count_cells
from emergence.evidence.step_test import step_p_value
from emergence.evidence.width import Width, pool_profiles, width_limits
from emergence.numerics.arrays import SIGNIFICANCE
from emergence.points.series import count_distinct
from emergence.threshold import verdict as rules

LEAST_P: Final = 1e-12
"""What a p-value counts as at least when several are joined."""


def join_p_values(values: Sequence[float]) -> float:
    """Join one-sided p-values of independent runs into one (Stouffer): the sign is theirs, so dissent
    counts.
    """
    if len(values) == 1:
        return values[0]
    normal = NormalDist()
    scores = [normal.inv_cdf(min(max(p, LEAST_P), 1 - LEAST_P)) for p in values]
    return normal.cdf(sum(scores) / len(scores) ** 0.5)


def joint_width(analyses: Sequence[Analysis], confidence: float = cut_offs.WIDTH_CONFIDENCE) -> Width:
    """Give the transition's width from the profiles of all."""
    return width_limits(pool_profiles([a.profile for a in analyses]), confidence)


def transition(analysis: Analysis) -> tuple[float, float]:
    """Give where a run's transition lies: its middle, less and plus half of the widest that it may be."""
    widest, middle = joint_width([analysis]).high, _middle(analysis)
    half = np.inf if widest is None else widest / 2
    return middle - half, middle + half


def place(analysis: Analysis) -> tuple[float, float]:
    """Give where the middle of a run's transition lies: of a narrow one between two of its checkpoints."""
    low, high = transition(analysis)
    if high - low > cut_offs.sharp_width(analysis.at, analysis.design.scale):
        return low, high
    middle, losses = _middle(analysis), analysis.series.loss
    below, above = losses[losses <= middle], losses[losses > middle]
    return float(below.max(initial=losses[0])), float(above.min(initial=losses[-1]))


def _middle(analysis: Analysis) -> float:
    return float(analysis.design.to_loss(analysis.smooth.middles[1]))


def shows_stretch(analyses: Sequence[Analysis]) -> bool:
    """Say whether the score is level, by equivalence, over the points above the departure or their upper
    part.
    """
    rise = float(np.mean([a.rise for a in analyses]))
    below = float(np.mean([a.slope_below for a in analyses]))
    margin = (
        max(cut_offs.FLOOR_MARGIN, cut_offs.FLOOR_SHARE * rise)
        if analyses[0].in_points
        else cut_offs.FLOOR_SHARE * rise
    )
    for part in range(len(SKIPS)):
        levels = [a.stretches[part] for a in analyses if a.stretches[part].eligible]
        if not levels or 2 * len(levels) < len(analyses):
            continue
        low, high = pool_contrasts([x.halves for x in levels]).limits(1 - 2 * SIGNIFICANCE)
        # three stretches are tried: a line has three chances to look level
        steepest = pool_contrasts([x.slope for x in levels]).limits(1 - 2 * SIGNIFICANCE / len(SKIPS))[1]
        if max(-low, high) < margin and steepest < cut_offs.STRETCH_SLOPE * below:
            return True
    return False


def joint_hump(analyses: Sequence[Analysis]) -> float:
    """Give how far a score rises above its floor between the ends of its losses; 0 where that is not shown.

    Neighbouring losses, of all runs, are taken together; by the scatter among them their mean is known.
    """
    loss, score = (np.concatenate([getattr(a.series, name) for a in analyses]) for name in ("loss", "score"))
    floor = float(np.mean([a.floor.level.value for a in analyses]))
    cells = np.array_split(score[np.argsort(loss, kind="stable")], count_cells(loss.size))
    rises = [(float(c.mean()) - floor, float(c.std(ddof=1)) / c.size**0.5) for c in cells if c.size > 1]
    return max((rise for rise, error in rises if rise > cut_offs.HUMP_ERRORS * error), default=0.0)


def collect(analyses: Sequence[Analysis], runs: str) -> rules.Evidence:
    """Collect what the rules read; tests that only a claim needs are drawn only where one is about to be
    made.
    """
    p = join_p_values([a.p_threshold for a in analyses])
    changes = p < SIGNIFICANCE
    leaves = pool_contrasts([a.leaves for a in analyses])
    stretch = changes and shows_stretch(analyses)
    claimed = stretch and leaves.p_above() < SIGNIFICANCE
    width = joint_width(analyses) if changes else None
    held_out = analyses[0].held_out if len(analyses) == 1 else None
    local = [a.p_local for a in analyses] if claimed else []
    near = [value for value in local if value is not None]
    noise = float(np.mean([a.noise_sd.mean() for a in analyses]))
    return rules.Evidence(
        loss_min=min(float(a.series.loss[0]) for a in analyses),
        loss_max=max(float(a.series.loss[-1]) for a in analyses),
        at=float(np.median([a.at for a in analyses])),
        runs=runs,
        chance=analyses[0].series.chance,
        in_points=analyses[0].in_points,
        n_above=sum(count_distinct(a.series.loss[a.above]) for a in analyses),
        n_below=sum(count_distinct(a.series.loss[~a.above]) for a in analyses),
        single_runs_side=_single_runs_side(analyses[0]),
        p_threshold=p,
        leaves=leaves,
        lowest=pool_contrasts([a.lowest for a in analyses]),
        start=pool_contrasts([a.start for a in analyses]),
        early=pool_contrasts([a.early for a in analyses]),
        n_early=sum(count_distinct(a.series.loss[highest_losses(a.series.loss, 1 / 3)]) for a in analyses),
        late=pool_contrasts([a.late for a in analyses]),
        fall=pool_contrasts([a.fall for a in analyses]),
        hump=0.0 if changes else joint_hump(analyses),
        has_stretch=stretch,
        explained=float(np.mean([a.explained for a in analyses])),
        width_low=None if width is None else width.low,
        width_high=None if width is None else width.high,
        margin=cut_offs.CHANGE_MARGIN if analyses[0].in_points else noise,
        p_step=step_p_value([a.step for a in analyses]) if changes else None,
        held_out=None if held_out is None else held_out.lead,
        p_local=join_p_values(near) if near else None,
        step_ends=float(np.median([transition(a)[0] for a in analyses])) if claimed else None,
    )


def _single_runs_side(a: Analysis) -> int | None:
    """Count the runs on the side with fewer, where each run shows one checkpoint; None elsewhere."""
    s = a.series
    if not a.by_run or s.n_runs != s.loss.size:
        return None
    return int(min(np.unique(s.run[a.above]).size, np.unique(s.run[~a.above]).size))
