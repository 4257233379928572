"""Scores that only fall as loss rises: compiled centred isotonic regression, with groups held out."""

import numpy as np
from numpy.typing import NDArray

from emergence.numerics.arrays import Floats, Ints
from emergence.numerics.compiled import njit

SAME = 1e-12
"""Relative difference of heights that is rounding."""
CHUNK = 12
"""Points that are pooled beforehand, where none of them is left out: about what costs least."""


@njit(cache=True, nogil=True)
def _push(weight: Floats, rise: Floats, reach: Floats, k: int, w: float, wy: float, wx: float) -> int:
    """Put a block after the first `k`, pool adjacent violators, and return how many there are.

    A block is its weight and its sums of weighted y and x: pooling adds, and no division holds it up. Blocks
    of one height are one, though their sums differ in the last digit.
    """
    while k > 0 and rise[k - 1] * w - wy * weight[k - 1] <= SAME * abs(rise[k - 1]) * w:
        k -= 1
        w += weight[k]
        wy += rise[k]
        wx += reach[k]
    weight[k], rise[k], reach[k] = w, wy, wx
    return k + 1


@njit(cache=True, nogil=True)
def _push_points(
    weight: Floats,
    rise: Floats,
    reach: Floats,
    k: int,
    x: Floats,
    y: Floats,
    w: Floats,
    label: Ints,
    without: int,
    start: int,
    stop: int,
) -> int:
    """Push the points from `start` to before `stop` whose label is another than `without`; ties are one."""
    i = start
    while i < stop:
        here, total, height = x[i], 0.0, 0.0
        while i < stop and x[i] == here:
            if label[i] != without:
                total += w[i]
                height += w[i] * y[i]
            i += 1
        if total > 0.0:
            k = _push(weight, rise, reach, k, total, height, total * here)
    return k


@njit(cache=True, nogil=True)
def pool(x: Floats, y: Floats, w: Floats) -> tuple[Floats, Floats]:
    """Knots (k,) and heights (k,) of the weighted nonincreasing fit of y (n,) on ascending x (n,).

    Pool adjacent violators; a block stands at its weighted mean x and blocks are joined by lines (centred
    isotonic regression, Oron and Flournoy 2017). Points of equal x are one.
    """
    n = x.size
    weight, rise, reach = np.empty(n), np.empty(n), np.empty(n)
    k = _push_points(weight, rise, reach, 0, x, y, w, np.zeros(n, np.int64), -1, 0, n)
    return reach[:k] / weight[:k], rise[:k] / weight[:k]


@njit(cache=True, nogil=True)
def _along(knots: Floats, heights: Floats, x: Floats, at: Ints, out: Floats) -> None:
    """Write into `out` the joined knots' height at the points `at` of ascending x; level beyond the ends."""
    k, top = 0, knots.size - 1
    for i in at:
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
    knots, heights = pool(x, y, w)
    out = np.empty(x.size)
    _along(knots, heights, x, np.arange(x.size), out)
    return out


@njit(cache=True, nogil=True)
def _chunk_edges(x: Floats) -> Ints:
    """Edges (c + 1,) of stretches of CHUNK points of ascending x, or a few more: ties stay together."""
    edges = [0]
    for i in range(1, x.size):
        if i - edges[-1] >= CHUNK and x[i] != x[i - 1]:
            edges.append(i)
    edges.append(x.size)
    return np.array(edges)


@njit(cache=True, nogil=True)
def _pool_backwards(pooled: Floats, first: Ints) -> tuple[Floats, Ints, Ints]:
    """Blocks (m, 3) that pool what stands from each chunk on, as `pooled` (m, 3) with `first` of each chunk.

    The blocks of a chunk and all after it are linked: where the first stands (c + 1,), and which one follows
    each (m,), −1 at the end. What several chunks share is kept once.
    """
    blocks, after = np.empty_like(pooled), np.empty(pooled.shape[0], np.int64)
    begin = np.full(first.size, -1)
    top = -1
    for c in range(first.size - 2, -1, -1):
        for b in range(first[c + 1] - 1, first[c] - 1, -1):
            w, wy, wx = pooled[b]
            while top >= 0 and wy * blocks[top, 0] - blocks[top, 1] * w <= SAME * abs(wy) * blocks[top, 0]:
                w += blocks[top, 0]
                wy += blocks[top, 1]
                wx += blocks[top, 2]
                top = after[top]
            blocks[b], after[b] = (w, wy, wx), top
            top = b
        begin[c] = top
    return blocks, begin, after


@njit(cache=True, nogil=True)
def _by_label(label: Ints, labels: int, edges: Ints) -> tuple[Ints, Ints, Ints]:
    """Points (n,) by label, ascending within each; the chunk of each (n,); where labels begin (L + 1,)."""
    ends = np.zeros(labels + 1, np.int64)
    for g in label:
        ends[g + 1] += 1
    ends = np.cumsum(ends)
    order, at, done = np.empty(label.size, np.int64), np.empty(label.size, np.int64), ends.copy()
    for c in range(edges.size - 1):
        for i in range(edges[c], edges[c + 1]):
            k = done[label[i]]
            order[k], at[k] = i, c
            done[label[i]] += 1
    return order, at, ends


@njit(cache=True, nogil=True)
def held_out(x: Floats, y: Floats, w: Floats, label: Ints, labels: int) -> tuple[Floats, NDArray[np.bool_]]:
    """Each point's prediction (n,) from a fit without its label; whether the others' losses surround it."""
    return held_out_of(x, y, w, label, np.ones(labels, np.bool_))


@njit(cache=True, nogil=True)
def held_out_of(
    x: Floats, y: Floats, w: Floats, label: Ints, wanted: NDArray[np.bool_]
) -> tuple[Floats, NDArray[np.bool_]]:
    """The same for the points of the wanted labels (labels,) alone; NaN and not surrounded elsewhere.

    The order of pooling does not matter, so what stands before a label's first point and after its last comes
    pooled already, and so does a chunk between them that has none of its points. Labels of few points cost
    about what these do.
    """
    n = x.size
    out, inside = np.full(n, np.nan), np.zeros(n, np.bool_)
    edges = _chunk_edges(x)
    chunks = edges.size - 1
    weight, rise, reach = np.empty(n), np.empty(n), np.empty(n)
    pooled, first = np.empty((n, 3)), np.zeros(chunks + 1, np.int64)
    for c in range(chunks):
        k = _push_points(weight, rise, reach, 0, x, y, w, label, -1, edges[c], edges[c + 1])
        first[c + 1] = first[c] + k
        for b in range(k):
            pooled[first[c] + b] = weight[b], rise[b], reach[b]
    later, begin, after = _pool_backwards(pooled[: first[-1]], first)
    order, at, ends = _by_label(label, wanted.size, edges)
    ahead, before, pushed = np.empty((3, n)), 0, 0
    for point in range(n):
        g = label[point]
        if order[ends[g]] != point or not wanted[g]:  # a label is taken at its first point
            continue
        own, where = order[ends[g] : ends[g + 1]], at[ends[g] : ends[g + 1]]
        for b in range(pushed, first[where[0]]):
            before = _push(ahead[0], ahead[1], ahead[2], before, pooled[b, 0], pooled[b, 1], pooled[b, 2])
        pushed = first[where[0]]
        k, next_own = before, 0
        for b in range(k):
            weight[b], rise[b], reach[b] = ahead[0, b], ahead[1, b], ahead[2, b]
        for c in range(where[0], where[-1] + 1):
            if where[next_own] == c:
                k = _push_points(weight, rise, reach, k, x, y, w, label, g, edges[c], edges[c + 1])
                while next_own < own.size and where[next_own] == c:
                    next_own += 1
            else:
                for b in range(first[c], first[c + 1]):
                    k = _push(weight, rise, reach, k, pooled[b, 0], pooled[b, 1], pooled[b, 2])
        following, joined = begin[where[-1] + 1], True
        while following >= 0 and joined:  # blocks that one does not join stay as they are, and count no more
            height = k
            k = _push(weight, rise, reach, k, later[following, 0], later[following, 1], later[following, 2])
            following, joined = after[following], k <= height
        if k == 0:
            continue
        _along(reach[:k] / weight[:k], rise[:k] / weight[:k], x, own, out)
        low, high = 0, n - 1
        while label[low] == g:
            low += 1
        while label[high] == g:
            high -= 1
        for i in own:
            inside[i] = x[low] <= x[i] <= x[high]
    return out, inside
