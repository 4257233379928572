"""A curve to go beyond the losses seen: compiled logistic in loss with free floor and a capped ceiling."""

import numpy as np

from emergence.numerics.arrays import Floats
from emergence.numerics.compiled import njit
from emergence.numerics.monotone import pool

BINS = 48
CENTRES, WIDTHS = 20, 10  # first grid over (middle, width); three finer ones follow around the best
ROUNDS, FINER = 3, 3
CUTS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8)  # shares of the points, from the highest loss, to foretell the rest
ROUNDING = 1 + 1e-9  # so that a cut that falls between two points falls there on every machine
FEWEST_LOSSES_SEEN = 8  # different ones, for a logistic that foretells the rest


@njit(cache=True, nogil=True)
def bin_points(x: Floats, y: Floats, w: Floats, bins: int) -> tuple[Floats, Floats, Floats]:
    """Weighted means of ascending points (n,) in at most `bins` groups of like weight."""
    share = w.sum() / bins
    mean_x, mean_y, total = np.zeros(bins + 1), np.zeros(bins + 1), np.zeros(bins + 1)
    k, filled = 0, 0.0
    for i in range(x.size):
        if filled >= share * (k + 1) and total[k] > 0 and k < bins - 1:
            k += 1
        filled += w[i]
        total[k] += w[i]
        mean_x[k] += w[i] * x[i]
        mean_y[k] += w[i] * y[i]
    used = k + 1
    return mean_x[:used] / total[:used], mean_y[:used] / total[:used], total[:used].copy()


@njit(cache=True, nogil=True)
def _best_levels(
    fall: Floats, shift: float, y: Floats, w: Floats, s0: float, t0: float, t2: float, cap: float
) -> tuple[float, float, float]:
    """Floor, rise, residual sum of the best a + b·z with z = 1/(1 + fall·shift), b ≥ 0 and a + b ≤ cap."""
    s1 = s2 = t1 = 0.0
    for i in range(y.size):
        z = 1.0 / (1.0 + fall[i] * shift)
        part = w[i] * z
        s1 += part
        s2 += part * z
        t1 += part * y[i]
    below = s0 * s2 - s1 * s1
    b = (s0 * t1 - s1 * t0) / below if below > 1e-12 * s0 * s0 else 0.0
    b = max(b, 0.0)
    a = (t0 - b * s1) / s0
    if a + b > cap:
        # With a + b = cap the curve is cap·z + a·(1 − z): one unknown.
        under = s0 - 2 * s1 + s2
        a = (t0 - t1 - cap * (s1 - s2)) / under if under > 1e-12 * s0 else a
        b = max(cap - a, 0.0)
    rest = t2 - 2 * (a * t0 + b * t1) + a * a * s0 + 2 * a * b * s1 + b * b * s2
    return a, b, rest


@njit(cache=True, nogil=True)
def fit_logistic(x: Floats, y: Floats, w: Floats, cap: float) -> Floats:
    """Floor, rise, middle and width (4,) of the least squares logistic through ascending points (n,).

    Linear in floor and rise, searched over middle (from one range below the losses seen to their top) and
    width (a twentieth of the range to twice it), then three times finer around the best. Along one width
    exp((x − middle)/width) is a product, so that no exponential is taken twice.
    """
    bx, by, bw = bin_points(x, y, w, BINS)
    low, high = bx[0], bx[-1]
    span = max(high - low, 1e-9)
    s0, t0, t2 = bw.sum(), (bw * by).sum(), (bw * by * by).sum()
    best = np.array([by.mean(), 0.0, low, span])
    least = np.inf
    middle_step, width_step = 2.0 * span / (CENTRES - 1), np.log(40.0) / (WIDTHS - 1)
    for j in range(WIDTHS):
        width = 0.05 * span * np.exp(j * width_step)
        fall = np.exp((bx - low) / width)
        for i in range(CENTRES):
            middle = low - span + i * middle_step
            a, b, rest = _best_levels(fall, np.exp((low - middle) / width), by, bw, s0, t0, t2, cap)
            if rest < least:
                least, best = rest, np.array([a, b, middle, width])
    for _ in range(ROUNDS):
        around, wide = best[2], best[3]
        for j in range(-FINER, FINER + 1):
            width = wide * np.exp(width_step * j / FINER)
            if width < 0.02 * span:
                continue
            fall = np.exp((bx - low) / width)
            for i in range(-FINER, FINER + 1):
                middle = around + middle_step * i / FINER
                a, b, rest = _best_levels(fall, np.exp((low - middle) / width), by, bw, s0, t0, t2, cap)
                if rest < least:
                    least, best = rest, np.array([a, b, middle, width])
        middle_step, width_step = middle_step / FINER, width_step / FINER
    return best


@njit(cache=True, nogil=True)
def rate_of_miss(x: Floats, y: Floats, w: Floats, noise: Floats, cap: float) -> float:
    """Squared error per squared distance of loss, of logistics cut off early and carried on from there.

    `x` (n,) ascends; `noise` (n,) is the variance that a new point has without any distance.
    """
    n, total = x.size, w.sum()
    above, below = 0.0, 0.0
    for cut in CUTS:
        first, share, losses = n, 0.0, 0
        while first > 0 and share + w[first - 1] <= cut * total * ROUNDING:
            first -= 1
            share += w[first]
            losses += 1 if first == n - 1 or x[first] != x[first + 1] else 0
        if first == 0 or losses < FEWEST_LOSSES_SEEN:
            continue
        a, b, middle, width = fit_logistic(x[first:], y[first:], w[first:], cap)
        start = pool(x[first:], y[first:], w[first:])[1][0] - _height(a, b, middle, width, x[first])
        for i in range(first):
            guess = min(start + _height(a, b, middle, width, x[i]), cap)
            above += w[i] * ((y[i] - guess) ** 2 - noise[i])
            below += w[i] * (x[first] - x[i]) ** 2
    return max(above / below, 0.0) if below > 0.0 else np.nan


@njit(cache=True, nogil=True)
def _height(a: float, b: float, middle: float, width: float, x: float) -> float:
    return float(a + b / (1.0 + np.exp(min(max((x - middle) / width, -700.0), 700.0))))


def logistic(numbers: Floats, x: Floats) -> Floats:
    """Score at losses (…) of floor, rise, middle and width (4,)."""
    a, b, middle, width = numbers
    return np.asarray(a + b / (1.0 + np.exp(np.clip((x - middle) / width, -700, 700))))
