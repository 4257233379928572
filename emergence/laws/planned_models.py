"""What laws say of models to come and of thresholds: losses of larger models, sizes at which tasks emerge."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import polars as pl

from emergence.laws.emergence_size import SIZE_SCHEMA, emergence_size
from emergence.laws.law import FORETELLING, LossLaw, loss_scenarios, read_law

FACTORS = (2, 5, 10)
SAME_TOKENS = 0.05  # tokens of one size that differ by less than this share count as the same
PLAN_SCHEMA: dict[str, Any] = {
    "scenario": pl.String,
    "params": pl.Float64,
    "tokens": pl.Float64,
    "form": pl.String,
    "loss": pl.Float64,
    "loss_low": pl.Float64,
    "loss_high": pl.Float64,
}
LAW = ("form", "points")


def matched_points(points: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """The points of each group that follow one rule of tokens, so that L(N) means the same at each size.

    Where each size was trained once, or on the same tokens, these are the last checkpoints; else those at
    the multiple of 20 tokens a parameter (column `multiple`) that most sizes share. Adds `token_rule`.
    """
    found = [_matched(part) for part in points.partition_by(list(by), maintain_order=True)]
    return pl.concat(found) if found else points.with_columns(token_rule=pl.lit(None, pl.String))


def _matched(part: pl.DataFrame) -> pl.DataFrame:
    final = part.filter(pl.col("position") == "final")
    by_size = final.group_by("params").agg(pl.col("tokens").min().alias("least"), pl.col("tokens").max())
    if by_size.filter(pl.col("tokens") > (1 + SAME_TOKENS) * pl.col("least")).is_empty():
        return final.with_columns(token_rule=pl.lit("as trained"))
    shared = (
        part.drop_nulls("multiple")
        .group_by("multiple")
        .agg(sizes=pl.col("params").n_unique(), runs=pl.len())
        .sort("sizes", "runs", "multiple", descending=[True, True, False])
    )
    if shared.is_empty():
        return final.clear().with_columns(token_rule=pl.lit(None, pl.String))
    multiple = shared["multiple"][0]
    rule = pl.lit(f"{20 * multiple:g} tokens a parameter")
    return part.filter(pl.col("multiple") == multiple).with_columns(token_rule=rule)


def larger_models(points: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """Models 2, 5 and 10 times the largest of each group, at its tokens a parameter: by, scenario, sizes.

    `by` holds `family`, which the scenario names.
    """
    last = points.filter(pl.col("position") == "final").sort("params", "tokens", "loss")
    top = last.group_by(by, maintain_order=True).agg(
        pl.col("params").last().cast(pl.Float64), pl.col("tokens").last().cast(pl.Float64)
    )
    plans = [
        top.with_columns(
            pl.col("params", "tokens") * k,
            scenario=pl.format("{}, {} × the largest", "family", pl.lit(k)),
        )
        for k in FACTORS
    ]
    return pl.concat(plans).sort([*by, "params"])


def usable_laws(
    laws: pl.DataFrame, draws: pl.DataFrame, by: Sequence[str]
) -> Iterator[tuple[dict[str, Any], LossLaw]]:
    """Every law that foretells with the row it comes from, read back from `loss_laws` and `law_draws`."""
    keys = [*by, *LAW]
    parts = draws.partition_by(keys, as_dict=True)
    able = laws.filter(pl.col("irreducible_loss").is_not_null(), pl.col("status").is_in(FORETELLING))
    for row in able.iter_rows(named=True):
        found = parts.get(tuple(row[k] for k in keys))
        if found is not None and found.height > 1:
            yield row, read_law(row, found)


def best_laws(
    laws: pl.DataFrame, draws: pl.DataFrame, by: Sequence[str]
) -> dict[tuple[Any, ...], tuple[dict[str, Any], LossLaw]]:
    """The law of each group to foretell with: with tokens before without, identified, outliers set aside.

    A law whose irreducible loss is open foretells all the same; its replicates carry what is open. One of too
    few runs does not, since their draws say little of how far off it may be.
    """
    found: dict[tuple[Any, ...], tuple[dict[str, Any], LossLaw]] = {}
    for row, law in usable_laws(laws, draws, by):
        key = tuple(row[k] for k in by)
        if key not in found or _rank(law) > _rank(found[key][1]):
            found[key] = row, law
    return found


def _rank(law: LossLaw) -> tuple[bool, bool, bool]:
    return law.form == "L(N,D)", law.status == "ok", law.points != "all"


def plan_losses(
    planned: pl.DataFrame, laws: pl.DataFrame, draws: pl.DataFrame, by: Sequence[str]
) -> pl.DataFrame:
    """Losses with 95 % limits of models `planned` (by, scenario, params, tokens), by each group's law.

    Groups without an identified law give no row. Returns `by`, then PLAN_SCHEMA.
    """
    best = best_laws(laws, draws, by)
    rows = [
        loss_scenarios(best[key][1], part).with_columns(form=pl.lit(best[key][1].form))
        for key, part in planned.partition_by(list(by), as_dict=True, maintain_order=True).items()
        if key in best
    ]
    schema = {**{c: planned.schema[c] for c in by}, **PLAN_SCHEMA}
    return pl.concat(rows).select(list(schema)) if rows else pl.DataFrame(schema=schema)


def fit_emergence_sizes(
    thresholds: pl.DataFrame,
    laws: pl.DataFrame,
    draws: pl.DataFrame,
    by: Sequence[str],
    *,
    at: Sequence[str],
    rng: np.random.Generator,
) -> pl.DataFrame:
    """Size at which each threshold is reached by each law of its own axis, one row a threshold and law.

    `thresholds` (by, eta, eta_low, eta_high) meet the laws on the columns `at` (source, corpus, unit, …);
    `family` tells laws of one axis apart. A law that cannot foretell is not asked. A law with tokens is asked
    twice: for the compute-optimal size, and for the tokens that the largest size it was fitted on would need.
    Returns `by`, family, then SIZE_SCHEMA.
    """
    known = list(usable_laws(laws, draws, [*at, "family"]))
    rows: list[dict[str, Any]] = []
    for row in thresholds.sort(by, nulls_last=True).iter_rows(named=True):
        for law_row, law in known:
            if any(law_row[c] != row[c] for c in at):
                continue
            for size in (None, law.params_range[1])[: 2 if law.form == "L(N,D)" else 1]:
                found = emergence_size(
                    row["eta"],
                    law,
                    eta_low=row["eta_low"],
                    eta_high=row["eta_high"],
                    at_params=size,
                    rng=rng,
                )
                rows.append({**{c: row[c] for c in by}, "family": law_row["family"], **found.row()})
    schema = {**{c: thresholds.schema[c] for c in by}, "family": pl.String, **SIZE_SCHEMA}
    return pl.DataFrame(rows, schema=schema)
