"""Compiled scans over the sorted losses: every candidate threshold costs O(1), and replicates go side by
side.

The active points of a candidate are those with x ≤ eta, so all sums are prefix sums in ascending loss.
Losses come scaled to [0, 1] with the origin at the lowest one: there the powers of x vanish with the active
set, and the polynomials in eta do not cancel. Sums run in a fixed order, so the bytes never depend on the
number of cores.
"""

from typing import Any

import numpy as np

from emergence.numerics.compiled import njit

LANES = 32  # replicates carried side by side; the working rows of one block stay in the first-level cache

_T, _W, _Y, _PER_W, _LEVEL, _HW, _HZ, _OUT = 7, 11, 12, 13, 14, 15, 16, 17
_ROWS = _OUT + 25
_LEAST = 1e-14  # of the total weight: a smaller spread of the regressor is rounding


@njit(cache=True, nogil=True, error_model="numpy")
def root_sums(x: Any, wx: Any, wz: Any, run: Any, n_runs: int, pos: Any, hi: Any) -> Any:
    """Sum w·√(hi − x) and w·z·√(hi − x) over each candidate's active points, a run at a time: two (C, R)
    arrays.
    """
    half_w = np.zeros((pos.size, n_runs))
    half_z = np.zeros((pos.size, n_runs))
    for c in range(pos.size):
        for i in range(pos[c]):
            root = np.sqrt(max(hi[c] - x[i], 0.0))
            half_w[c, run[i]] += wx[i] * root
            half_z[c, run[i]] += wz[i] * root
    return half_w, half_z


@njit(cache=True, nogil=True, error_model="numpy")
def pool_points(sw: Any, sz: Any, run: Any, n_runs: int, pos: Any) -> Any:
    """Add up a run's points between two candidates: sums (m, 7) and (m, 4), runs (m,), active counts (C,).

    No candidate tells them apart, so the sums that a replicate needs are the same with fewer additions.
    """
    n = run.size
    pooled_w, pooled_z, pooled_run = np.empty_like(sw), np.empty_like(sz), np.empty_like(run)
    counts, at = np.empty_like(pos), np.full(n_runs, -1)
    m = first = c = 0
    for i in range(n):
        while c < pos.size and i == pos[c]:
            counts[c] = first = m
            c += 1
        j = at[run[i]]
        if j < first:
            at[run[i]] = m
            pooled_w[m], pooled_z[m], pooled_run[m] = sw[i], sz[i], run[i]
            m += 1
        else:
            pooled_w[j] += sw[i]
            pooled_z[j] += sz[i]
    return pooled_w[:m], pooled_z[:m], pooled_run[:m], counts


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _keep(
    A: Any, base: int, lane: int, gain: float, eta: float, floor: float, slope: float, jump: float
) -> None:
    row = base + lane
    take = gain > A[row]
    A[row] = gain if take else A[row]
    A[row + LANES] = eta if take else A[row + LANES]
    A[row + 2 * LANES] = floor if take else A[row + 2 * LANES]
    A[row + 3 * LANES] = slope if take else A[row + 3 * LANES]
    A[row + 4 * LANES] = jump if take else A[row + 4 * LANES]


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _add_lean(A: Any, U: Any, V: Any, r: int, sw: Any, sz: Any) -> None:
    """Add a point to those sums alone that a jump and a hinge ask for."""
    w0, w1, w2, z0, z1 = sw[0], sw[1], sw[2], sz[0], sz[1]
    own_u, own_v = U[r * LANES : (r + 1) * LANES], V[r * LANES : (r + 1) * LANES]
    for k in range(LANES):
        u, v = own_u[k], own_v[k]
        A[k] += w0 * u
        A[LANES + k] += w1 * u
        A[2 * LANES + k] += w2 * u
        A[7 * LANES + k] += z0 * v
        A[8 * LANES + k] += z1 * v


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _add_rest(A: Any, U: Any, V: Any, r: int, sw: Any, sz: Any) -> None:
    """Add a point to the sums that only the other forms ask for, too."""
    w3, w4, w5, w6, z2, z3 = sw[3], sw[4], sw[5], sw[6], sz[2], sz[3]
    own_u, own_v = U[r * LANES : (r + 1) * LANES], V[r * LANES : (r + 1) * LANES]
    for k in range(LANES):
        u, v = own_u[k], own_v[k]
        A[3 * LANES + k] += w3 * u
        A[4 * LANES + k] += w4 * u
        A[5 * LANES + k] += w5 * u
        A[6 * LANES + k] += w6 * u
        A[9 * LANES + k] += z2 * v
        A[10 * LANES + k] += z3 * v


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _try_jump(A: Any, mid: float, free: float) -> None:
    for k in range(LANES):
        s0, s1, s2 = A[k], A[LANES + k], A[2 * LANES + k]
        t0, t1 = A[_T * LANES + k], A[(_T + 1) * LANES + k]
        W, Y = A[_W * LANES + k], A[_Y * LANES + k]
        rest = W - s0
        usable = (s0 > 1e-12 * W) & ((free == 0.0) | (rest > 1e-12 * W))
        per_s0 = 1.0 / (s0 if usable else 1.0)  # divisions are what this costs
        per_rest = 1.0 / (rest if usable else 1.0)
        centre = s1 * per_s0
        sxx = s2 - s1 * centre
        sxy = t1 - t0 * centre
        # only a rise towards lower loss counts; a level set below eta is the pure step
        tilt = sxy / sxx if (sxy < 0.0) & (sxx > _LEAST * W) else 0.0
        floor = free * (Y - t0) * per_rest
        level = t0 * per_s0
        jump = level + tilt * (mid - centre) - floor
        gain = t0 * level + tilt * sxy + (Y - t0) * floor - A[_LEVEL * LANES + k]
        gain = gain if usable & (jump > 0.0) else -1.0
        _keep(A, _OUT * LANES, k, gain, mid, floor, -tilt, jump)


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _try_hinge(A: Any, lo: float, hi: float, free: float) -> None:
    for k in range(LANES):
        s0, s1, s2 = A[k], A[LANES + k], A[2 * LANES + k]
        W, Y, c = A[_W * LANES + k], A[_Y * LANES + k], A[_PER_W * LANES + k]
        a1 = s0 - s0 * s0 * c
        a2 = s1 - s0 * s1 * c
        a3 = s2 - s1 * s1 * c
        b1 = A[_T * LANES + k] - s0 * Y * c
        b2 = A[(_T + 1) * LANES + k] - s1 * Y * c
        # where d gain / d eta = 0 for this active set; NaN and what lies outside fall back on an end
        eta = (a3 * b1 - a2 * b2) / (a2 * b1 - a1 * b2)
        eta = eta if eta > lo else lo
        eta = eta if eta < hi else hi
        over = eta * b1 - b2
        spread = eta * eta * a1 - 2.0 * eta * a2 + a3
        slope = over / spread
        gain = over * slope
        over_hi = hi * b1 - b2
        spread_hi = hi * hi * a1 - 2.0 * hi * a2 + a3
        slope_hi = over_hi / spread_hi
        gain_hi = over_hi * slope_hi
        gain = gain if (over > 0.0) & (spread > _LEAST * W) else -1.0
        gain_hi = gain_hi if (over_hi > 0.0) & (spread_hi > _LEAST * W) else -1.0
        at_hi = gain_hi > gain
        eta = hi if at_hi else eta
        slope = slope_hi if at_hi else slope
        gain = gain_hi if at_hi else gain
        floor = c * (Y - slope * (eta * s0 - s1))
        _keep(A, (_OUT + 10) * LANES, k, gain, eta, floor, slope, 0.0)


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _try_smooth(A: Any, base: int, k: int, e: float, p1: float, p2: float, q: float, free: float) -> None:
    W, Y, c = A[_W * LANES + k], A[_Y * LANES + k], A[_PER_W * LANES + k]
    over = q - p1 * Y * c
    spread = p2 - p1 * p1 * c
    slope = over / spread
    gain = over * slope if (over > 0.0) & (spread > _LEAST * W) else -1.0
    _keep(A, base, k, gain, e, c * (Y - slope * p1), slope, 0.0)


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _try_powers(A: Any, e: float, free: float) -> None:
    e2, e3 = e * e, e * e * e
    for k in range(LANES):
        s0, s1, s2, s3 = A[k], A[LANES + k], A[2 * LANES + k], A[3 * LANES + k]
        p1 = e2 * s0 - 2.0 * e * s1 + s2
        p2 = e2 * e2 * s0 - 4.0 * e3 * s1 + 6.0 * e2 * s2 - 4.0 * e * s3 + A[4 * LANES + k]
        q = e2 * A[7 * LANES + k] - 2.0 * e * A[8 * LANES + k] + A[9 * LANES + k]
        _try_smooth(A, (_OUT + 15) * LANES, k, e, p1, p2, q, free)
    for k in range(LANES):
        s0, s1, s2, s3 = A[k], A[LANES + k], A[2 * LANES + k], A[3 * LANES + k]
        s4, s5, s6 = A[4 * LANES + k], A[5 * LANES + k], A[6 * LANES + k]
        p1 = e3 * s0 - 3.0 * e2 * s1 + 3.0 * e * s2 - s3
        p2 = e3 * (e3 * s0 - 6.0 * e2 * s1 + 15.0 * e * s2 - 20.0 * s3) + 15.0 * e2 * s4 - 6.0 * e * s5 + s6
        q = (
            e3 * A[7 * LANES + k]
            - 3.0 * e2 * A[8 * LANES + k]
            + 3.0 * e * A[9 * LANES + k]
            - A[10 * LANES + k]
        )
        _try_smooth(A, (_OUT + 20) * LANES, k, e, p1, p2, q, free)


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _try_root(A: Any, U: Any, V: Any, half_w: Any, half_z: Any, e: float, free: float) -> None:
    for k in range(LANES):
        A[_HW * LANES + k] = 0.0
        A[_HZ * LANES + k] = 0.0
    for r in range(half_w.size):
        hw, hz = half_w[r], half_z[r]
        if hw != 0.0:
            at = r * LANES
            for k in range(LANES):
                A[_HW * LANES + k] += hw * U[at + k]
                A[_HZ * LANES + k] += hz * V[at + k]
    for k in range(LANES):
        p2 = e * A[k] - A[LANES + k]
        _try_smooth(A, (_OUT + 5) * LANES, k, e, A[_HW * LANES + k], p2, A[_HZ * LANES + k], free)


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})
def scan_forms(
    sw: Any,
    sz: Any,
    run: Any,
    pos: Any,
    lo: Any,
    hi: Any,
    half_w: Any,
    half_z: Any,
    U: Any,
    V: Any,
    free: float,
    lean: bool,
) -> Any:
    """Find the best threshold of every form in every replicate: (5 forms, 5 numbers, B).

    sw (n, 7) holds w·x^j, sz (n, 4) w·z·x^j in ascending x; U and V (R, B) multiply a run's weights and its
    scores; pos, lo, hi (C,) are the candidates: active count and the gap of losses. The numbers are gain
    (the fall of the weighted sum of squares), eta, floor, slope, jump; a gain of −1 says that no candidate
    rises. `lean`: jump and hinge alone, the forms whose eta is exact.
    """
    n, B, R = run.size, U.shape[1], U.shape[0]
    out = np.empty((5, 5, B))
    A = np.empty(_ROWS * LANES)
    Ub = np.empty(R * LANES)
    Vb = np.empty(R * LANES)
    for first in range(0, B, LANES):
        width = min(LANES, B - first)
        A[:] = 0.0
        for f in range(5):
            A[(_OUT + 5 * f) * LANES : (_OUT + 5 * f + 1) * LANES] = -1.0
        for r in range(R):
            for k in range(LANES):
                b = first + min(k, width - 1)
                Ub[r * LANES + k] = U[r, b]
                Vb[r * LANES + k] = V[r, b]
        for i in range(n):
            at = run[i] * LANES
            for k in range(LANES):
                A[_W * LANES + k] += sw[i, 0] * Ub[at + k]
                A[_Y * LANES + k] += sz[i, 0] * Vb[at + k]
        for k in range(LANES):
            A[_PER_W * LANES + k] = free / A[_W * LANES + k]
            A[_LEVEL * LANES + k] = A[_Y * LANES + k] ** 2 * A[_PER_W * LANES + k]
        done = 0
        for c in range(pos.size):
            for i in range(done, pos[c]):
                _add_lean(A, Ub, Vb, run[i], sw[i], sz[i])
                if not lean:
                    _add_rest(A, Ub, Vb, run[i], sw[i], sz[i])
            done = pos[c]
            _try_jump(A, 0.5 * (lo[c] + hi[c]), free)
            _try_hinge(A, lo[c], hi[c], free)
            if not lean:
                _try_root(A, Ub, Vb, half_w[c], half_z[c], hi[c], free)
                _try_powers(A, hi[c], free)
        for f in range(5):
            for j in range(5):
                for k in range(width):
                    out[f, j, first + k] = A[(_OUT + 5 * f + j) * LANES + k]
    return out
