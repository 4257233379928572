"""Change of a score per unit of a covariate at equal loss: partial regression with errors by
runs, compiled.
"""

import numpy as np
from numpy.typing import NDArray

from emergence.numerics.arrays import Floats, Ints
from emergence.numerics.compiled import njit
from emergence.numerics.monotone import held_out

SIMEX_STEPS = np.array([0.5, 1.0, 1.5, 2.0])
"""Shares of the losses' error variance that are added."""
SIMEX_DRAWS = 12
SIMEX_SHARES = np.append(0.0, SIMEX_STEPS)
BACK_TO_NONE = np.array([1.0, -1.0, 1.0]) @ np.linalg.pinv(SIMEX_SHARES[:, None] ** np.arange(3))
"""Weights of values at the shares (5,) in what a quadratic through them is at −1, where no error is."""
MOST_LEVERAGE = 0.9
"""A run that draws the slope alone still has an error."""


@njit(cache=True, nogil=True)
def free_of_loss(
    x: Floats,
    v: Floats,
    w: Floats,
    run: Ints,
    runs: int,
    stratum: Ints,
    strata: int,
    both_ways: bool | np.bool_,
) -> Floats:
    """Values (n,) less what the other runs of their stratum foretell of them by a curve that falls in
    ascending x.

    With `both_ways` the better of a falling and a rising one. NaN where the others' losses do not surround a
    point. Freed so, a run's own noise is not in what is taken off (Chernozhukov et al. 2018).
    """
    out = np.full(x.size, np.nan)
    for s in range(strata):
        mine = np.flatnonzero(stratum == s)
        if mine.size == 0:
            continue
        at, value, weight, whose = x[mine], v[mine], w[mine], run[mine]
        guess, inside = held_out(at, value, weight, whose, runs)
        off = value - guess
        if both_ways:
            rising, _ = held_out(at, -value, weight, whose, runs)
            other = value + rising
            if (weight * other**2)[inside].sum() < (weight * off**2)[inside].sum():
                off = other
        out[mine] = np.where(inside, off, np.nan)
    return out


@njit(cache=True, nogil=True)
def runs_met(x: Floats, run: Ints, runs: int, stratum: Ints) -> Floats:
    """Count the runs of a point's stratum whose losses surround it (n,), its own among them; x ascend."""
    low, high, whose = np.full(runs, np.inf), np.full(runs, -np.inf), np.zeros(runs, np.int64)
    for i in range(x.size):
        r = run[i]
        low[r], high[r], whose[r] = min(low[r], x[i]), max(high[r], x[i]), stratum[i]
    out = np.zeros(x.size)
    for s in range(whose.max() + 1):
        mine, own = stratum == s, whose == s
        begun = np.searchsorted(np.sort(low[own]), x[mine], side="right")
        out[mine] = begun - np.searchsorted(np.sort(high[own]), x[mine])
    return out


@njit(cache=True, nogil=True)
def slope_by_runs(
    off: Floats, free: Floats, w: Floats, run: Ints, runs: int, met: Floats
) -> tuple[float, float, float]:
    """Slope of the freed score (n,) on the freed covariate (n,), its standard error by runs, and the degrees
    of freedom of that.

    Runs' scores are divided by one less their leverage (CR3, Bell and McCaffrey 2002), since a size has few
    runs. The smallest and the largest sizes draw a slope more than those between: the error then rests on
    fewer runs than there are, and has the degrees of freedom that Satterthwaite's formula gives their
    leverages; of runs that are equal in that, their number less one.

    What a run is off is off the others, too: where only k meet at a loss (`met` (n,)) these say nearly the
    same of each other, and their squares come out too small by (k − 1)/k. Where all meet everywhere that is
    the (R − 1)/R of all runs.
    """
    square, score, used, alike = np.zeros(runs), np.zeros(runs), 0.0, 0.0
    for i in range(off.size):
        if np.isfinite(free[i]) and np.isfinite(off[i]):
            used += w[i]
            score[run[i]] += w[i] * off[i] * free[i]
            own = w[i] * free[i] * free[i]
            square[run[i]] += own
            alike += own * met[i] / max(met[i] - 1.0, 1.0)
    below = square.sum()
    if below <= 1e-9 * used or (square > 0).sum() < 3:
        return np.nan, np.nan, np.nan
    slope = score.sum() / below
    leverage = square / below
    kept = 1 - np.minimum(leverage, MOST_LEVERAGE)
    total = (((score - slope * square) / kept) ** 2).sum()
    # Scores that vary as their leverage does, less the slope's part: covariance diag(h) - hh', over (1 - h).
    odds = leverage / kept
    squares = (odds**2).sum()
    freedom = odds.sum() ** 2 / (squares + squares**2 - (odds**4).sum())
    fewer = max(alike / below * (runs - 1) / runs, 1.0)
    return slope, np.sqrt(total * fewer * (runs - 1) / runs) / below, max(freedom, 1.0)


@njit(cache=True, nogil=True)
def slopes_by_halves(
    off: Floats, free: Floats, w: Floats, run: Ints, runs: int, low: NDArray[np.bool_], met: Floats
) -> tuple[Floats, Floats, Floats]:
    """Slopes (3,), their errors and degrees of freedom: of all points, and of those above and below a loss
    (`low` (n,)).
    """
    found = np.empty((3, 3))
    found[0] = slope_by_runs(off, free, w, run, runs, met)
    found[1] = slope_by_runs(np.where(low, np.nan, off), free, w, run, runs, met)
    found[2] = slope_by_runs(np.where(low, off, np.nan), free, w, run, runs, met)
    return found[:, 0], found[:, 1], found[:, 2]


@njit(cache=True, nogil=True)
def simex_slopes(
    x: Floats,
    y: Floats,
    w: Floats,
    z: Floats,
    run: Ints,
    runs: int,
    stratum: Ints,
    strata: int,
    error: Floats,
    low: NDArray[np.bool_],
    seed: int,
) -> Floats:
    """The slopes (3,) without the losses' error (n,): more is added, and the trend followed back to none.

    Cook and Stefanski (1994), with a quadratic in the added share of the variance.
    """
    np.random.seed(seed)
    out, met = np.zeros(3), np.ones(x.size)
    rising = np.bool_(False)  # a constant would have `free_of_loss` compiled once more for it
    for k in range(SIMEX_SHARES.size):
        draws = 1 if k == 0 else SIMEX_DRAWS
        for _ in range(draws):
            noisy = x + np.sqrt(SIMEX_SHARES[k]) * error * np.random.standard_normal(x.size)
            order = np.argsort(noisy)
            at, weight, whose, part = noisy[order], w[order], run[order], stratum[order]
            off = free_of_loss(at, y[order], weight, whose, runs, part, strata, rising)
            free = free_of_loss(at, z[order], weight, whose, runs, part, strata, rising)
            slopes = slopes_by_halves(off, free, weight, whose, runs, low[order], met)[0]
            out += BACK_TO_NONE[k] / draws * slopes
    return out
