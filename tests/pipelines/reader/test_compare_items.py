"""What `compare` holds against a curve is told with its number of questions: few stray further than many."""

from pathlib import Path

import polars as pl

from pipelines.reader import compare
from pipelines.release.open_release import open_database


def test_scores_of_few_questions_are_not_off_a_curve_of_many(release: Path) -> None:
    with open_database(release / "emergence.duckdb") as questions:
        run = questions.query("select run_id from loss_scores where source = 'cerebras_gpt'")["run_id"][0]
        scores = questions.ask("ask/run_scores", run=run)
        told = questions.query(
            f"select distinct checkpoint_id, task, n_items from loss_scores where run_id = '{run}'"
        )
        groups = scores["comparability_group"].unique().to_list()
        grids = questions.ask("ask/curves", groups=groups, task=None)
    assert scores.join(told, on=["checkpoint_id", "task", "n_items"], how="anti", nulls_equal=True).is_empty()
    shifted = scores.with_columns(pl.col("score") + 0.1)
    off = [
        compare._of_others(shifted.with_columns(n_items=pl.lit(items)), grids)["is_off"].sum()
        for items in (20, 100_000)
    ]
    assert off[0] == 0
    assert off[1] > 0
