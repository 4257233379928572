"""Onset brackets without a model: where in training each run is first lastingly above chance."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Any, Final

import numpy as np
import polars as pl
from scipy.optimize import minimize
from scipy.special import ndtr, ndtri, stdtrit

from emergence.errors import InputError
from emergence.numerics.arrays import SEED, Floats, Ints
from emergence.numerics.compiled import njit
from emergence.points.scatter import draw_ar1

LASTING: Final = 3
"""Checkpoints in a row that have to lie above."""
PRACTICAL_MARGIN: Final = 0.08
"""Score above chance that rule plus_8_points asks for."""
FAMILYWISE: Final = 0.05
"""Chance of a false onset anywhere in a run that never leaves chance."""
NULL_SERIES: Final = 2000
"""AR(1) series behind each null distribution."""

BORROWED: Final = 8.0
"""Checkpoints' worth of the whole run's noise, from differences, that the noise before a candidate
starts from.
"""
MOST_MEMORY: Final = 0.95
"""Greatest lag-1 autocorrelation that is allowed for."""

JUMP: Final = 3.0
"""Times the middle difference: larger ones count as no more."""
CLEAN: Final = 0.5
"""Share of the checkpoints before a candidate that its noise is taken from, the earliest."""
SINCE: Final = 12
"""Steps from a candidate on that tell its noise too: some scores scatter more late in training."""

_LENGTHS = np.unique(np.geomspace(3, 2000, 28).round().astype(np.int64))
_RHO = (0.0, 0.3, 0.5, 0.7, 0.8, 0.9)


@njit(cache=True, nogil=True)
def _usual(differences: Any) -> Any:
    """The middle one of the differences' sizes; their mean where it is 0."""
    middle = np.median(differences)
    return middle if middle > 0 else differences.mean()


@njit(cache=True, nogil=True)
def _noise_of_differences(y: Any) -> Any:
    """Variance and lag-1 autocorrelation of AR(1) noise, from differences over one step and two.

    No slow rise enters, a jump no more than JUMP times the usual difference: the middle one, or their mean
    where most are none (of rounded scores, say), since noise is more than that.
    """
    one, two = np.abs(y[1:] - y[:-1]), np.abs(y[2:] - y[:-2])
    step = (np.minimum(one, JUMP * _usual(one)) ** 2).mean() / 2
    double = (np.minimum(two, JUMP * _usual(two)) ** 2).mean() / 2
    rho = min(max(double / step - 1, 0.0), 0.8) if step > 0 else 0.0
    return step / (1 - rho), rho


@njit(cache=True, nogil=True)
def _half_step(score: Any) -> Any:
    """Half of the least difference between two scores: by so much a rounded one may be too high."""
    steps = np.diff(np.sort(score))
    steps = steps[steps > 0]
    return steps.min() / 2 if steps.size else 0.0


@njit(cache=True, nogil=True)
def _first_told(score: Any, a: int, b: int) -> int:
    """The last checkpoint of a run's first stretch of one score, where that lasts; else its first."""
    last = a
    while last + 1 < b and score[last + 1] == score[a]:
        last += 1
    return last if last - a + 1 >= LASTING and b - last >= LASTING else a


@njit(cache=True, nogil=True)
def _scan_runs(score: Any, chance: Any, sampling_sd: Any, start: Any) -> Any:
    """Each checkpoint's least excess over chance of it and the next two, bare and over the noise before it.

    Noise and its memory ρ are those of the first half of the checkpoints before (a rise that has begun spoils
    the second), about chance or their own mean if lower; the fewer they are, the more they rest on the run's
    differences. A first stretch of one score, of a model that always gives one answer, tells no noise. Where
    the differences from the candidate on, less their mean (a rise), show more noise, it is that. The noise is
    multiplied by √((1 + ρ)/(1 − ρ)), by which memory raises the greatest of a run's excesses, so that one cut
    serves whatever the memory. An excess counts less half a step of the scores, for they may be rounded.
    """
    least, ratio = np.full(score.size, -np.inf), np.full(score.size, -np.inf)
    stepped = np.zeros(score.size)
    stepped[1:] = np.cumsum((score[1:] - score[:-1]) ** 2)
    for r in range(start.size - 1):
        a, b = start[r], start[r + 1]
        sampled = (sampling_sd[a:b] ** 2).mean()
        told, rounded = _first_told(score, a, b), _half_step(score[a:b])
        usual, memory = _noise_of_differences(score[told:b])
        usual = BORROWED * max(usual, sampled)
        total = squares = lagged = 0.0
        k = 0
        for t in range(a, b - LASTING + 1):
            while k < (t - told) * CLEAN:
                y = score[told + k]
                total += y
                squares += y * y
                lagged += y * score[told + k - 1] if k > 0 else 0.0
                k += 1
            level = min(total / k, chance[t]) if k > 0 else chance[t]
            whole = usual + max(squares - 2 * level * total + k * level * level, 0.0)
            pairs = usual * memory
            if k > 1:
                ends = score[told] + score[told + k - 1]
                pairs += lagged - level * (2 * total - ends) + (k - 1) * level * level
            rho = pairs / whole if whole > 0 else 0.0
            # after fitting, a lag-1 autocorrelation comes out too small
            rho = min(max(rho + (1 + 3 * rho) / (k + BORROWED), 0.0), MOST_MEMORY)
            variance = max(whole / (k + BORROWED), sampled)
            end = min(t + SINCE, b - 1)
            risen, spread = score[end] - score[t], stepped[end] - stepped[t]
            spread = max(spread - risen * risen / (end - t), 0.0) / (2 * (1 - rho))
            sd = np.sqrt(max(variance, spread / (end - t - 1)) * (1 + rho) / (1 - rho))
            least[t] = min(score[t] - chance[t], score[t + 1] - chance[t + 1], score[t + 2] - chance[t + 2])
            if sd > 0:
                ratio[t] = (least[t] - rounded) / sd
            elif least[t] > 0:
                ratio[t] = np.inf
    return least, ratio


def _draw_nulls(n: int, seed: int) -> Floats:
    """Sorted greatest ratios of runs of one length at chance, by planted memory: (memories, NULL_SERIES)."""
    rng = np.random.default_rng([seed, n])
    start = np.arange(NULL_SERIES + 1) * n
    maxima = np.empty((len(_RHO), NULL_SERIES))
    for row, rho in enumerate(_RHO):
        drawn = np.ascontiguousarray(draw_ar1(rng, n, NULL_SERIES, rho).T).ravel()
        nothing = np.zeros(drawn.size)
        _, ratio = _scan_runs(drawn, nothing, nothing, start)
        maxima[row] = np.sort(ratio.reshape(NULL_SERIES, n).max(axis=1))
    return maxima


@lru_cache(maxsize=2 * _LENGTHS.size)
def _nulls(n: int, seed: int) -> Floats:
    """Keep what was drawn for a length: every part of a table asks for it again."""
    return _draw_nulls(n, seed)


def find_onsets(
    frame: pl.DataFrame,
    by: Sequence[str],
    *,
    loss: str = "loss",
    score: str = "score",
    run: str = "run_id",
    order: str = "tokens",
    n_items: str | None = "n_items",
    chance: str = "chance",
    seed: int = SEED,
) -> pl.DataFrame:
    """Bracket each run's onset by two rules: one row a group, run and rule.

    `frame` holds one row a checkpoint, score a fraction, chance the score of guessing; rows without chance
    or order are left out, as are runs of fewer than three checkpoints. Rule `plus_8_points`: from the first
    of three in a row at least 0.08 above chance. Rule `detectable`: from the first of three in a row above
    a cut that a run at chance passes anywhere in at most 5 % of cases, whatever its memory up to 0.9; noise
    and memory are those of the checkpoints before it.
    loss_before and tokens_before are those of the checkpoint before (null: above from the start),
    loss_after and tokens_after those of the first of the three (null: not yet). `p_value`: how often a run
    at chance does as well, under AR(1).

    Raises InputError naming a column that is missing, or that holds what is not finite.

    >>> frame = pl.DataFrame({"task": "t", "run_id": "a", "tokens": range(1, 31), "chance": 0.25,
    ...     "loss": np.linspace(3.0, 2.0, 30), "score": [0.25, 0.26] * 10 + [0.4] * 10})
    >>> bracket = find_onsets(frame, ["task"], n_items=None).row(1, named=True)
    >>> bracket["rule"], bracket["tokens_before"], bracket["tokens_after"]
    ('plus_8_points', 20.0, 21.0)
    """
    names = [loss, score, run, order, chance, *([n_items] if n_items else [])]
    missing = [c for c in [*by, *names] if c not in frame.columns]
    if missing:
        raise InputError(f"frame: no column {missing[0]!r} among {frame.columns}")
    keys = list(dict.fromkeys([*by, run]))
    rows = (
        frame.select(*dict.fromkeys([*keys, *names]))
        .drop_nulls([loss, score, order, chance])
        .filter(pl.len().over(keys) >= LASTING)
        .sort([*keys, order])
    )
    runs = rows.group_by(keys, maintain_order=True).len()
    start = np.append(0, runs["len"].cum_sum().to_numpy()).astype(np.int64)
    column = {name: rows[name].cast(pl.Float64).to_numpy() for name in (loss, score, order, chance)}
    odd = next((name for name, values in column.items() if not np.isfinite(values).all()), None)
    if odd is not None:
        raise InputError(f"{odd}: values that are not finite; drop those rows")
    items = rows[n_items].cast(pl.Float64).fill_null(np.inf).to_numpy() if n_items else np.inf
    level = np.clip(column[chance], 0.01, 0.99)
    sampling = np.broadcast_to(np.sqrt(level * (1 - level) / items), rows.height).astype(np.float64)
    least, ratio = _scan_runs(column[score], column[chance], sampling, start)
    parts = [
        _brackets(runs.select(keys), rule, first, p, start, column[loss], column[order])
        for rule, first, p in _both_rules(least, ratio, start, seed)
    ]
    return pl.concat(parts).sort([*keys, "rule"])


def _both_rules(least: Floats, ratio: Floats, start: Any, seed: int) -> Any:
    """Give per rule the first checkpoint of each run that lasts (−1: none) and the run's p-value."""
    R = start.size - 1
    length = _LENGTHS[np.minimum(np.searchsorted(_LENGTHS, np.diff(start)), _LENGTHS.size - 1)]
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:  # each length has its own seed
        drawn = dict(pool.map(lambda n: (n, _nulls(n, seed)), np.unique(length).tolist()))
    greatest = np.maximum.reduceat(ratio, start[:-1]) if R else np.empty(0)
    cut, p = np.empty(R), np.ones(R)
    at = int(np.ceil((1 - FAMILYWISE) * NULL_SERIES)) - 1
    for n, nulls in drawn.items():
        mine = length == n
        cut[mine] = nulls[:, at].max()
        below = np.stack([np.searchsorted(null, greatest[mine]) for null in nulls])
        p[mine] = ((1 + NULL_SERIES - below) / (1 + NULL_SERIES)).max(axis=0)
    practical = _first(least >= PRACTICAL_MARGIN, start)
    detectable = _first(ratio > np.repeat(cut, np.diff(start)), start)
    return ("plus_8_points", practical, None), ("detectable", detectable, p)


def _first(hits: Any, start: Any) -> Ints:
    """Place within its run (R,) of the first hit (n,), −1 where there is none."""
    place = np.where(hits, np.arange(hits.size), hits.size)
    first = np.minimum.reduceat(place, start[:-1]) if start.size > 1 else np.empty(0, np.int64)
    return np.where(first < start[1:], first - start[:-1], -1).astype(np.int64)


def _brackets(
    keys: pl.DataFrame, rule: str, first: Any, p: Floats | None, start: Any, loss: Floats, order: Floats
) -> pl.DataFrame:
    """Put the checkpoints on either side of each run's onset into columns."""
    never = first < 0
    after = start[:-1] + np.where(never, 0, first)
    before = np.where(never, start[1:] - 1, np.maximum(after - 1, start[:-1]))
    from_start = first == 0

    def column(values: Floats, at: Any, gone: Any) -> pl.Series:
        return pl.Series(
            [None if g else float(v) for v, g in zip(values[at], gone, strict=True)], dtype=pl.Float64
        )

    return keys.with_columns(
        pl.lit(rule).alias("rule"),
        column(loss, before, from_start).alias("loss_before"),
        column(loss, after, never).alias("loss_after"),
        column(order, before, from_start).alias("tokens_before"),
        column(order, after, never).alias("tokens_after"),
        pl.Series(p if p is not None else [None] * first.size, dtype=pl.Float64).alias("p_value"),
    )


def pool_onsets(onsets: pl.DataFrame, by: Sequence[str], *, confidence: float = 0.95) -> pl.DataFrame:
    """Pool the runs' brackets as interval-censored normal onsets: one row a group and rule.

    `onsets` is what `find_onsets` gives. Columns: n_runs, n_bracketed (runs seen on both sides), onset_loss
    (the mean onset in units of loss), onset_low, onset_high (profile likelihood by t), onset_sd between runs.
    Empty numbers where no run is bracketed. A run not yet above is known to lie below its last loss, one
    above from the start above its first. Source: Turnbull 1976 for the likelihood of such data.
    """
    rows = []
    for key, group in onsets.group_by([*by, "rule"], maintain_order=True):
        low = group["loss_after"].fill_null(0.0).to_numpy()
        high = group["loss_before"].fill_null(np.inf).to_numpy()
        low, high = np.minimum(low, high), np.maximum(low, high)
        known = (low > 0) & np.isfinite(high)
        numbers = _pool(low, high, known, confidence) if known.any() else (None, None, None, None)
        rows.append((*key, group.height, int(known.sum()), *numbers))
    names = ["n_runs", "n_bracketed", "onset_loss", "onset_low", "onset_high", "onset_sd"]
    types = [pl.Int64, pl.Int64, *[pl.Float64] * 4]
    schema: dict[str, Any] = {
        **{c: onsets.schema[c] for c in [*by, "rule"]},
        **dict(zip(names, types, strict=True)),
    }
    return pl.DataFrame(rows, schema=schema, orient="row").sort([*by, "rule"])


def _pool(low: Floats, high: Floats, known: Any, confidence: float) -> tuple[float, float, float, float]:
    """Maximise the normal likelihood of the brackets; limits of the mean by profiling."""
    middle = 0.5 * (low + high)[known]
    widest = float((high - low)[known].max())
    floor = max(0.25 * widest, 1e-3 * float(middle.mean()))

    def misfit(v: Any) -> float:
        sd = np.exp(v[1])
        chance = ndtr((high - v[0]) / sd) - ndtr((low - v[0]) / sd)
        return -float(np.log(np.maximum(chance, 1e-300)).sum())

    def at_mean(v: Any, mean: float) -> float:
        return misfit((mean, v[0]))

    log_sd = np.log(max(float(middle.std()), floor))
    bounds = (np.log(floor), np.log(floor) + 8)

    def profile(mean: float) -> float:
        return float(minimize(at_mean, [log_sd], args=(mean,), bounds=[bounds]).fun)

    best = minimize(misfit, [float(middle.mean()), log_sd], bounds=[(None, None), bounds])
    mean, sd, least = float(best.x[0]), float(np.exp(best.x[1])), float(best.fun)
    reach = _fall_of_likelihood(int(known.sum()), 0.5 + confidence / 2)
    limits = []
    for side in (-1.0, 1.0):
        step, at = sd / np.sqrt(low.size), mean
        for _ in range(60):
            if profile(at + side * step) - least > reach:
                step /= 2
            else:
                at += side * step
        limits.append(at)
    return mean, limits[0], limits[1], sd


def _fall_of_likelihood(runs: int, upper: float) -> float:
    """By how much the log likelihood falls from its best to a limit of the mean.

    For normal values it is exactly n/2·log(1 + t²/(n − 1)); few runs do not know their SD well. One run knows
    none, and has the limit of many.
    """
    if runs < 2:
        return 0.5 * float(ndtri(upper)) ** 2
    return 0.5 * runs * float(np.log1p(stdtrit(runs - 1, upper) ** 2 / (runs - 1)))
