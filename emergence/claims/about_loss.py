"""Tests of claims about scores and loss: one curve, a threshold, the metric's part, forecasts."""

import numpy as np
import polars as pl

from emergence.claims.judge import (
    ACCURACY,
    CONTINUOUS,
    CONTRADICTED,
    FEWEST_TASKS,
    NOT_TESTABLE,
    SUPPORTED,
    ClaimTables,
    Finding,
    accuracy_rows,
    by_source,
    decide,
    median_interval,
    on_chosen,
    share,
)

MARGIN = 1.0  # score points
LEAVING = ("sharp", "gradual", "leaves_floor")
"""Verdicts of a floor and a departure from it."""
THRESHOLD = ("sharp",)
"""The one verdict that is evidence for a threshold."""
SETTLED = (*LEAVING, "smooth")
TWIN = ["source", "task", "format", "n_shot", "corpus", "unit"]


def same_loss_same_score(tables: ClaimTables) -> list[Finding]:
    """Median over tasks of |score points per tenfold params at equal loss|; within one point supports."""
    words = "median |points per tenfold params at equal loss|"
    return _median_size(tables, "slope_params", "params", words)


def same_loss_any_data(tables: ClaimTables) -> list[Finding]:
    """Median over tasks of a training corpus's largest bias: how far a claim about one corpus reaches."""
    words = "median largest bias of a training corpus at equal loss, points"
    return _median_size(tables, "bias_training_corpus", "training_corpus", words)


def _median_size(tables: ClaimTables, column: str, factor: str, statistic: str) -> list[Finding]:
    if tables.sufficiency is None:
        return []
    found = []
    rows = on_chosen(accuracy_rows(tables.sufficiency), tables).drop_nulls(column)
    for source, part in by_source(rows.filter(pl.col("score_unit") == "points")):
        value, low, high = median_interval(part[column].abs().to_numpy())
        shown = part.filter(pl.col(f"beyond_{factor}"))
        text = (
            f"{value:.2f} over {part.height} tasks, {shown.height} shown to differ by more than {MARGIN:.0f}"
        )
        verdict, reason = decide(low, high, supported=lambda v: v <= MARGIN, words=text)
        found.append(Finding(source, statistic, value, low, high, part.height, verdict, reason))
    return found


def loss_explains_little(tables: ClaimTables) -> list[Finding]:
    """Share of tasks whose score at equal loss rises with size (slope's lower limit above zero)."""
    if tables.sufficiency is None:
        return []
    found = []
    for source, part in by_source(
        on_chosen(accuracy_rows(tables.sufficiency), tables).drop_nulls("slope_params_low")
    ):
        if part.height < FEWEST_TASKS:
            continue
        hits = part.filter(pl.col("slope_params_low") > 0).height
        value, low, high = share(hits, part.height)
        slope = float(np.median(part["slope_params"].to_numpy()))
        words = f"{hits} of {part.height} tasks; median slope {slope:.2f} points per tenfold params"
        verdict, reason = decide(low, 1.0, supported=lambda v: v > 0.025, words=words)
        if high <= 0.25 and verdict != SUPPORTED:
            verdict, reason = CONTRADICTED, words
        found.append(
            Finding(
                source,
                "share of tasks better with size at equal loss",
                value,
                low,
                high,
                part.height,
                verdict,
                reason,
            )
        )
    return found


def tasks_have_thresholds(tables: ClaimTables) -> list[Finding]:
    """Share of tasks of a settled shape that are sharp in loss; one that survives adjustment supports.

    Only a smooth task seen at chance speaks against a threshold: one above chance at its highest loss may
    have passed its threshold before.
    """
    if tables.thresholds is None:
        return []
    found = []
    for source, part in by_source(on_chosen(accuracy_rows(tables.thresholds), tables)):
        settled = part.filter(pl.col("verdict").is_in(SETTLED))
        if not settled.height:
            found.append(Finding(source, "share sharp", None, None, None, 0, NOT_TESTABLE, _why_not(part)))
            continue
        sharp = settled.filter(pl.col("verdict").is_in(THRESHOLD))
        sure = sharp.filter(_adjusted(part) < 0.05)
        value, low, high = share(sharp.height, settled.height)
        words = f"{sharp.height} of {settled.height} settled tasks sharp, {sure.height} after adjustment"
        from_chance = settled.filter(pl.col("verdict") == "smooth", ~pl.col("floor_differs_from_chance"))
        words = f"{words}; {from_chance.height} rise smoothly from chance itself"
        verdict = SUPPORTED if sure.height else NOT_TESTABLE
        if not sharp.height and from_chance.height >= FEWEST_TASKS:
            verdict = CONTRADICTED
        found.append(
            Finding(
                source,
                "share of settled tasks that are sharp",
                value,
                low,
                high,
                settled.height,
                verdict,
                words,
            )
        )
    return found


def _adjusted(part: pl.DataFrame) -> pl.Expr:
    """p of a threshold, adjusted over a source's tasks; times their number where no adjusted one is kept."""
    known = "p_adjusted" in part.columns and part["p_adjusted"].null_count() < part.height
    return pl.col("p_adjusted") if known else pl.col("p_threshold") * part.height


def _why_not(part: pl.DataFrame) -> str:
    counts = part["verdict"].value_counts(sort=True, name="n").rows()
    return "no task has a settled shape: " + ", ".join(f"{n} {verdict}" for verdict, n in counts[:3])


def one_threshold_for_all(tables: ClaimTables) -> list[Finding]:
    """SD of η among emergent tasks of a corpus (τ); 0.05 nat or less supports, more contradicts."""
    if tables.universality is None:
        return []
    found = []
    rows = on_chosen(tables.universality, tables).drop_nulls("tau")
    for source, part in by_source(rows):
        row = part.sort("n_tasks", descending=True).row(0, named=True)
        others = ", ".join(
            f"{r['format']} {r['verdict']}" for r in part.iter_rows(named=True) if "format" in r
        )
        words = f"{row['reason']}; by format: {others}" if others else str(row["reason"])
        verdict, reason = decide(row["tau_low"], row["tau_high"], supported=lambda v: v <= 0.05, words=words)
        found.append(
            Finding(
                source,
                "SD of η among tasks, nats",
                row["tau"],
                row["tau_low"],
                row["tau_high"],
                row["n_tasks"],
                verdict,
                reason,
            )
        )
    return found


def threshold_is_2_2(tables: ClaimTables) -> list[Finding]:
    """Common η of a corpus: never held against 2.2 nats per token of another corpus and tokenizer."""
    if tables.universality is None:
        return []
    found = []
    for source, part in by_source(on_chosen(tables.universality, tables)):
        row = part.sort("n_tasks", descending=True).row(0, named=True)
        reason = str(row["against_published"])
        found.append(
            Finding(
                source,
                "common η",
                row["eta_common"],
                row["eta_common_low"],
                row["eta_common_high"],
                row["n_tasks"],
                NOT_TESTABLE,
                reason,
            )
        )
    return found


def _twins(tables: ClaimTables) -> pl.DataFrame | None:
    """Accuracy and continuous metric of the same checkpoints, with both verdicts and widths."""
    if tables.thresholds is None:
        return None
    rows = on_chosen(tables.thresholds, tables)
    keys = [c for c in TWIN if c in rows.columns]
    sharp = rows.filter(pl.col("metric").is_in(ACCURACY))
    soft = rows.filter(pl.col("metric").is_in(CONTINUOUS)).select(*keys, "metric", "verdict", "width")
    return sharp.join(soft, on=keys, suffix="_soft", nulls_equal=True)


def continuous_metrics_emerge_too(tables: ClaimTables) -> list[Finding]:
    """Of tasks emergent by accuracy, the share also emergent by a continuous metric; over half supports."""
    twins = _twins(tables)
    found = []
    for source, part in by_source(twins) if twins is not None else []:
        both = part.filter(pl.col("verdict").is_in(LEAVING), pl.col("verdict_soft").is_in(SETTLED))
        if both.height < FEWEST_TASKS:
            continue
        hits = both.filter(pl.col("verdict_soft").is_in(LEAVING)).height
        value, low, high = share(hits, both.height)
        words = f"{hits} of {both.height} pairs of an emergent accuracy and a settled continuous twin"
        verdict, reason = decide(low, high, supported=lambda v: v > 0.5, words=words)
        found.append(
            Finding(
                source, "share of continuous twins emergent", value, low, high, both.height, verdict, reason
            )
        )
    return found


def sharpness_is_the_metric(tables: ClaimTables) -> list[Finding]:
    """Median ratio of a transition's width by accuracy to that by a continuous twin; below 0.8 supports."""
    twins = _twins(tables)
    found = []
    for source, part in by_source(twins) if twins is not None else []:
        both = part.filter(pl.col("verdict").is_in(LEAVING)).drop_nulls(["width", "width_soft"])
        both = both.filter(pl.col("width") > 0, pl.col("width_soft") > 0)
        if both.height < FEWEST_TASKS:
            continue
        logs = np.log((both["width"] / both["width_soft"]).to_numpy())
        value, low, high = (float(np.exp(v)) for v in median_interval(logs))
        words = f"accuracy's transition is {value:.2f} of its continuous twin's, {both.height} pairs"
        verdict, reason = decide(low, high, supported=lambda v: v < 0.8, words=words)
        found.append(
            Finding(source, "median ratio of widths", value, low, high, both.height, verdict, reason)
        )
    return found


def small_foretell_large_in_points(tables: ClaimTables) -> list[Finding]:
    """Median over tasks of |error| at the largest size's lowest loss, from smaller; two points supports."""
    if tables.largest is None:
        return []
    found = []
    rows = on_chosen(accuracy_rows(tables.largest), tables).drop_nulls("error_at_lowest_loss")
    for source, part in by_source(rows.filter(pl.col("status") == "ok")):
        value, low, high = median_interval(part["error_at_lowest_loss"].abs().to_numpy())
        within = part.filter(pl.col("error_at_lowest_loss").abs() <= 2.0).height
        words = f"{within} of {part.height} tasks within 2 points, by loss on a corpus and not on the task"
        verdict, reason = decide(low, high, supported=lambda v: v <= 2.0, words=words)
        found.append(
            Finding(
                source,
                "median |error| of the largest size, points",
                value,
                low,
                high,
                part.height,
                verdict,
                reason,
            )
        )
    return found


def emergent_defies_extrapolation(tables: ClaimTables) -> list[Finding]:
    """Of tasks emergent in loss, how far the 90 % forecast holds the largest size; below half supports."""
    if tables.largest is None or tables.thresholds is None:
        return []
    keys = [c for c in (*TWIN, "metric") if c in tables.largest.columns and c in tables.thresholds.columns]
    emergent = tables.thresholds.filter(pl.col("verdict").is_in(LEAVING)).select(keys)
    rows = accuracy_rows(tables.largest).join(emergent, on=keys, how="semi", nulls_equal=True)
    found = []
    for source, part in by_source(on_chosen(rows, tables).drop_nulls("coverage")):
        if part.height < FEWEST_TASKS:
            continue
        value, low, high = median_interval(part["coverage"].to_numpy())
        words = f"{part.height} emergent tasks; loss, not size, is what is extrapolated"
        verdict, reason = decide(low, high, supported=lambda v: v < 0.5, words=words)
        found.append(
            Finding(
                source,
                "median coverage of the largest size's scores",
                value,
                low,
                high,
                part.height,
                verdict,
                reason,
            )
        )
    return found
