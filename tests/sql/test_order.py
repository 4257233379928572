"""Released rows stand in one order whatever the machine: by all of their grain."""

import pytest
import sqlglot
from sqlglot import exp

from pipelines.catalog import Model, public_models

RANKED = {
    "loss_scores": {"score_rank": {"task", "format", "metric", "n_shot", "checkpoint_id"}, "axis_rank": {"source", "corpus", "unit"}},
    "summary": {"rank": {"task", "format", "metric", "n_shot"}},
}  # fmt: skip
"""Ranks by which a model is put in order, with the columns of its grain that they tell apart."""


@pytest.mark.parametrize("model", public_models(), ids=lambda model: model.name)
def test_rows_are_in_the_order_of_their_whole_grain(model: Model) -> None:
    order = sqlglot.parse_one(model.text, dialect="duckdb").args.get("order")
    assert order, f"{model.name}: no order by"
    named = {column.name for column in order.find_all(exp.Column)}
    ranks = RANKED.get(model.name, {})
    told = named.union(*(columns for rank, columns in ranks.items() if rank in named))
    assert set(model.head.grain) <= told, f"{model.name}: order by lacks {set(model.head.grain) - told}"
