"""Test of whether training data or size moves scores more at equal loss: SDs over runs, free of noise."""

from typing import Any

import numpy as np
import polars as pl
from scipy.optimize import brentq
from scipy.special import fdtr, ncfdtr, stdtrit

from emergence.claims.judge import FEWEST_TASKS, Finding, found, untestable
from emergence.claims.rows import ClaimTables, by_source, judged
from emergence.claims.rules import CONTRADICTED, Numbers, decide
from emergence.numerics.arrays import CONFIDENCE, Floats

UPPER = (1 + CONFIDENCE) / 2
FEWEST_FREE = 2
"""Degrees of freedom within training corpora below which the noise of runs is not known."""


def freedom(runs: Floats) -> int:
    """Degrees of freedom of the SD of runs within groups of so many runs (G,), as biases are fitted."""
    return int(np.maximum(runs - 1, 0).sum())


def data_moves_more_than_size(tables: ClaimTables) -> list[Finding]:
    """SD over runs that their training corpus makes at equal loss less the SD that size makes; above zero.

    Both are free of the noise of runs, so that many corpora are no advantage. Value and limits are medians
    over tasks of each task's own: tasks share their runs, and with them what is off by luck.
    """
    rows = judged(tables.sufficiency, tables)
    rows = None if rows is None else rows.filter(pl.col("score_unit") == "points")
    answers = []
    for source, part in by_source(rows):
        known = [(told, row["task"]) for row in part.iter_rows(named=True) if (told := _difference(row))]
        if len(known) < FEWEST_TASKS:
            words = "several sizes on several training corpora, of which some have runs to spare"
            answers.append(untestable(source, f"{len(known)} tasks have {words}; five are asked for"))
            continue
        answers.append(_judged(part, known))
    return answers


def _judged(part: pl.DataFrame, known: list[tuple[Numbers, str]]) -> Finding:
    limits = np.array([numbers for numbers, _ in known])
    value, low, high = (float(v) for v in np.median(limits, axis=0))
    more, less = int((limits[:, 1] > 0).sum()), int((limits[:, 2] < 0).sum())
    words = (
        f"for sure the training corpus moves {more} of {len(known)} tasks more than size does, {less} less"
    )
    verdict = decide(low, high, supported=lambda v: v > 0, words=words)
    # The task that speaks most against the verdict, by its own limits.
    against = max if verdict[0] == CONTRADICTED else min
    (gap, least, most), task = against(known, key=lambda told: told[0][0])
    counter = f"{task}: {gap:+z.2f} [{least:z.2f}, {most:z.2f}] points"
    statistic = "median of data's SD less size's, points"
    return found(part, statistic, (value, low, high), len(known), verdict, counter=counter)


def _difference(row: dict[str, Any]) -> Numbers | None:
    """SD of the training corpus less that of size in one task, with limits; None where either is not known.

    The limits are those of both, taken together as if each erred by itself (MOVER; Zou and Donner 2008).
    """
    data, size = _sd_of_corpora(row["biases"] or []), _sd_of_size(row)
    if data is None or size is None:
        return None
    value = data[0] - size[0]
    low = value - np.hypot(data[0] - data[1], size[2] - size[0])
    return value, float(low), float(value + np.hypot(data[2] - data[0], size[0] - size[1]))


def _sd_of_corpora(biases: list[dict[str, Any]]) -> Numbers | None:
    """SD over runs of what their training corpus adds at equal loss, with limits, in points.

    A bias is against the other corpora; against the mean of all it is smaller by the corpus's share of runs.
    The limits are those of a noncentral F (the corpora are those at hand, not a sample of others).
    """
    known = [b for b in biases if b["factor"] == "training_corpus" and b["bias"] is not None]
    runs = np.array([b["runs"] for b in known], float)
    free = freedom(runs)
    if len(known) < 2 or free < FEWEST_FREE or known[0]["high"] is None:
        return None
    total = float(runs.sum())
    own = np.array([b["bias"] for b in known]) * (1 - runs / total)
    half = known[0]["high"] - known[0]["bias"]
    noise = half / stdtrit(free, UPPER) / np.sqrt(1 / runs[0] + 1 / max(total - runs[0], 1))
    if noise <= 0:
        return None
    between = len(known) - 1
    statistic = float((runs * own**2).sum() / between / noise**2)
    value = np.sqrt(max((statistic - 1) * between / total, 0.0)) * noise
    ends = (np.sqrt(_noncentral(statistic, between, free, p) / total) * noise for p in (UPPER, 1 - UPPER))
    low, high = ends
    return float(value), float(min(low, value)), float(max(high, value))


def _noncentral(statistic: float, between: int, free: int, p: float) -> float:
    """The noncentrality at which an F (between, free) is at or below `statistic` with probability p."""
    if fdtr(between, free, statistic) <= p:
        return 0.0
    most = 1.0 + between * statistic
    while ncfdtr(between, free, most, statistic) > p:
        most *= 2
    return float(brentq(lambda λ: ncfdtr(between, free, λ, statistic) - p, 0.0, most))


def _sd_of_size(row: dict[str, Any]) -> Numbers | None:
    """SD over sizes of what size adds at equal loss, with limits, in points: its slope times their SD."""
    slope = next((s for s in row["slopes"] or [] if s["factor"] == "params"), None)
    if slope is None or slope["effect_low"] is None:
        return None
    share = _share_of_span(row["biases"] or [])
    ends = abs(slope["effect_low"]), abs(slope["effect_high"])
    spans = slope["effect_low"] <= 0 <= slope["effect_high"]
    error = (slope["effect_high"] - slope["effect_low"]) / 2 / stdtrit(max(slope["runs"] - 1, 1), UPPER)
    value = float(np.sqrt(max(slope["effect"] ** 2 - error**2, 0.0)))
    return share * value, share * min(0.0 if spans else min(ends), value), share * max(*ends, value)


def _share_of_span(biases: list[dict[str, Any]]) -> float:
    """SD of the logs of the sizes as a share of their range; of sizes not named, as of an even spread."""
    names = [b["group"] for b in biases if b["factor"] == "params" and b["group"] != "unknown"]
    logs = np.log(np.array(names, float))
    return float(logs.std() / np.ptp(logs)) if logs.size > 1 and np.ptp(logs) > 0 else float(12**-0.5)
