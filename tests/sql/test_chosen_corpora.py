"""Which corpus orders a source's scores best, which rows claims see of it, and what running models came to."""

import duckdb
import polars as pl
import pytest

from pipelines.warehouse import catalog
from tests.tools.tiny import marts, observation, score

FIT = {"unit": "nats_per_token", "comparability_group": "g", "metric": "acc"}


def chosen(
    foretold: list[dict[str, object]], explained: list[dict[str, object]]
) -> duckdb.DuckDBPyConnection:
    """The relation over fits of sufficiency and of thresholds."""
    con = duckdb.connect()
    names = ["source", "corpus", "task", *FIT]
    texts = dict.fromkeys(names, pl.String)
    for table, column, rows in (
        ("sufficiency_fits", "r2_held_out", foretold),
        ("threshold_fits", "r2_isotonic", explained),
    ):
        frame = pl.DataFrame([FIT | row for row in rows], schema=texts | {column: pl.Float64})
        con.from_arrow(frame.to_arrow()).create(table)
    con.sql("select 'pile' as corpus, 'lambada' as task").create("facts_circular")
    con.sql("values ('acc', 'accuracy'), ('soft', 'continuous')").project(
        "col0 as metric, col1 as role"
    ).create("metrics")
    con.sql(catalog.models()["chosen_corpora"].text).create("chosen_corpora")
    return con


def fit(corpus: str, task: str, r2: float | None, **more: object) -> dict[str, object]:
    return {"source": "s", "corpus": corpus, "task": task, "r2_held_out": r2, "r2_isotonic": r2} | more


def row(con: duckdb.DuckDBPyConnection) -> tuple[object, ...]:
    (found,) = con.sql(
        "select source, corpus, round(explained, 9), by_runs_left_out from chosen_corpora"
    ).fetchall()
    return tuple(found)


def test_the_median_over_settings_decides() -> None:
    c4 = [fit("c4", task, r2) for task, r2 in (("a", 0.9), ("b", 0.8), ("c", 0.0))]
    pile = [fit("pile", task, 0.7) for task in "abc"]
    assert row(chosen([*c4, *pile], [])) == ("s", "c4", 0.8, True)


@pytest.mark.parametrize("more", [{"task": "lambada"}, {"metric": "soft"}])
def test_a_circular_loss_and_other_metrics_do_not_count(more: dict[str, object]) -> None:
    fits = [
        fit("c4", "a", 0.5),
        fit("pile", "a", 0.4),
        fit("pile", "a", 0.9) | more,
        fit("pile", "a", 0.9) | more,
    ]
    assert row(chosen(fits, [])) == ("s", "c4", 0.5, True)


def test_with_too_few_runs_the_curve_on_the_runs_themselves_decides() -> None:
    explained = [fit("c4", "a", 0.9), fit("c4", "b", None), fit("pile", "a", 0.5), fit("pile", "b", 0.5)]
    unknown = [fit("c4", "a", None), fit("pile", "a", None)]
    assert row(chosen(unknown, explained)) == ("s", "pile", 0.5, False)
    assert row(chosen([fit("c4", "a", 0.1)], explained)) == ("s", "c4", 0.1, True)


def test_one_axis_of_the_corpus_is_named() -> None:
    worse = fit("c4", "a", 0.5)
    better = fit("c4", "a", 0.6, unit="bits_per_byte", comparability_group="h")
    con = chosen([worse, better], [])
    assert con.sql("select unit, comparability_group from chosen_corpora").fetchall() == [
        ("bits_per_byte", "h")
    ]


def test_claims_see_the_chosen_corpus_alone_and_all_of_a_source_without_one() -> None:
    con = chosen([fit("c4", "a", 0.9)], [fit("pile", "a", 0.9, source="few")])
    model = catalog.models()["claim_rows"]
    columns = [
        "task",
        "format",
        "metric",
        "n_shot",
        "checkpoint_id",
        "run_id",
        "params",
    ]
    columns += ["series_id", "training_corpus", "tokens", "loss", "score", "chance", "n_items", "circular"]
    empty = ", ".join(f"null as {column}" for column in columns)
    rows = "(values ('s', 'c4'), ('s', 'pile'), ('few', 'c4'), ('few', 'pile')) as t(source, corpus)"
    axis = "'nats_per_token' as unit, unnest(['g', 'h']) as comparability_group"
    con.sql(f"select source, corpus, {axis}, {empty} from {rows}").create("loss_scores")
    found = con.sql(model.text).project("source, corpus, comparability_group").order("all").fetchall()
    few = [("few", corpus, group) for corpus in ("c4", "pile") for group in ("g", "h")]
    assert found == [*few, ("s", "c4", "g")], "of the source with a chosen corpus its chosen axis alone"


def test_a_running_model_stands_at_its_newest_loss() -> None:
    own = {"source": "own", "family": "mine", "params": 7}
    rows = [observation(**own, run="r", tokens=t, value=v) for t, v in ((100, 4.0), (300, 3.0), (200, 2.0))]
    rows += [
        observation(**own, run="q", tokens=50, value=5.0),
        observation(run="other", tokens=900, value=1.0),
    ]
    found = marts(rows).sql(
        "select scenario, family, params, tokens, loss, form from running_losses order by 1"
    )
    assert found.fetchall() == [
        ("own/q", "mine", 7.0, 50.0, 5.0, None),
        ("own/r", "mine", 7.0, 300.0, 3.0, None),
    ]


def test_the_last_scores_are_those_of_final_checkpoints() -> None:
    loss = [observation(tokens=t, is_final=t == 200) for t in (100, 200)]
    scores = [score(tokens=t, value=t / 1000, is_final=t == 200) for t in (100, 200)]
    found = marts([*loss, *scores]).sql("select run_id, setting, metric, score from last_scores").fetchall()
    assert found == [("s/r", "quiz mc acc 0", "acc", 0.2)]
