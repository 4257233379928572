"""What the pages of runs say of a run as a whole: which of its checkpoints fell, and when."""

import duckdb

from pipelines.warehouse.questions import read_question

TABLES = """
create table checkpoints as select * from (values ('r', 'r@1', 1.0), ('r', 'r@2', 2.0), ('s', 's@1', 1.0))
    as t(run_id, checkpoint_id, tokens);
create table runs as
select distinct run_id, 'm' as model, 'f' as family, 1e9 as params, 'c' as training_corpus from checkpoints;
create table scores as select checkpoint_id, 't' as task from checkpoints;
create table checkpoint_losses as select 'src' as source, checkpoint_id from checkpoints;
create table checkpoint_anomalies as select * from (values ('r@1', 'c4', true), ('r@1', 'pile', true), ('r@2', 'c4', false))
    as t(checkpoint_id, corpus, is_off);
"""


def test_a_run_s_fallen_checkpoints_are_counted_and_not_laid_to_its_newest() -> None:
    with duckdb.connect() as con:
        con.execute(TABLES)
        rows = con.sql(read_question("site/run_names")).pl().to_dicts()
    told = {row["run_id"]: (row["tokens"], row["n_fallen"], row["fell_at"]) for row in rows}
    assert told == {"r": (2.0, 1, 1.0), "s": (1.0, 0, None)}
