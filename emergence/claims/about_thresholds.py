"""Tests of what is said of thresholds: whether there are any, one for all tasks, and by which metric."""

import numpy as np
import polars as pl

from emergence.claims.judge import FEWEST_TASKS, Finding, Test, found, names, untestable
from emergence.claims.rows import ACCURACY, CONTINUOUS, ClaimTables, by_source, on_chosen, once_a_task
from emergence.claims.rules import (
    CONTRADICTED,
    FALSE_RATE,
    NOT_TESTABLE,
    UNDETERMINED,
    bounded_share,
    decide,
    exists,
    median_interval,
    share,
    within,
)
from emergence.numerics.p_values import WITHDRAWN
from emergence.numerics.words import counted, spoken

AT_CHANCE = 0.02  # a task counts for or against a threshold if its floor is this near chance
DEPARTED = WITHDRAWN
SETTLED = (*DEPARTED, "smooth")
SAME = 0.02  # of the common threshold: 0.05 nats at 2.5, and as much in bits
FEWEST_SHARED = 3
FEWEST_AGREEING = 2
TWIN = ["source", "task", "format", "n_shot", "corpus", "unit"]


def _started_at_chance(tables: ClaimTables) -> pl.DataFrame | None:
    """Tasks that can speak for or against a threshold: at chance at first, and up by five points or more."""
    rows = tables.verdicts
    if rows is None:
        return None
    near = (pl.col("floor") - pl.col("chance")).abs() <= AT_CHANCE
    rose = pl.col("loss_at_5_points").is_not_null()
    return rows.filter(near, rose, pl.col("verdict").is_in(SETTLED))


def tasks_have_thresholds(tables: ClaimTables) -> list[Finding]:
    """Share of the tasks that leave chance whose rise is sharp, against what accident would show as sharp."""
    rows, everything = _started_at_chance(tables), tables.verdicts
    answers = []
    for source, part in by_source(everything):
        able = rows.filter(pl.col("source") == source) if rows is not None else part.clear()
        if not able.height:
            counts = part["verdict"].value_counts(sort=True, name="n").rows()
            told = ", ".join(f"{n} {spoken(verdict)}" for verdict, n in counts[:3])
            answers.append(
                untestable(
                    source,
                    f"no task starts within 2 points of chance, rises by 5 and has a settled shape: {told}",
                )
            )
            continue
        sharp = able.filter(pl.col("verdict") == "sharp")
        others = able.filter(pl.col("verdict").is_in(["gradual", "smooth"]))
        numbers = bounded_share(sharp.height, others.height, able.height)
        words = (
            f"{sharp.height} of {able.height} tasks that leave chance do so sharply,"
            f" {others.height} over a wide"
            f" range; accident would show {FALSE_RATE * able.height:.1f}; {_runs(able)}"
        )
        verdict = exists(*numbers[1:], words)
        against = sharp if verdict[0] == CONTRADICTED else others
        counter = f"{names(against, 'task')}: {names(against, 'verdict')}" if against.height else ""
        answers.append(
            found(
                able,
                "share of tasks leaving chance that do so sharply",
                numbers,
                able.height,
                verdict,
                counter=counter,
            )
        )
    return answers


def _runs(rows: pl.DataFrame) -> str:
    if "n_runs" not in rows.columns:
        return "number of runs not known"
    return f"{int(rows['n_runs'].min())} to {int(rows['n_runs'].max())} runs"  # type: ignore[arg-type]


def one_threshold_for_all(tables: ClaimTables) -> list[Finding]:
    """SD of η among the tasks of one corpus and format (τ), within 2 % of the common η."""
    if tables.universality is None:
        return []
    answers = []
    for source, part in by_source(on_chosen(tables.universality, tables)):
        rows = part.sort("format", nulls_last=True).iter_rows(named=True)
        answers += [_one_threshold(part, source, row) for row in rows]
    return answers


def _one_threshold(part: pl.DataFrame, source: str, row: dict[str, object]) -> Finding:
    format_, n = str(row["format"] or "any"), int(row["n_tasks"] or 0)  # type: ignore[call-overload]
    if n < FEWEST_SHARED or row["tau"] is None or row["eta_common"] is None:
        why = f"{n} tasks by {format_} with a located threshold; three are asked for"
        return Finding(source, "", None, None, None, n, NOT_TESTABLE, why, format=format_)
    most = SAME * float(row["eta_common"])  # type: ignore[arg-type]
    words = (
        f"{n} tasks, {counted(row['n_runs'], 'run')}, {counted(row['n_events'], 'event')}; limit {most:.3f}"
    )
    verdict = decide(row["tau_low"], row["tau_high"], supported=lambda v: v <= most, words=words)  # type: ignore[arg-type]
    if int(row["n_runs"] or 0) < FEWEST_AGREEING:  # type: ignore[call-overload]
        # Tasks that one run learns at once share its event, which says little of the next run.
        verdict = UNDETERMINED, f"one run, whose tasks share its events; {words}"
    numbers = row["tau"], row["tau_low"], row["tau_high"]
    counter = f"thresholds from {row['eta_min']:.3f} to {row['eta_max']:.3f}"
    return found(part, "SD of η among tasks", numbers, n, verdict, counter=counter, format_=format_)  # type: ignore[arg-type]


def threshold_is_2_2(tables: ClaimTables) -> list[Finding]:
    """Common η of a corpus, held against 2.2 only on an axis that says it can be compared."""
    if tables.universality is None:
        return []
    answers = []
    for source, part in by_source(on_chosen(tables.universality, tables)):
        row = part.sort("n_tasks", descending=True).row(0, named=True)
        told = str(row["against_published"] or "")
        if not told or told.startswith("not comparable"):
            why = "2.2 is in nats per token of a corpus and tokenizer that nothing here shares"
            answers.append(untestable(source, why))
            continue
        numbers = row["eta_common"], row["eta_common_low"], row["eta_common_high"]
        verdict = within(*numbers[1:], 2.2 * (1 - SAME), 2.2 * (1 + SAME), told)
        answers.append(found(part, "common η", numbers, row["n_tasks"], verdict))
    return answers


def _twins(tables: ClaimTables) -> pl.DataFrame | None:
    """Sharp accuracies beside a continuous metric of the same checkpoints, a pair a task."""
    if tables.thresholds is None:
        return None
    rows = on_chosen(tables.thresholds, tables)
    keys = [c for c in TWIN if c in rows.columns]
    sharp = once_a_task(rows.filter(pl.col("metric").is_in(ACCURACY), pl.col("verdict") == "sharp"))
    order = pl.col("metric").replace_strict({m: k for k, m in enumerate(CONTINUOUS)}, default=None)
    soft = (
        rows.filter(pl.col("metric").is_in(CONTINUOUS))
        .sort(order)
        .unique(keys, keep="first", maintain_order=True)
    )
    soft = soft.select(*keys, "metric", "verdict", "width")
    return sharp.join(soft, on=keys, how="left", suffix="_soft", nulls_equal=True)


def on_twins(compare: str, wanted: int = FEWEST_TASKS) -> Test:
    """A test on sharp accuracies and their continuous twins: by verdict or by width."""

    def test(tables: ClaimTables) -> list[Finding]:
        sharp = dict(by_source(_twins(tables)))
        answers = []
        for source, everything in by_source(tables.verdicts):
            part = sharp.get(source, everything.clear())
            pairs = part.drop_nulls(f"{compare}_soft") if part.height else part
            if compare == "verdict" and pairs.height:
                pairs = pairs.filter(pl.col("verdict_soft").is_in(SETTLED))
            if pairs.height < wanted:
                why = (
                    f"{part.height} sharp accuracies, {pairs.height} of them with a"
                    " continuous metric on the same"
                    f" checkpoints and a settled {compare}; {wanted} are asked for"
                )
                answers.append(untestable(source, why))
                continue
            answers.append(_by_verdict(pairs) if compare == "verdict" else _by_width(pairs))
        return answers

    return test


def _by_verdict(pairs: pl.DataFrame) -> Finding:
    also = pairs.filter(pl.col("verdict_soft") == "sharp")
    numbers = share(also.height, pairs.height)
    words = f"{also.height} of {pairs.height} sharp accuracies have a sharp continuous twin"
    verdict = decide(*numbers[1:], supported=lambda v: v > 0.5, words=words)
    rest = pairs.filter(pl.col("verdict_soft") != "sharp") if verdict[0] != CONTRADICTED else also
    return found(
        pairs,
        "share of continuous twins that are sharp",
        numbers,
        pairs.height,
        verdict,
        counter=names(rest, "task"),
    )


def _by_width(pairs: pl.DataFrame) -> Finding:
    logs = np.log((pairs["width"] / pairs["width_soft"]).to_numpy())
    middle, low, high = (float(np.exp(v)) for v in median_interval(logs))
    numbers = (middle, low, high)
    words = f"{pairs.height} pairs; below 0.8 accuracy is the sharper"
    verdict = decide(*numbers[1:], supported=lambda v: v < 0.8, words=words)
    at = int(logs.argmax() if verdict[0] != CONTRADICTED else logs.argmin())
    return found(
        pairs,
        "median ratio of widths",
        numbers,
        pairs.height,
        verdict,
        counter=f"{pairs['task'][at]}: {np.exp(logs[at]):.2f}",
    )


def tasks_get_worse(tables: ClaimTables) -> list[Finding]:
    """Share of tasks shown to fall as loss falls, against what accident would show."""
    answers = []
    for _, part in by_source(tables.verdicts):
        falls = part.filter(pl.col("verdict") == "inverse")
        open_ = part.filter(pl.col("verdict").is_in(["not_identified", "not_explained"]))
        numbers = bounded_share(falls.height, part.height - falls.height - open_.height, part.height)
        words = (
            f"{falls.height} of {part.height} tasks fall as loss falls, {open_.height} open;"
            f" accident would show {FALSE_RATE * part.height:.1f}"
        )
        verdict = exists(*numbers[1:], words)
        against = part.filter(pl.col("verdict").is_in(DEPARTED)) if verdict[0] != CONTRADICTED else falls
        does = "fall" if verdict[0] == CONTRADICTED else "rise"
        counter = f"{names(against, 'task')} {does}" if against.height else ""
        answers.append(
            found(part, "share of tasks that get worse", numbers, part.height, verdict, counter=counter)
        )
    return answers


def cloze_departs_before_letters(tables: ClaimTables) -> list[Finding]:
    """Of tasks asked both ways, the share that leave their floor earlier by likelihood than by letter."""
    answers = []
    for source, part in by_source(tables.verdicts):
        rows = part.filter(pl.col("format").is_in(["rc", "mc"])).select("task", "format", "loss_at_2_points")
        wide = rows.pivot(on="format", index="task", values="loss_at_2_points", aggregate_function="max")
        both = wide.drop_nulls() if {"rc", "mc"} <= set(wide.columns) else wide.clear()
        if both.height < FEWEST_TASKS:
            answers.append(
                untestable(
                    source,
                    f"{both.height} tasks asked both by letter and by likelihood depart in"
                    " both; five are asked for",
                )
            )
            continue
        earlier = both.filter(pl.col("rc") > pl.col("mc"))
        numbers = share(earlier.height, both.height)
        words = f"{earlier.height} of {both.height} tasks give signal earlier by likelihood"
        verdict = decide(*numbers[1:], supported=lambda v: v > 0.5, words=words)
        rest = both.filter(pl.col("rc") <= pl.col("mc")) if verdict[0] != CONTRADICTED else earlier
        answers.append(
            found(
                part,
                "share of tasks earlier by likelihood",
                numbers,
                both.height,
                verdict,
                counter=names(rest, "task"),
            )
        )
    return answers
