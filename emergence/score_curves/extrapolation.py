"""How to go on below the lowest loss seen: the last level, or that part of the last slope that went on."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from emergence.numerics.arrays import Floats, Ints
from emergence.numerics.compiled import njit
from emergence.numerics.monotone import pool

CUTS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
"""Shares of one run's points, from the highest loss, that are to foretell the rest."""
FEWEST_STAGES, MOST_STAGES = 3, 8
"""Of sizes, or of runs by how far they reach, that foretell each other."""
FEWEST_LOSSES_SEEN = 8
"""Different ones, for a slope that goes on."""
WINDOW = 0.1
"""Of the range of losses seen, over which the last slope is taken."""
REACH = 0.5
"""Of the range of losses seen, how far below the lowest the curve goes on."""
PROBES = 8
"""Points beyond a cut that are held against what was foretold."""
RECENT = 2.0
"""How much more a stage counts than the one before it."""
DOUBT = 0.3
"""SD of what goes on of the last slope, as a share of it, at the least."""
BORROWED = 2.0
"""Cuts' worth of the other tasks' record that each task's own is mixed with."""
COLUMNS = 5
CUT, DISTANCE, FORETOLD, HAPPENED, NOISE = range(COLUMNS)


@njit(cache=True, nogil=True)
def last_rise(knots: Floats, heights: Floats, low: float, high: float) -> float:
    """Score gained per unit of falling loss over the last WINDOW of the losses seen: never below zero."""
    width = WINDOW * (high - low)
    if width <= 0.0:
        return 0.0
    start, end = np.interp(np.array([low + width, low]), knots, heights)
    return float(max((end - start) / width, 0.0))


@njit(cache=True, nogil=True)
def cut_record(x: Floats, y: Floats, w: Floats, stage: Ints, noise: Floats, cap: float) -> Floats:
    """What earlier stages have foretold of the points of later ones below their lowest loss: a row (m, 5) a
    point.

    `x` (n,) ascends; `stage` (n,) says how far along a point is; `noise` (n,) is the variance that a new
    point has without any distance. Columns: first stage foretold, distance from the lowest loss seen, rise
    if the last slope goes on, rise that came, noise.
    """
    rows, stages = 0, stage.max()
    out = np.empty((stages * PROBES, COLUMNS))
    for k in range(1, stages + 1):
        seen = np.flatnonzero(stage < k)
        if seen.size == 0 or 1 + np.count_nonzero(np.diff(x[seen])) < FEWEST_LOSSES_SEEN:
            continue
        edge, top = x[seen[0]], x[seen[-1]]
        farthest = edge - REACH * (top - edge)
        later = np.flatnonzero((x < edge) & (x >= farthest))
        if later.size == 0:
            continue
        knots, heights = pool(x[seen], y[seen], w[seen])
        slope, level = last_rise(knots, heights, edge, top), heights[0]
        probes = min(later.size, PROBES)
        for j in range(probes):
            i = later[(later.size - 1) * j // max(probes - 1, 1)]
            out[rows, CUT], out[rows, DISTANCE] = k, edge - x[i]
            out[rows, FORETOLD] = min(level + slope * (edge - x[i]), cap) - level
            out[rows, HAPPENED], out[rows, NOISE] = y[i] - level, noise[i]
            rows += 1
    return out[:rows].copy()


def stages_of(x: Floats, w: Floats, run: Ints, log_params: Floats) -> Ints:
    """How far along each point (n,) is: by size where there are three or more, else by the reach of its run.

    Of fewer than three runs: by stretches of loss, from the highest.
    """
    sizes = np.unique(log_params)
    if sizes.size >= FEWEST_STAGES and np.isfinite(sizes).all():
        return np.asarray(np.searchsorted(sizes, log_params))
    runs = int(run.max()) + 1
    if runs >= FEWEST_STAGES:
        lowest = np.full(runs, np.inf)
        np.minimum.at(lowest, run, x)
        rank = np.empty(runs, np.int64)
        rank[np.argsort(-lowest, kind="stable")] = np.arange(runs)
        return np.asarray(rank * min(runs, MOST_STAGES) // runs)[run]
    before = np.cumsum(w[::-1])[::-1] / w.sum()
    return np.asarray(np.searchsorted(CUTS, before, side="left"))


@dataclass(frozen=True, slots=True)
class Beyond:
    """How a curve goes on: `share` of its last slope, squared error per squared distance, and trust in both.

    `miss` is NaN where nothing tells it. `stretch` widens the interval to what cuts have needed; `freedom` is
    that of t.
    """

    share: float
    miss: float
    stretch: float
    freedom: float


LEVEL_ON = Beyond(share=0.0, miss=np.nan, stretch=1.0, freedom=1.0)
"""Nothing is known of how such curves go on."""
LEAST_FREEDOM, MOST_FREEDOM = 2.0, 8.0
"""Degrees of freedom beyond the data: one less than the stages that foretold others, within these."""
LEVEL = 0.90
"""Of the intervals that `stretch` answers for."""
LEAST_STRETCH, MOST_STRETCH = 1.0, 4.0


def learn_beyond(
    records: Sequence[Floats], steep: Floats, slopes: Floats, rises: Sequence[bool]
) -> list[Beyond]:
    """How each task goes on, from its own record (m, 5) of cuts mixed with that of the others.

    `steep` (T,) is each curve's mean steepness, the scale on which misses are compared, `slopes` (T,) the
    last; a task that shall not rise carries its level on whatever the record. Where no task's cuts foretold
    anything, a task that may rise has no share and a miss that is NaN: nothing is then said beyond the data.
    """
    shares = _mixed(records, np.array([_share(r) for r in records]), np.ones(len(records)))
    shares = np.where(rises, np.clip(shares, 0.0, 1.0), 0.0)
    is_unknown = np.isnan(shares)
    own = np.array([_miss(r, s) for r, s in zip(records, shares, strict=True)])
    misses = _mixed(records, own, np.maximum(steep, 1e-9) ** 2)
    # A record of short distances cannot tell how long a slope holds.
    misses = np.maximum(misses, (DOUBT * np.where(rises, slopes, 0.0)) ** 2)
    # The share is needed as a number within the data too, where it is multiplied by no distance.
    shares, misses = np.where(is_unknown, 0.0, shares), np.where(is_unknown, np.nan, misses)
    freedom = _freedom(records)
    stretch = _stretch(records, shares, misses, freedom)
    return [Beyond(float(s), float(m), stretch, freedom) for s, m in zip(shares, misses, strict=True)]


def _freedom(records: Sequence[Floats]) -> float:
    """Degrees of freedom of what lies beyond: tasks of one stage go astray together, so stages
    are counted.
    """
    stages = [float(np.unique(r[:, CUT]).size) for r in records if r.size]
    return float(np.clip(np.median(stages) - 1, LEAST_FREEDOM, MOST_FREEDOM)) if stages else LEAST_FREEDOM


def _share(record: Floats) -> float:
    """Part of the last slope that went on, by least squares over what cuts foretold; NaN of no record."""
    weight = _recency(record)
    square = float(weight @ record[:, FORETOLD] ** 2)
    return float(weight @ (record[:, FORETOLD] * record[:, HAPPENED])) / square if square > 0 else np.nan


def _recency(record: Floats) -> Floats:
    """Weight (m,) of each row: every stage counts RECENT times the one before it, since the last is nearest
    to now.
    """
    return np.asarray(RECENT ** (record[:, CUT] - record[:, CUT].max(initial=0.0)))


def _miss(record: Floats, share: float) -> float:
    """Squared error per squared distance that carrying on so has made, noise aside; NaN of no record."""
    if not record.size:
        return np.nan
    error = (record[:, HAPPENED] - share * record[:, FORETOLD]) ** 2 - record[:, NOISE]
    weight = _recency(record)
    return max(float(weight @ error / (weight @ record[:, DISTANCE] ** 2)), 0.0)


def _mixed(records: Sequence[Floats], own: Floats, scale: Floats) -> Floats:
    """Each task's number mixed with the median of all, on their scales, by how many cuts are behind it."""
    cuts = np.array([np.unique(r[:, CUT]).size for r in records], dtype=float)
    known = np.isfinite(own)
    if not known.any():
        return np.full(own.size, np.nan)
    shared = float(np.median(own[known] / scale[known])) * scale
    cuts = np.where(known, cuts, 0.0)
    return np.asarray((cuts * np.where(known, own, 0.0) + BORROWED * shared) / (cuts + BORROWED))


def _stretch(records: Sequence[Floats], shares: Floats, misses: Floats, freedom: float) -> float:
    """How much wider than t says the intervals of all cuts must be to hold LEVEL of what came."""
    off = [
        np.abs(r[:, HAPPENED] - s * r[:, FORETOLD]) / np.sqrt(r[:, NOISE] + m * r[:, DISTANCE] ** 2 + 1e-12)
        for r, s, m in zip(records, shares, misses, strict=True)
        if r.size and np.isfinite(m)
    ]
    if not off:
        return 1.0
    weight = np.concatenate(
        [_recency(r) for r, m in zip(records, misses, strict=True) if r.size and np.isfinite(m)]
    )
    needed = stretch_to_hold(np.concatenate(off), weight, freedom)
    return float(np.clip(needed, LEAST_STRETCH, MOST_STRETCH))


def stretch_to_hold(off: Floats, weight: Floats, freedom: float) -> float:
    """How much wider than t says intervals must be to hold LEVEL of what lies `off` (m,) SDs from them."""
    order = np.argsort(off, kind="stable")
    share = np.cumsum(weight[order]) / weight.sum()
    reach = float(off[order][min(int(np.searchsorted(share, LEVEL)), order.size - 1)])
    return reach / float(stdtrit(freedom, (1 + LEVEL) / 2))
