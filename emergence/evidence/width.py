"""How wide the transition is: 10 to 90 % of a logistic with a linear tail, with limits by profile
likelihood.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from scipy.special import fdtri

from emergence.evidence import cut_offs
from emergence.numerics.arrays import Floats
from emergence.numerics.compiled import njit
from emergence.shapes.smooth_curves import LEAST_STEP, STEP, SmoothFits

TEN_TO_NINETY: Final = 2 * float(np.log(9))
"""A logistic rises from 10 to 90 % over 2·ln 9 = 4.39 times its s."""
LEAST_LEFT: Final = 1e-14
"""Of the most squares that a width leaves: less is rounding."""
LEAST_APART: Final = 0.05
"""In the logarithm of width: of nearer ones the difference in fit is the search's own."""


@dataclass(frozen=True, slots=True)
class Width:
    """The 10–90 % width in units of loss; each limit holds at the confidence by itself, None where there is
    none.
    """

    width: float
    low: float
    high: float | None


@njit(cache=True, nogil=True, error_model="numpy")
def _whitened_squares(x: Any, y: Any, sd: Any, rho: float, m: float, s: float) -> Any:
    """Squares left by a + σ((m − x)/s)·(d + e·x), e ≤ 0, once AR(1) memory is taken out; points in time
    order.
    """
    G = np.zeros((3, 3))
    r = np.zeros(3)
    now, before = np.zeros(4), np.zeros(4)
    total = 0.0
    for i in range(x.size):
        g = 1.0 / (1.0 + np.exp(min((x[i] - m) / s, 700.0)))
        keep, scale = (rho, 1.0 / np.sqrt(1.0 - rho * rho)) if i > 0 else (0.0, 1.0)
        row = (1.0 / sd[i], g / sd[i], g * x[i] / sd[i], y[i] / sd[i])
        for j in range(4):
            now[j] = (row[j] - keep * before[j]) * scale
        for j in range(4):
            before[j] = row[j]
        total += now[3] * now[3]
        for j in range(3):
            r[j] += now[j] * now[3]
            for k in range(3):
                G[j, k] += now[j] * now[k]
    b11, b12, b22 = (
        G[1, 1] - G[0, 1] ** 2 / G[0, 0],
        G[1, 2] - G[0, 1] * G[0, 2] / G[0, 0],
        G[2, 2] - G[0, 2] ** 2 / G[0, 0],
    )
    r1, r2 = r[1] - G[0, 1] * r[0] / G[0, 0], r[2] - G[0, 2] * r[0] / G[0, 0]
    flat = total - r[0] ** 2 / G[0, 0]
    if r1 <= 0.0 or b11 <= 1e-12 * G[0, 0]:
        return flat
    det = b11 * b22 - b12 * b12
    if det <= 1e-10 * b11 * b22:
        return flat - r1 * r1 / b11
    d, e = (r1 * b22 - r2 * b12) / det, (r2 * b11 - r1 * b12) / det
    if e > 0.0 or (m <= 0.0 and d <= 0.0):
        return flat - r1 * r1 / b11
    if m > 0.0 and (d + e * m < LEAST_STEP * d or d <= 0.0):  # as in `solve_logistic`
        c = (1.0 - LEAST_STEP) / m
        over, spread = r1 - c * r2, b11 - 2.0 * c * b12 + c * c * b22
        if over <= 0.0 or spread <= 1e-12 * G[0, 0]:
            return flat - r1 * r1 / b11
        return flat - max(over * over / spread, r1 * r1 / b11)
    return flat - d * r1 - e * r2


@njit(cache=True, nogil=True, error_model="numpy")
def _whitened_profile(x: Any, y: Any, sd: Any, rho: float, steepness: Any, middle: Any) -> Any:
    """Least whitened squares at every steepness; the middle is sought about the unwhitened best, by golden
    section.
    """
    out = np.empty(steepness.size)
    ratio = 0.6180339887498949
    for k in range(steepness.size):
        s = steepness[k]
        best, at = np.inf, middle[k]
        for j in range(-3, 4):
            got = _whitened_squares(x, y, sd, rho, middle[k] + j * s, s)
            if got < best:
                best, at = got, middle[k] + j * s
        a, b = at - s, at + s
        c, d = b - ratio * (b - a), a + ratio * (b - a)
        fc, fd = _whitened_squares(x, y, sd, rho, c, s), _whitened_squares(x, y, sd, rho, d, s)
        for _ in range(8):
            if fc <= fd:
                b, d, fd = d, c, fc
                c = b - ratio * (b - a)
                fc = _whitened_squares(x, y, sd, rho, c, s)
            else:
                a, c, fc = c, d, fd
                d = a + ratio * (b - a)
                fd = _whitened_squares(x, y, sd, rho, d, s)
        out[k] = min(best, min(fc, fd))
    return out


@dataclass(frozen=True, slots=True)
class Profile:
    """How much worse each width (S,), in units of loss, fits than the best: excess squares over the
    variance left. `squares` is what the best leaves.
    """

    width: Floats
    excess: Floats
    df: float
    squares: float

    def excess_at(self, width: Floats) -> Floats:
        """Give the excess between the widths tried: its root is nearly a line in the logarithm of width."""
        side = np.where(np.arange(self.width.size) < self.excess.argmin(), -1.0, 1.0)
        root = np.interp(np.log(width), np.log(self.width), side * np.sqrt(self.excess))
        return np.asarray(root**2)


def run_profile(
    fits: SmoothFits, x: Floats, score: Floats, noise_sd: Floats, rho: float, scale: float
) -> Profile:
    """Profile the steepness within one run, its AR(1) memory taken out (generalised least squares).

    `x` (n,) are scaled losses in time order, as are `score` and `noise_sd`. A step is a change between two
    neighbours, where memory adds little: whitening tells it from a slow rise better than fewer effective
    points would.
    """
    y = score - score.mean()
    squares = _whitened_profile(x, y, noise_sd, rho, fits.steepness, fits.profile_middle)
    in_gap = np.array([_whitened_squares(x, y, noise_sd, rho, m, STEP) for m in fits.gap_middle])
    profile = _profile_of(fits.steepness, np.maximum(squares, 1e-300), x.size - 6.0, scale)
    return _with_gaps(profile, cut_offs.WITHIN_GAP * scale * fits.gap, in_gap)


def runs_profile(fits: SmoothFits, total: float, n_effective: float, scale: float) -> Profile:
    """Profile the steepness over several runs: `n_effective` is how many independent points they are worth.

    `total` is the weighted sum of squares about the mean, `scale` the range of losses.
    """
    squares = np.maximum(total - fits.profile, LEAST_LEFT * total)
    profile = _profile_of(fits.steepness, squares, n_effective - 5, scale)
    return _with_gaps(profile, cut_offs.WITHIN_GAP * scale * fits.gap, total - fits.gap_gain)


def _profile_of(steepness: Floats, squares: Floats, df: float, scale: float) -> Profile:
    df = max(3.0, df)
    squares = np.maximum(squares, max(LEAST_LEFT * float(squares.max()), 1e-300))
    log_w, first = np.unique(np.log(steepness), return_index=True)
    log_w, squares = _with_vertex(log_w, np.minimum.reduceat(squares, first))
    least = float(squares.min())
    return Profile(TEN_TO_NINETY * scale * np.exp(log_w), df * (squares / least - 1), df, least)


def _with_gaps(profile: Profile, widest: Floats, in_gap: Floats) -> Profile:
    """Let every width up to `widest` (G,) fit as well as a transition within that gap does, which leaves
    `in_gap` (G,): no checkpoint tells these widths apart.
    """
    if widest.size == 0:
        return profile
    ends = np.concatenate([widest, widest * (1 + 1e-6)])
    ends = ends[(ends > profile.width[0]) & (ends < profile.width[-1])]
    width = np.union1d(profile.width, ends)
    squares = profile.squares * (1 + profile.excess_at(width) / profile.df)
    least = max(min(profile.squares, float(in_gap.min())), LEAST_LEFT * float(squares.max()))
    there = np.maximum(profile.df * (in_gap / least - 1) - cut_offs.BY_CHANCE, 0.0)
    fits = np.where(width <= widest[:, None], there[:, None], np.inf).min(axis=0)
    excess = np.minimum(np.maximum(profile.df * (squares / least - 1), 0.0), fits)
    return Profile(width, excess - excess.min(), profile.df, least)


def _with_vertex(log_w: Floats, squares: Floats) -> tuple[Floats, Floats]:
    """Put the lowest point of a parabola through the best width and its neighbours among the widths tried.

    Their steps are wide beside the interval where many points tell: the best lies between them.
    """
    k = int(squares.argmin())
    before = np.flatnonzero(log_w <= log_w[k] - LEAST_APART)
    after = np.flatnonzero(log_w >= log_w[k] + LEAST_APART)
    if before.size == 0 or after.size == 0:
        return log_w, squares
    i, j = int(before[-1]), int(after[0])
    left, right = log_w[k] - log_w[i], log_w[j] - log_w[k]
    fall, rise = (squares[i] - squares[k]) / left, (squares[j] - squares[k]) / right
    bend, slope = (fall + rise) / (left + right), (rise * left - fall * right) / (left + right)
    if not bend > 0:
        return log_w, squares
    vertex = log_w[k] - slope / (2 * bend)
    lowest = max(squares[k] - slope**2 / (4 * bend), 0.5 * squares[k])
    at = int(np.searchsorted(log_w, vertex))
    return np.insert(log_w, at, vertex), np.insert(squares, at, lowest)


def pool_profiles(profiles: Sequence[Profile]) -> Profile:
    """Add up the profiles of runs judged one by one: each has a middle of its own, all have one width."""
    if len(profiles) == 1:
        return profiles[0]
    low = max(float(p.width[0]) for p in profiles)
    high = min(float(p.width[-1]) for p in profiles)
    widths = np.unique(np.concatenate([p.width for p in profiles]).clip(low, high))
    total = np.sum([p.excess_at(widths) for p in profiles], axis=0)
    squares = sum(p.squares for p in profiles)
    return Profile(widths, total - total.min(), sum(p.df for p in profiles), squares)


def width_limits(profile: Profile, confidence: float) -> Width:
    """Find the outermost widths that fit within the F bound of the best; the least tried stands for a
    step.
    """
    bound = float(fdtri(1, profile.df, 2 * confidence - 1))
    log_w, excess = np.log(profile.width), profile.excess
    inside = np.flatnonzero(excess <= bound)
    first, last = int(inside[0]), int(inside[-1])
    width = float(profile.width[int(excess.argmin())])
    low = float(profile.width[0])
    if first > 0:
        low = float(np.exp(_crossing(log_w, excess, first - 1, first, bound)))
    high = None
    if last < log_w.size - 1:
        high = max(width, float(np.exp(_crossing(log_w, excess, last + 1, last, bound))))
    return Width(width, min(low, width), high)


def _crossing(log_w: Floats, excess: Floats, outside: int, inside: int, bound: float) -> float:
    """Interpolate where the excess reaches the bound between a width outside and one inside, by its root."""
    root = np.sqrt(excess)
    fall = root[outside] - root[inside]
    share = (np.sqrt(bound) - root[inside]) / fall if fall > 0 else 1.0
    return float(log_w[inside] + share * (log_w[outside] - log_w[inside]))
