"""Tests of claims about the shape of scores over loss, size and recipe, on each run's last checkpoint."""

import numpy as np
import polars as pl

from emergence.claims.judge import FEWEST_TASKS, Finding, found, untestable
from emergence.claims.rows import ClaimTables, accuracy_rows, by_source, last_of_runs, on_chosen
from emergence.claims.rules import (
    CONTRADICTED,
    Numbers,
    correlation_interval,
    decide,
    exists,
    median_interval,
    rank_correlation,
    share,
)
from emergence.numerics.arrays import Floats

RATES = np.geomspace(0.05, 20.0, 60)  # of the exponential, per range of loss
FEWEST_RUNS = 8
PREDICTABLE = 0.8  # held-out R² from which a task is called predictable
CLOSE = 0.02  # of the mean error: how near a law of it must come
ABOVE_CHANCE_Z = 3.3
TASK = ["task", "format", "metric", "n_shot"]
FEW_RUNS = f"fewer than {FEWEST_RUNS} runs with the same tasks"


def columns_of(part: pl.DataFrame) -> list[str]:
    """The columns that name a task, as far as the rows have them."""
    return [c for c in TASK if c in part.columns]


def held_out_exponential(loss: Floats, score: Floats) -> Floats:
    """Scores (n,) foretold by a + b·exp(−γ·loss) without each in turn; γ from a grid, b ≥ 0."""
    x = (loss - loss.min()) / max(float(np.ptp(loss)), 1e-12)
    return _held_out(np.exp(-RATES[:, None] * x), score)


def held_out_line(loss: Floats, score: Floats) -> Floats:
    """Scores (n,) foretold by a falling line in loss without each in turn."""
    return _held_out(-loss[None, :], score)


def _held_out(z: Floats, score: Floats) -> Floats:
    # Centred once, the sums without one point follow from the sums over all, and lose no digits on the way.
    centre, middle = z.mean(axis=1, keepdims=True), score.mean()
    z, y, rest = z - centre, score - middle, score.size - 1
    mean_z, mean_y = -z / rest, -y / rest
    both = z @ y
    together = both[:, None] - z * y - rest * mean_z * mean_y
    spread = (z**2).sum(axis=1, keepdims=True) - z**2 - rest * mean_z**2
    b = np.maximum(together / np.maximum(spread, 1e-12), 0.0)
    best = (b * (b * spread - 2 * together)).argmin(axis=0)
    at = np.arange(score.size)
    guess: Floats = middle + mean_y + b[best, at] * (z[best, at] - mean_z[best, at])
    return guess


def r_squared(score: Floats, guess: Floats) -> float:
    """Share of variance foretold; below zero where the mean does better."""
    total = float(((score - score.mean()) ** 2).sum())
    return 1.0 - float(((score - guess) ** 2).sum()) / total if total > 0 else np.nan


def mean_scores(part: pl.DataFrame) -> pl.DataFrame:
    """Mean score of each run over the tasks that every run has."""
    columns = columns_of(part)
    runs = part["run_id"].n_unique()
    complete = part.group_by(columns).agg(pl.col("run_id").n_unique() == runs).filter("run_id")
    kept = part.join(complete.select(columns), on=columns, how="semi", nulls_equal=True)
    mean = kept.group_by("run_id").agg(pl.col("loss").mean(), pl.col("score").mean(), n=pl.len())
    return mean.filter(pl.col("n") >= 3).sort("run_id")


def average_error_is_exponential(tables: ClaimTables) -> list[Finding]:
    """Median relative miss of the mean error by ε − k·exp(−γL), of runs left out; within 2 %."""
    answers = []
    for source, part in by_source(tables.last):
        mean = mean_scores(part)
        if mean.height < FEWEST_RUNS:
            answers.append(untestable(source, FEW_RUNS))
            continue
        loss, score = mean["loss"].to_numpy(), mean["score"].to_numpy()
        misses = [np.abs(score - g(loss, score)) / (1 - score) for g in (held_out_exponential, held_out_line)]
        numbers = median_interval(misses[0])
        words = f"{mean.height} runs; a straight line misses by {np.median(misses[1]):.2%}"
        verdict = decide(*numbers[1:], supported=lambda v: v <= CLOSE, words=words)
        counter = (
            f"worst run missed by {misses[0].max():.1%}"
            if verdict[0] != CONTRADICTED
            else f"best by {misses[0].min():.2%}"
        )
        answers.append(
            found(
                part, "median relative miss of the mean error", numbers, mean.height, verdict, counter=counter
            )
        )
    return answers


def _predictability(part: pl.DataFrame) -> list[tuple[float, str]]:
    """Held-out R² of each task by an exponential in loss, with the task's name."""
    values = []
    for _, task in part.group_by(columns_of(part), maintain_order=True):
        if task.height >= FEWEST_RUNS and task["score"].n_unique() > 1:
            score = task["score"].to_numpy()
            guess = held_out_exponential(task["loss"].to_numpy(), score)
            values.append((r_squared(score, guess), str(task["task"][0])))
    return values


def few_tasks_are_predictable(tables: ClaimTables) -> list[Finding]:
    """Share of tasks that an exponential in loss foretells with held-out R² of 0.8; below half supports."""
    answers = []
    for source, part in by_source(tables.last):
        values = _predictability(part)
        if len(values) < FEWEST_TASKS:
            answers.append(
                untestable(source, f"{len(values)} tasks on eight runs or more; five are asked for")
            )
            continue
        hits = sum(v >= PREDICTABLE for v, _ in values)
        numbers = share(hits, len(values))
        verdict = decide(
            *numbers[1:], supported=lambda v: v < 0.5, words=f"{hits} of {len(values)} tasks are predictable"
        )
        r2, task = max(values) if verdict[0] != CONTRADICTED else min(values)
        answers.append(
            found(
                part,
                "share of predictable tasks",
                numbers,
                len(values),
                verdict,
                counter=f"{task}: R² {r2:z.2f}",
            )
        )
    return answers


def the_mean_is_easier(tables: ClaimTables) -> list[Finding]:
    """Median over tasks of the error in points of a left-out run, over that of the mean of all; above one."""
    answers = []
    for source, part in by_source(tables.last):
        mean = mean_scores(part)
        if mean.height < FEWEST_RUNS:
            answers.append(untestable(source, FEW_RUNS))
            continue
        whole = _rmse(mean)
        ratios = [
            (_rmse(task) / max(whole, 1e-9), str(task["task"][0]))
            for _, task in part.group_by(columns_of(part), maintain_order=True)
            if task.height >= FEWEST_RUNS and task["score"].n_unique() > 1
        ]
        if len(ratios) < FEWEST_TASKS:
            answers.append(
                untestable(source, f"{len(ratios)} tasks on eight runs or more; five are asked for")
            )
            continue
        numbers = median_interval(np.array([r for r, _ in ratios]))
        words = f"the mean over tasks is missed by {100 * whole:.2f} points"
        verdict = decide(*numbers[1:], supported=lambda v: v > 1, words=words)
        ratio, task = min(ratios) if verdict[0] != CONTRADICTED else max(ratios)
        answers.append(
            found(
                part,
                "median error of a task over that of the mean",
                numbers,
                len(ratios),
                verdict,
                counter=f"{task}: {ratio:.1f} times",
            )
        )
    return answers


def _rmse(rows: pl.DataFrame) -> float:
    score = rows["score"].to_numpy()
    return float(np.sqrt(((score - held_out_exponential(rows["loss"].to_numpy(), score)) ** 2).mean()))


def mean_score_is_linear_in_bits(tables: ClaimTables) -> list[Finding]:
    """Pearson's r of models' mean score with bits per character; the whole interval at or below −0.9."""
    answers = []
    rows = tables.last
    rows = (
        rows.filter(pl.col("unit") == "bits_per_char")
        if rows is not None and "unit" in rows.columns
        else None
    )
    for source, part in by_source(rows):
        mean = mean_scores(part)
        if mean.height < FEWEST_RUNS:
            answers.append(untestable(source, FEW_RUNS))
            continue
        loss, score = mean["loss"].to_numpy(), mean["score"].to_numpy()
        r = float(np.corrcoef(loss, score)[0, 1])
        bent = r_squared(score, np.polyval(np.polyfit(loss, score, 2), loss))
        numbers: Numbers = (r, *correlation_interval(r, mean.height))
        verdict = decide(*numbers[1:], supported=lambda v: v <= -0.9, words=f"{mean.height} models")
        counter = f"R² {r**2:.3f} by a line, {bent:.3f} by a parabola"
        answers.append(
            found(part, "Pearson r of mean score and bits", numbers, mean.height, verdict, counter=counter)
        )
    return answers


def accuracy_is_less_predictable(tables: ClaimTables) -> list[Finding]:
    """Median over tasks of |ρ(log-probability, loss)| less |ρ(accuracy, loss)|; above zero supports."""
    if tables.loss_scores is None:
        return []
    kept = on_chosen(tables.loss_scores, tables)
    logs = last_of_runs(kept.filter(pl.col("metric").is_in(["soft_log", "answer_loss", "task_loss"])))
    answers = []
    for source, part in by_source(last_of_runs(accuracy_rows(kept))):
        columns = [c for c in ("task", "format", "n_shot") if c in part.columns]
        both = part.join(logs, on=["source", "run_id", *columns], suffix="_log", nulls_equal=True)
        gaps = []
        for _, task in both.group_by([*columns, "metric", "metric_log"], maintain_order=True):
            if task.height >= FEWEST_RUNS and task["score"].n_unique() > 1:
                rho = [
                    abs(rank_correlation(task["loss"].to_numpy(), task[c].to_numpy()))
                    for c in ("score_log", "score")
                ]
                gaps.append((rho[0] - rho[1], str(task["task"][0])))
        if len(gaps) < FEWEST_TASKS:
            answers.append(
                untestable(
                    source,
                    f"{len(gaps)} accuracies with the log-probability of the answer beside"
                    " them; five are asked for",
                )
            )
            continue
        values = np.array([gap for gap, _ in gaps])
        numbers = median_interval(values)
        words = f"{(values > 0).sum()} of {values.size} tasks order better by log-probability"
        verdict = decide(*numbers[1:], supported=lambda v: v > 0, words=words)
        gap, task_name = min(gaps) if verdict[0] != CONTRADICTED else max(gaps)
        answers.append(
            found(
                both,
                "median gain in |Spearman ρ|",
                numbers,
                values.size,
                verdict,
                counter=f"{task_name}: {gap:+z.2f}",
            )
        )
    return answers


def abilities_appear_with_size(tables: ClaimTables) -> list[Finding]:
    """Share of tasks at chance in the smallest size and above it (z > 3.3) in the largest."""
    rows = tables.last
    needed = {"chance", "n_items", "params"}
    if rows is None or not needed <= set(rows.columns):
        return []
    answers = []
    for source, part in by_source(
        rows.drop_nulls(list(needed)).filter(pl.col("n_items") > 0, pl.col("chance") > 0)
    ):
        if part["params"].n_unique() < 3:
            answers.append(
                untestable(source, f"runs of {part['params'].n_unique()} sizes; three are asked for")
            )
            continue
        spread = (pl.col("chance") * (1 - pl.col("chance")) / pl.col("n_items")).sqrt()
        sized = part.with_columns(z=(pl.col("score") - pl.col("chance")) / spread)
        smallest, largest = (
            pl.col("params") == pl.col("params").min(),
            pl.col("params") == pl.col("params").max(),
        )
        ends = (
            sized.group_by(columns_of(part), maintain_order=True)
            .agg(large=pl.col("z").filter(largest).median(), smallest=pl.col("z").filter(smallest).max())
            .drop_nulls()
        )
        if not ends.height:
            continue
        appear = (pl.col("smallest") < 1.645) & (pl.col("large") > ABOVE_CHANCE_Z)
        hits = ends.filter(appear).height
        numbers = share(hits, ends.height)
        words = f"{hits} of {ends.height} tasks at chance in the smallest size and above it in the largest"
        verdict = exists(*numbers[1:], words)
        already = ends.filter(pl.col("smallest") >= 1.645).height
        counter = f"{already} tasks are above chance in the smallest size already"
        answers.append(
            found(
                part, "share of tasks that appear with size", numbers, ends.height, verdict, counter=counter
            )
        )
    return answers


def score_is_linear_after_departure(tables: ClaimTables) -> list[Finding]:
    """Median over tasks of the relative miss of a line in loss, of runs above chance left out; within 5 %."""
    answers = []
    for source, part in by_source(tables.last):
        near = pl.col("score") > pl.col("chance") + 0.05 if "chance" in part.columns else pl.lit(value=True)
        misses = []
        for _, task in part.filter(near.fill_null(True)).group_by(columns_of(part), maintain_order=True):
            if task.height >= FEWEST_RUNS and task["score"].n_unique() > 1:
                loss, score = task["loss"].to_numpy(), task["score"].to_numpy()
                line = float(np.median(np.abs(score - held_out_line(loss, score)) / np.maximum(score, 1e-9)))
                misses.append((line, str(task["task"][0])))
        if len(misses) < FEWEST_TASKS:
            answers.append(
                untestable(source, f"{len(misses)} tasks with eight runs above chance; five are asked for")
            )
            continue
        numbers = median_interval(np.array([m for m, _ in misses]))
        verdict = decide(
            *numbers[1:],
            supported=lambda v: v <= 0.05,
            words=f"{len(misses)} tasks, runs within the range seen",
        )
        miss, task_name = max(misses) if verdict[0] != CONTRADICTED else min(misses)
        answers.append(
            found(
                part,
                "median relative miss of a line",
                numbers,
                len(misses),
                verdict,
                counter=f"{task_name}: {miss:.1%}",
            )
        )
    return answers
