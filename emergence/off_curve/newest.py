"""Did a run's newest checkpoint fall as a whole? Its mean residual over tasks against its own neighbours."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.special import stdtr

from emergence.numerics.arrays import Floats

NEIGHBOURS = 3
FEWEST_STEPS = 3
# One task alone is no whole: whether it fell is asked task by task.
FEWEST_TASKS = 2
LEVEL = 0.99
# Scores are fractions: below this no scatter is known, but rounding.
LEAST_SD = 1e-9
# What a checkpoint's tasks share beyond their items' noise: the SD of changes in Pythia's runs. It stands for
# the run's own scatter where that is not known, with degrees of freedom as few.
USUAL_SD, USUAL_FREEDOM = 0.006, 2.0


@dataclass(frozen=True)
class Newest:
    """The change of the mean residual at the newest checkpoint, and how often a steady run does as badly.

    ``sd`` is the larger of what the run's earlier changes scatter by and what the items of its tasks do, of a
    new change about their mean; of few earlier changes it is what such runs usually have. Where neither is
    known it is None, as is ``p_value``, and nothing is said to have fallen.
    """

    checkpoint_id: str
    change: float
    sd: float | None
    p_value: float | None
    fell: bool
    n_tasks: int
    n_before: int


def judge_newest(residuals: pl.DataFrame, *, level: float = LEVEL) -> Newest | None:
    """Judge the newest checkpoint of `residuals`: checkpoint_id, tokens, series, residual, sd, a row each.

    The residual is score less what the curve of others foretells, `sd` its noise from the items. Each series
    is held against its own mean over the run's last few checkpoints, and its change against the run's earlier
    ones, so that a run that lies beside the curve throughout, or drifts from it, is none the worse.
    One-sided. Tasks whose `sd` is null or zero are taken to be as noisy as the others. None with fewer than
    two checkpoints or no series at both.
    """
    order = residuals.group_by("checkpoint_id").agg(pl.col("tokens").first()).sort("tokens", "checkpoint_id")
    names = order["checkpoint_id"].to_list()
    if len(names) < 2:
        return None
    table = residuals.pivot("checkpoint_id", index="series", values="residual", aggregate_function="first")
    values = table.select(names).to_numpy().astype(float).T
    changes = [_change(values, at) for at in range(1, len(names))]
    newest, n_tasks = changes[-1]
    if not n_tasks:
        return None
    before = [change for change, n in changes[:-1] if n]
    noise = residuals.filter(checkpoint_id=names[-1])["sd"].cast(pl.Float64).fill_null(0.0).to_numpy()
    by_items = _noise_of_mean(noise, n_tasks, min(NEIGHBOURS, len(names) - 1))
    known = len(before) >= FEWEST_STEPS
    scatter = float(np.std(before, ddof=1)) if known else 0.0
    if max(scatter, by_items) < LEAST_SD:
        return Newest(names[-1], newest, None, None, False, n_tasks, len(before))
    if known:
        drift, sd = float(np.mean(before)), max(scatter, by_items) * (1 + 1 / len(before)) ** 0.5
        freedom = float(len(before) - 1) if scatter > by_items else 1e6
    else:
        drift, sd, freedom = 0.0, float(np.hypot(by_items, USUAL_SD)), USUAL_FREEDOM
    p = float(stdtr(freedom, (newest - drift) / sd))
    return Newest(names[-1], newest, sd, p, p < 1 - level and n_tasks >= FEWEST_TASKS, n_tasks, len(before))


def _noise_of_mean(noise: Floats, n_tasks: int, neighbours: int) -> float:
    """SD of a mean change over tasks by their items' noise (m,); 0.0 where no task's is known."""
    known = noise[noise > 0]
    if not known.size:
        return 0.0
    return float(np.sqrt(np.mean(known**2) / n_tasks * (1 + 1 / neighbours)))


def _change(values: Floats, at: int) -> tuple[float, int]:
    """Return the mean over series of a checkpoint's residual less its neighbours', and of how many series."""
    earlier = values[max(0, at - NEIGHBOURS) : at]
    known = np.isfinite(values[at]) & np.isfinite(earlier).any(axis=0)
    if not known.any():
        return 0.0, 0
    return float(np.mean(values[at, known] - np.nanmean(earlier[:, known], axis=0))), int(known.sum())
