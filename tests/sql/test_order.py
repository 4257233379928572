"""Released rows stand in one order whatever the machine: by all of their grain."""

from pathlib import Path

import duckdb
import pytest
import sqlglot
from sqlglot import exp

from pipelines.warehouse.catalog import Model, models, public_models
from pipelines.warehouse.questions import ROOT, read_question
from tests.tools.built import Built
from tests.tools.tiny import marts, observation, score

TOLD_BY = {
    "loss_scores": {"series_id": {"source", "task", "format", "metric", "n_shot", "corpus", "unit"}},
    "summary": {"series_id": {"source", "rank"}},
}
"""Columns of a grain that others in the order tell apart."""
FOLLOW = {
    "ask/run_measured": {"step", "score", "stderr", "is_accuracy"},
    "screen/corpus_list": {"n_losses", "held_out", "sources"},
    "screen/sharp_models": {"n_models"},
    "screen/verdict_counts": {"verdict"},
}
"""What some questions group by though the columns that they order by tell it."""
IN_LISTS = {"loss_scores"}
"""Models that put rows in order while they hold others as an ordered list, which is laid out last."""
SCORES_THEN_LOSSES = "source, task, format, metric, n_shot, run_id, tokens, checkpoint_id, corpus, unit"


@pytest.mark.parametrize("model", public_models(), ids=lambda model: model.name)
def test_rows_are_in_the_order_of_their_whole_grain(model: Model) -> None:
    query = sqlglot.parse_one(model.text, dialect="duckdb")
    orders = list(query.find_all(exp.Order)) if model.name in IN_LISTS else [query.args.get("order")]
    assert all(orders), f"{model.name}: no order by"
    named = {column.name for order in orders for column in order.find_all(exp.Column)}
    told = named | {key for key, columns in TOLD_BY.get(model.name, {}).items() if columns <= named}
    assert set(model.head.grain) <= told, f"{model.name}: order by lacks {set(model.head.grain) - told}"


def _grouped_questions() -> dict[str, exp.Select]:
    """Return the questions that group rows and put them in order; not all read as one select."""
    names = [path.relative_to(ROOT).with_suffix("").as_posix() for path in sorted(ROOT.glob("*/*.sql"))]
    parsed = {
        name: sqlglot.parse_one(read_question(name), dialect="duckdb")
        for name in names
        if "serve/" not in name
    }
    return {
        name: query
        for name, query in parsed.items()
        if isinstance(query, exp.Select) and query.args.get("group") and query.args.get("order")
    }


GROUPED_QUESTIONS = _grouped_questions()


@pytest.mark.parametrize("name", GROUPED_QUESTIONS)
def test_groups_that_are_asked_for_are_in_the_order_of_all_that_tells_them_apart(name: str) -> None:
    """Where two groups tie, processors decide which comes first: what is kept of the same rows is made again."""
    query = GROUPED_QUESTIONS[name]
    plain = {row.alias_or_name for row in query.expressions if not row.find(exp.AggFunc)}
    groups = {group.name for group in query.args["group"].expressions} or plain
    keys = {key.this.name for key in query.args["order"].expressions}
    assert groups - keys <= FOLLOW.get(name, set()) or query.args["order"].find(exp.Var)


def _out_of_place(parquet: Path, order: str) -> int:
    """Count the rows of a file that stand elsewhere than ``order`` puts them."""
    query = f"""
        select count(*)
        from (
            select file_row_number as place, row_number() over (order by {order}) - 1 as due
            from read_parquet(?, file_row_number = true)
        )
        where place <> due
    """
    return duckdb.execute(query, [str(parquet)]).fetchall()[0][0]


def test_more_scores_than_one_thread_takes_stand_in_order_with_their_losses(tmp_path: Path) -> None:
    rows = [
        row
        for tokens in range(20_000)
        for row in (
            observation(tokens=tokens, corpus_as_published="c4", place=f"row {tokens}"),
            observation(tokens=tokens, corpus_as_published="pile", place=f"row {tokens}, pile"),
            score(tokens=tokens, task_as_published="quiz", place=f"row {tokens}, quiz"),
            score(tokens=tokens, task_as_published="exam", place=f"row {tokens}, exam"),
        )
    ]
    con = marts(rows[::-1])
    con.execute("set threads = 4")
    file = tmp_path / "loss_scores.parquet"
    con.sql(models()["loss_scores"].text).write_parquet(str(file), row_group_size=2048)
    assert duckdb.execute("select count(*) from read_parquet(?)", [str(file)]).fetchall() == [(80_000,)]
    assert _out_of_place(file, SCORES_THEN_LOSSES) == 0


def test_published_scores_stand_in_order_with_their_losses(real: Built) -> None:
    assert _out_of_place(real.store.path("marts", "loss_scores"), SCORES_THEN_LOSSES) == 0
