"""Tests of what is said of models of one loss: size, data, settings, and the best measure of progress."""

from functools import partial

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import ndtri, stdtrit

from emergence.claims.judge import FEWEST_TASKS, Finding, Test, found, untestable
from emergence.claims.rows import (
    AXIS,
    ONE_CORPUS,
    ClaimTables,
    accuracy_rows,
    by_source,
    judged,
    last_of_runs,
    once_a_task,
    recipes,
    unnested,
)
from emergence.claims.rules import (
    CONTRADICTED,
    FEW,
    SUPPORTED,
    bounded_share,
    decide,
    exists,
    median_interval,
    rank_correlation,
    rank_interval,
    share,
    share_that_differ,
)
from emergence.numerics.arrays import CONFIDENCE, Floats
from emergence.numerics.p_values import WITHDRAWN

LEAST_GAP = 0.02  # of a score: two points
FEWEST_RUNS = 8
STRONG = -0.8  # the weakest rank correlation that Du et al. report
LEARNS = (*WITHDRAWN, "smooth", "above_floor")
TAIL = (1 - CONFIDENCE) / 2


def _points(tables: ClaimTables) -> pl.DataFrame | None:
    rows = judged(tables.sufficiency, tables)
    return None if rows is None else rows.filter(pl.col("score_unit") == "points")


def same_loss_over(*factors: str, named: str, lacks: str) -> Test:
    """A test whether a covariate, over its whole span, changes scores at equal loss by less than the margin.

    Share of tasks with an effect beyond the margin: from those shown so, to those not shown to stay within.
    """

    def test(tables: ClaimTables) -> list[Finding]:
        rows = _points(tables)
        if rows is None:
            return []
        answers = []
        for source, part in by_source(rows):
            slopes = unnested(part, "slopes") if part["slopes"].list.len().sum() else part.clear()
            asked = slopes.filter(pl.col("factor").is_in(factors)) if slopes.height else slopes
            asked = asked.drop_nulls(["effect_low", "effect_high"]) if asked.height else asked
            if not asked.height:
                answers.append(untestable(source, lacks))
                continue
            corpora, most = recipes(tables, source)
            if not asked["within_corpus"].all() and most < ONE_CORPUS:
                answers.append(untestable(source, _mixed(corpora, most)))
                continue
            answers.append(
                _differ(asked, "effect", f"tasks that {named} moves by more than {_margin(asked)} points")
            )
        return answers

    return test


def _mixed(corpora: int, most: float) -> str:
    if not corpora:
        return (
            "the claim is about one training corpus, and what these models were trained on is not published"
        )
    return (
        f"the claim is about one training corpus; these runs have {corpora}, {most:.0%} of"
        " them the commonest,"
        " and not every size on each"
    )


def _margin(rows: pl.DataFrame) -> str:
    return f"{float(rows['margin'].max()):g}"  # type: ignore[arg-type]


def _differ(rows: pl.DataFrame, what: str, statistic: str) -> Finding:
    """Share of tasks shown to differ by more than the margin, against those shown not to."""
    size, margin = pl.col(what), pl.col("margin")
    low, high = pl.col(f"{what}_low"), pl.col(f"{what}_high")
    shown = rows.filter((low > margin) | (high < -margin))
    held = rows.filter(low >= -margin, high <= margin)
    precise = (high - low) / 2 <= margin
    able = shown.filter(precise).height, held.filter(precise).height
    numbers = share_that_differ(shown.height, *able, rows.height)
    words = (
        f"{shown.height} of {rows.height} tasks differ for sure, {held.height} agree for sure,"
        f" {rows.filter(precise).height} are precise enough for either"
    )
    verdict = decide(*numbers[1:], supported=lambda v: v <= FEW, words=words)
    against = rows.sort(size.abs(), descending=verdict[0] != CONTRADICTED).row(0, named=True)
    ends = f"{against[what]:+z.2f} [{against[f'{what}_low']:z.2f}, {against[f'{what}_high']:z.2f}] points"
    return found(
        rows, f"share of {statistic}", numbers, rows.height, verdict, counter=f"{against['task']}: {ends}"
    )


def same_loss_any_data(tables: ClaimTables) -> list[Finding]:
    """Share of tasks on which a training corpus is off the others' curve by more than the margin.

    Intervals are widened for the number of training corpora, of which the worst counts.
    """
    rows = _points(tables)
    answers = []
    for source, part in by_source(rows):
        groups = unnested(part, "biases") if part["biases"].list.len().sum() else part.clear()
        asked = groups.filter(pl.col("factor") == "training_corpus") if groups.height else groups
        asked = asked.drop_nulls(["low", "high"]).filter(pl.col("low").is_finite()) if asked.height else asked
        if not asked.height or asked["group"].n_unique() < 2:
            answers.append(
                untestable(source, "its runs are of one training corpus, or of none that is published")
            )
            continue
        answers.append(
            _differ(
                _worst(asked),
                "bias",
                f"tasks that a training corpus moves by more than {_margin(asked)} points",
            )
        )
    return answers


def _worst(groups: pl.DataFrame) -> pl.DataFrame:
    """For each task the training corpus furthest off, in limits that hold for all of its corpora at once."""
    counted = groups.with_columns(
        corpora=pl.len().over("task", "format"),
        freedom=(pl.col("runs") - 1).clip(0).sum().over("task", "format"),
    )
    wider = pl.Series(wider_for_all(counted["corpora"].to_numpy(), counted["freedom"].to_numpy()))
    half = (pl.col("high") - pl.col("low")) / 2 * wider
    middle = (pl.col("high") + pl.col("low")) / 2
    limits = groups.with_columns(bias_low=middle - half, bias_high=middle + half)
    distance = pl.max_horizontal(pl.col("bias_low"), -pl.col("bias_high"), pl.col("bias").abs() / 1e6)
    ranked = limits.with_columns(
        distance=distance, task=pl.format("{} on {}", "task", "group"), of=pl.col("task")
    )
    return ranked.sort("of", "distance", descending=[False, True]).unique(
        ["of", "format"], keep="first", maintain_order=True
    )


def wider_for_all(groups: NDArray[np.int64], freedom: NDArray[np.int64]) -> Floats:
    """By how much intervals (n,) of Student's t with `freedom` (n,) grow to hold for `groups` (n,) at once.

    Bonferroni; the fewer runs, the further out the tail is that is shared.
    """
    free = np.maximum(freedom, 1)
    return np.asarray(stdtrit(free, 1 - TAIL / groups) / stdtrit(free, 1 - TAIL))


def lowest_loss_scores_best(tables: ClaimTables) -> list[Finding]:
    """Share of tasks whose best model beats the model of lowest loss by more than luck and two points."""
    rows = None if tables.loss_scores is None else last_of_runs(accuracy_rows(tables.loss_scores))
    answers = []
    axis = [] if rows is None else [c for c in AXIS if c in rows.columns]
    for source, part in by_source(rows):
        tasks = [
            _lead(task)
            for _, task in once_per_run(part).group_by(*axis, "task", "format", maintain_order=True)
        ]
        leads = [lead for lead in tasks if lead is not None]
        if len(leads) < FEWEST_TASKS:
            answers.append(
                untestable(source, f"{len(leads)} tasks with two models of known loss; five are asked for")
            )
            continue
        beaten = [lead for lead in leads if lead[0] > lead[1]]
        numbers = share(len(beaten), len(leads))
        words = f"on {len(beaten)} of {len(leads)} tasks a model of higher loss is clearly better"
        verdict = decide(*numbers[1:], supported=lambda v: v <= FEW, words=words)
        most = max(leads) if verdict[0] != CONTRADICTED else min(leads)
        counter = f"{most[2]}: best score {100 * most[0]:z.1f} points above that of the lowest loss"
        answers.append(
            found(
                part,
                "share of tasks not led by the lowest loss",
                numbers,
                len(leads),
                verdict,
                counter=counter,
            )
        )
    return answers


def once_per_run(part: pl.DataFrame) -> pl.DataFrame:
    """Rows of one metric and number of shots for each task and format."""
    settings = [c for c in ("source", "corpus", "task", "format", "n_shot", "metric") if c in part.columns]
    counted = part.group_by(settings).agg(n_checkpoints=pl.len())
    return part.join(once_a_task(counted).select(settings), on=settings, how="semi", nulls_equal=True)


def _lead(task: pl.DataFrame) -> tuple[float, float, str] | None:
    """How far the best score is above that of the lowest loss, what luck may give, and the task's name."""
    if task["run_id"].n_unique() < 2 or task["loss"].n_unique() < 2:
        return None
    lowest = float(task.sort("loss")["score"][0])
    gap = float(task["score"].max()) - lowest  # type: ignore[arg-type]
    items = float(task["n_items"].max() or 1000) if "n_items" in task.columns else 1000.0  # type: ignore[arg-type]
    error = np.sqrt(2 * max(lowest * (1 - lowest), 0.01) / items)
    luck = float(-ndtri(0.05 / task.height)) * error
    return gap, max(LEAST_GAP, luck), str(task["task"][0])


def loss_explains_little(tables: ClaimTables) -> list[Finding]:
    """Share of tasks on which larger models of equal loss are better by more than the margin."""
    rows = _points(tables)
    answers = []
    for source, part in by_source(rows):
        slopes = unnested(part, "slopes") if part["slopes"].list.len().sum() else part.clear()
        asked = slopes.filter(pl.col("factor") == "params") if slopes.height else slopes
        if asked.height < FEWEST_TASKS:
            answers.append(
                untestable(source, f"{asked.height} tasks on runs of three sizes or more; five are asked for")
            )
            continue
        better = asked.filter(pl.col("effect_low") > pl.col("margin"))
        never = asked.filter(pl.col("effect_high") <= pl.col("margin"))
        numbers = bounded_share(better.height, never.height, asked.height)
        worse = asked.filter(pl.col("effect_high") < -pl.col("margin"))
        words = f"{better.height} of {asked.height} tasks better for sure, {worse.height} worse for sure"
        verdict = exists(*numbers[1:], words)
        if verdict[0] == SUPPORTED and worse.height >= better.height:
            verdict = CONTRADICTED, f"as many lose as gain; {words}"
        least = asked.sort("effect").row(0, named=True)
        counter = (
            f"{least['task']}: {least['effect']:+z.2f} [{least['effect_low']:z.2f},"
            f" {least['effect_high']:z.2f}] points"
        )
        answers.append(
            found(
                asked,
                "share of tasks better with size at equal loss",
                numbers,
                asked.height,
                verdict,
                counter=counter,
            )
        )
    return answers


def scores_follow_loss(tables: ClaimTables) -> list[Finding]:
    """Median over tasks that models learn of Spearman's ρ of score and loss; −0.8 or below.

    Tasks share their runs, and with them what is off by luck: the limits are no narrower than one task's.
    """
    rows, verdicts = tables.last, tables.verdicts
    answers = []
    for source, part in by_source(rows):
        learned = (
            None
            if verdicts is None
            else verdicts.filter(pl.col("source") == source, pl.col("verdict").is_in(LEARNS))
        )
        if learned is None or learned.height < FEWEST_TASKS:
            n = 0 if learned is None else learned.height
            answers.append(
                untestable(source, f"{n} tasks that its models are shown to learn; five are asked for")
            )
            continue
        kept = once_per_run(part).join(learned, on=["task", "format"], how="semi", nulls_equal=True)
        ranked = [
            (
                rank_correlation(task["loss"].to_numpy(), task["score"].to_numpy()),
                str(task["task"][0]),
                task.height,
            )
            for _, task in kept.group_by("task", "format", maintain_order=True)
            if task.height >= FEWEST_RUNS and task["score"].n_unique() > 1
        ]
        if len(ranked) < FEWEST_TASKS:
            answers.append(
                untestable(source, f"{len(ranked)} learned tasks on eight runs or more; five are asked for")
            )
            continue
        value, low, high = median_interval(np.array([rho for rho, *_ in ranked]))
        own = [rank_interval(rho, runs) for rho, _, runs in ranked]
        least, most = (float(v) for v in np.median(own, axis=0))
        # NaN stays NaN: of fewer than six tasks the median has no limits.
        numbers = value, float(np.minimum(low, least)), float(np.maximum(high, most))
        verdict = decide(
            *numbers[1:], supported=lambda v: v <= STRONG, words=f"{len(ranked)} tasks that models learn"
        )
        rho, task, _ = max(ranked) if verdict[0] != CONTRADICTED else min(ranked)
        answers.append(
            found(
                kept,
                "median Spearman ρ of score and loss",
                numbers,
                len(ranked),
                verdict,
                counter=f"{task}: {rho:z.2f}",
            )
        )
    return answers


size = partial(same_loss_over, "params", named="size", lacks="its runs are not of three sizes or more")
tokens = partial(
    same_loss_over,
    "tokens",
    named="the number of tokens",
    lacks="its runs do not differ in tokens, or tokens are not published",
)
settings = partial(
    same_loss_over,
    "learning_rate",
    "batch_size",
    named="the learning rate or batch size",
    lacks="no scores here of runs that differ in learning rate or batch size and are said to;"
    " step_law has their losses alone",
)
repeats = partial(
    same_loss_over,
    "epochs",
    "unique_tokens",
    named="repeating data",
    lacks="no scores here of runs that repeat their data by a known number of times;"
    " datablations has losses alone",
)
