"""What follows from a threshold, against planted truths: does each number hold as often as it says?

Run by ``make validate``; writes docs/validation-consequences.md. Fewer simulations: see --help.
"""

import argparse
import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

import emergence
from emergence.points.ladder import Ladder, flat_score, late_hinge_score, simulate_ladder
from emergence.points.scatter import draw_ar1
from pipelines.engines.workers import end_with_parent

PAGE = Path(__file__).parents[1] / "docs" / "validation-consequences.md"
DEFAULT = 1000
SEED = 20240322
KEYS = ["task", "corpus"]
ABOUT = """What follows from a threshold, on ladders of runs with a planted score given loss
(`emergence/points/ladder.py`; 18 runs of 6 sizes with 25 checkpoints, a logistic from chance, noise of one
point with memory 0.5, runs apart by 0.4, unless the row says else), and on single runs for onsets. A share of
n simulations has a standard error of at most 0.5/√n. A miss is printed as one."""


@dataclass(frozen=True)
class Question:
    """A share that is wanted between `low` and `high`, `measured` on one simulation as hits and tries."""

    what: str
    low: float
    high: float
    measure: Callable[..., tuple[float, float]]
    planted: dict[str, Any] = field(default_factory=dict)


def sufficiency(rng: np.random.Generator, *, says: bool, **planted: Any) -> tuple[float, float]:
    """Whether `sufficient` comes out as `says`."""
    frame = simulate_ladder(Ladder(**planted), rng)
    row = emergence.fit_sufficiency(frame, ["task"], permutations=0, threads=1, rng=rng)
    return float(row["sufficient"][0] is says), 1.0


def turning_size(rng: np.random.Generator) -> tuple[float, float]:
    """Whether a size that costs above a loss what it gains below, two points a tenfold, is `sufficient`."""
    frame = simulate_ladder(Ladder(), rng)
    turn = (3.2 - pl.col("loss")).sign() * (pl.col("params").log10() - 8.9)
    return _called_sufficient(frame.with_columns(score=pl.col("score") + 0.02 * turn), rng)


def turning_family(rng: np.random.Generator) -> tuple[float, float]:
    """Whether a family that loses three points above a loss and gains three below is `sufficient`."""
    frame = simulate_ladder(Ladder(), rng)
    mine = pl.col("run_id").rank("dense") % 2 == 0
    turn = pl.when(mine).then((3.2 - pl.col("loss")).sign()).otherwise(0.0)
    family = pl.when(mine).then(pl.lit("a")).otherwise(pl.lit("b"))
    return _called_sufficient(frame.with_columns(family=family, score=pl.col("score") + 0.03 * turn), rng)


def _called_sufficient(frame: pl.DataFrame, rng: np.random.Generator) -> tuple[float, float]:
    row = emergence.fit_sufficiency(frame, ["task"], permutations=0, threads=1, rng=rng)
    return float(row["sufficient"][0] is True), 1.0


def slope(rng: np.random.Generator, **planted: Any) -> tuple[float, float]:
    """Whether the slope's interval holds the planted one."""
    frame = simulate_ladder(Ladder(**planted), rng)
    row = emergence.fit_sufficiency(frame, ["task"], permutations=0, threads=1, rng=rng).row(0, named=True)
    true = planted.get("size_effect", 0.0)
    return float(row["slope_params_low"] <= true <= row["slope_params_high"]), 1.0


def checkpoint(rng: np.random.Generator, *, found: bool, **planted: Any) -> tuple[float, float]:
    """Whether a checkpoint that fell by three points in all tasks is found; else how many others
    are called so.
    """
    frame = simulate_ladder(Ladder(tasks=20, **planted), rng)
    names = frame["checkpoint_id"].unique().sort()
    hit = names[int(rng.integers(names.len()))]
    fell = frame.with_columns(score=pl.col("score") - 0.03 * (pl.col("checkpoint_id") == hit))
    off = emergence.find_checkpoints_off(emergence.fit_curves(fell, KEYS, threads=1)).filter("is_off")
    mine = off.filter(checkpoint_id=hit).height
    return (float(mine), 1.0) if found else (float(off.height - mine), float(names.len() - 1))


def alarms_where_noisy(rng: np.random.Generator, *, times: float, **planted: Any) -> tuple[float, float]:
    """How many checkpoints are called off where noise is so many times as large below a loss of 3."""
    frame = simulate_ladder(Ladder(tasks=20, **planted), rng)
    more = pl.Series(rng.normal(0, 0.01 * np.sqrt(times**2 - 1), frame.height))
    noisy = frame.with_columns(score=pl.col("score") + (pl.col("loss") < 3.0) * more)
    off = emergence.find_checkpoints_off(emergence.fit_curves(noisy, KEYS, threads=1)).filter("is_off")
    return float(off.height), float(frame["checkpoint_id"].n_unique())


def onset_of_noise(rng: np.random.Generator, *, rho: float, times: float) -> tuple[float, float]:
    """Whether a run at chance has an onset where its noise is so many times as large from half way on."""
    noise = draw_ar1(rng, 120, 1, rho)[:, 0] * np.where(np.arange(120) > 60, times, 1.0)
    return _onset_before(0.25 + 0.006 * noise, np.inf), 1.0


def early_onset(rng: np.random.Generator, *, rho: float, rise: float) -> tuple[float, float]:
    """Whether an onset stands before the truth: a run at chance to checkpoint 50 of 120, then rising by
    `rise` SDs each.
    """
    noise = draw_ar1(rng, 120, 1, rho)[:, 0]
    since = np.maximum(np.arange(120) - 50, 0)
    # three in a row: the last of them may already be past the truth
    return _onset_before(0.25 + 0.01 * noise + 0.01 * rise * since / (1 + since / 60), 48), 1.0


def _onset_before(score: np.ndarray, token: float) -> float:
    frame = pl.DataFrame(
        {
            "task": "t",
            "run_id": "r",
            "tokens": np.arange(score.size),
            "loss": np.linspace(3.0, 2.0, score.size),
            "score": score,
            "chance": 0.25,
        }
    )
    row = emergence.find_onsets(frame, ["task"], n_items=None, seed=SEED).filter(rule="detectable")
    after = row["tokens_after"][0]
    return float(after is not None and after < token)


def new_run(rng: np.random.Generator, *, largest: bool, **planted: Any) -> tuple[float, float]:
    """Share of a left-out run's scores, or of the largest size's, inside the 90 % interval of the others."""
    frame = simulate_ladder(Ladder(tasks=3, **planted), rng)
    if largest:
        table = emergence.predict_largest(emergence.fit_curves(frame, KEYS, threads=1), threads=1)
        return float(table["coverage"].fill_null(0.0).sum()), float(
            table.filter(pl.col("coverage").is_not_null()).height
        )
    run = frame["run_id"].unique().sort()[int(rng.integers(frame["run_id"].n_unique()))]
    asked = frame.filter(run_id=run).select("task", "loss", scenario="checkpoint_id")
    others = emergence.fit_curves(frame.filter(pl.col("run_id") != run), KEYS, threads=1)
    told = emergence.forecast_scores(others, asked).drop_nulls("score_low")
    both = told.join(
        frame.select("task", "checkpoint_id", truth="score"),
        left_on=["task", "scenario"],
        right_on=["task", "checkpoint_id"],
    )
    inside = both.select(pl.col("truth").is_between("score_low", "score_high").sum()).item()
    return float(inside), float(both.height)


def clock(rng: np.random.Generator, *, name: str, says: bool, **planted: Any) -> tuple[float, float]:
    """Whether loss is said to be the better (or, `says` false, the worse) clock than `name`."""
    table = emergence.fit_clocks(
        emergence.fit_curves(simulate_ladder(Ladder(**planted), rng), KEYS, threads=1), threads=1
    )
    return float(table.filter(clock=name)["loss_is_better"][0] is says), 1.0


def equality(rng: np.random.Generator, *, tasks: int, spread: float) -> tuple[float, float]:
    """Whether equality of η over tasks is rejected: ten runs, thresholds `spread` nats to either side."""
    runs = 0.05 * (rng.standard_normal((10, 1)) + rng.standard_normal((10, tasks)))
    seen = runs + 2.4 + spread * np.linspace(-1, 1, tasks)
    drawn = seen[rng.integers(0, 10, (400, 10))].mean(axis=1)
    p = emergence.common_threshold(seen.mean(axis=0), drawn, runs=10).p_equal
    return float(p is not None and p < 0.05), 1.0


def common(rng: np.random.Generator, *, runs: int, tasks: int = 3, points: int = 60) -> tuple[float, float]:
    """Whether the interval of a common η holds it, where runs jump up to some hundredths of a nat apart."""
    loss = np.sort(3.2 - 1.4 * (np.arange(points) + rng.uniform(0, 1, (runs, points))) / points)
    over = 2.5 + 0.02 * rng.standard_normal((runs, 1)) - loss
    score = 0.25 + np.where(over > 0, 0.15 + 0.2 * over, 0.0)
    noisy = score + 0.01 * rng.standard_normal((tasks, runs, points))
    shape = tasks, runs, points
    frame = pl.DataFrame(
        {
            "set": np.zeros(noisy.size),
            "task": np.repeat(np.arange(tasks), runs * points),
            "run_id": np.broadcast_to(np.arange(runs)[:, None], shape).ravel(),
            "loss": np.broadcast_to(loss, shape).ravel(),
            "score": noisy.ravel(),
            "chance": np.full(noisy.size, 0.25),
        }
    )
    unknown = dict.fromkeys(("order", "n_items", "stderr", "higher_is_better"))
    fits = emergence.fit_table(frame, ["set", "task"], threads=1, **unknown)
    table = emergence.fit_universality(frame, ["set"], thresholds=fits, threads=1, seed=SEED)
    told = table.drop_nulls("eta_common_low")
    held = (told["eta_common_low"] <= 2.5) & (told["eta_common_high"] >= 2.5)
    return float(held.sum()), float(told.height)


MEMORIES = (0.0, 0.5, 0.65, 0.8)
FLAT: dict[str, Any] = {"curve": flat_score}
LATE: dict[str, Any] = {"curve": late_hinge_score}
STEEP: dict[str, Any] = {"size_effect": 1.5}
QUESTIONS = (
    Question("called sufficient, exactly so", 0.8, 1.0, sufficiency, {"says": True}),
    Question("called insufficient, exactly sufficient", 0.0, 0.08, sufficiency, {"says": False}),
    Question("called insufficient, 1.5 points a tenfold", 0.8, 1.0, sufficiency, {"says": False, **STEEP}),
    Question("called insufficient, 1.5 points a tenfold, sizes within 1.2 tenfolds", 0.8, 1.0, sufficiency,
             {"says": False, "decades": 1.2, **STEEP}),
    Question("slope's 95 % interval holds 0", 0.92, 0.98, slope, {}),
    Question("slope's 95 % interval holds 1.5", 0.92, 0.98, slope, STEEP),
    Question("3-point drop in all of 20 tasks found, 8 runs", 0.9, 1.0, checkpoint,
             {"found": True, "runs": 8, "sizes": 4}),
    Question("the same, 3 runs", 0.9, 1.0, checkpoint, {"found": True, "runs": 3, "sizes": 3}),
    Question("false alarms a checkpoint, 8 runs", 0.0, 0.01, checkpoint,
             {"found": False, "runs": 8, "sizes": 4}),
    *(Question(f"onset before the truth, memory {rho}, rise of {rise} SD a checkpoint", 0.0, 0.05,
               early_onset, {"rho": rho, "rise": rise}) for rho in MEMORIES for rise in (0.3, 2.0)),
    Question("new run's scores held, logistic", 0.87, 0.93, new_run, {"largest": False}),
    Question("new run's scores held, flat", 0.87, 0.93, new_run, {"largest": False, **FLAT}),
    Question("new run's scores held, hinge that only large sizes see", 0.87, 0.93, new_run,
             {"largest": False, **LATE}),
    Question("new run's scores held, five runs", 0.87, 0.93, new_run,
             {"largest": False, "runs": 5, "sizes": 5}),
    Question("largest size's scores held, logistic", 0.87, 0.93, new_run, {"largest": True}),
    Question("largest size's scores held, flat", 0.87, 0.93, new_run, {"largest": True, **FLAT}),
    Question("largest size's scores held, hinge that only large sizes see", 0.87, 0.93, new_run,
             {"largest": True, **LATE}),
    Question("largest size's scores held, size matters by 1.5 a tenfold", 0.87, 0.93, new_run,
             {"largest": True, **STEEP}),
    Question("loss said to be better than compute, loss orders the scores", 0.8, 1.0, clock,
             {"name": "compute", "says": True}),
    Question("loss said to be worse than size and tokens, loss orders the scores", 0.0, 0.05, clock,
             {"name": "size_and_tokens", "says": False}),
    *(Question(f"equality of η rejected, {tasks} equal tasks, 10 runs", 0.0, 0.07, equality,
               {"tasks": tasks, "spread": 0.0}) for tasks in (5, 9, 10, 14)),
    *(Question(f"equality of η rejected, {tasks} tasks 0.12 nats apart at the ends, 10 runs", 0.8, 1.0,
               equality, {"tasks": tasks, "spread": 0.06}) for tasks in (9, 10)),
    *(Question(f"common η held, {runs} runs that jump apart by an SD of 0.02 nats", 0.9, 1.0, common,
               {"runs": runs}) for runs in (2, 4, 10)),
    Question("called sufficient, size turns with the loss: 2 points a tenfold above and below", 0.0, 0.05,
             turning_size, {}),
    Question("called sufficient, a family 3 points off above and below", 0.0, 0.05, turning_family, {}),
    *(Question(f"false alarms a checkpoint, {runs} runs, noise {times} times as large at low loss", 0.0, 0.01,
               alarms_where_noisy, {"times": times, "runs": runs, "sizes": min(runs, 6)})
      for runs in (8, 18) for times in (2, 3)),
    *(Question(f"onset of a run at chance, memory {rho}, noise {times} times as large later", 0.0, 0.05,
               onset_of_noise, {"rho": rho, "times": times}) for rho in (0.0, 0.5) for times in (1, 3, 5)),
    *(Question(f"loss said to be {'better' if says else 'worse'} than {name}, scores are noise", 0.0, 0.05,
               clock, {"name": name, "says": says, "rho": 0.0, "run_sd": 0.0, **FLAT})
      for name in ("compute", "tokens", "size", "size_and_tokens") for says in (True, False)),
)  # fmt: skip


def simulate_one(task: tuple[int, int, int]) -> tuple[int, float, float]:
    """Draw one simulation of one question."""
    index, number, seed = task
    question = QUESTIONS[index]
    return index, *question.measure(np.random.default_rng([seed, index, number]), **question.planted)


def page(shares: dict[int, float], simulations: int, written: str) -> str:
    """Put the answers on one page."""
    met = [q.low <= shares[k] <= q.high for k, q in enumerate(QUESTIONS)]
    rows = [
        f"| {q.what} | {q.low:.0%} to {q.high:.0%} | {shares[k]:.1%} | {'yes' if met[k] else '**no**'} |"
        for k, q in enumerate(QUESTIONS)
    ]
    counted = f"{sum(met)} of {len(QUESTIONS)} targets are met on {simulations:,d} simulations each."
    head = f"{counted} {written}"
    table = ["| what | wanted | measured | met |", "|---|---|---|---|", *rows]
    return "\n\n".join(["# Validation of what follows from a threshold", head, ABOUT, "\n".join(table)])


def main() -> None:
    """Run the simulations, print the page and write it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--simulations", type=int, default=DEFAULT, help="of each question")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    parser.add_argument("--output", type=Path, default=PAGE)
    given = parser.parse_args()
    tasks = [(k, i, given.seed) for k in range(len(QUESTIONS)) for i in range(given.simulations)]
    hits, tries = np.zeros(len(QUESTIONS)), np.zeros(len(QUESTIONS))
    with ProcessPoolExecutor(given.workers, initializer=end_with_parent) as pool:
        for index, hit, tried in pool.map(simulate_one, tasks, chunksize=20):
            hits[index] += hit
            tries[index] += tried
    other = f"python benchmarks/validate_consequences.py --simulations {given.simulations}"
    command = "make validate" if given.simulations == DEFAULT else other
    shares = {k: float(hits[k] / tries[k]) if tries[k] else float("nan") for k in range(len(QUESTIONS))}
    text = page(shares, given.simulations, f"Written by `{command}` (seed {given.seed}).")
    print(text)
    given.output.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
