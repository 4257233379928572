"""The best threshold of every form: exact over all gaps between losses, or over a grid of gaps for
replicates.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from emergence.numerics.arrays import Floats, Ints
from emergence.numerics.compiled import njit
from emergence.shapes.curves import CUBE, FORMS, HINGE, JUMP, ROOT, SQUARE, ThresholdCurve
from emergence.shapes.kernels import pool_points, root_sums, scan_forms

MIN_SIDE = 3
"""A candidate keeps at least this many distinct losses on either side: two points fit a line perfectly."""

MAX_GAPS = 192
"""Replicates search at most this many gaps, at even ranks of the distinct losses; the estimate itself
searches all.
"""


GOLDEN_STEPS = 28
"""Within two tenths of a gap: eta to 1e-6 of them, the sum of squares, level there, to 1e-12 of what a gap
changes.
"""


@dataclass(frozen=True, slots=True)
class Design:
    """The sorted losses of one series, scaled to [0, 1], with weights, runs and candidate gaps.

    x, w (n,) ascend in x and w sums to 1; run (n,) codes 0…R−1; pos, lo, hi (C,) are a candidate's count of
    active points and the gap of losses that holds it. `origin` and `scale` turn x back into losses.
    """

    x: Floats
    w: Floats
    run: Ints
    n_runs: int
    origin: float
    scale: float
    pos: Ints
    lo: Floats
    hi: Floats

    def to_loss(self, x: Any) -> Any:
        """Turn scaled losses into the units they came in."""
        return self.origin + self.scale * x


def build_design(loss: Floats, weight: Floats, run: Ints, max_gaps: int | None = None) -> Design:
    """Scale sorted losses and list the gaps between distinct ones; `max_gaps` thins them to even ranks."""
    gaps = _all_gaps(loss)
    return _with_gaps(loss, weight, run, gaps if max_gaps is None else gaps[_even(gaps.size, max_gaps)])


def focus_design(loss: Floats, weight: Floats, run: Ints, low: float, high: float) -> Design:
    """Thin the gaps to at most MAX_GAPS: half at even ranks, half among those between the losses low and
    high.

    A grid as coarse as eta is uncertain would show in the interval's width.
    """
    gaps = _all_gaps(loss)
    near = np.flatnonzero((loss[gaps] >= low) & (loss[gaps] <= high))
    picked = [gaps[_even(gaps.size, MAX_GAPS // 2)], gaps[near][_even(near.size, MAX_GAPS // 2)]]
    return _with_gaps(loss, weight, run, np.unique(np.concatenate(picked)))


def _all_gaps(loss: Floats) -> Ints:
    """List the last point before each gap that leaves MIN_SIDE distinct losses on either side."""
    last = np.flatnonzero(np.append(np.diff(loss) > 0, True))
    return np.asarray(last[MIN_SIDE - 1 : last.size - MIN_SIDE], dtype=np.int64)


def _even(size: int, most: int) -> Ints:
    if size <= most:
        return np.arange(size)
    return np.unique(np.linspace(0, size - 1, most).round().astype(np.int64))


def _with_gaps(loss: Floats, weight: Floats, run: Ints, gaps: Ints) -> Design:
    origin, scale = float(loss[0]), float(loss[-1] - loss[0])
    x = (loss - origin) / scale
    pos, lo, hi = gaps + 1, x[gaps], x[np.minimum(gaps + 1, x.size - 1)]
    if gaps.size <= MAX_GAPS // 4:  # few gaps are wide: the forms searched at gap ends get the middles too
        mid = 0.5 * (lo + hi)
        pos = np.repeat(pos, 2)
        lo, hi = np.column_stack([lo, mid]).ravel(), np.column_stack([mid, hi]).ravel()
    n_runs = int(run.max()) + 1
    return Design(x, weight / weight.sum(), run, n_runs, origin, scale, pos, lo, hi)


def search_replicates(
    design: Design, z: Floats, U: Floats, V: Floats, *, free: bool, lean: bool = False
) -> Floats:
    """Fit every form to every replicate; U and V (R, B) multiply a run's weights and scores: (5, 5, B)
    numbers.

    `z` (n,) is the score less the fixed floor, or less any centre where the floor is free. The numbers, in
    scaled losses, are gain, eta, floor, slope, jump. Jump and hinge are exact within the gaps searched,
    root, square and cube lie at a gap's end: their tolerance is the gap. `lean` leaves those three out.
    """
    powers = design.x[:, None] ** np.arange(7)
    sw = design.w[:, None] * powers
    sz = np.ascontiguousarray(sw[:, :4] * z[:, None])
    if lean:
        half_w = half_z = np.zeros((design.pos.size, 1))
    else:
        half_w, half_z = root_sums(
            design.x, design.w, design.w * z, design.run, design.n_runs, design.pos, design.hi
        )
    pooled_w, pooled_z, run, counts = pool_points(sw, sz, design.run, design.n_runs, design.pos)
    return np.asarray(
        scan_forms(
            pooled_w,
            pooled_z,
            run,
            counts,
            design.lo,
            design.hi,
            half_w,
            half_z,
            np.ascontiguousarray(U),
            np.ascontiguousarray(V),
            float(free),
            lean,
        )
    )


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"reassoc", "contract", "nsz"})
def _root_sums(x: Any, w: Any, z: Any, pos: int, e: float) -> Any:
    """Sum w·√(e − x) and w·z·√(e − x) over the active points."""
    p1 = q = 0.0
    for i in range(pos):
        root = w[i] * np.sqrt(max(e - x[i], 0.0))
        p1 += root
        q += root * z[i]
    return p1, q


@njit(cache=True, nogil=True, error_model="numpy")
def _power_gain(x: Any, w: Any, z: Any, P: Any, Q: Any, pos: int, e: float, form: int, free: float) -> Any:
    """Gain, floor and slope of one power form at one eta; P (n+1, 7) and Q (n+1, 4) are prefix sums."""
    W, Y = P[-1, 0], Q[-1, 0]
    s, t = P[pos], Q[pos]
    if form == ROOT:
        p1, q = _root_sums(x, w, z, pos, e)
        p2, size = e * s[0] - s[1], e
    elif form == SQUARE:
        size = e**4
        p1 = e * e * s[0] - 2 * e * s[1] + s[2]
        p2 = e**4 * s[0] - 4 * e**3 * s[1] + 6 * e**2 * s[2] - 4 * e * s[3] + s[4]
        q = e * e * t[0] - 2 * e * t[1] + t[2]
    else:
        size = e**6
        p1 = e**3 * s[0] - 3 * e**2 * s[1] + 3 * e * s[2] - s[3]
        p2 = e**6 * s[0] - 6 * e**5 * s[1] + 15 * e**4 * s[2] - 20 * e**3 * s[3]
        p2 += 15 * e**2 * s[4] - 6 * e * s[5] + s[6]
        q = e**3 * t[0] - 3 * e**2 * t[1] + 3 * e * t[2] - t[3]
    over = q - free * p1 * Y / W
    spread = p2 - free * p1 * p1 / W
    if over <= 0.0 or spread <= 1e-12 * size * s[0]:  # rounding, next to the terms that were summed
        return -1.0, 0.0, 0.0
    slope = over / spread
    return over * slope, free * (Y - slope * p1) / W, slope


@njit(cache=True, nogil=True, error_model="numpy")
def _refine_gap(
    x: Any, w: Any, z: Any, P: Any, Q: Any, pos: int, lo: float, hi: float, form: int, free: float
) -> Any:
    """Golden section inside one gap after a look at nine inner points; returns eta and its gain, floor,
    slope.
    """
    best_eta, step = hi, (hi - lo) / 10.0
    best = _power_gain(x, w, z, P, Q, pos, hi, form, free)
    for j in range(10):
        e = lo + step * j
        got = _power_gain(x, w, z, P, Q, pos, e, form, free)
        if got[0] > best[0]:
            best, best_eta = got, e
    a, b = max(best_eta - step, lo), min(best_eta + step, hi)
    ratio = 0.6180339887498949
    c, d = b - ratio * (b - a), a + ratio * (b - a)
    gc = _power_gain(x, w, z, P, Q, pos, c, form, free)
    gd = _power_gain(x, w, z, P, Q, pos, d, form, free)
    for _ in range(GOLDEN_STEPS):
        if gc[0] >= gd[0]:
            b, d, gd = d, c, gc
            c = b - ratio * (b - a)
            gc = _power_gain(x, w, z, P, Q, pos, c, form, free)
        else:
            a, c, gc = c, d, gd
            d = a + ratio * (b - a)
            gd = _power_gain(x, w, z, P, Q, pos, d, form, free)
    if gc[0] > best[0]:
        best, best_eta = gc, c
    return best_eta, best[0], best[1], best[2]


@njit(cache=True, nogil=True, error_model="numpy")
def _refine_power(
    x: Any, w: Any, z: Any, P: Any, Q: Any, pos: Any, lo: Any, hi: Any, form: int, free: float, gaps: int
) -> Any:
    """Look at a grid of gap ends, then at every end and middle around the best, then inside the best gaps."""
    C = pos.size
    stride = max(1, C // MAX_GAPS) if form == ROOT else 1
    best_c, best_gain = 0, -1.0
    for c in range(0, C, stride):
        gain = _power_gain(x, w, z, P, Q, pos[c], hi[c], form, free)[0]
        if gain > best_gain:
            best_c, best_gain = c, gain
    first, last = max(0, best_c - 2 * stride), min(C, best_c + 2 * stride + 1)
    if C <= MAX_GAPS:
        first, last = 0, C
    ends = np.full(C, -1.0)
    for c in range(first, last):
        ends[c] = _power_gain(x, w, z, P, Q, pos[c], hi[c], form, free)[0]
        middle = _power_gain(x, w, z, P, Q, pos[c], 0.5 * (lo[c] + hi[c]), form, free)[0]
        ends[c] = max(ends[c], middle)
    ends[0] = max(ends[0], _power_gain(x, w, z, P, Q, pos[0], lo[0], form, free)[0])
    order = np.argsort(-ends, kind="mergesort")[:gaps]
    best = (hi[best_c], -1.0, 0.0, 0.0)
    for near in order:
        for c in (near, min(near + 1, C - 1)):
            got = _refine_gap(x, w, z, P, Q, pos[c], lo[c], hi[c], form, free)
            if got[1] > best[1]:
                best = got
    return best


@dataclass(frozen=True, slots=True)
class FormFits:
    """Every form fitted to one series: (5, 5) numbers in scaled losses as in `search_replicates`, one
    column.
    """

    numbers: Floats
    design: Design
    centre: float
    free: bool

    def curve(self, form: int) -> ThresholdCurve:
        """Give one form's curve in the units of loss and score."""
        eta, floor, slope, jump = to_units(self.design, self.numbers[form, 1:], form, self.centre)
        return ThresholdCurve(FORMS[form], float(eta), float(floor), float(slope), float(jump))


def to_units(design: Design, numbers: Floats, form: int, centre: float) -> Floats:
    """Turn eta, floor, slope, jump (4, …) of one form from scaled losses into units of loss and score."""
    power = (1.0, 0.5, 1.0, 2.0, 3.0)[form]
    eta, floor, slope, jump = numbers
    return np.stack([design.to_loss(eta), floor + centre, slope / design.scale**power, jump])


def fit_forms(design: Design, score: Floats, floor: float | None) -> FormFits:
    """Fit all forms to one series, `floor` fixed or (None) free: jump and hinge exact, the powers to 1e-6
    of a gap.

    Square and cube are smooth in eta within a gap, so golden section in the best gaps finds the optimum;
    the root's profile has a cusp at every loss, so every gap that comes near the best is searched.
    """
    free = floor is None
    centre = float(design.w @ score) if floor is None else floor
    z = score - centre
    powers = design.x[:, None] ** np.arange(7)
    sw = design.w[:, None] * powers
    sz = np.ascontiguousarray(sw[:, :4] * z[:, None])
    one, nothing = np.ones((1, 1)), np.zeros((design.pos.size, 1))
    whole = np.zeros_like(design.run)
    numbers = np.asarray(
        scan_forms(
            sw, sz, whole, design.pos, design.lo, design.hi, nothing, nothing, one, one, float(free), True
        )
    )[:, :, 0]
    P = np.vstack([np.zeros(7), np.cumsum(sw, axis=0)])
    Q = np.vstack([np.zeros(4), np.cumsum(sz, axis=0)])
    for form in (ROOT, SQUARE, CUBE):
        gaps = 12 if design.x.size <= 4 * MAX_GAPS else 2
        eta, gain, level, slope = _refine_power(
            design.x, design.w, z, P, Q, design.pos, design.lo, design.hi, form, float(free), gaps
        )
        numbers[form] = gain, eta, level, slope, 0.0
    return FormFits(numbers, design, centre, free)


def near_edge(design: Design, form: int, eta: Any) -> Any:
    """Say where an eta (scaled) lies in the first or the last gap that was searched, or beyond."""
    first, last = (1, -2) if design.pos.size > 1 and design.pos[0] == design.pos[1] else (0, -1)
    low, high = design.hi[first], design.lo[last]
    return (eta <= low) | (eta >= high) if form == JUMP else (eta <= low + 1e-12) | (eta >= high - 1e-12)


__all__ = ["HINGE", "Design", "FormFits", "build_design", "fit_forms", "near_edge", "search_replicates"]
