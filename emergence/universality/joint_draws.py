"""Thresholds of several tasks from one and the same draws of runs, so that their joint error is known."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from emergence.evidence.replicates import Replicates, resample_runs
from emergence.numerics.arrays import CONFIDENCE, Floats
from emergence.points.groups import stretches
from emergence.points.scatter import estimate_scatter
from emergence.points.series import build_series
from emergence.shapes.search import MAX_GAPS, focus_design
from emergence.threshold.fit import fit_threshold
from emergence.threshold.verdict import LEAVES
from emergence.universality.common_threshold import FEWEST_RUNS, UNIVERSALITY_SCHEMA, common_threshold

LABEL = "_series"
Z_95 = 1.959964
KNOWN = ("eta", "eta_low", "eta_high", "form", "floor_is_fixed", "inference")


@dataclass(frozen=True)
class SharedFits:
    """Tasks (T) fitted on the same runs: η (T,), limits (T, 2), replicates (B, T) of shared draws.

    `left_out` counts tasks that were not evaluated on runs that the others share; `is_drawn_apart`: the draws
    are each task's own.
    """

    tasks: list[str]
    eta: Floats
    limits: Floats
    replicates: Floats
    runs: int
    left_out: int = 0
    is_drawn_apart: bool = False


def shared_replicates(
    frame: pl.DataFrame,
    task: str = "task",
    *,
    known: pl.DataFrame | None = None,
    replicates: int = 400,
    seed: int,
    threads: int = 2,
) -> SharedFits:
    """Fit the tasks of one corpus with shared draws of runs; tasks that cannot be fitted are left out.

    `frame` has `task`, loss, score, run_id; where known, tokens, n_items, chance, higher_is_better. Runs
    that lack a task are left out, so that one draw of runs means the same for each; so are tasks, those with
    fewest runs first, until three runs have all that are left. `known` (task, eta,
    eta_low, eta_high, form, floor_is_fixed, inference: rows of `thresholds`) saves fitting η again: then only
    the replicates are drawn. Of fewer than three runs nothing can be drawn: each task's noise is drawn on its
    own. A replicate stands as far off η as the stretch for few runs puts it, and a jump's anywhere in its
    gap: their spread is that of η's interval.
    """
    tasks = frame[task].unique().sort().to_list()
    # Numbers in the order of the names sort faster than names.
    frame = frame.with_columns(pl.col("run_id").rank("dense"))
    rows = {} if known is None else {row[task]: row for row in known.iter_rows(named=True)}
    alone = any(row["inference"] != "across_runs" for row in rows.values())
    common, runs = (frame, _judged_runs(frame, rows)) if alone else _on_common_runs(frame, task)
    parts = common.sort("run_id", "loss").partition_by(task, as_dict=True)

    def one(k: int) -> tuple[str, float, tuple[float, float], Floats] | None:
        part = parts.get((tasks[k],))
        if part is None or part.height < 2:
            return None
        row = rows.get(tasks[k])
        # One and the same seed for each task draws the same runs; alone, each has noise of its own.
        rng = np.random.default_rng(seed if runs >= FEWEST_RUNS else [seed, k])
        apart = np.random.default_rng([seed, k, 1])
        if row is not None:
            found = _drawn(part, row, not alone and runs >= FEWEST_RUNS, replicates, rng, apart)
        else:
            found = _fitted(part, replicates, rng, apart)
        return None if found is None else (str(tasks[k]), *found)

    with ThreadPoolExecutor(threads) as pool:
        kept = [found for found in pool.map(one, range(len(tasks))) if found is not None]
    return SharedFits(
        [name for name, *_ in kept],
        np.array([eta for _, eta, _, _ in kept]),
        np.array([limits for _, _, limits, _ in kept]).reshape(-1, 2),
        np.column_stack([drawn for *_, drawn in kept]) if kept else np.empty((replicates, 0)),
        runs,
        len(tasks) - len(parts),
        alone or runs < FEWEST_RUNS,
    )


def _judged_runs(frame: pl.DataFrame, rows: dict[Any, dict[str, Any]]) -> int:
    """Number of runs behind thresholds that were judged run by run: what each rests on, where it is told."""
    told = [row["n_runs"] for row in rows.values() if row.get("n_runs") is not None]
    return min(told) if told else int(frame["run_id"].n_unique())


def _on_common_runs(frame: pl.DataFrame, task: str) -> tuple[pl.DataFrame, int]:
    """Rows of runs that have every task, and their number; tasks with fewest runs go until three have all."""
    of_task = frame.group_by(task).agg(pl.col("run_id").unique()).sort(pl.col("run_id").list.len(), task)
    runs_of = {name: set(runs) for name, runs in of_task.iter_rows()}
    names = list(runs_of)
    wanted = min(FEWEST_RUNS, frame["run_id"].n_unique())
    while len(names) > 1 and len(set.intersection(*(runs_of[name] for name in names))) < wanted:
        names.pop(0)
    shared = set.intersection(*(runs_of[name] for name in names)) if names else set()
    return frame.filter(pl.col(task).is_in(names), pl.col("run_id").is_in(list(shared))), len(shared)


Fitted = tuple[float, tuple[float, float], Floats]


def _fitted(
    part: pl.DataFrame, replicates: int, rng: np.random.Generator, apart: np.random.Generator
) -> Fitted | None:
    """η, its limits and its replicates of one task, fitted here."""
    loss = part["loss"].to_numpy()
    fit = fit_threshold(loss, part["score"].to_numpy(), **_options(part), replicates=replicates, rng=rng)
    if fit.eta is None or fit.eta_low is None or fit.eta_high is None or fit.replicates is None:
        return None
    drawn = _spread(fit.replicates, fit.eta, fit.form, loss, apart)
    return fit.eta, (fit.eta_low, fit.eta_high), drawn


def _drawn(
    part: pl.DataFrame,
    row: dict[str, Any],
    is_shared: bool,
    replicates: int,
    rng: np.random.Generator,
    apart: np.random.Generator,
) -> Fitted | None:
    """The same for a task whose η is known: by draws of runs that all tasks share, or from its limits."""
    eta, low, high = row["eta"], row["eta_low"], row["eta_high"]
    if eta is None or low is None or high is None:
        return None
    limits = (float(low), float(high))
    if not is_shared:
        normal = apart.standard_normal(replicates) / Z_95
        return float(eta), limits, eta + normal * np.where(normal < 0, eta - low, high - eta)
    options = _options(part)
    series = build_series(
        part["loss"].to_numpy(),
        part["score"].to_numpy(),
        options.get("n_items"),
        None,
        options["run"],
        options.get("order"),
        options.get("chance"),
        options.get("higher_is_better", True),
    )
    weight = 1.0 / estimate_scatter(series.score, series.run, series.n_items, None).variance
    reach = 0.5 * (high - low) + 2 * float(np.ptp(series.loss)) / MAX_GAPS
    design = focus_design(series.loss, weight, series.run, low - reach, high + reach)
    floor = series.chance if row["floor_is_fixed"] else None
    found = resample_runs(rng, design, series.score, floor, replicates, CONFIDENCE)
    drawn = _spread(found, eta, row["form"], series.loss, apart)
    return float(eta), limits, _as_wide(drawn, eta, limits)


def _as_wide(drawn: Floats, eta: float, limits: tuple[float, float]) -> Floats:
    """Replicates (B,) of one form stretched on either side to η's published interval, which is over all
    forms.

    Their order, and with it what tasks have in common, stays.
    """
    off = drawn - np.median(drawn)
    low, high = np.quantile(off, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    down = max((eta - limits[0]) / max(-low, 1e-9), 1.0)
    up = max((limits[1] - eta) / max(high, 1e-9), 1.0)
    return np.asarray(eta + off * np.where(off < 0, down, up))


def _spread(
    drawn: Replicates, eta: float, form: str | None, loss: Floats, rng: np.random.Generator
) -> Floats:
    """Replicates (B,) of η as wide as its interval."""
    moved = eta + drawn.stretch * (drawn.values[0] - eta)
    if form != "jump":
        return np.asarray(moved)
    below, above = loss[loss < eta], loss[loss > eta]
    gap = (below.max() - eta if below.size else 0.0, above.min() - eta if above.size else 0.0)
    return np.asarray(moved + rng.uniform(*gap, moved.size))


def _options(part: pl.DataFrame) -> dict[str, Any]:
    """What is known of a task beside loss and score, as `fit_threshold` takes it."""
    options: dict[str, Any] = {"run": part["run_id"].to_numpy()}
    for argument, column in (("order", "tokens"), ("n_items", "n_items")):
        if column in part.columns and not part[column].null_count():
            options[argument] = part[column].to_numpy()
    for name in ("chance", "higher_is_better"):
        if name in part.columns and part[name][0] is not None:
            options[name] = part[name][0]
    return options


def fit_universality(
    frame: pl.DataFrame,
    by: Sequence[str],
    *,
    thresholds: pl.DataFrame | None = None,
    onsets: pl.DataFrame | None = None,
    task: Sequence[str] = ("task",),
    replicates: int = 400,
    confidence: float = CONFIDENCE,
    threads: int = 2,
    seed: int,
) -> pl.DataFrame:
    """One row a group of `frame` (one corpus and unit each): do its tasks that leave a floor share one η?

    The columns `task` tell one series from another within a group (task, metric, shots, …). `thresholds` (by,
    task columns, verdict) says which leave a floor; without it each that can be fitted counts; with the
    columns KNOWN it saves fitting them again. `onsets` (by, task columns, loss_after, loss_before; one rule)
    gives the brackets that tell one event from several; without it η's limits stand in. Returns `by`, then
    UNIVERSALITY_SCHEMA.
    """
    rows: list[dict[str, Any]] = []
    chosen, rows_known = frame, None
    if thresholds is not None:
        emerged = _labelled(thresholds.filter(pl.col("verdict").is_in(LEAVES)), task)
        emerged = _one_series_a_task(emerged, by)
        keys = [*by, *(c for c in task if c in frame.columns)]
        firsts, place = stretches(frame, keys)
        wanted = firsts.with_row_index("_stretch").join(emerged, on=keys, how="semi", nulls_equal=True)
        chosen = frame.filter(place.is_in(wanted["_stretch"].to_list()))
        rows_known = emerged if set(KNOWN) <= set(emerged.columns) else None
    chosen = _labelled(chosen, task)
    found_onsets = None if onsets is None else _labelled(onsets, task)
    for key, part in chosen.group_by(by, maintain_order=True):
        known = dict(zip(by, key, strict=True))
        mine = None if rows_known is None else rows_known.filter(*_same(known))
        fits = shared_replicates(part, LABEL, known=mine, replicates=replicates, seed=seed, threads=threads)
        brackets = _brackets(found_onsets, known, LABEL, fits.tasks)
        found = common_threshold(
            fits.eta,
            fits.replicates,
            runs=fits.runs,
            is_stretched=True,
            is_drawn_apart=fits.is_drawn_apart,
            brackets=fits.limits if brackets is None else brackets,
            seed=seed,
            unit=part["unit"][0] if "unit" in part.columns else "nats_per_token",
            confidence=confidence,
        )
        row = found.row()
        if fits.left_out:
            row["reason"] += f"; left out, not evaluated on the runs of the others: {fits.left_out}"
        rows.append({**known, **row})
    schema = {**{c: frame.schema[c] for c in by}, **UNIVERSALITY_SCHEMA}
    return pl.DataFrame(rows, schema=schema)


def _one_series_a_task(thresholds: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """One row a task and group, η known: of several metrics and shots the one of most checkpoints, then by
    name.

    A task that is counted twice would agree with itself.
    """
    if "task" not in thresholds.columns:
        return thresholds
    known = thresholds.filter(pl.col("eta").is_not_null()) if "eta" in thresholds.columns else thresholds
    most = ["n_checkpoints"] if "n_checkpoints" in known.columns else []
    return known.sort([*most, LABEL], descending=[*[True] * len(most), False]).unique(
        [*by, "task"], keep="first", maintain_order=True
    )


def _same(known: dict[str, Any]) -> list[pl.Expr]:
    """Conditions that pick the rows of one group."""
    return [pl.col(c).eq_missing(v) for c, v in known.items()]


def _labelled(table: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """The table with one text a row that names its series."""
    texts = [pl.col(c).cast(pl.String).fill_null("") for c in columns if c in table.columns]
    return table.with_columns(pl.concat_str(texts, separator=" ").alias(LABEL))


def _brackets(
    onsets: pl.DataFrame | None, known: dict[str, Any], task: str, names: list[str]
) -> Floats | None:
    """Brackets (T, 2) over runs, the tightest that all allow or else their span; None if a task lacks one."""
    if onsets is None or not names:
        return None
    part = onsets.filter(*_same({c: v for c, v in known.items() if c in onsets.columns}))
    pooled = (
        part.drop_nulls(["loss_after", "loss_before"])
        .group_by(task)
        .agg(
            inner_low=pl.col("loss_after").max(),
            inner_high=pl.col("loss_before").min(),
            low=pl.col("loss_after").min(),
            high=pl.col("loss_before").max(),
        )
    )
    found = {r[task]: r for r in pooled.iter_rows(named=True)}
    if any(name not in found for name in names):
        return None
    pairs = [
        (r["inner_low"], r["inner_high"]) if r["inner_low"] <= r["inner_high"] else (r["low"], r["high"])
        for r in (found[name] for name in names)
    ]
    return np.array(pairs, float)
