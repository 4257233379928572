"""Scores that only fall as loss rises: compiled centred isotonic regression, with groups held out."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@njit(cache=True, nogil=True)
def pool(x: Floats, y: Floats, w: Floats, kept: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Knots (k,) and heights (k,) of the weighted nonincreasing fit of the kept y (n,) on ascending x (n,).

    Pool adjacent violators; a block stands at its weighted mean x and blocks are joined by lines (centred
    isotonic regression, Oron and Flournoy 2017). Points of equal x are one.
    """
    n = x.size
    weight, mean, place = np.empty(n), np.empty(n), np.empty(n)
    k, last = 0, np.nan
    for i in range(n):
        if not kept[i] or w[i] <= 0.0:
            continue
        if k > 0 and x[i] == last:
            total = weight[k - 1] + w[i]
            mean[k - 1] += (y[i] - mean[k - 1]) * w[i] / total
            place[k - 1] += (x[i] - place[k - 1]) * w[i] / total
            weight[k - 1] = total
        else:
            weight[k], mean[k], place[k] = w[i], y[i], x[i]
            k += 1
        last = x[i]
        while k > 1 and mean[k - 2] <= mean[k - 1]:
            total = weight[k - 2] + weight[k - 1]
            share = weight[k - 1] / total
            mean[k - 2] += (mean[k - 1] - mean[k - 2]) * share
            place[k - 2] += (place[k - 1] - place[k - 2]) * share
            weight[k - 2] = total
            k -= 1
    return place[:k].copy(), mean[:k].copy()


@njit(cache=True, nogil=True)
def along(knots: Floats, heights: Floats, x: Floats, wanted: NDArray[np.bool_], out: Floats) -> None:
    """Write into `out` the joined knots' height at each wanted, ascending x; level beyond the ends."""
    k = 0
    top = knots.size - 1
    for i in range(x.size):
        if not wanted[i]:
            continue
        if x[i] <= knots[0]:
            out[i] = heights[0]
        elif x[i] >= knots[top]:
            out[i] = heights[top]
        else:
            while knots[k + 1] < x[i]:
                k += 1
            share = (x[i] - knots[k]) / (knots[k + 1] - knots[k])
            out[i] = heights[k] + share * (heights[k + 1] - heights[k])


@njit(cache=True, nogil=True)
def in_sample(x: Floats, y: Floats, w: Floats) -> Floats:
    """The fit (n,) at its own, ascending points."""
    every = np.ones(x.size, np.bool_)
    knots, heights = pool(x, y, w, every)
    out = np.empty(x.size)
    along(knots, heights, x, every, out)
    return out


@njit(cache=True, nogil=True)
def held_out(x: Floats, y: Floats, w: Floats, label: Ints, labels: int) -> tuple[Floats, NDArray[np.bool_]]:
    """Each point's prediction (n,) from a fit without its label; whether the others' losses surround it."""
    n = x.size
    out = np.full(n, np.nan)
    inside = np.zeros(n, np.bool_)
    for g in range(labels):
        own = label == g
        rest = ~own
        first, last = -1, -1
        for i in range(n):
            if rest[i]:
                first = i if first < 0 else first
                last = i
        if first < 0:
            continue
        knots, heights = pool(x, y, w, rest)
        along(knots, heights, x, own, out)
        for i in range(n):
            if own[i]:
                inside[i] = x[first] <= x[i] <= x[last]
    return out, inside
