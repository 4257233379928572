"""Plants ladders: runs of several sizes, larger ones lower in loss, whose scores given loss are known."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from emergence.numerics.arrays import Floats
from emergence.points.scatter import draw_ar1

HIGHEST, SMALLEST_END, LARGEST_END = 4.2, 2.9, 2.4
"""Loss where every run begins, and where the smallest and the largest size end."""


def logistic_score(loss: Floats) -> Floats:
    """A smooth rise from chance at a quarter, in points."""
    return np.asarray(25 + 40 / (1 + np.exp((loss - 2.9) / 0.25)))


def flat_score(loss: Floats) -> Floats:
    """Chance at a quarter throughout, in points."""
    return np.full_like(loss, 25.0)


def late_hinge_score(loss: Floats) -> Floats:
    """Chance, then a straight rise that only the larger sizes see, in points."""
    return np.asarray(25 + 60 * np.maximum(2.75 - loss, 0.0))


@dataclass(frozen=True, slots=True)
class Ladder:
    """What is planted: points of `size_effect` per tenfold params, `run_sd` of a run, `noise` of a
    checkpoint.

    Sizes span `decades` tenfolds; noise has memory `rho` within a run; `tasks` share their runs and losses.
    """

    runs: int = 18
    sizes: int = 6
    checkpoints: int = 25
    decades: float = 1.8
    size_effect: float = 0.0
    run_sd: float = 0.4
    noise: float = 1.0
    rho: float = 0.5
    tasks: int = 1
    curve: Callable[[Floats], Floats] = logistic_score


def simulate_ladder(truth: Ladder, rng: np.random.Generator) -> pl.DataFrame:
    """Draw a table: a row a task and checkpoint with run_id, checkpoint_id, params, tokens, loss,
    score, chance.
    """
    R, k = truth.runs, truth.checkpoints
    rung = np.arange(R) % truth.sizes / max(truth.sizes - 1, 1)
    log_size = 8 + truth.decades * rung
    end = SMALLEST_END - (SMALLEST_END - LARGEST_END) * rung + rng.uniform(-0.125, 0.125, R)
    above = np.sort(rng.uniform(0, 1, (R, k)) ** 1.5, axis=1)[:, ::-1]
    loss = end[:, None] + (HIGHEST - end[:, None]) * above
    run = np.array([f"r{r:03d}" for r in range(R)])
    frames = []
    for task in range(truth.tasks):
        noise = truth.noise * draw_ar1(rng, k, R, truth.rho).T + truth.run_sd * rng.standard_normal((R, 1))
        score = truth.curve(loss) + noise + truth.size_effect * (log_size[:, None] - 9)
        frames.append(
            pl.DataFrame(
                {
                    "task": f"t{task:02d}",
                    "corpus": "c",
                    "run_id": np.repeat(run, k),
                    "params": np.repeat(10.0**log_size, k),
                    "tokens": np.tile(np.arange(1, k + 1) * 1e9, R),
                    "loss": loss.ravel(),
                    "score": np.clip(score.ravel() / 100, 0, 1),
                    "chance": 0.25,
                }
            )
        )
    place = pl.format("{}@{}", "run_id", pl.col("tokens").cast(pl.Int64))
    return pl.concat(frames).with_columns(checkpoint_id=place)
