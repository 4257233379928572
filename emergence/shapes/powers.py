"""The family a + b·(η − x)₊^p with the power p free: sums over a grid of η and p, and the best of it in
every replicate.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from emergence.numerics.arrays import Floats, Ints
from emergence.numerics.cells import cell_starts
from emergence.numerics.compiled import njit
from emergence.shapes.kernels import LANES

LEAST_POWER: Final = 0.25
GREATEST_POWER: Final = 6.0
"""A steeper start is a jump, which is fitted beside the powers; a slower one cannot be told from a level."""
COARSE: Final = (32, 16)
"""Etas and powers of the first look over all losses."""
LOOKS: Final = ((48, 14), (13, 9), (13, 9), (13, 9), (13, 9), (9, 7))
"""Etas and powers of each closer look at the best; the first is finer, since below power 1 the gaps' ends
each hold an optimum of their own.
"""
MOST_CELLS: Final = 256
"""Cells that a long series is pooled into for all but the last looks."""
CLOSER: Final = 0.25
"""Of the reach of one look: the reach of the next."""


@dataclass(frozen=True, slots=True)
class PowerGrid:
    """Candidates in scaled losses: eta (J,), power (K,) evenly spaced; `cap`: below that loss the score is
    level.
    """

    eta: Floats
    power: Floats
    cap: float = -np.inf

    def at(self, column: Ints) -> tuple[Floats, Floats]:
        """Eta and power of columns, which run over the powers of each eta in turn."""
        return self.eta[column // self.power.size], self.power[column % self.power.size]


@njit(cache=True, nogil=True, error_model="numpy")
def power_basis(x: Any, eta: Any, power: Any, cap: float) -> Any:
    """Rise of every candidate at sorted x (n,), 1 at the lowest: (J·K, n). Powers are evenly spaced."""
    n, K = x.size, power.size
    out = np.zeros((eta.size * K, n))
    step = power[1] - power[0] if K > 1 else 0.0
    for j in range(eta.size):
        reach = eta[j] - max(x[0], cap)
        if reach <= 0.0:
            continue
        for i in range(n):
            d = (eta[j] - max(x[i], cap)) / reach
            if d <= 0.0:
                break
            log_d = np.log(d)
            f, g = np.exp(power[0] * log_d), np.exp(step * log_d)
            for k in range(K):
                out[j * K + k, i] = f
                f *= g
    return out


def power_sums(x: Floats, w: Floats, z: Floats, start: Ints, grid: PowerGrid) -> Floats:
    """Sum wφ, wφ², wφz by run over every candidate's rise φ: (R, 3, J·K).

    x, w, z (n,) come run by run, each in ascending x from `start` (R + 1,) on.
    """
    reach = grid.eta - max(float(x.min()), grid.cap)
    with np.errstate(divide="ignore", invalid="ignore"):
        log_d = np.log(np.maximum(grid.eta[:, None] - np.maximum(x, grid.cap), 0.0) / reach[:, None])
    log_d[reach <= 0.0] = -np.inf
    step = float(grid.power[1] - grid.power[0]) if grid.power.size > 1 else 1.0
    first, ratio = np.exp(grid.power[0] * log_d), np.exp(step * log_d)
    return np.asarray(_sums_of_powers(first, ratio, w, z, start, grid.power.size))


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"reassoc", "contract", "nsz"})
def _sums_of_powers(rise: Any, ratio: Any, w: Any, z: Any, start: Any, K: int) -> Any:
    """The sums from the rises (J, n) of the first power, which are used up, and what the next has to each."""
    R = start.size - 1
    out = np.empty((R, 3, rise.shape[0] * K))
    for j in range(rise.shape[0]):
        for r in range(R):
            first, last = start[r], start[r + 1]
            f, g, wr, zr = rise[j, first:last], ratio[j, first:last], w[first:last], z[first:last]
            n = 0
            while n < f.size and f[n] > 0.0:  # losses ascend: from eta on nothing rises
                n += 1
            for k in range(K):
                p1 = p2 = q = 0.0
                for i in range(n):
                    a = wr[i] * f[i]
                    p1 += a
                    p2 += a * f[i]
                    q += a * zr[i]
                    f[i] *= g[i]
                out[r, 0, j * K + k], out[r, 1, j * K + k], out[r, 2, j * K + k] = p1, p2, q
    return out


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})
def best_by_runs(sums: Any, weight: Any, height: Any, U: Any) -> Any:
    """Best candidate of every replicate, U (R, B) counting runs: column, gain, floor, slope as (4, B).

    weight and height (R,) are each run's Σw and Σwz. A gain of −1 says that no candidate rises.
    """
    R, B, C = U.shape[0], U.shape[1], sums.shape[2]
    fours = (R + 3) // 4  # runs are taken by four, so that sums stay in registers
    by_column = np.zeros((C, 3, 4 * fours))
    for r in range(R):
        for c in range(C):
            for part in range(3):
                by_column[c, part, r] = sums[r, part, c]
    out = np.empty((4, B))
    u = np.zeros(4 * fours * LANES)
    W, Y = np.empty(LANES), np.empty(LANES)
    p1, p2, q = np.empty(LANES), np.empty(LANES), np.empty(LANES)
    best, at, floor, slope = np.empty(LANES), np.empty(LANES), np.empty(LANES), np.empty(LANES)
    for start in range(0, B, LANES):
        width = min(LANES, B - start)
        W[:] = 0.0
        Y[:] = 0.0
        for r in range(R):
            for k in range(LANES):
                v = U[r, start + min(k, width - 1)]
                u[r * LANES + k] = v
                W[k] += weight[r] * v
                Y[k] += height[r] * v
        best[:] = -1.0
        at[:] = 0.0
        floor[:] = 0.0
        slope[:] = 0.0
        for c in range(C):
            p1[:] = 0.0
            p2[:] = 0.0
            q[:] = 0.0
            for four in range(fours):
                r, row = 4 * four, 4 * four * LANES
                a, b, d = by_column[c, 0, r : r + 4], by_column[c, 1, r : r + 4], by_column[c, 2, r : r + 4]
                a0, a1, a2, a3 = a[0], a[1], a[2], a[3]
                b0, b1, b2, b3 = b[0], b[1], b[2], b[3]
                d0, d1, d2, d3 = d[0], d[1], d[2], d[3]
                for k in range(LANES):
                    v0, v1 = u[row + k], u[row + LANES + k]
                    v2, v3 = u[row + 2 * LANES + k], u[row + 3 * LANES + k]
                    p1[k] += a0 * v0 + a1 * v1 + a2 * v2 + a3 * v3
                    p2[k] += b0 * v0 + b1 * v1 + b2 * v2 + b3 * v3
                    q[k] += d0 * v0 + d1 * v1 + d2 * v2 + d3 * v3
            for k in range(LANES):
                over = q[k] - p1[k] * Y[k] / W[k]
                spread = p2[k] - p1[k] * p1[k] / W[k]
                usable = (over > 0.0) & (spread > 1e-14 * W[k])
                rise = over / (spread if usable else 1.0)
                gain = over * rise if usable else -1.0
                take = gain > best[k]
                best[k] = gain if take else best[k]
                at[k] = c if take else at[k]
                floor[k] = (Y[k] - rise * p1[k]) / W[k] if take else floor[k]
                slope[k] = rise if take else slope[k]
        for k in range(width):
            out[0, start + k], out[1, start + k] = at[k], best[k]
            out[2, start + k], out[3, start + k] = floor[k], slope[k]
    return out


@njit(cache=True, nogil=True, error_model="numpy")
def best_of_series(p1: Any, p2: Any, Q: Any, height: Any) -> Any:
    """The same for series (B) over one set of losses, weights summing to 1: Q (C, B) is Σwφz, height (B,)
    Σwz.
    """
    C, B = Q.shape
    out = np.zeros((4, B))
    out[1] = -1.0
    for c in range(C):
        spread = p2[c] - p1[c] * p1[c]
        if spread <= 1e-14:
            continue
        for b in range(B):
            over = Q[c, b] - p1[c] * height[b]
            gain = over * over / spread
            if over > 0.0 and gain > out[1, b]:
                out[0, b], out[1, b] = c, gain
                out[3, b] = over / spread
                out[2, b] = height[b] - p1[c] * over / spread
    return out


def coarse_grid(low: float, high: float, x: Floats, cap: float = -np.inf) -> PowerGrid:
    """Spread etas over the ranks of the losses between low and high, powers over all that are allowed."""
    inside = np.unique(x[(x >= low) & (x <= high)])
    even = np.linspace(low, high, COARSE[0] // 4)
    ranks = inside[np.linspace(0, inside.size - 1, COARSE[0]).astype(np.int64)] if inside.size else even
    eta = np.unique(np.concatenate([ranks, even]))
    return PowerGrid(eta, np.linspace(LEAST_POWER, GREATEST_POWER, COARSE[1]), cap)


def zoom_grid(
    best: "PowerFit", reach: tuple[float, float], ends: tuple[float, float], size: tuple[int, int]
) -> PowerGrid:
    """Spread etas and powers evenly within `reach` of the best, inside the ends of what is searched."""
    first, last = max(ends[0], best.eta - reach[0]), min(ends[1], best.eta + reach[0])
    low, high = max(LEAST_POWER, best.power - reach[1]), min(GREATEST_POWER, best.power + reach[1])
    return PowerGrid(np.linspace(first, last, size[0]), np.linspace(low, high, size[1]), best.cap)


@dataclass(frozen=True, slots=True)
class PowerFit:
    """The best power curve of one series, in scaled losses; `slope` is the rise at the lowest loss."""

    eta: float
    power: float
    gain: float
    floor: float
    rise: float
    cap: float = -np.inf


def power_cells(x: Floats, w: Floats, z: Floats) -> tuple[Floats, Floats, Floats]:
    """Pool neighbours into about MOST_CELLS cells of even rank: mean loss, weight and mean score."""
    if x.size <= 2 * MOST_CELLS:
        return x, w, z
    start = cell_starts(x, MOST_CELLS)
    total = np.add.reduceat(w, start)
    return np.add.reduceat(w * x, start) / total, total, np.add.reduceat(w * z, start) / total


def fit_power(
    x: Floats, w: Floats, z: Floats, ends: tuple[float, float], caps: Sequence[float] = (-np.inf,)
) -> PowerFit:
    """Fit η and p together: a coarse grid over all losses, then ever closer looks at the best.

    Below the loss `caps` the score is level; of several the best on the coarse grid is looked at closely.
    """
    best = PowerFit(ends[1], 1.0, -2.0, 0.0, 0.0)
    for cap in caps:
        grid = coarse_grid(max(ends[0], cap + 1e-9), ends[1], x, cap)
        found = _better(PowerFit(ends[1], 1.0, -1.0, 0.0, 0.0, cap), grid, x, w, z)
        if found.gain > best.gain:
            best, widest = found, float(np.diff(grid.eta).max(initial=0.0))
    reach = (2.0 * widest, 2.0 * float(grid.power[1] - grid.power[0]))
    return _closer(best, LOOKS, reach, (max(ends[0], best.cap + 1e-9), ends[1]), x, w, z)


def refine_power(x: Floats, w: Floats, z: Floats, ends: tuple[float, float], rough: PowerFit) -> PowerFit:
    """Fit again, on all points, near what was found on cells, where there were any."""
    if x.size <= 2 * MOST_CELLS:
        return rough
    ends = (max(ends[0], rough.cap + 1e-9), ends[1])
    return _closer(replace(rough, gain=-1.0), LOOKS[-3:], (2.0 / MOST_CELLS, 0.1), ends, x, w, z)


def _closer(
    best: PowerFit,
    looks: Sequence[tuple[int, int]],
    reach: tuple[float, float],
    ends: tuple[float, float],
    x: Floats,
    w: Floats,
    z: Floats,
) -> PowerFit:
    for size in looks:
        best = _better(best, zoom_grid(best, reach, ends, size), x, w, z)
        reach = (reach[0] * CLOSER, reach[1] * CLOSER)
    return best


def _better(best: PowerFit, grid: PowerGrid, x: Floats, w: Floats, z: Floats) -> PowerFit:
    """Give the best of a grid, where it is better than what there was."""
    sums = power_sums(x, w, z, np.array([0, x.size]), grid)[0]
    weight, height = float(w.sum()), float(w @ z)
    rise, gain = rises_and_gains(sums, weight, height)
    at = int(gain.argmax())
    if gain[at] <= max(0.0, best.gain):
        return best
    eta, power = grid.at(np.array([at]))
    floor = (height - rise[at] * sums[0, at]) / weight
    return PowerFit(float(eta[0]), float(power[0]), float(gain[at]), float(floor), float(rise[at]), grid.cap)


def rises_and_gains(sums: Floats, weight: float, height: float) -> tuple[Floats, Floats]:
    """Give every candidate's rise and gain (C,), 0 where none rises, from sums (3, C), Σw and Σwz."""
    p1, p2, q = sums
    over, spread = q - p1 * (height / weight), p2 - p1 * p1 / weight
    usable = (over > 0) & (spread > 1e-14 * weight)
    rise = np.where(usable, over, 0.0) / np.where(usable, spread, 1.0)
    return rise, over * rise
