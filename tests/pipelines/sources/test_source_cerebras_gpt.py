"""The figures of the Cerebras-GPT paper, which ship with the project."""

from pathlib import Path

import duckdb


def test_both_editions_of_a_revised_loss_are_kept_and_the_later_is_used(release: Path) -> None:
    with duckdb.connect(str(release / "emergence.duckdb"), read_only=True) as con:
        editions = con.execute(
            "select run_id, count(*), count(*) filter (where is_used and revision = 'revised'), "
            "count(distinct loss) from losses where unit = 'nats_per_token' and source = 'cerebras_gpt' "
            "group by run_id having count(*) > 1"
        ).fetchall()
        used = con.execute(
            "select count(*) from loss_scores join losses using (checkpoint_id, corpus, unit) "
            "where losses.is_used and loss_scores.loss <> losses.loss"
        ).fetchone()
    assert len(editions) == 7
    assert {edition[1:3] for edition in editions} == {(2, 1)}
    assert sum(edition[3] == 2 for edition in editions) == 5
    assert used == (0,)


def test_every_value_names_its_table_and_page(release: Path) -> None:
    with duckdb.connect(str(release / "emergence.duckdb"), read_only=True) as con:
        unplaced = con.execute("select count(*) from scores where place is null or file is null").fetchone()
    assert unplaced == (0,)
