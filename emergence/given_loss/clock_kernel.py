"""Runs thinned to a few stretches each, so that many clocks can be tried on them: compiled."""

import numpy as np

from emergence.numerics.arrays import Floats, Ints
from emergence.numerics.compiled import njit
from emergence.numerics.monotone import held_out

STRETCHES = 10
"""Points that a run keeps at most: neighbours in time are averaged."""
TIE = 1e-9
"""Relative difference of errors that is rounding: of clocks of one order of points the first is taken."""


@njit(cache=True, nogil=True)
def thin_runs(
    size: Floats, tokens: Floats, y: Floats, w: Floats, run: Ints, runs: int
) -> tuple[Floats, Floats, Floats, Floats, Ints]:
    """Weighted means (m,) of log size, log tokens and y over stretches of each run, their weights and runs.

    Points (n,) come by run and then by tokens; a run of no more than STRETCHES points keeps them as they are.
    """
    count, seen = np.zeros(runs, np.int64), np.zeros(runs, np.int64)
    for r in run:
        count[r] += 1
    cells = runs * STRETCHES
    weight = np.zeros(cells)
    total = np.zeros((3, cells))
    for i in range(y.size):
        r = run[i]
        cell = r * STRETCHES + seen[r] * min(count[r], STRETCHES) // count[r]
        seen[r] += 1
        weight[cell] += w[i]
        total[0, cell] += w[i] * size[i]
        total[1, cell] += w[i] * tokens[i]
        total[2, cell] += w[i] * y[i]
    used = np.flatnonzero(weight > 0)
    held = weight[used]
    return (
        total[0][used] / held,
        total[1][used] / held,
        total[2][used] / held,
        held,
        used // STRETCHES,
    )


@njit(cache=True, nogil=True)
def mixture_squares(clocks: Floats, y: Floats, w: Floats, run: Ints, runs: int) -> tuple[Floats, Floats]:
    """Sums (K, R) by run of the weighted squared held-out errors of y (m,) over each clock (K, m), and of the
    weights behind them: those of the points that the other runs surround.
    """
    out, weight = np.zeros((clocks.shape[0], runs)), np.zeros((clocks.shape[0], runs))
    for k in range(clocks.shape[0]):
        order = np.argsort(clocks[k], kind="mergesort")
        guess, inside = held_out(clocks[k][order], y[order], w[order], run[order], runs)
        for i in range(order.size):
            if inside[i]:
                at = order[i]
                out[k, run[at]] += w[at] * (y[at] - guess[i]) ** 2
                weight[k, run[at]] += w[at]
    return out, weight


@njit(cache=True, nogil=True)
def best_for_others(squares: Floats, weights: Floats) -> Ints:
    """The clock (R,) of least mean squared error over the points of all runs but each, from sums (K, R).

    A mean, since a clock that surrounds fewer points must not gain by those it leaves out; one that
    surrounds none of the others' points is not chosen.
    """
    clocks, runs = squares.shape
    best, least = np.zeros(runs, np.int64), np.full(runs, np.inf)
    for k in range(clocks):
        square, weight = squares[k].sum(), weights[k].sum()
        surrounded = np.count_nonzero(weights[k])
        for r in range(runs):
            if surrounded > (weights[k, r] > 0.0):
                error = (square - squares[k, r]) / (weight - weights[k, r])
                if error < least[r] * (1 - TIE):
                    best[r], least[r] = k, error
    return best
