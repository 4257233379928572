"""Tiny frames through the real SQL: a query runs on views made of small polars frames."""

import math

import duckdb
import polars as pl

from pipelines.intake.facts import TABLES, read_facts
from pipelines.intake.spec import REPORTS
from pipelines.warehouse import catalog

SHAPE = duckdb.sql(catalog.models()["stg_shape"].text).pl().schema


def observation(**values: object) -> dict[str, object]:
    """One row of the common shape: a kept loss, but for the values given."""
    row: dict[str, object] = dict.fromkeys(SHAPE)
    row |= {"source": "s", "run": "r", "tokens": 100, "kind": "loss", "corpus_as_published": "c4"}
    row |= {"unit": "nats_per_token", "value": 3.0, "file": "f.csv", "place": "row 1", "tokenizer": "t"}
    return row | values


def score(**values: object) -> dict[str, object]:
    """One score of the common shape, but for the values given."""
    plain = {"kind": "score", "corpus_as_published": None, "unit": None, "value": 0.5, "n_shot": 0}
    names = {"task_as_published": "quiz", "format": "mc", "metric_as_published": "acc"}
    return observation(**(plain | names | values))


BREAKS = [
    (observation(value=0.0), "loss_not_positive"),
    (observation(value=-1.0), "loss_not_positive"),
    (observation(value=math.nan), "not_finite"),
    (observation(value=math.inf), "not_finite"),
    (observation(value=None), "not_finite"),
    (observation(tokens=None), "no_position"),
    (observation(tokens=-1), "negative_tokens"),
    (observation(unit=None), "no_unit"),
    (observation(unit="bananas"), "unknown_unit"),
    (observation(value=145.4), "loss_above_bound"),
    (observation(value=3.0, value_low=99.0), "outside_own_interval"),
    (observation(value=3.0, value_high=2.0), "outside_own_interval"),
    (observation(run=""), "no_run"),
    (observation(step=-5), "negative_step"),
    (observation(params=0), "params_out_of_range"),
    (observation(params=10, params_non_embedding=11), "params_out_of_range"),
    (observation(compute_flop=-5.0), "compute_out_of_range"),
    (observation(compute_flop=math.inf), "compute_out_of_range"),
    (score(stderr=-0.01), "stderr_out_of_range"),
    (score(stderr=math.nan), "stderr_out_of_range"),
    (score(n_items=0), "items_out_of_range"),
    (score(value=1.01), "score_above_bound"),
    (score(value=-0.01), "score_below_bound"),
    (score(metric_as_published="vibes"), "unknown_metric"),
    (score(task_as_published=None), "no_task"),
]
"""Values that break a rule by themselves, each with the rule."""


Reports = dict[str, list[dict[str, object]]]


def marts(rows: list[dict[str, object]], reports: Reports | None = None) -> duckdb.DuckDBPyConnection:
    """Run every mart on these rows and reports of intake; each is then a table of the connection."""
    con = duckdb.connect()
    for report, schema in REPORTS.items():
        filled = [dict.fromkeys(schema) | row for row in (reports or {}).get(report, [])]
        con.from_arrow(pl.DataFrame(filled, schema=schema, orient="row").to_arrow()).create(f"raw_{report}")
    con.from_arrow(pl.DataFrame(rows, schema=SHAPE, orient="row").to_arrow()).create("staged")
    for table in TABLES:
        con.from_arrow(read_facts(table).to_arrow()).create(f"facts_{table}")
    done = {"staged", *(f"facts_{table}" for table in TABLES), *(f"raw_{report}" for report in REPORTS)}
    waiting = {m.name: m for m in catalog.models().values() if m.room == "marts"}
    while ready := [m for m in waiting.values() if set(m.parents) <= done]:
        for model in ready:
            con.sql(model.text).create(model.name)
            done.add(model.name)
            del waiting[model.name]
    return con
