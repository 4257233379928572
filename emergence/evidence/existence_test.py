"""Threshold against a flat score: the supremum over eta and form, its distribution by bootstrap."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emergence.numerics.arrays import Floats, Ints
from emergence.numerics.compiled import njit
from emergence.points.scatter import draw_ar1
from emergence.shapes.kernels import LANES
from emergence.shapes.search import Design

WEBB_BELOW = 12
"""With fewer runs than this, Webb's six-point weights: two signs cannot give small p-values."""
TEST_GAPS = 32
"""Gaps of losses among which the supremum is taken, in the data as in every replicate."""
MOST_REPLICATES = 9_999
"""A p-value that stays near its least gets up to this many replicates, so that it can survive adjustment."""

WITHIN_RUN_BATCHES = 4
"""Within a run, where each replicate draws n numbers instead of R, at most so many times the replicates."""

TIE = np.float32(1 - 1e-5)
"""Of the data's share: what counts as no less, so that rounding parts no replicate from data like it."""

Singles = NDArray[np.float32]

_COLUMNS = 6
_WEBB = np.sqrt(np.array([0.5, 1.0, 1.5], np.float32))
_WEBB = np.concatenate([-_WEBB, _WEBB])


@njit(cache=True, nogil=True, error_model="numpy")
def _rises(x: Any, w: Any, pos: Any, eta: Any) -> Any:
    """Give what centres each candidate's rise and brings it to unit length: two (6, C). Weights sum to 1.

    The forms are step, line below it, root, hinge, square and cube. The line is centred within the active
    points, where it is orthogonal to the step; the others over all. A rise without a spread has length 0.
    """
    shift, unit = np.zeros((_COLUMNS, pos.size)), np.zeros((_COLUMNS, pos.size))
    for c in range(pos.size):
        p0 = p1 = p2 = p3 = p4 = p6 = half = 0.0
        for i in range(pos[c]):
            d, a = max(eta[c] - x[i], 0.0), w[i]
            p0, half, p1, p2 = p0 + a, half + a * np.sqrt(d), p1 + a * d, p2 + a * d * d
            p3, p4, p6 = p3 + a * d**3, p4 + a * d**4, p6 + a * d**6
        first, second = (p0, p1, half, p1, p2, p3), (p0, p2, p1, p2, p4, p6)
        for f in range(_COLUMNS):
            shift[f, c] = first[f] / p0 if f == 1 else first[f]
            spread = second[f] - shift[f, c] * first[f]
            if spread > 1e-14 and p0 < 1.0:
                unit[f, c] = 1.0 / np.sqrt(spread)
    return shift, unit


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})
def _basis_sums(x: Any, w: Any, e: Any, run: Any, n_runs: int, pos: Any, eta: Any) -> Any:
    """Project w·e by run on every candidate's unit-length, centred rise: (R, 6 × C)."""
    shift, unit = _rises(x, w, pos, eta)
    out = np.zeros((n_runs, _COLUMNS * pos.size))
    sums, whole = np.empty((n_runs, _COLUMNS)), np.zeros(n_runs)
    for i in range(x.size):
        whole[run[i]] += w[i] * e[i]
    for c in range(pos.size):
        sums[:] = 0.0
        for i in range(pos[c]):
            d, own = max(eta[c] - x[i], 0.0), sums[run[i]]
            ae = w[i] * e[i]
            own[0] += ae
            own[2] += ae * np.sqrt(d)
            own[3] += ae * d
            own[4] += ae * d * d
            own[5] += ae * d**3
        for r in range(n_runs):
            own = sums[r]
            for f in range(_COLUMNS):
                over = own[3] - shift[1, c] * own[0] if f == 1 else own[f] - shift[f, c] * whole[r]
                out[r, f * pos.size + c] = over * unit[f, c]
    return out


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _keep_best(t: Any, best: Any) -> None:
    """Keep the greatest square of one candidate's projections (6 × lanes), upwards and mirrored."""
    none = np.float32(0.0)
    for k in range(LANES):
        step, line = t[k], t[LANES + k]
        t2, t3, t4, t5 = t[2 * LANES + k], t[3 * LANES + k], t[4 * LANES + k], t[5 * LANES + k]
        most = max(max(t2, t3), max(t4, t5), none)
        least = min(min(t2, t3), min(t4, t5), none)
        rise, fall = max(line, none), min(line, none)
        jump = step * step + rise * rise if step > none else none
        mirrored = step * step + fall * fall if step < none else none
        best[k] = max(best[k], max(jump, most * most))
        best[LANES + k] = max(best[LANES + k], max(mirrored, least * least))


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})
def _suprema(C: Any, squares: Any, whole: Any, V: Any) -> Any:
    """Greatest share of the squares that a rise explains, in every replicate and its mirror image: (2, B).

    V (R, B) multiplies the runs' residuals, and so does −V. All is float32, whose rounding no count sees.
    """
    R, B, K = V.shape[0], V.shape[1], C.shape[1] // _COLUMNS
    fours = (R + 3) // 4  # runs are taken by four, columns by three, so that sums stay in registers
    none, tiny = np.float32(0.0), np.float32(1e-30)
    D = np.zeros((4 * fours, C.shape[1]), np.float32)
    for r in range(R):
        for c in range(C.shape[1]):
            D[r, c] = C[r, c]
    out = np.empty((2, B), np.float32)
    v = np.zeros(4 * fours * LANES, np.float32)
    t = np.empty(_COLUMNS * LANES, np.float32)
    best, total = np.empty(2 * LANES, np.float32), np.empty(LANES, np.float32)
    for first in range(0, B, LANES):
        width = min(LANES, B - first)
        for r in range(R):
            for k in range(LANES):
                v[r * LANES + k] = V[r, first + min(k, width - 1)]
        best[:] = none
        for k in range(LANES):
            square, mean = none, none
            for r in range(R):
                square += squares[r] * v[r * LANES + k] ** 2
                mean += whole[r] * v[r * LANES + k]
            total[k] = max(square - mean * mean, tiny)
        for c in range(K):
            t[:] = none
            for f in range(0, _COLUMNS, 3):
                for q in range(fours):
                    r, at, one, two, three = 4 * q, 4 * q * LANES, f * K + c, (f + 1) * K + c, (f + 2) * K + c
                    a0, a1, a2, a3 = D[r, one], D[r + 1, one], D[r + 2, one], D[r + 3, one]
                    b0, b1, b2, b3 = D[r, two], D[r + 1, two], D[r + 2, two], D[r + 3, two]
                    d0, d1, d2, d3 = D[r, three], D[r + 1, three], D[r + 2, three], D[r + 3, three]
                    for k in range(LANES):
                        v0, v1 = v[at + k], v[at + LANES + k]
                        v2, v3 = v[at + 2 * LANES + k], v[at + 3 * LANES + k]
                        t[f * LANES + k] += a0 * v0 + a1 * v1 + a2 * v2 + a3 * v3
                        t[(f + 1) * LANES + k] += b0 * v0 + b1 * v1 + b2 * v2 + b3 * v3
                        t[(f + 2) * LANES + k] += d0 * v0 + d1 * v1 + d2 * v2 + d3 * v3
            _keep_best(t, best)
        for k in range(width):
            out[0, first + k] = best[k] / total[k]
            out[1, first + k] = best[LANES + k] / total[k]
    return out


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})
def _suprema_of_points(x: Any, w: Any, pos: Any, eta: Any, V: Any) -> Any:
    """The same where every point has a residual V (n, B) of its own: (2, B).

    Step, line, square and cube of one candidate follow from those of the one before, with the points in
    between added: (e + δ − x)^p is a sum of powers of (e − x). The root alone is summed anew.
    """
    n, B, K = x.size, V.shape[1], pos.size
    centre, unit = _rises(x, w, pos, eta)
    shift, length = centre.astype(np.float32), unit.astype(np.float32)
    place, step, weight = np.empty((K, n), np.float32), np.empty(K, np.float32), w.astype(np.float32)
    root = np.zeros((K, n + 3), np.float32)
    for c in range(K):
        step[c] = eta[c] - eta[c - 1] if c else 0.0
        for i in range(pos[c]):
            place[c, i] = max(eta[c] - x[i], 0.0)
            root[c, i] = np.sqrt(place[c, i])
    none, tiny, two, three = np.float32(0.0), np.float32(1e-30), np.float32(2.0), np.float32(3.0)
    out = np.empty((2, B), np.float32)
    v = np.zeros((n + 3) * LANES, np.float32)
    s, t = np.empty(4 * LANES, np.float32), np.empty(_COLUMNS * LANES, np.float32)
    best, total = np.empty(2 * LANES, np.float32), np.empty(LANES, np.float32)
    mean, drawn = np.empty(LANES, np.float32), np.zeros(LANES, np.float32)
    for first in range(0, B, LANES):
        width = min(LANES, B - first)
        total[:] = none
        mean[:] = none
        for i in range(n):
            for k in range(width):
                drawn[k] = V[i, first + k]
            for k in range(LANES):
                one = weight[i] * drawn[k]
                v[i * LANES + k] = one
                total[k] += one * drawn[k]
                mean[k] += one
        best[:] = none
        s[:] = none
        done = 0
        for c in range(K):
            d = step[c]
            for k in range(LANES):
                s0, s1, s2 = s[k], s[LANES + k], s[2 * LANES + k]
                s[3 * LANES + k] += d * (three * s2 + d * (three * s1 + d * s0))
                s[2 * LANES + k] = s2 + d * (two * s1 + d * s0)
                s[LANES + k] = s1 + d * s0
            for i in range(done, pos[c]):
                d = place[c, i]
                d2, d3, own = d * d, d * d * d, v[i * LANES : (i + 1) * LANES]
                for k in range(LANES):
                    a = own[k]
                    s[k] += a
                    s[LANES + k] += a * d
                    s[2 * LANES + k] += a * d2
                    s[3 * LANES + k] += a * d3
            done = pos[c]
            t[:] = none
            for q in range((pos[c] + 3) // 4):
                i, at = 4 * q, 4 * q * LANES
                a0, a1, a2, a3 = root[c, i], root[c, i + 1], root[c, i + 2], root[c, i + 3]
                for k in range(LANES):
                    v0, v1 = v[at + k], v[at + LANES + k]
                    v2, v3 = v[at + 2 * LANES + k], v[at + 3 * LANES + k]
                    t[2 * LANES + k] += a0 * v0 + a1 * v1 + a2 * v2 + a3 * v3
            for k in range(LANES):
                s0, s1, m = s[k], s[LANES + k], mean[k]
                t[k] = (s0 - shift[0, c] * m) * length[0, c]
                t[LANES + k] = (s1 - shift[1, c] * s0) * length[1, c]
                t[2 * LANES + k] = (t[2 * LANES + k] - shift[2, c] * m) * length[2, c]
                t[3 * LANES + k] = (s1 - shift[3, c] * m) * length[3, c]
                t[4 * LANES + k] = (s[2 * LANES + k] - shift[4, c] * m) * length[4, c]
                t[5 * LANES + k] = (s[3 * LANES + k] - shift[5, c] * m) * length[5, c]
            _keep_best(t, best)
        for k in range(width):
            spread = max(total[k] - mean[k] * mean[k], tiny)
            out[0, first + k] = best[k] / spread
            out[1, first + k] = best[LANES + k] / spread
    return out


def draw_signs(rng: np.random.Generator, n_runs: int, replicates: int) -> Singles:
    """Draw wild weights by run, (R, B): Webb's below 12 runs, Rademacher's from there (MacKinnon, Webb
    2018).
    """
    if n_runs < WEBB_BELOW:
        return _WEBB[rng.integers(0, 6, (n_runs, replicates), dtype=np.int8)]
    bits = np.unpackbits(np.frombuffer(rng.bytes((n_runs * replicates + 7) // 8), np.uint8))
    return (np.float32(2) * bits[: n_runs * replicates] - np.float32(1)).reshape(n_runs, replicates)


def threshold_test(
    rng: np.random.Generator,
    design: Design,
    score: Floats,
    noise_sd: Floats,
    order: Ints,
    rho: float,
    replicates: int,
    *,
    most: int = MOST_REPLICATES,
) -> float:
    """Test any threshold against a flat score and give the p-value (1 + exceedances)/(1 + replicates).

    eta has no meaning under the null, so no χ² holds (Davies 1987; Hansen 1996). Three or more runs: wild
    cluster bootstrap of the null's residuals, losses fixed. Fewer runs: AR(1) noise at `rho` with the SDs
    given (n,), `order` putting points in time order. Each draw counts twice, as drawn and with its sign
    turned, which is as likely. Up to `most` replicates where few exceed. The rise has to be upwards.
    """
    residual = score - float(design.w @ score)
    scale = float(np.sqrt(design.w @ residual**2))
    if scale == 0:
        return 1.0
    residual, noise_sd = residual / scale, noise_sd / scale
    pick = np.unique(np.linspace(0, design.pos.size - 1, min(TEST_GAPS, design.pos.size)).round().astype(int))
    pos, eta = design.pos[pick], design.hi[pick]
    by_run = design.n_runs >= 3
    suprema: Callable[[Singles], Singles]
    if by_run:
        C = _basis_sums(design.x, design.w, residual, design.run, design.n_runs, pos, eta).astype(np.float32)
        squares = np.bincount(design.run, design.w * residual * residual).astype(np.float32)
        whole = np.bincount(design.run, design.w * residual).astype(np.float32)
        suprema, own = partial(_suprema, C, squares, whole), np.ones((design.n_runs, 1))
    else:
        suprema, own = partial(_suprema_of_points, design.x, design.w, pos, eta), residual[:, None]
    share = suprema(own.astype(np.float32))[0, 0] * TIE
    drawn, exceeded, batch = 0, 0, replicates
    most = most if by_run else min(most, WITHIN_RUN_BATCHES * replicates)
    while True:
        half = (batch + 1) // 2
        if by_run:
            V = draw_signs(rng, design.n_runs, half)
        else:
            V = np.empty((residual.size, half), np.float32)
            V[order] = draw_ar1(rng, residual.size, half, rho)
            V *= noise_sd[:, None].astype(np.float32)
        exceeded += int((suprema(V) >= share).sum())
        drawn += 2 * half
        batch = min(most - drawn, 3 * replicates)
        if batch <= 0 or exceeded > 5:
            return (1 + exceeded) / (1 + drawn)
