"""Compiled search for a loss law: Huber loss on log L by damped, reweighted least squares from starts."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

Floats = NDArray[np.float64]
HUBER_DELTA = 1e-3  # Hoffmann et al. (arXiv 2203.15556), section D.2
MAX_STEPS = 400
SETTLED = 1e-11  # relative gain of a step below which the search ends
GIVE_UP = 1e10  # damping beyond which no step can help
FLOOR_OF_E = 12.0  # log E is kept within this of log min L, where E is 1/160,000 of the loss: as good as none


@njit(cache=True, nogil=True)
def huber(theta: Floats, logs: Floats, log_loss: Floats, weights: Floats) -> float:
    """Weighted sum over points of the Huber loss of log L; `theta` = (ln E, ln A, alpha[, ln B, beta])."""
    total = 0.0
    terms = logs.shape[0]
    for i in range(log_loss.size):
        if weights[i] == 0.0:
            continue
        mean = np.exp(theta[0])
        for k in range(terms):
            mean += np.exp(theta[1 + 2 * k] - theta[2 + 2 * k] * logs[k, i])
        r = abs(log_loss[i] - np.log(mean))
        total += weights[i] * (0.5 * r * r if r <= HUBER_DELTA else HUBER_DELTA * (r - 0.5 * HUBER_DELTA))
    return total


@njit(cache=True, nogil=True)
def normal_equations(
    theta: Floats, logs: Floats, log_loss: Floats, weights: Floats, matrix: Floats, vector: Floats
) -> None:
    """Fill `matrix` = J'WJ, `vector` = J'Wr, W the Huber weights; a derivative is a term's share of L."""
    terms, size = logs.shape[0], theta.size
    slope = np.empty(size)
    share = np.empty(terms)
    matrix[:] = 0.0
    vector[:] = 0.0
    for i in range(log_loss.size):
        if weights[i] == 0.0:
            continue
        mean = np.exp(theta[0])
        slope[0] = mean
        for k in range(terms):
            share[k] = np.exp(theta[1 + 2 * k] - theta[2 + 2 * k] * logs[k, i])
            mean += share[k]
        slope[0] /= mean
        for k in range(terms):
            slope[1 + 2 * k] = share[k] / mean
            slope[2 + 2 * k] = -share[k] / mean * logs[k, i]
        r = log_loss[i] - np.log(mean)
        w = weights[i] * min(1.0, HUBER_DELTA / max(abs(r), 1e-300))
        for a in range(size):
            vector[a] += w * slope[a] * r
            for b in range(a + 1):
                matrix[a, b] += w * slope[a] * slope[b]
    for a in range(size):
        for b in range(a):
            matrix[b, a] = matrix[a, b]


@njit(cache=True, nogil=True)
def search(start: Floats, logs: Floats, log_loss: Floats, weights: Floats) -> tuple[Floats, float, bool]:
    """Best `theta` downhill of `start`, its Huber sum, and whether the search settled."""
    theta = start.copy()
    size = theta.size
    matrix, vector = np.empty((size, size)), np.empty(size)
    floor = np.min(log_loss) - FLOOR_OF_E
    value = huber(theta, logs, log_loss, weights)
    damping, quiet = 1e-4, 0
    normal_equations(theta, logs, log_loss, weights, matrix, vector)
    for _ in range(MAX_STEPS):
        damped = matrix.copy()
        for a in range(size):
            damped[a, a] += damping * matrix[a, a] + 1e-14
        trial = theta + np.linalg.solve(damped, vector)
        trial[0] = max(trial[0], floor)
        reached = huber(trial, logs, log_loss, weights)
        if reached < value:
            quiet = quiet + 1 if value - reached < SETTLED * value else 0
            theta, value, damping = trial, reached, max(damping * 0.2, 1e-12)
            if quiet >= 3:
                return theta, value, True
            normal_equations(theta, logs, log_loss, weights, matrix, vector)
        else:
            damping *= 8.0
            if damping > GIVE_UP:
                return theta, value, True
    return theta, value, False


def _search_many(starts: Floats, logs: Floats, log_loss: Floats, weights: Floats) -> tuple[Floats, Floats]:
    found = np.empty_like(starts)
    values = np.empty(starts.shape[0])
    for b in prange(starts.shape[0]):
        theta, value, _ = search(starts[b], logs, log_loss, weights[b])
        found[b] = theta
        values[b] = value
    return found, values


_compile: Callable[..., Any] = njit(cache=True, nogil=True, parallel=True)
search_many: Callable[[Floats, Floats, Floats, Floats], tuple[Floats, Floats]] = _compile(_search_many)
search_many.__doc__ = (
    "Search from each row of `starts` (S, p) with its `weights` (S, n): thetas (S, p), sums (S,)."
)
