"""Verdicts on mirrored tables keep their side when half of the runs are taken away: more data of a kind only settle."""

from pathlib import Path

import polars as pl
import pytest

from emergence.claims import about_shape, at_equal_loss
from emergence.claims.judge import judge_claims
from emergence.claims.rows import ClaimTables
from emergence.claims.rules import CONTRADICTED, SUPPORTED

TESTS = {
    "gadre_error_law": about_shape.average_error_is_exponential,
    "lourie_minority": about_shape.few_tasks_are_predictable,
    "owen_mean_is_easier": about_shape.the_mean_is_easier,
    "du_lowest_loss_best": at_equal_loss.lowest_loss_scores_best,
}
SOURCES = ["gadre", "olmo_ladder"]


@pytest.fixture(scope="module")
def tables(full_release: Path) -> ClaimTables:
    axis = ["source", "corpus", "unit", "comparability_group"]
    folder = full_release / "tables"
    chosen = pl.read_parquet(folder / "chosen_corpora.parquet").filter("by_runs_left_out").select(axis)
    joined = pl.scan_parquet(folder / "loss_scores.parquet").filter(pl.col("source").is_in(SOURCES))
    return ClaimTables(loss_scores=joined.join(chosen.lazy(), on=axis, how="semi").collect(), chosen=chosen)


@pytest.mark.parametrize("seed", range(3))
def test_half_the_runs_never_turn_a_verdict_round(tables: ClaimTables, seed: int) -> None:
    rows = tables.loss_scores
    assert rows is not None
    # Of every source half, so that none is judged on a design of its own.
    runs = rows.select("source", "run_id").unique().sort("source", "run_id")
    half = runs.filter(pl.int_range(pl.len()).shuffle(seed).over("source") % 2 == 0)
    kept = ClaimTables(loss_scores=rows.join(half, on="run_id", how="semi"), chosen=tables.chosen)
    whole, part = (judge_claims(t, TESTS, SOURCES) for t in (tables, kept))
    assert set(whole["verdict"]) & {SUPPORTED, CONTRADICTED}
    pairs = whole.join(part, on=["claim_id", "source", "format"], suffix="_half")
    turned = pairs.filter(
        pl.col("verdict").is_in([SUPPORTED, CONTRADICTED]),
        pl.col("verdict_half").is_in([SUPPORTED, CONTRADICTED]),
        pl.col("verdict") != pl.col("verdict_half"),
    )
    assert turned.is_empty()
