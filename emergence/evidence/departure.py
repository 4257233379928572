"""Where a task departs: the loss at which its monotone fit stands a stated step above its floor, without a
form.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from emergence.evidence.replicates import tails
from emergence.numerics.arrays import Floats, Ints
from emergence.numerics.cells import cell_starts
from emergence.numerics.compiled import njit
from emergence.shapes.kernels import LANES

LASTING: Final = 3
"""Checkpoints in a row that have to lie above."""
LASTING_Z: Final = 3.0
"""Standard deviations of a checkpoint's noise by which each has to."""
LASTING_POINTS: Final = 0.06
"""Score by which each has to at most: no noise hides that, three times in a row."""
MOST_CELLS: Final = 256
"""A longer series is pooled into so many cells of even rank before its replicates are drawn."""


TIE: Final = 1e-12
"""Of a score: means so near are one, as rounding parts them; scores are often shares of a hundred items."""
STEPS: Final = (0.02, 0.05)
"""Score above the floor: what is asked of an accuracy; of any other score these are shares of its rise."""


@dataclass(frozen=True, slots=True)
class Cells:
    """A series pooled for monotone fits: mean loss, least and greatest loss of each cell (m,) in ascending
    loss.

    `weight` and `height` (R, m) hold each run's summed weight and weighted score in a cell.
    """

    x: Floats
    first: Floats
    last: Floats
    weight: Floats
    height: Floats


def pool_cells(x: Floats, w: Floats, y: Floats, run: Ints, n_runs: int) -> Cells:
    """Pool sorted points into cells: one a distinct loss, or about MOST_CELLS of even rank."""
    start = np.flatnonzero(np.append(True, np.diff(x) > 0))
    if start.size > MOST_CELLS:
        start = start[cell_starts(x[start], MOST_CELLS)]
    cell = np.zeros(x.size, dtype=np.int64)
    cell[start[1:]] = 1
    cell = np.cumsum(cell)
    m = start.size
    key = run * m + cell
    weight = np.bincount(key, w, n_runs * m).astype(np.float64).reshape(n_runs, m)
    height = np.bincount(key, w * y, n_runs * m).astype(np.float64).reshape(n_runs, m)
    centre = np.bincount(cell, w * x, m) / np.bincount(cell, w, m)
    return Cells(centre, x[start], x[np.append(start[1:], x.size) - 1], weight, height)


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})
def _cross(
    x: Any, first: Any, last: Any, W: Any, H: Any, level: Any, steps: Any, out: Any, width: int
) -> None:
    """Write into out (lanes, 3, D) where the monotone fits of some series, side by side, reach their levels.

    W and H (m, lanes) are weights and weighted scores, level (D, lanes). The fit is at a level or above it as
    far as the partial sums of what exceeds the level grow; the block that ends there has the least mean of
    all that end there, and the next the greatest of all that begin there (Robertson et al. 1988, §1.2).
    """
    m, D = x.size, steps.size
    weight, size, tie = np.zeros(LANES), np.zeros(LANES), np.zeros((D, LANES))
    for i in range(m):
        for k in range(LANES):
            weight[k] += W[i, k]
            size[k] += abs(H[i, k])
    for d in range(D):
        for k in range(LANES):
            tie[d, k] = TIE * (abs(level[d, k]) + size[k] / max(weight[k], 1e-300))
    end, begin = np.full((D, LANES), -1.0), np.full((D, LANES), np.inf)
    total, most = np.zeros((D, LANES)), np.zeros((D, LANES))
    for i in range(m):
        for d in range(D):
            for k in range(LANES):
                w = W[i, k]
                total[d, k] += H[i, k] - level[d, k] * w
                grows = (total[d, k] >= most[d, k] - tie[d, k] * weight[k]) & (w > 0.0)
                most[d, k] = max(most[d, k], total[d, k])
                end[d, k] = i if grows else end[d, k]
    above, below = np.zeros((D, 6, LANES)), np.zeros((D, 6, LANES))
    above[:, 4], below[:, 4] = 1.0, -1.0  # over a weight of 0: infinite either way
    for i in range(m):
        back = m - 1 - i
        for d in range(D):
            a, b = above[d], below[d]
            for k in range(LANES):
                w = W[back, k] if back <= end[d, k] else 0.0
                a[0, k] += w
                a[1, k] += H[back, k] if back <= end[d, k] else 0.0
                a[2, k] += w * x[back]
                least = (w > 0.0) & (a[1, k] * a[3, k] <= (a[4, k] + tie[d, k] * a[3, k]) * a[0, k])
                a[3, k] = a[0, k] if least else a[3, k]
                a[4, k] = a[1, k] if least else a[4, k]
                a[5, k] = a[2, k] if least else a[5, k]
            for k in range(LANES):
                w = W[i, k] if i > end[d, k] else 0.0
                b[0, k] += w
                b[1, k] += H[i, k] if i > end[d, k] else 0.0
                b[2, k] += w * x[i]
                greatest = (w > 0.0) & (b[1, k] * b[3, k] >= (b[4, k] - tie[d, k] * b[3, k]) * b[0, k])
                begin[d, k] = min(begin[d, k], i) if w > 0.0 else begin[d, k]
                b[3, k] = b[0, k] if greatest else b[3, k]
                b[4, k] = b[1, k] if greatest else b[4, k]
                b[5, k] = b[2, k] if greatest else b[5, k]
    for d in range(D):
        for k in range(width):
            if end[d, k] < 0.0:
                out[k, :, d] = -np.inf
            elif begin[d, k] == np.inf:
                out[k, :, d] = np.inf
            else:
                a, b = above[d, :, k], below[d, :, k]
                high, low = a[4] / a[3], b[4] / b[3]
                share = (level[d, k] - low) / (high - low)
                steep = high - low >= steps[d]
                left = last[int(end[d, k])] if steep else a[5] / a[3]
                right = first[int(begin[d, k])] if steep else b[5] / b[3]
                at = right - share * (right - left)
                out[k, 0, d] = at
                out[k, 1, d] = left if steep else at
                out[k, 2, d] = right if steep else at


@njit(cache=True, nogil=True, error_model="numpy")
def cross_levels(x: Any, first: Any, last: Any, weight: Any, H: Any, levels: Any, steps: Any) -> Any:
    """Find the losses at which each series' monotone fit reaches its levels (B, D), and the gaps that hold
    them.

    weight (m,) and H (m, B) are the cells' weights and weighted scores. Neighbouring blocks of the fit are
    joined by a line between their mean losses, but where the fit rises by the step (D,) or more at once,
    within the gap between them. −inf: never reached; inf: passed at the highest loss. The result is
    (3, B, D): the loss, and the ends of the gap where the rise is steep, else the loss twice.
    """
    m, B = H.shape
    out = np.empty((B, 3, steps.size))
    W, own, level = np.empty((m, LANES)), np.zeros((m, LANES)), np.zeros((steps.size, LANES))
    for i in range(m):
        W[i] = weight[i]
    for start in range(0, B, LANES):
        width = min(LANES, B - start)
        for k in range(width):
            for i in range(m):
                own[i, k] = H[i, start + k]
            for d in range(steps.size):
                level[d, k] = levels[start + k, d]
        _cross(x, first, last, W, own, level, steps, out[start:], width)
    return out.transpose(1, 0, 2)


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})
def cross_by_runs(
    x: Any, first: Any, last: Any, weight: Any, height: Any, counts: Any, levels: Any, steps: Any
) -> Any:
    """The same for replicates by runs: weight and height (R, m) of each run, counts (R, B) how often it was
    drawn.
    """
    R, m, B = weight.shape[0], x.size, counts.shape[1]
    out = np.empty((B, 3, steps.size))
    W, H, level = np.empty((m, LANES)), np.empty((m, LANES)), np.zeros((steps.size, LANES))
    times = np.zeros(LANES)
    for start in range(0, B, LANES):
        width = min(LANES, B - start)
        W[:] = 0.0
        H[:] = 0.0
        for r in range(R):
            for k in range(width):
                times[k] = counts[r, start + k]
            for i in range(m):
                own_w, own_h = weight[r, i], height[r, i]
                if own_w > 0.0:  # a run has points in a few of the cells
                    for k in range(LANES):
                        W[i, k] += own_w * times[k]
                        H[i, k] += own_h * times[k]
        for k in range(width):
            for d in range(steps.size):
                level[d, k] = levels[start + k, d]
        _cross(x, first, last, W, H, level, steps, out[start:], width)
    return out.transpose(1, 0, 2)


@dataclass(frozen=True, slots=True)
class Departure:
    """The loss at which a series stands each step above a level, with its interval; NaN where it never
    does. `seen`: the greatest loss from which it lies above lastingly, which `high` never leaves out.
    """

    loss: Floats
    low: Floats
    high: Floats
    seen: Floats


def limits_of(
    estimate: Floats,
    drawn: Floats,
    stretch: float,
    centre: Floats,
    confidence: float,
    ends: tuple[float, float],
    *,
    both: bool,
) -> tuple[Floats, Floats, Floats]:
    """Turn crossings (3, B, D) of replicates into intervals about the estimate (3, D).

    `centre` (3, D) is what the replicates scatter about: the estimate where runs are drawn, the crossing of
    the curve that was simulated within one run. Where the rise is steep both ends widen to its gap, and both
    hold the centre: a floor that drifts by less than is shown crosses early, or it does not drift and the
    curve is right. `ends`: the least and the greatest loss, which bound every limit. `both`: the farther
    limit holds on both sides, since within one run the first of many noisy checkpoints to stand above
    decides, and errs upwards.
    """
    known = np.isfinite(estimate[0]) & np.isfinite(centre[0])
    low, high = np.full(known.size, np.nan), np.full(known.size, np.nan)
    at = np.where(known, estimate[0], np.nan)
    tail = (1 - confidence) / 2
    for d in np.flatnonzero(known):
        lower = tails(np.clip(np.nan_to_num(drawn[1, :, d], nan=ends[0]), *ends), tail)[0]
        upper = tails(np.clip(np.nan_to_num(drawn[2, :, d], nan=ends[1]), *ends), tail)[1]
        reach = (max(0.0, centre[0, d] - lower), max(0.0, upper - centre[0, d]))
        if both:
            reach = (max(reach), max(reach))
        low[d] = min(at[d] - stretch * reach[0], estimate[1, d], centre[1, d])
        high[d] = max(at[d] + stretch * reach[1], estimate[2, d], centre[2, d])
    return at, np.maximum(low, ends[0]), np.minimum(high, ends[1])


def lasting_above(
    loss: Floats, score: Floats, run: Ints, order: Ints, sd: Floats, level: float, *, in_points: bool
) -> Floats:
    """Greatest loss (R,) from which LASTING checkpoints of each run in a row lie above a level; −inf if none
    do.

    Each by LASTING_Z of its noise, or by LASTING_POINTS of an accuracy where that is less.
    """
    at, own = order, run[order]
    margin = LASTING_Z * sd[at]
    margin = np.minimum(margin, LASTING_POINTS) if in_points else margin
    # A score that is a share of a hundred items may lie exactly so far above.
    over = score[at] - level > margin * (1 - 1e-9)
    n = max(at.size - LASTING + 1, 0)
    found = np.ones(n, dtype=np.bool_)
    for k in range(LASTING):
        found &= over[k : n + k] & (own[k : n + k] == own[:n])
    out = np.full(int(run.max()) + 1, -np.inf)
    np.maximum.at(out, own[:n][found], loss[at][:n][found])
    return out
