"""Compiled search for a loss law: Huber loss on log L by damped, reweighted least squares from starts."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from emergence.numerics.arrays import Floats
from emergence.numerics.compiled import njit

HUBER_DELTA = 1e-3  # Hoffmann et al. (arXiv 2203.15556), section D.2
MAX_STEPS = 400
SETTLED = 1e-9  # relative gain of a step below which the search ends
OVER = 1.7  # of a step is taken where points are many: reweighting for a sum of absolute errors falls short
MANY = 4  # points a parameter
GIVE_UP = 1e10  # damping beyond which no step can help
FLOOR_OF_E = 12.0  # log E is kept within this of log min L, where E is 1/160,000 of the loss: as good as none


@njit(cache=True, nogil=True)
def _evaluate(
    theta: Floats, logs: Floats, log_loss: Floats, weights: Floats, shares: Floats, residual: Floats
) -> float:
    """Huber sum of `theta`; fills each term's share of L (1 + terms, n) and the residual of log L (n,)."""
    total = 0.0
    terms = logs.shape[0]
    irreducible = np.exp(theta[0])
    for i in range(log_loss.size):
        if weights[i] == 0.0:
            continue
        mean = irreducible
        for k in range(terms):
            shares[1 + k, i] = np.exp(theta[1 + 2 * k] - theta[2 + 2 * k] * logs[k, i])
            mean += shares[1 + k, i]
        shares[0, i] = irreducible / mean
        for k in range(terms):
            shares[1 + k, i] /= mean
        residual[i] = log_loss[i] - np.log(mean)
        r = abs(residual[i])
        total += weights[i] * (0.5 * r * r if r <= HUBER_DELTA else HUBER_DELTA * (r - 0.5 * HUBER_DELTA))
    return total


@njit(cache=True, nogil=True)
def huber(theta: Floats, logs: Floats, log_loss: Floats, weights: Floats) -> float:
    """Weighted sum over points of the Huber loss of log L; `theta` = (ln E, ln A, alpha[, ln B, beta])."""
    n = log_loss.size
    return _evaluate(theta, logs, log_loss, weights, np.empty((1 + logs.shape[0], n)), np.empty(n))


@njit(cache=True, nogil=True)
def _normal_equations(
    logs: Floats, weights: Floats, shares: Floats, residual: Floats, matrix: Floats, vector: Floats
) -> None:
    """Fill `matrix` = J'WJ, `vector` = J'Wr, W the Huber weights; a derivative is a term's share of L."""
    terms, size = logs.shape[0], vector.size
    slope = np.empty(size)
    matrix[:] = 0.0
    vector[:] = 0.0
    for i in range(residual.size):
        if weights[i] == 0.0:
            continue
        slope[0] = shares[0, i]
        for k in range(terms):
            slope[1 + 2 * k] = shares[1 + k, i]
            slope[2 + 2 * k] = -shares[1 + k, i] * logs[k, i]
        r = residual[i]
        w = weights[i] * min(1.0, HUBER_DELTA / max(abs(r), 1e-300))
        for a in range(size):
            part = w * slope[a]
            vector[a] += part * r
            for b in range(a + 1):
                matrix[a, b] += part * slope[b]
    for a in range(size):
        for b in range(a):
            matrix[b, a] = matrix[a, b]


@njit(cache=True, nogil=True)
def solve_positive(matrix: Floats, vector: Floats) -> Floats:
    """x with matrix·x = vector by Cholesky, positive definite `matrix` overwritten."""
    size = vector.size
    out = vector.copy()
    for a in range(size):
        for b in range(a + 1):
            total = matrix[a, b]
            for k in range(b):
                total -= matrix[a, k] * matrix[b, k]
            matrix[a, b] = np.sqrt(max(total, 1e-300)) if a == b else total / matrix[b, b]
        for k in range(a):
            out[a] -= matrix[a, k] * out[k]
        out[a] /= matrix[a, a]
    for a in range(size - 1, -1, -1):
        for k in range(a + 1, size):
            out[a] -= matrix[k, a] * out[k]
        out[a] /= matrix[a, a]
    return out


@njit(cache=True, nogil=True)
def search(start: Floats, logs: Floats, log_loss: Floats, weights: Floats) -> tuple[Floats, float, bool]:
    """Best `theta` downhill of `start`, its Huber sum, and whether the search settled."""
    theta = start.copy()
    size = theta.size
    matrix, vector = np.empty((size, size)), np.empty(size)
    shares, residual = np.empty((1 + logs.shape[0], log_loss.size)), np.empty(log_loss.size)
    floor = np.min(log_loss) - FLOOR_OF_E
    value = _evaluate(theta, logs, log_loss, weights, shares, residual)
    damping, quiet = 1e-4, 0
    stride = OVER if log_loss.size >= MANY * size else 1.0
    _normal_equations(logs, weights, shares, residual, matrix, vector)
    for _ in range(MAX_STEPS):
        damped = matrix.copy()
        for a in range(size):
            damped[a, a] += damping * matrix[a, a] + 1e-14
        trial = theta + stride * solve_positive(damped, vector)
        trial[0] = max(trial[0], floor)
        reached = _evaluate(trial, logs, log_loss, weights, shares, residual)
        if reached < value:
            quiet = quiet + 1 if value - reached < SETTLED * value else 0
            theta, value, damping = trial, reached, max(damping * 0.2, 1e-12)
            if quiet >= 3:
                return theta, value, True
            _normal_equations(logs, weights, shares, residual, matrix, vector)
        else:
            damping *= 8.0
            if damping > GIVE_UP:
                return theta, value, True
    return theta, value, False


@njit(cache=True, nogil=True)
def _search_rows(
    starts: Floats, logs: Floats, log_loss: Floats, weights: Floats, found: Floats, values: Floats
) -> None:
    for b in range(starts.shape[0]):
        theta, value, _ = search(starts[b], logs, log_loss, weights[b])
        found[b] = theta
        values[b] = value


def search_many(
    starts: Floats, logs: Floats, log_loss: Floats, weights: Floats, threads: int = 2
) -> tuple[Floats, Floats]:
    """Search from each row of `starts` (S, p) with its `weights` (S, n): thetas (S, p), sums (S,)."""
    found, values = np.empty_like(starts), np.empty(starts.shape[0])
    starts, weights = (
        np.ascontiguousarray(starts),
        np.ascontiguousarray(weights),
    )  # one layout, one compilation
    edges = np.linspace(0, starts.shape[0], threads + 1).astype(int)

    def part(k: int) -> None:
        rows = slice(edges[k], edges[k + 1])
        _search_rows(starts[rows], logs, log_loss, weights[rows], found[rows], values[rows])

    with ThreadPoolExecutor(threads) as workers:
        list(workers.map(part, range(threads)))
    return found, values
