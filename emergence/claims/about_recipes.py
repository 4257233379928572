"""Tests of claims about training corpora: whether small models rank them, and on which loss."""

import numpy as np
import polars as pl

from emergence.claims.about_shape import columns_of
from emergence.claims.judge import FEWEST_TASKS, Finding, found, untestable
from emergence.claims.rows import (
    CONTINUOUS,
    ClaimTables,
    accuracy_rows,
    by_source,
    last_of_runs,
    on_chosen,
    unnested,
)
from emergence.claims.rules import CONTRADICTED, decide, exists, median_interval, share
from emergence.numerics.arrays import Floats

FEWEST_RECIPES = 3
RIGHT = 0.7  # of pairs of recipes; Magnusson et al. say about 0.8
NO_DESIGN = "needs three training corpora or more at each of two sizes"


def corpus_of_the_loss_decides(tables: ClaimTables) -> list[Finding]:
    """Share of tasks where a training corpus is ahead at equal loss on one corpus, behind on another."""
    if tables.sufficiency is None:
        return []
    rows = unnested(accuracy_rows(tables.sufficiency), "biases")
    answers = []
    for source, part in by_source(
        rows.filter(pl.col("factor") == "training_corpus") if rows.height else None
    ):
        if part["corpus"].n_unique() < 2:
            answers.append(untestable(source, "its loss is taken on one corpus only"))
            continue
        flips = part.group_by([*columns_of(part), "group"], maintain_order=True).agg(
            flips=(pl.col("low") > 0).any() & (pl.col("high") < 0).any()
        )
        tasks = flips.group_by(columns_of(part), maintain_order=True).agg(pl.col("flips").any())
        numbers = share(int(tasks["flips"].sum()), tasks.height)
        words = f"{tasks['flips'].sum()} of {tasks.height} tasks, over {part['corpus'].n_unique()} corpora"
        verdict = exists(*numbers[1:], words)
        other = tasks.filter(~pl.col("flips") if verdict[0] != CONTRADICTED else pl.col("flips"))
        counter = (
            f"{other['task'][0]} {'keeps' if verdict[0] != CONTRADICTED else 'loses'} its order"
            if other.height
            else ""
        )
        answers.append(
            found(part, "share of tasks that flip", numbers, tasks.height, verdict, counter=counter)
        )
    return answers


def small_models_rank_recipes(tables: ClaimTables) -> list[Finding]:
    """Share of pairs of training corpora that a smaller size orders, by mean score, as the largest does."""
    answers = []
    for source, part in by_source(_with_recipes(tables.last)):
        tables_of = [
            _by_size(task, "score") for _, task in part.group_by(columns_of(part), maintain_order=True)
        ]
        whole = _mean_table(part)
        decided = None if whole is None else _agreement(whole, whole)
        if decided is None:
            answers.append(untestable(source, NO_DESIGN))
            continue
        right, pairs, recipes = decided
        # Pairs share corpora: there are no more free comparisons than corpora but one.
        free = recipes - 1
        numbers = share(round(right / pairs * free), free)
        numbers = (right / pairs, numbers[1], numbers[2])
        single = [a for t in tables_of if t is not None and (a := _agreement(t, t)) is not None]
        lows = sorted(a[0] / a[1] for a in single)
        words = f"{right} of {pairs} pairs of {recipes} training corpora, by the mean over tasks"
        verdict = decide(*numbers[1:], supported=lambda v: v >= RIGHT, words=words)
        counter = f"single tasks: {lows[0]:.0%} to {lows[-1]:.0%}" if lows else ""
        answers.append(
            found(part, "share of pairs decided right", numbers, recipes, verdict, counter=counter)
        )
    return answers


def continuous_metrics_rank_better(tables: ClaimTables) -> list[Finding]:
    """Median over tasks of the gain in decisions right when the small models' metric is continuous."""
    if tables.loss_scores is None:
        return []
    kept = on_chosen(tables.loss_scores, tables)
    soft = _with_recipes(last_of_runs(kept.filter(pl.col("metric").is_in(CONTINUOUS))))
    by_task = {} if soft is None else soft.partition_by("source", "task", "format", as_dict=True)
    answers = []
    for source, part in by_source(_with_recipes(tables.last)):
        gains = []
        for key, task in part.group_by("task", "format", maintain_order=True):
            other = by_task.get((source, *key))
            gain = _gain(task, other) if other is not None else None
            if gain is not None:
                gains.append((gain, str(key[0])))
        if len(gains) < FEWEST_TASKS:
            answers.append(
                untestable(
                    source, f"{len(gains)} tasks with a continuous metric beside accuracy; {NO_DESIGN}"
                )
            )
            continue
        numbers = median_interval(np.array([g for g, _ in gains]))
        words = f"{sum(g > 0 for g, _ in gains)} of {len(gains)} tasks decided better"
        verdict = decide(*numbers[1:], supported=lambda v: v > 0, words=words)
        gain, name = min(gains) if verdict[0] != CONTRADICTED else max(gains)
        answers.append(
            found(
                part,
                "median gain in decisions right",
                numbers,
                len(gains),
                verdict,
                counter=f"{name}: {gain:+z.0%}",
            )
        )
    return answers


def _gain(task: pl.DataFrame, soft: pl.DataFrame) -> float | None:
    """Share decided right by a continuous metric of small models less that by accuracy."""
    falls = soft["metric"][0] in ("answer_bpb", "answer_loss", "task_loss", "brier")
    small = _by_size(soft.with_columns(score=-pl.col("score") if falls else pl.col("score")), "score")
    large = _by_size(task, "score")
    if small is None or large is None:
        return None
    one, two = _agreement(small, large), _agreement(large, large)
    return None if one is None or two is None else one[0] / one[1] - two[0] / two[1]


def _with_recipes(rows: pl.DataFrame | None) -> pl.DataFrame | None:
    """Rows of models of known size and training corpus, the corpus as a number."""
    if rows is None or "training_corpus" not in rows.columns:
        return None
    known = rows.drop_nulls(["params", "training_corpus"])
    return known.with_columns(recipe=pl.col("training_corpus").rank("dense").over("source") - 1)


Sizes = tuple[Floats, Floats]


def _by_size(task: pl.DataFrame, column: str) -> Sizes | None:
    """Sizes (s,) and the best score of each training corpus at each (s, c), NaN where there is none."""
    metric = task.filter(pl.col("metric") == task["metric"].mode().sort()[0])
    sizes, row = np.unique(metric["params"].to_numpy(), return_inverse=True)
    recipe = metric["recipe"].to_numpy().astype(int)
    table = np.full((sizes.size, int(task["recipe"].max()) + 1), -np.inf)  # type: ignore[arg-type]
    np.maximum.at(table, (row, recipe), metric[column].to_numpy())
    return sizes, np.where(np.isfinite(table), table, np.nan)


def _mean_table(part: pl.DataFrame) -> Sizes | None:
    """The same by the mean over the tasks that all runs have."""
    columns = columns_of(part)
    whole = part["run_id"].n_unique()
    complete = (
        part.group_by(columns).agg(pl.col("run_id").n_unique() == whole).filter("run_id").select(columns)
    )
    kept = part.join(complete, on=columns, how="semi", nulls_equal=True)
    mean = kept.group_by("run_id", "params", "recipe", maintain_order=True).agg(pl.col("score").mean())
    return _by_size(mean.with_columns(metric=pl.lit("mean")), "score") if mean.height else None


def _agreement(small: Sizes, large: Sizes) -> tuple[int, int, int] | None:
    """Pairs decided right, pairs, and corpora: at the smaller size that shares most with the largest."""
    sizes, top = large
    target = _largest_design(top)
    if target is None or small[1].shape[1] != top.shape[1]:
        return None
    below = np.flatnonzero(small[0] < sizes[target] / 2)
    shared = [np.isfinite(small[1][k]) & np.isfinite(top[target]) for k in below]
    counts = [int(s.sum()) for s in shared]
    if not counts or max(counts) < FEWEST_RECIPES:
        return None
    k = int(np.argmax(counts))
    i, j = np.triu_indices(counts[k], 1)
    one, two = small[1][below[k]][shared[k]], top[target][shared[k]]
    signs = np.sign(one[i] - one[j]), np.sign(two[i] - two[j])
    decided = (signs[0] != 0) & (signs[1] != 0)
    return (
        (int((signs[0] == signs[1])[decided].sum()), int(decided.sum()), counts[k]) if decided.any() else None
    )


def _largest_design(top: Floats) -> int | None:
    """The largest of the sizes that the most training corpora share, three or more."""
    counts = np.isfinite(top).sum(axis=1)
    able = np.flatnonzero(counts == counts.max()) if counts.max() >= FEWEST_RECIPES else np.array([], int)
    return int(able[-1]) if able.size else None
