"""Ladders of runs with a known score given loss: what the tests of this wing share."""

import numpy as np
import polars as pl


def smooth(loss: np.ndarray) -> np.ndarray:
    """A logistic from chance, in points."""
    return 25 + 40 / (1 + np.exp((loss - 2.9) / 0.25))


def ladder(
    seed: int,
    *,
    runs: int = 18,
    sizes: int = 6,
    checkpoints: int = 25,
    decades: float = 1.8,
    size_effect: float = 0.0,
    run_sd: float = 0.4,
    noise: float = 1.0,
    rho: float = 0.5,
    tasks: int = 1,
    curve: object = smooth,
) -> pl.DataFrame:
    """Runs of several sizes, larger ones lower in loss, scores in fractions; the noise has memory."""
    rng = np.random.default_rng(seed)
    rung = np.arange(runs) % sizes
    log_size = 8 + decades * rung / max(sizes - 1, 1)
    end = 2.4 + 0.5 * (1 - rung / max(sizes - 1, 1)) + 0.25 * rng.uniform(-0.5, 0.5, runs)
    falls = np.sort(rng.uniform(0, 1, (runs, checkpoints)) ** 1.5, axis=1)[:, ::-1]
    loss = end[:, None] + (4.2 - end[:, None]) * falls
    frames = []
    for task in range(tasks):
        off = rng.standard_normal((runs, checkpoints))
        for t in range(1, checkpoints):
            off[:, t] = rho * off[:, t - 1] + np.sqrt(1 - rho**2) * off[:, t]
        score = curve(loss) + noise * off + run_sd * rng.standard_normal((runs, 1))  # type: ignore[operator]
        score = score + size_effect * (log_size[:, None] - 9)
        frames.append(
            pl.DataFrame(
                {
                    "task": f"t{task:02d}",
                    "corpus": "c",
                    "run_id": np.repeat([f"r{r:02d}" for r in range(runs)], checkpoints),
                    "tokens": np.tile(np.arange(1, checkpoints + 1) * 1e9, runs),
                    "params": np.repeat(10.0**log_size, checkpoints),
                    "loss": loss.ravel(),
                    "score": score.ravel() / 100,
                    "chance": 0.25,
                }
            )
        )
    return pl.concat(frames).with_columns(
        checkpoint_id=pl.format("{}@{}", "run_id", pl.col("tokens").cast(pl.Int64))
    )
