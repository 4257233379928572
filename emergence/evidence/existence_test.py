"""Threshold against a flat score: the supremum over eta and form, its distribution by bootstrap."""

from typing import Any

import numpy as np

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

_COLUMNS = 6
_WEBB = np.sqrt(np.array([0.5, 1.0, 1.5, 0.5, 1.0, 1.5])) * np.array([-1, -1, -1, 1, 1, 1])


@njit(cache=True, nogil=True, error_model="numpy")
def _shape(column: int, d: float) -> float:
    """Rise of a form at distance d below eta: step, line below it, root, hinge, square, cube."""
    if column == 0:
        return 1.0
    if column == 2:
        return float(np.sqrt(d))
    if column == 4:
        return d * d
    if column == 5:
        return d * d * d
    return d


@njit(cache=True, nogil=True, error_model="numpy")
def _basis_sums(x: Any, w: Any, e: Any, run: Any, n_runs: int, pos: Any, eta: Any) -> Any:
    """Project w·e by run on every candidate's unit-length, centred rise: (R, 6 × C). Weights sum to 1.

    The second column of a candidate is the line within its active points, which is orthogonal to the step.
    """
    out = np.zeros((n_runs, _COLUMNS * pos.size))
    whole, rises = np.zeros(n_runs), np.empty(x.size)
    for i in range(x.size):
        whole[run[i]] += w[i] * e[i]
    for c in range(pos.size):
        active = 0.0
        for i in range(pos[c]):
            active += w[i]
        for f in range(_COLUMNS):
            p1, p2 = 0.0, 0.0
            for i in range(pos[c]):
                rise = rises[i] = _shape(f, max(eta[c] - x[i], 0.0))
                p1 += w[i] * rise
                p2 += w[i] * rise * rise
            shift = p1 / active if f == 1 else p1
            spread = p2 - shift * p1
            if spread <= 1e-14 or active >= 1.0:
                continue
            scale = 1.0 / np.sqrt(spread)
            at = f * pos.size + c
            for i in range(pos[c]):
                out[run[i], at] += w[i] * e[i] * (rises[i] - shift) * scale
            if f != 1:
                for i in range(pos[c], x.size):
                    out[run[i], at] -= w[i] * e[i] * shift * scale
    return out


@njit(cache=True, nogil=True, error_model="numpy")
def _suprema(C: Any, squares: Any, whole: Any, V: Any) -> Any:
    """Greatest gain over what it leaves, in every replicate: V (R, B) multiplies the runs' residuals."""
    R, B, K = V.shape[0], V.shape[1], C.shape[1] // _COLUMNS
    fours = (R + 3) // 4  # runs are taken by four, columns by two, so that sums stay in registers
    D = np.zeros((4 * fours, C.shape[1]))
    D[:R] = C
    out = np.empty(B)
    v = np.zeros(4 * fours * LANES)
    t = np.empty(_COLUMNS * LANES)
    best, total = np.empty(LANES), np.empty(LANES)
    for first in range(0, B, LANES):
        width = min(LANES, B - first)
        for r in range(R):
            for k in range(LANES):
                v[r * LANES + k] = V[r, first + min(k, width - 1)]
        best[:] = 0.0
        for k in range(LANES):
            square, mean = 0.0, 0.0
            for r in range(R):
                square += squares[r] * v[r * LANES + k] ** 2
                mean += whole[r] * v[r * LANES + k]
            total[k] = square - mean * mean
        for c in range(K):
            t[:] = 0.0
            for f in range(0, _COLUMNS, 2):
                for q in range(fours):
                    r, at, one, two = 4 * q, 4 * q * LANES, f * K + c, (f + 1) * K + c
                    a0, a1, a2, a3 = D[r, one], D[r + 1, one], D[r + 2, one], D[r + 3, one]
                    b0, b1, b2, b3 = D[r, two], D[r + 1, two], D[r + 2, two], D[r + 3, two]
                    for k in range(LANES):
                        v0, v1 = v[at + k], v[at + LANES + k]
                        v2, v3 = v[at + 2 * LANES + k], v[at + 3 * LANES + k]
                        t[f * LANES + k] += a0 * v0 + a1 * v1 + a2 * v2 + a3 * v3
                        t[(f + 1) * LANES + k] += b0 * v0 + b1 * v1 + b2 * v2 + b3 * v3
            for k in range(LANES):
                step, line = max(t[k], 0.0), max(t[LANES + k], 0.0)
                power = max(max(t[2 * LANES + k], t[3 * LANES + k]), max(t[4 * LANES + k], t[5 * LANES + k]))
                power = max(power, 0.0)
                jump = step * step + line * line if step > 0.0 else 0.0
                best[k] = max(best[k], max(jump, power * power))
        for k in range(width):
            out[first + k] = best[k] / max(total[k] - best[k], 1e-14 * total[k] + 1e-300)
    return out


def draw_signs(rng: np.random.Generator, n_runs: int, replicates: int) -> Floats:
    """Draw wild weights by run, (R, B): Webb's below 12 runs, Rademacher's from there (MacKinnon, Webb
    2018).
    """
    if n_runs < WEBB_BELOW:
        return np.asarray(_WEBB[rng.integers(0, 6, (n_runs, replicates))], dtype=np.float64)
    return np.asarray(rng.integers(0, 2, (n_runs, replicates)) * 2.0 - 1.0)


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
    given (n,), `order` putting points in time order. Up to `most` replicates where few exceed. The rise
    has to be upwards.
    """
    residual = score - float(design.w @ score)
    pick = np.unique(np.linspace(0, design.pos.size - 1, min(TEST_GAPS, design.pos.size)).round().astype(int))
    pos, eta = design.pos[pick], design.hi[pick]
    by_run = design.n_runs >= 3
    n = residual.size
    run, e = (design.run, residual) if by_run else (np.arange(n), np.ones(n))
    C = _basis_sums(design.x, design.w, e, run, int(run.max()) + 1, pos, eta)
    squares, whole = np.bincount(run, design.w * e * e), np.bincount(run, design.w * e)
    own = np.ones((design.n_runs, 1)) if by_run else residual[:, None]
    statistic = _suprema(C, squares, whole, own)[0] * (1 - 1e-12)
    drawn, exceeded, batch = 0, 0, replicates
    most = most if by_run else min(most, WITHIN_RUN_BATCHES * replicates)
    while True:
        if by_run:
            V = draw_signs(rng, design.n_runs, batch)
        else:
            V = np.empty((n, batch))
            V[order] = draw_ar1(rng, n, batch, rho)
            V *= noise_sd[:, None]
        exceeded += int((_suprema(C, squares, whole, V) >= statistic).sum())
        drawn += batch
        batch = min(most - drawn, 3 * replicates)
        if batch <= 0 or exceeded > 5:
            return (1 + exceeded) / (1 + drawn)
