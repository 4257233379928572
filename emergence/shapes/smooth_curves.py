"""The smooth shapes a threshold competes with: line, exponential, logistic, and logistic with a linear
tail.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from emergence.numerics.arrays import Floats, Ints
from emergence.numerics.cells import cell_starts, wide_gaps
from emergence.numerics.compiled import njit
from emergence.shapes.search import Design

SMOOTH_FORMS: Final = ("linear", "exponential", "logistic", "logistic_tail")
NUMBERS: Final = (2, 3, 4, 5)
"""How many numbers each smooth form fits, in the order of SMOOTH_FORMS."""

LEAST_STEEPNESS: Final = 0.004
"""Of the range of losses: the least s tried; a logistic that steep is a step (s → 0)."""
GREATEST_STEEPNESS: Final = 4.0
"""Of the range of losses: the greatest s tried; a logistic that slow is a line."""
STEP: Final = 0.002
"""Of the range of losses: the s of a logistic that lies in one gap between losses as good as whole."""

LEAST_STEP: Final = 0.25
"""Of the height at the lowest loss: what the logistic with a tail gains at its middle at least. With less it
is a hinge whose narrow corner would pass for a narrow transition.
"""

_STEEPNESS = np.geomspace(LEAST_STEEPNESS, GREATEST_STEEPNESS, 22)
GAMMA = np.geomspace(0.2, 40.0, 20)
_MAX_CELLS = 256


def logistic_grid() -> tuple[Floats, Floats]:
    """Middles and steepnesses (grid,) that are tried."""
    return _MIDDLE, np.repeat(_STEEPNESS, np.diff(_START))


def _middles() -> tuple[Floats, Any]:
    """List the middles tried for each steepness, about s apart, and where each list starts."""
    lists = [np.linspace(-0.1, 1.1, int(np.clip(np.ceil(1.2 / s), 12, 150))) for s in _STEEPNESS]
    return np.concatenate(lists), np.cumsum([0, *(m.size for m in lists)])


_MIDDLE, _START = _middles()


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})
def _grid_sums(x: Any, w: Any, z: Any, steepness: Any, middle: Any, start: Any) -> Any:
    """Sum wσ, wσ², wxσ, wxσ², wx²σ², wσz, wxσz over a grid of (s, m): (7, grid)."""
    out = np.zeros((7, middle.size))
    for k in range(steepness.size):
        s, first, last = steepness[k], start[k], start[k + 1]
        decay = np.exp(-middle[first:last] / s)
        for i in range(x.size):
            up, wi, xi, zi = np.exp(x[i] / s), w[i], x[i], z[i]
            for j in range(last - first):
                g = 1.0 / (1.0 + up * decay[j])
                a = wi * g
                c = xi * a
                out[0, first + j] += a
                out[1, first + j] += a * g
                out[2, first + j] += c
                out[3, first + j] += c * g
                out[4, first + j] += xi * c * g
                out[5, first + j] += a * zi
                out[6, first + j] += c * zi
    return out


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def solve_logistic(S: Any, W: float, Y: float, m: float) -> Any:
    """Least squares for a + σ·d and a + σ·(d + e·x): gain of the first, then gain, d, e of the second.

    The tail may only rise towards lower loss (e ≤ 0), else the plain logistic stands in; and at the middle
    it holds at least LEAST_STEP of its height at the lowest loss, else the steepest such tail does.
    """
    A, B, C, D, E, Q, P = S
    b11, b12, b22 = B - A * A / W, D - A * C / W, E - C * C / W
    r1, r2 = Q - A * Y / W, P - C * Y / W
    if r1 <= 0.0 or b11 <= 1e-12 * W:
        return -1.0, -1.0, 0.0, 0.0
    plain = r1 * r1 / b11
    det = b11 * b22 - b12 * b12
    if det <= 1e-10 * b11 * b22:
        return plain, plain, r1 / b11, 0.0
    d, e = (r1 * b22 - r2 * b12) / det, (r2 * b11 - r1 * b12) / det
    if e > 0.0 or (m <= 0.0 and d <= 0.0):
        return plain, plain, r1 / b11, 0.0
    if m > 0.0 and (d + e * m < LEAST_STEP * d or d <= 0.0):
        c = (1.0 - LEAST_STEP) / m
        over, spread = r1 - c * r2, b11 - 2.0 * c * b12 + c * c * b22
        if over <= 0.0 or spread <= 1e-12 * W or over * over / spread < plain:
            return plain, plain, r1 / b11, 0.0
        d = over / spread
        return plain, over * d, d, -c * d
    return plain, d * r1 + e * r2, d, e


@njit(cache=True, nogil=True, error_model="numpy")
def _grid_gains(G: Any, W: float, Y: float, middle: Any) -> Any:
    """Gains of the logistic and of the logistic with a tail on the grid: (2, grid)."""
    gains = np.empty((2, G.shape[1]))
    for j in range(G.shape[1]):
        S = (G[0, j], G[1, j], G[2, j], G[3, j], G[4, j], G[5, j], G[6, j])
        got = solve_logistic(S, W, Y, middle[j])
        gains[0, j] = got[0]
        gains[1, j] = got[1]
    return gains


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"reassoc", "contract", "nsz"})
def _sums_at(x: Any, w: Any, z: Any, up: Any, decay: float) -> Any:
    """The sums of `_grid_sums`, of w and of wz for one logistic: up = exp(x/s), decay = exp(−m/s)."""
    A = B = C = D = E = Q = P = W = Y = 0.0
    for i in range(x.size):
        g = 1.0 / (1.0 + up[i] * decay)
        a = w[i] * g
        c = a * x[i]
        A += a
        B += a * g
        C += c
        D += c * g
        E += c * g * x[i]
        Q += a * z[i]
        P += c * z[i]
        W += w[i]
        Y += w[i] * z[i]
    return A, B, C, D, E, Q, P, W, Y


@njit(cache=True, nogil=True, error_model="numpy")
def _gain_at(x: Any, w: Any, z: Any, up: Any, m: float, s: float) -> Any:
    """Gains and coefficients at one (m, s), up = exp(x/s): what `solve_logistic` gives."""
    A, B, C, D, E, Q, P, W, Y = _sums_at(x, w, z, up, np.exp(-m / s))
    return solve_logistic((A, B, C, D, E, Q, P), W, Y, m)


@njit(cache=True, nogil=True, error_model="numpy")
def _best_middle(x: Any, w: Any, z: Any, m: float, s: float, reach: float, kind: int) -> Any:
    """Golden section over the middle within ± reach: the middle and its gain (kind 0 logistic, 1 with a
    tail).
    """
    ratio, up = 0.6180339887498949, np.exp(x / s)
    a, b = m - reach, m + reach
    c, d = b - ratio * (b - a), a + ratio * (b - a)
    gc, gd = _gain_at(x, w, z, up, c, s)[kind], _gain_at(x, w, z, up, d, s)[kind]
    for _ in range(10):
        if gc >= gd:
            b, d, gd = d, c, gc
            c = b - ratio * (b - a)
            gc = _gain_at(x, w, z, up, c, s)[kind]
        else:
            a, c, gc = c, d, gd
            d = a + ratio * (b - a)
            gd = _gain_at(x, w, z, up, d, s)[kind]
    return (c, gc) if gc >= gd else (d, gd)


@njit(cache=True, nogil=True, error_model="numpy")
def _profile(
    x: Any, w: Any, z: Any, gains: Any, steepness: Any, middle: Any, start: Any, throughout: bool
) -> Any:
    """Best gain and middle at every steepness, for the logistic and with a tail: two (2, S) arrays.

    The tail's are refined at every steepness where its profile is wanted `throughout`, else at the best.
    """
    best = np.empty((2, steepness.size))
    at = np.empty((2, steepness.size))
    for kind in range(2):
        for k in range(steepness.size):
            j = start[k]
            for i in range(start[k], start[k + 1]):
                if gains[kind, i] > gains[kind, j]:
                    j = i
            at[kind, k], best[kind, k] = middle[j], gains[kind, j]
    top = (np.argmax(best[0]), np.argmax(best[1]))
    for k in range(steepness.size):
        for kind in range(2):
            if k == top[kind] or (throughout and kind == 1):
                reach = middle[start[k] + 1] - middle[start[k]]
                got = _best_middle(x, w, z, at[kind, k], steepness[k], reach, kind)
                if got[1] > best[kind, k]:
                    at[kind, k], best[kind, k] = got
    return best, at


@njit(cache=True, nogil=True, error_model="numpy")
def _polish(x: Any, w: Any, z: Any, best: Any, at: Any, steepness: Any, kind: int) -> Any:
    """Golden section over log s about the best steepness, the middle refitted: gain, m, s."""
    k = np.argmax(best[kind])
    low, high = np.log(steepness[max(k - 1, 0)]), np.log(steepness[min(k + 1, steepness.size - 1)])
    ratio, m = 0.6180339887498949, at[kind, k]
    top = (best[kind, k], m, steepness[k])
    c, d = high - ratio * (high - low), low + ratio * (high - low)
    mc, gc = _best_middle(x, w, z, m, np.exp(c), np.exp(c), kind)
    md, gd = _best_middle(x, w, z, m, np.exp(d), np.exp(d), kind)
    for _ in range(12):
        if gc >= gd:
            if gc > top[0]:
                top = (gc, mc, np.exp(c))
            high, d, md, gd = d, c, mc, gc
            c = high - ratio * (high - low)
            mc, gc = _best_middle(x, w, z, md, np.exp(c), np.exp(c), kind)
        else:
            if gd > top[0]:
                top = (gd, md, np.exp(d))
            low, c, mc, gc = c, d, md, gd
            d = low + ratio * (high - low)
            md, gd = _best_middle(x, w, z, mc, np.exp(d), np.exp(d), kind)
    return top


@dataclass(frozen=True, slots=True)
class SmoothFits:
    """Every smooth form fitted to one series, and the profile over the steepness of the logistic with a tail.

    `gain` (4,) is each form's fall of the weighted sum of squares, `fitted` (4, n) its scores, `steepness`
    and `profile` (S,) the best gain at each s, `profile_middle` its middle; losses scaled to [0, 1].
    `middles` and `slopes` (2,) are m and s of the logistic and of that with a tail. `gap`, `gap_middle` and
    `gap_gain` (G,) are the wide gaps between losses, and the gain of a transition that lies within each.
    """

    gain: Floats
    fitted: Floats
    steepness: Floats
    profile: Floats
    profile_middle: Floats
    best_steepness: float
    middles: Floats
    slopes: Floats
    gap: Floats
    gap_middle: Floats
    gap_gain: Floats


def slow_sums(x: Floats, w: Floats, z: Floats, run: Ints | None = None, n_runs: int = 1) -> Floats:
    """Sum wh, wh², whz by run for the line (h = −x) and each exponential (h = exp(−γx)): (R, 3, 1 +
    gammas).
    """
    h = np.column_stack([-x, np.exp(-np.outer(x, GAMMA))])
    if run is None:
        return np.asarray(np.stack([w @ h, w @ (h * h), (w * z) @ h]))[None]
    out = np.empty((n_runs, 3, h.shape[1]))
    order = np.argsort(run, kind="stable")
    start = np.searchsorted(run[order], np.arange(n_runs))
    for row, factor in enumerate((w[:, None], w[:, None] * h, (w * z)[:, None])):
        out[:, row] = np.add.reduceat((factor * h)[order], start)
    return out


def _slow_gains(sums: Floats) -> tuple[Floats, Floats]:
    """Gains and slopes of line and exponentials from centred sums (3, 1 + gammas), rising as loss falls."""
    slope = np.maximum(sums[2], 0.0) / np.maximum(sums[1] - sums[0] ** 2, 1e-300)
    return sums[2] * slope, slope


def _cells(design: Design, z: Floats) -> tuple[Floats, Floats, Floats]:
    """Pool neighbours into about 256 cells of even rank: weighted mean loss and score, and weight."""
    if design.x.size <= _MAX_CELLS:
        return design.x, design.w, z
    start = cell_starts(design.x, _MAX_CELLS)
    w = np.add.reduceat(design.w, start)
    return np.add.reduceat(design.w * design.x, start) / w, w, np.add.reduceat(design.w * z, start) / w


def fit_smooth(design: Design, score: Floats) -> SmoothFits:
    """Fit line, exponential, logistic and logistic with a linear tail, each profiled over what is not
    linear in it.

    Grid over (m, s) by compiled sums, then golden section in m and log s; above 256 points both pool
    neighbours. Forms: Gadre et al. 2024 (arXiv 2403.08540, exponential), docs/method.md.
    """
    centre = float(design.w @ score)
    z = score - centre
    x, w, y = _cells(design, z)
    gains = _grid_gains(_grid_sums(x, w, y, _STEEPNESS, _MIDDLE, _START), 1.0, 0.0, _MIDDLE)
    best, at = _profile(x, w, y, gains, _STEEPNESS, _MIDDLE, _START, throughout=True)
    points = np.array([_polish(x, w, y, best, at, _STEEPNESS, kind)[1:] for kind in (0, 1)])
    logistics = [_fitted_logistic(design, z, m, s, kind) for kind, (m, s) in enumerate(points)]
    fitted = centre + np.stack([*_fitted_slow(design, slow_sums(design.x, design.w, z)), *logistics])
    gain = float(design.w @ z**2) - ((score - fitted) ** 2) @ design.w
    profile = np.append(best[1], max(float(gain[3]), float(best[1].max())))
    order = np.argsort(np.append(_STEEPNESS, points[1, 1]), kind="stable")
    after = wide_gaps(x)
    between = 0.5 * (x[after - 1] + x[after])
    in_gap = np.array([_gain_at(x, w, y, np.exp(x / STEP), m, STEP)[1] for m in between])
    steepness = np.append(_STEEPNESS, points[1, 1])[order]
    at_middle = np.append(at[1], points[1, 0])[order]
    return SmoothFits(
        gain=gain,
        fitted=fitted,
        steepness=steepness,
        profile=profile[order],
        profile_middle=at_middle,
        best_steepness=float(points[1, 1]),
        middles=points[:, 0],
        slopes=points[:, 1],
        gap=x[after] - x[after - 1],
        gap_middle=between,
        gap_gain=in_gap,
    )


def draw_smooth(design: Design, score: Floats, form: str) -> Floats:
    """Give the scores (n,) of one of the SMOOTH_FORMS as `fit_smooth` fits it, without the others."""
    centre = float(design.w @ score)
    z = score - centre
    row = SMOOTH_FORMS.index(form)
    if row < 2:
        return np.asarray(centre + _fitted_slow(design, slow_sums(design.x, design.w, z))[row])
    x, w, y = _cells(design, z)
    gains = _grid_gains(_grid_sums(x, w, y, _STEEPNESS, _MIDDLE, _START), 1.0, 0.0, _MIDDLE)
    best, at = _profile(x, w, y, gains, _STEEPNESS, _MIDDLE, _START, throughout=row == 3)
    m, s = _polish(x, w, y, best, at, _STEEPNESS, row - 2)[1:]
    return np.asarray(centre + _fitted_logistic(design, z, m, s, row - 2))


def _fitted_slow(design: Design, sums: Floats) -> tuple[Floats, Floats]:
    """Centred scores (n,) of the line and of the best exponential, from `_slow_sums`."""
    gain, slope = _slow_gains(sums.sum(axis=0))
    k = 1 + int(gain[1:].argmax())
    line, fall = -design.x, np.exp(-GAMMA[k - 1] * design.x)
    return slope[0] * (line - design.w @ line), slope[k] * (fall - design.w @ fall)


def _fitted_logistic(design: Design, z: Floats, m: float, s: float, kind: int) -> Floats:
    """Centred scores (n,) of the logistic at m and s, with a linear tail where `kind` is 1."""
    got = _gain_at(design.x, design.w, z, np.exp(design.x / s), m, s)
    d, e = (got[2], got[3]) if kind else (_plain_slope(design, z, m, s), 0.0)
    h = (d + e * design.x) / (1.0 + np.exp(np.minimum((design.x - m) / s, 700.0)))
    return np.asarray(h - design.w @ h)


def _plain_slope(design: Design, z: Floats, m: float, s: float) -> float:
    g = 1.0 / (1.0 + np.exp(np.minimum((design.x - m) / s, 700.0)))
    g = g - design.w @ g
    spread = float(design.w @ g**2)
    return max(0.0, float(design.w @ (g * z)) / spread) if spread > 0 else 0.0
