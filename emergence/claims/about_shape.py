"""Tests of claims about shapes, sizes and recipes, on each run's last checkpoint."""

from itertools import pairwise

import numpy as np
import polars as pl
from scipy.stats import spearmanr

from emergence.claims.judge import (
    CONTRADICTED,
    FEWEST_TASKS,
    NOT_TESTABLE,
    SUPPORTED,
    ClaimTables,
    Finding,
    accuracy_rows,
    by_source,
    correlation_interval,
    decide,
    last_of_runs,
    median_interval,
    on_chosen,
    share,
)
from emergence.numerics.arrays import Floats, Ints

RATES = np.geomspace(0.05, 20.0, 60)  # of the exponential, per range of loss
FEWEST_RUNS = 8
PREDICTABLE = 0.8  # held-out R² from which a task is called predictable
ABOVE_CHANCE_Z = 3.3
TASK = ["task", "format", "metric", "n_shot"]


def _columns(part: pl.DataFrame) -> list[str]:
    return [c for c in TASK if c in part.columns]


def held_out_exponential(loss: Floats, score: Floats) -> Floats:
    """Scores (n,) foretold by a + b·exp(−γ·loss) without each in turn; γ from a grid, b ≥ 0."""
    x = (loss - loss.min()) / max(float(np.ptp(loss)), 1e-12)
    z = np.exp(-RATES[:, None] * x)
    # Centred once, the sums without one point follow from the sums over all, and lose no digits on the way.
    centre, middle = z.mean(axis=1, keepdims=True), score.mean()
    z, y, rest = z - centre, score - middle, loss.size - 1
    mean_z, mean_y = -z / rest, -y / rest
    both = z @ y
    together = both[:, None] - z * y - rest * mean_z * mean_y
    spread = (z**2).sum(axis=1, keepdims=True) - z**2 - rest * mean_z**2
    b = np.maximum(together / np.maximum(spread, 1e-12), 0.0)
    best = (b * (b * spread - 2 * together)).argmin(axis=0)
    at = np.arange(loss.size)
    guess: Floats = middle + mean_y + b[best, at] * (z[best, at] - mean_z[best, at])
    return guess


def r_squared(score: Floats, guess: Floats) -> float:
    """Share of variance foretold; below zero where the mean does better."""
    total = float(((score - score.mean()) ** 2).sum())
    return 1.0 - float(((score - guess) ** 2).sum()) / total if total > 0 else np.nan


def average_error_is_exponential(tables: ClaimTables) -> list[Finding]:
    """Held-out r of the mean score over tasks with ε − k·exp(−γL); a correlation above 0.95 supports."""
    rows = tables.last_checkpoints
    found = []
    for source, part in by_source(rows) if rows is not None else []:
        mean = _mean_score(part)
        if mean.height < FEWEST_RUNS:
            continue
        loss, score = mean["loss"].to_numpy(), mean["score"].to_numpy()
        guess = held_out_exponential(loss, score)
        r = float(np.corrcoef(score, guess)[0, 1])
        low, high = correlation_interval(r, mean.height)
        miss = float(np.median(np.abs(score - guess) / (1 - score)))
        words = f"R² {r_squared(score, guess):.3f}, median relative miss of the error {miss:.1%}"
        verdict, reason = decide(low, high, supported=lambda v: v > 0.95, words=words)
        found.append(Finding(source, "held-out r of the mean", r, low, high, mean.height, verdict, reason))
    return found


def _mean_score(part: pl.DataFrame) -> pl.DataFrame:
    """Mean score of each run over the tasks that every run has."""
    columns = _columns(part)
    runs = part["run_id"].n_unique()
    complete = part.group_by(columns).agg(pl.col("run_id").n_unique() == runs).filter("run_id")
    kept = part.join(complete.select(columns), on=columns, how="semi", nulls_equal=True)
    mean = kept.group_by("run_id").agg(pl.col("loss").mean(), pl.col("score").mean(), n=pl.len())
    return mean.filter(pl.col("n") >= 3).sort("run_id")


def few_tasks_are_predictable(tables: ClaimTables) -> list[Finding]:
    """Share of tasks that an exponential in loss foretells with held-out R² of 0.8; below half supports."""
    rows = tables.last_checkpoints
    found = []
    for source, part in by_source(rows) if rows is not None else []:
        values = []
        for _, task in part.group_by(_columns(part), maintain_order=True):
            if task.height >= FEWEST_RUNS and task["score"].n_unique() > 1:
                score = task["score"].to_numpy()
                values.append(r_squared(score, held_out_exponential(task["loss"].to_numpy(), score)))
        if len(values) < FEWEST_TASKS:
            continue
        hits = int((np.array(values) >= PREDICTABLE).sum())
        value, low, high = share(hits, len(values))
        verdict, reason = decide(
            low, high, supported=lambda v: v < 0.5, words=f"{hits} of {len(values)} tasks are predictable"
        )
        found.append(Finding(source, "share predictable", value, low, high, len(values), verdict, reason))
    return found


def corpus_of_the_loss_decides(tables: ClaimTables) -> list[Finding]:
    """Share of tasks where a training corpus is ahead at equal loss on one corpus, behind on another."""
    if tables.sufficiency is None:
        return []
    rows = accuracy_rows(tables.sufficiency).filter(pl.col("biases").list.len() > 0)
    long = rows.explode("biases").unnest("biases").filter(pl.col("factor") == "training_corpus")
    found = []
    for source, part in by_source(long):
        if part["corpus"].n_unique() < 2:
            continue
        flips = part.group_by([*_columns(part), "group"]).agg(
            flips=(pl.col("low") > 0).any() & (pl.col("high") < 0).any()
        )
        tasks = flips.group_by(_columns(part)).agg(pl.col("flips").any())
        hits = int(tasks["flips"].sum())
        value, low, high = share(hits, tasks.height)
        words = f"{hits} of {tasks.height} tasks, over {part['corpus'].n_unique()} corpora"
        verdict, reason = decide(low, high, supported=lambda v: v > 0.05, words=words)
        found.append(
            Finding(source, "share of tasks that flip", value, low, high, tasks.height, verdict, reason)
        )
    return found


def mean_score_is_linear_in_bits(tables: ClaimTables) -> list[Finding]:
    """Pearson's r of models' mean score with bits per character; at or beyond −0.9 throughout supports."""
    rows = tables.last_checkpoints
    found = []
    if rows is not None and "unit" in rows.columns:
        rows = rows.filter(pl.col("unit") == "bits_per_char")
    for source, part in by_source(rows) if rows is not None else []:
        mean = _mean_score(part)
        if mean.height < FEWEST_RUNS or part["unit"][0] != "bits_per_char":
            continue
        r = float(np.corrcoef(mean["loss"].to_numpy(), mean["score"].to_numpy())[0, 1])
        low, high = correlation_interval(r, mean.height)
        verdict, reason = decide(low, high, supported=lambda v: v <= -0.9, words=f"{mean.height} models")
        found.append(Finding(source, "Pearson r", r, low, high, mean.height, verdict, reason))
    return found


def accuracy_is_less_predictable(tables: ClaimTables) -> list[Finding]:
    """Median over tasks of |ρ(log-probability, loss)| less |ρ(accuracy, loss)|; above zero supports."""
    if tables.loss_scores is None:
        return []
    kept = on_chosen(tables.loss_scores, tables)
    logs = last_of_runs(kept.filter(pl.col("metric") == "soft_log"))
    acc = last_of_runs(accuracy_rows(kept))
    found = []
    for source, part in by_source(acc):
        columns = [c for c in ("task", "format", "n_shot") if c in part.columns]
        both = part.join(logs, on=["source", "run_id", *columns], suffix="_log", nulls_equal=True)
        gaps = []
        for _, task in both.group_by([*columns, "metric"], maintain_order=True):
            if task.height >= FEWEST_RUNS and task["score"].n_unique() > 1:
                rho = [abs(float(spearmanr(task["loss"], task[c]).statistic)) for c in ("score_log", "score")]
                gaps.append(rho[0] - rho[1])
        if len(gaps) < FEWEST_TASKS:
            continue
        value, low, high = median_interval(np.array(gaps))
        words = f"{sum(g > 0 for g in gaps)} of {len(gaps)} tasks order better by log-probability"
        verdict, reason = decide(low, high, supported=lambda v: v > 0, words=words)
        found.append(
            Finding(source, "median gain in |Spearman ρ|", value, low, high, len(gaps), verdict, reason)
        )
    return found


def abilities_appear_with_size(tables: ClaimTables) -> list[Finding]:
    """Share of tasks at chance in the smallest size and above it (z > 3.3) in the largest; any supports."""
    rows = tables.last_checkpoints
    needed = {"chance", "n_items", "params"}
    found: list[Finding] = []
    if rows is None or not needed <= set(rows.columns):
        return found
    for source, part in by_source(rows.drop_nulls(list(needed)).filter(pl.col("n_items") > 0)):
        if part["params"].n_unique() < 3:
            continue
        spread = (pl.col("chance") * (1 - pl.col("chance")) / pl.col("n_items")).sqrt()
        z = (pl.col("score") - pl.col("chance")) / spread
        sized = part.filter(pl.col("chance") > 0).with_columns(z=z)
        ends = sized.group_by(_columns(part)).agg(
            large=pl.col("z").sort_by("params").last(),
            smallest=pl.col("z").filter(pl.col("params") == pl.col("params").min()).max(),
        )
        ends = ends.drop_nulls()
        if not ends.height:
            continue
        hits = ends.filter(pl.col("smallest") < 1.645, pl.col("large") > ABOVE_CHANCE_Z).height
        value, low, high = share(hits, ends.height)
        words = f"{hits} of {ends.height} tasks at chance in the smallest size and above it in the largest"
        verdict = SUPPORTED if hits else CONTRADICTED if ends.height >= FEWEST_TASKS else NOT_TESTABLE
        found.append(
            Finding(source, "share that appear with size", value, low, high, ends.height, verdict, words)
        )
    return found


def small_models_rank_recipes(tables: ClaimTables) -> list[Finding]:
    """Median over tasks of the share of pairs of training corpora that neighbouring sizes order alike."""
    rows = tables.last_checkpoints
    found = []
    # A model of unknown size has no place among the sizes.
    for source, part in by_source(rows.drop_nulls("params")) if rows is not None else []:
        recipes = part.with_columns(recipe=pl.col("training_corpus").fill_null("").rank("dense") - 1)
        best = recipes.group_by([*_columns(part), "recipe", "params"]).agg(pl.col("score").max())
        tasks = best.group_by(_columns(part)).agg("params", "recipe", "score")
        each = (_decisions(*map(np.array, row)) for row in tasks.select("params", "recipe", "score").rows())
        agreements = [share for share in each if share is not None]
        if len(agreements) < FEWEST_TASKS:
            continue
        value, low, high = median_interval(np.array(agreements))
        words = f"{len(agreements)} tasks, every pair of sizes with three common training corpora"
        verdict, reason = decide(low, high, supported=lambda v: v >= 0.7, words=words)
        found.append(
            Finding(
                source, "share of pairs ordered alike", value, low, high, len(agreements), verdict, reason
            )
        )
    return found


def _decisions(params: Floats, recipe: Ints, score: Floats) -> float | None:
    """Share of pairs of recipes (n,), ties apart, that two neighbouring sizes order alike."""
    sizes, row = np.unique(params, return_inverse=True)
    table = np.full((sizes.size, recipe.max() + 1), np.nan)
    table[row, recipe] = score
    alike, pairs = 0, 0
    for two in pairwise(table):
        both = np.array(two)
        both = both[:, np.isfinite(both).all(axis=0)]
        if both.shape[1] < 3:
            continue
        i, j = np.triu_indices(both.shape[1], 1)
        signs = np.sign(both[:, i] - both[:, j])
        decided = (signs != 0).all(axis=0)
        alike += int((signs[0, decided] == signs[1, decided]).sum())
        pairs += int(decided.sum())
    return alike / pairs if pairs >= 3 else None
