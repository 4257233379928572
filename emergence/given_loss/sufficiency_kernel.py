"""Compiled parts of the sufficiency test: bias by group, permutations."""

import numpy as np
from numpy.typing import NDArray

from emergence.numerics.arrays import Floats, Ints
from emergence.numerics.compiled import njit


@njit(cache=True, nogil=True)
def run_means(values: Floats, used: NDArray[np.bool_], run: Ints, runs: int) -> tuple[Floats, Ints]:
    """Mean by run (R,) of the used values (n,), NaN for a run without any, and the number used (R,)."""
    total, count = np.zeros(runs), np.zeros(runs, np.int64)
    for i in range(values.size):
        if used[i]:
            total[run[i]] += values[i]
            count[run[i]] += 1
    for r in range(runs):
        total[r] = total[r] / count[r] if count[r] > 0 else np.nan
    return total, count


@njit(cache=True, nogil=True)
def group_bias(
    off: Floats, used: NDArray[np.bool_], run: Ints, runs: int, label: Ints, groups: int
) -> tuple[Floats, Ints, float, int]:
    """Mean of what each group's runs are off (n,) at the used points; a run counts once, whatever its points.

    Returns mean bias (G,), runs used (G,), SD of runs within groups, its degrees of freedom.
    """
    mean, seen = run_means(off, used, run, runs)
    group_of = np.zeros(runs, np.int64)
    for i in range(off.size):
        group_of[run[i]] = label[i]
    bias, count = np.zeros(groups), np.zeros(groups, np.int64)
    for r in range(runs):
        if seen[r] > 0:
            bias[group_of[r]] += mean[r]
            count[group_of[r]] += 1
    for g in range(groups):
        bias[g] = bias[g] / count[g] if count[g] > 0 else np.nan
    within, freedom = 0.0, 0
    for r in range(runs):
        if seen[r] > 0:
            within += (mean[r] - bias[group_of[r]]) ** 2
    for g in range(groups):
        freedom += max(count[g] - 1, 0)
    spread = np.sqrt(within / freedom) if freedom > 0 else np.nan
    return bias, count, spread, freedom


@njit(cache=True, nogil=True)
def centre(values: Floats, first: Ints, second: Ints, both: bool) -> Floats:
    """Values (R,) freed of the means of `first`, and of `second` too if `both` (by turns, to convergence)."""
    out = values.copy()
    for _ in range(20 if both else 1):
        for labels in (first, second):
            groups = labels.max() + 1
            total, count = np.zeros(groups), np.zeros(groups)
            for r in range(out.size):
                total[labels[r]] += out[r]
                count[labels[r]] += 1
            for r in range(out.size):
                out[r] -= total[labels[r]] / count[labels[r]]
            if not both:
                break
    return out


@njit(cache=True, nogil=True)
def shuffle_within(order: Ints, members: Ints, starts: Ints, state: np.uint64) -> np.uint64:
    """Shuffle `order` (R,) in place among the members of each stratum; returns the generator's next state.

    xorshift64* (Marsaglia 2003, Vigna 2016): a thousand shuffles of a hundred runs cost a fifth of NumPy's.
    """
    word = state
    for s in range(starts.size - 1):
        low = starts[s]
        for k in range(starts[s + 1] - low - 1, 0, -1):
            word ^= word >> np.uint64(12)
            word ^= word << np.uint64(25)
            word ^= word >> np.uint64(27)
            high = (word * np.uint64(0x2545F4914F6CDD1D)) >> np.uint64(32)
            j = np.int64((high * np.uint64(k + 1)) >> np.uint64(32))
            a, b = members[low + k], members[low + j]
            order[a], order[b] = order[b], order[a]
    return word


@njit(cache=True, nogil=True)
def statistics(
    base: Floats, inner: Floats, order: Ints, size: Floats, size_inner: Floats, tokens: Floats
) -> Floats:
    """Absolute covariances of the moved residuals with three covariates, in the first of five places."""
    out = np.zeros(5)
    for r in range(base.size):
        moved = base[order[r]]
        out[0] += moved * size[r]
        out[1] += inner[order[r]] * size_inner[r]
        out[2] += moved * tokens[r]
    for k in range(3):
        out[k] = abs(out[k])
    return out


@njit(cache=True, nogil=True)
def between(base: Floats, order: Ints, label: Ints, count: Ints, total: Floats) -> float:
    """Sum over groups of size times squared mean of the moved residuals; `total` is room to work in."""
    total[:] = 0.0
    for r in range(base.size):
        total[label[r]] += base[order[r]]
    out = 0.0
    for g in range(count.size):
        if count[g] > 0:
            out += total[g] * total[g] / count[g]
    return out


@njit(cache=True, nogil=True)
def permute_runs(
    off: Floats,
    log_params: Floats,
    log_tokens: Floats,
    family: Ints,
    corpus: Ints,
    stratum: Ints,
    draws: int,
    seed: int,
) -> Floats:
    """p-values (5,) of params, params within family, tokens, family, corpus, given loss.

    Residuals of whole runs (R,) change places within strata of runs of like loss; the statistic is the
    absolute covariance (params, tokens) or the between-group sum of squares, all freed of the strata's means.
    NaN where nothing can change: one group, one size, or a covariate that the strata explain.
    """
    runs = off.size
    base, inner = centre(off, stratum, family, False), centre(off, stratum, family, True)
    size, size_inner = centre(log_params, stratum, family, False), centre(log_params, stratum, family, True)
    tokens = centre(log_tokens, stratum, family, False)
    families, corpora = np.bincount(family), np.bincount(corpus)
    can = np.array(
        [
            np.sum(size**2) > 1e-9,
            np.sum(size_inner**2) > 1e-9,
            np.sum(tokens**2) > 1e-9,
            families.size > 1,
            1 < corpora.size < runs,
        ]
    )
    members = np.argsort(stratum, kind="mergesort")
    starts = np.searchsorted(stratum[members], np.arange(stratum.max() + 2))
    order, more, first = np.arange(runs), np.ones(5), np.empty(5)
    room, wide_room = np.empty(families.size), np.empty(corpora.size)
    state = np.uint64(seed) * np.uint64(2654435761) + np.uint64(88172645463325252)
    for d in range(draws + 1):
        if d > 0:
            state = shuffle_within(order, members, starts, state)
        now = statistics(base, inner, order, size, size_inner, tokens)
        if can[3]:
            now[3] = between(base, order, family, families, room)
        if can[4]:
            now[4] = between(base, order, corpus, corpora, wide_room)
        if d == 0:
            first = now * (1 - 1e-12)
        else:
            more += now >= first
    return np.where(can, more / (draws + 1), np.nan)
