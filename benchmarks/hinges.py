"""The hinge alone, as fast as it goes: one pass a series that carries its replicates side by side."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from emergence.errors import InputError
from emergence.evidence.replicates import draw_runs, run_stretch
from emergence.numerics.arrays import Floats
from emergence.shapes.kernels import LANES
from emergence.shapes.search import MIN_SIDE

Ints = NDArray[np.int64]


@njit(cache=True, nogil=True, error_model="numpy")
def scan_hinge(x: Any, w: Any, z: Any, run: Any, U: Any, free: float, least: int) -> Any:
    """Give the best eta of each replicate, (B,) in scaled losses; NaN where no candidate rises.

    x (n,) ascends within [0, 1], w and z (n,) are weights and scores less the floor (or a centre, `free` =
    1), U (R, B) how often a run was drawn. Exact over all gaps that leave `least` distinct losses on either
    side.
    """
    n, R, B = x.size, U.shape[0], U.shape[1]
    first_gap, last_gap, seen = n, 0, 1
    for i in range(n - 1):
        if x[i + 1] > x[i]:
            if seen >= least and first_gap == n:
                first_gap = i
            seen += 1
    seen = 0
    for i in range(n - 1, 0, -1):
        if x[i] > x[i - 1]:
            seen += 1
            if seen >= least:
                last_gap = i - 1
                break
    out = np.empty(B)
    A = np.empty(9 * LANES)
    Ub = np.empty(R * LANES)
    for first in range(0, B, LANES):
        width = min(LANES, B - first)
        for r in range(R):
            for k in range(LANES):
                Ub[r * LANES + k] = U[r, first + min(k, width - 1)]
        A[:] = 0.0
        for i in range(n):
            wi, zi, at = w[i], w[i] * z[i], run[i] * LANES
            for k in range(LANES):
                A[5 * LANES + k] += wi * Ub[at + k]
                A[6 * LANES + k] += zi * Ub[at + k]
        for k in range(LANES):
            A[5 * LANES + k] = free / A[5 * LANES + k]
            A[6 * LANES + k] *= A[5 * LANES + k]
            A[8 * LANES + k] = np.nan
        for i in range(last_gap + 1):
            w0, w1, w2 = w[i], w[i] * x[i], w[i] * x[i] * x[i]
            z0, z1, at = w[i] * z[i], w[i] * z[i] * x[i], run[i] * LANES
            for k in range(LANES):
                u = Ub[at + k]
                A[k] += w0 * u
                A[LANES + k] += w1 * u
                A[2 * LANES + k] += w2 * u
                A[3 * LANES + k] += z0 * u
                A[4 * LANES + k] += z1 * u
            if i < first_gap or x[i + 1] <= x[i]:
                continue
            lo, hi = x[i], x[i + 1]
            for k in range(LANES):
                s0, s1, c, y = A[k], A[LANES + k], A[5 * LANES + k], A[6 * LANES + k]
                a1 = s0 - s0 * s0 * c
                a2 = s1 - s0 * s1 * c
                a3 = A[2 * LANES + k] - s1 * s1 * c
                b1 = A[3 * LANES + k] - s0 * y
                b2 = A[4 * LANES + k] - s1 * y
                # the gap's stationary point, or the end next to it; the other end belongs to the next gap
                eta = (a3 * b1 - a2 * b2) / (a2 * b1 - a1 * b2)
                eta = eta if eta > lo else lo
                eta = eta if eta < hi else hi
                over = eta * b1 - b2
                spread = eta * (eta * a1 - 2.0 * a2) + a3
                gain = over * over / spread
                take = (over > 0.0) & (spread > 1e-14) & (gain > A[7 * LANES + k])
                A[7 * LANES + k] = gain if take else A[7 * LANES + k]
                A[8 * LANES + k] = eta if take else A[8 * LANES + k]
        for k in range(width):
            out[first + k] = A[8 * LANES + k]
    return out


@njit(cache=True, parallel=True, error_model="numpy")
def _fit_all(loss: Any, score: Any, run: Any, start: Any, floor: Any, U: Any, one: Any, tail: float) -> Any:
    out = np.empty((start.size - 1, 3))
    for s in prange(start.size - 1):
        order = np.argsort(loss[start[s] : start[s + 1]], kind="mergesort")
        x = loss[start[s] : start[s + 1]][order]
        y = score[start[s] : start[s + 1]][order]
        r = run[start[s] : start[s + 1]][order]
        n = x.size
        origin, scale = x[0], x[-1] - x[0]
        free = 1.0 if np.isnan(floor[s]) else 0.0
        z = y - (y.mean() if free > 0 else floor[s])
        x = (x - origin) / scale
        w = np.full(n, 1.0 / n)
        best = scan_hinge(x, w, z, np.zeros(n, dtype=np.int64), one, free, 3)[0]
        drawn = np.sort(scan_hinge(x, w, z, r, U, free, 3))
        known = drawn.size - np.isnan(drawn).sum()  # NaN sorts last
        low, high = drawn[int(tail * (known - 1))], drawn[int(np.ceil((1 - tail) * (known - 1)))]
        out[s, 0], out[s, 1], out[s, 2] = origin + scale * best, origin + scale * low, origin + scale * high
    return out


@dataclass(frozen=True, slots=True)
class Hinges:
    """Eta and its interval of many series, arrays of one length (S,)."""

    eta: Floats
    low: Floats
    high: Floats


def _check(loss: Floats, score: Floats, run: Ints, start: Ints, floor: Floats) -> None:
    """Raise InputError at what `fit_hinges` cannot use."""
    for name, values in (("loss", loss), ("score", score)):
        if not np.isfinite(values).all():
            raise InputError(f"{name}: values that are not finite")
    if not loss.size == score.size == run.size == start[-1] or start[0] != 0:
        raise InputError("start: does not run from 0 to the length of loss, score and run")
    if floor.size != start.size - 1:
        raise InputError(f"floor: one a series wanted, {start.size - 1}, found {floor.size}")
    if (np.diff(start) <= 2 * MIN_SIDE).any():
        raise InputError(f"start: every series needs more than {2 * MIN_SIDE} points")
    if (np.minimum.reduceat(loss, start[:-1]) == np.maximum.reduceat(loss, start[:-1])).any():
        raise InputError("loss: a series has one loss alone")


def fit_hinges(
    loss: Floats,
    score: Floats,
    run: Ints,
    start: Ints,
    floor: Floats,
    *,
    confidence: float = 0.95,
    replicates: int = 1000,
    rng: np.random.Generator,
) -> Hinges:
    """Fit the plain hinge to many series that share their runs: eta with its interval by runs, nothing else.

    `loss`, `score`, `run` (N,) hold the series one after another, run as codes 0…R−1; `start` (S + 1,) says
    where each begins; `floor` (S,) is the known floor or NaN for a free one. Points weigh alike, every
    series has three runs or more, and all share one set of draws, so that their replicates are joint. For
    screening and for joint tests: the form is taken for granted, the verdict needs `fit_table`.

    Raises InputError naming the argument where lengths disagree, a number is not finite, a series has one
    loss or too few points, or there are fewer than three runs.

    >>> rng = np.random.default_rng(1)
    >>> loss = rng.uniform(2, 3, 2 * 60)
    >>> score = 0.4 * np.maximum(2.5 - loss, 0) + rng.normal(0, 0.01, 120)
    >>> run, start = np.tile(np.arange(60) % 10, 2), np.array([0, 60, 120])
    >>> got = fit_hinges(loss, score, run, start, np.zeros(2), rng=rng)
    >>> bool((np.abs(got.eta - 2.5) < 0.1).all())
    True
    """
    runs = int(run.max()) + 1 if run.size else 0
    _check(loss, score, run, start, floor)
    if runs < 3:
        raise InputError(f"run: three runs or more wanted, found {runs}")
    U = draw_runs(rng, runs, replicates)
    got = _fit_all(loss, score, run, start, floor, U, np.ones((1, 1)), (1 - confidence) / 2)
    stretch = run_stretch(runs, confidence)
    low = got[:, 0] - stretch * np.maximum(got[:, 0] - got[:, 1], 0)
    high = got[:, 0] + stretch * np.maximum(got[:, 2] - got[:, 0], 0)
    return Hinges(got[:, 0], low, high)
