"""What reaches a fit: values are judged, named, joined, and kept to the last bit."""

import pytest

from tests.tools.tiny import BREAKS, marts, observation, score


@pytest.mark.parametrize(("row", "rule"), BREAKS)
def test_a_value_that_breaks_a_rule_is_rejected_with_its_place(row: dict[str, object], rule: str) -> None:
    con = marts([row])
    found = con.sql("select status, rule, file, place from observations").fetchall()
    assert found == [("rejected", rule, "f.csv", "row 1")]
    assert con.sql("select count(*) from losses").fetchall() == [(0,)]
    assert con.sql("select count(*) from scores").fetchall() == [(0,)]


def test_a_reject_says_what_is_wrong_with_it() -> None:
    con = marts([observation(params=0), score(stderr=-0.01), observation(run="q", value=145.4)])
    found = {message for (message,) in con.sql("select message from observations").fetchall()}
    assert found == {
        "0 parameters, none said to be without embeddings, breaks the rule params_out_of_range",
        "standard error -0.01 breaks the rule stderr_out_of_range",
        "value 145.4 breaks the rule loss_above_bound",
    }


def test_a_step_that_saw_fewer_tokens_than_an_earlier_one_is_rejected_with_all_its_values() -> None:
    rows = [
        observation(step=1000, tokens=900_000),
        observation(step=5000, tokens=500_000),
        score(step=5000, tokens=500_000),
        observation(run="other", step=5000, tokens=500_000),
    ]
    con = marts(rows)
    found = con.sql("select run_id, tokens, kind, rule, message from observations where rule is not null")
    message = "500000 tokens at step 5000, 900000 before it, breaks the rule tokens_out_of_order"
    assert sorted(found.fetchall()) == [
        ("s/r", 500_000, "loss", "tokens_out_of_order", message),
        ("s/r", 500_000, "score", "tokens_out_of_order", message),
    ]
    assert con.sql("select run_id, tokens from checkpoints order by 1").fetchall() == [
        ("s/other", 500_000),
        ("s/r", 900_000),
    ]


def test_a_file_in_percent_is_rejected_whole_and_a_single_slip_alone() -> None:
    percents = [60.98, 0.61, 20.0, 14.2]
    rows = [score(file="percent.csv", run="p", tokens=k, value=value) for k, value in enumerate(percents)]
    rows += [score(file="slip.csv", run="q", tokens=k, value=v) for k, v in enumerate([5.0, 0.61, 0.2, 0.14])]
    rows += [observation(file="percent.csv", run="p", tokens=0)]
    con = marts(rows)
    found = con.sql("select file, rule, count(*) from observations group by all order by all").fetchall()
    assert found == [
        ("percent.csv", "file_out_of_scale", 1),
        ("percent.csv", "score_above_bound", 3),
        ("percent.csv", None, 1),
        ("slip.csv", "score_above_bound", 1),
        ("slip.csv", None, 3),
    ]


def _measured(run: str, tokens: int, shift: float) -> list[dict[str, object]]:
    """Ten scores of one checkpoint in a file of its own, which ``shift`` moves."""
    return [
        score(run=run, tokens=tokens, file=f"{run}-{tokens}.json", n_shot=k, value=0.3 + 0.01 * k + shift)
        for k in range(10)
    ]


def test_a_file_that_shows_another_run_is_on_record_but_not_where_both_start() -> None:
    rows = _measured("a", 0, 0.0) + _measured("b", 0, 0.0)  # one initialisation
    rows += _measured("a", 2, 0.0) + _measured("b", 2, 0.0)  # which the first steps leave as it is
    rows += _measured("a", 100, 0.1) + _measured("b", 100, 0.1)
    rows += _measured("a", 200, 0.2) + _measured("b", 200, 0.21)
    con = marts(rows)
    assert con.sql(
        "select checkpoint_id, file, n_values, original_run_id, original_file from copied_files"
    ).fetchall() == [("s/b@100", "b-100.json", 10, "s/a", "a-100.json")]
    assert con.sql("select count(*) from scores").fetchall() == [(80,)]


def test_equal_duplicates_are_dropped_and_unequal_ones_rejected() -> None:
    rows = [
        observation(file="full.csv", precedence=0),
        observation(file="slice.csv", precedence=1),
        observation(file="wrong.csv", precedence=1, value=3.5),
    ]
    con = marts(rows)
    found = con.sql("select file, status, rule from observations order by file").fetchall()
    assert found == [
        ("full.csv", "kept", None),
        ("slice.csv", "duplicate", None),
        ("wrong.csv", "rejected", "conflicting_duplicate"),
    ]
    assert con.sql("select loss from losses").fetchall() == [(3.0,)]


def test_values_are_kept_to_the_last_bit() -> None:
    value = 0.1 + 0.2
    con = marts([observation(value=value), score(value=value)])
    assert con.sql("select loss, score from loss_scores").fetchall() == [(value, value)]


def test_a_score_without_a_loss_of_its_own_meets_the_newest_one_within_the_tolerance() -> None:
    rows = [
        observation(tokens=1000, value=3.0),
        observation(tokens=2000, value=2.5),
        score(tokens=1000),
        score(tokens=2030, value=0.6),
        score(tokens=3000, value=0.7),
    ]
    con = marts(rows)
    found = con.sql("select tokens, loss, loss_tokens_gap from loss_scores order by tokens").fetchall()
    assert found == [(1000, 3.0, 0), (2030, 2.5, 30)]


def test_losses_of_other_runs_and_units_are_never_met() -> None:
    rows = [
        observation(run="a", value=3.0),
        observation(run="a", unit="bits_per_byte", value=1.1),
        observation(run="b", value=2.0),
        score(run="a"),
    ]
    con = marts(rows)
    found = con.sql("select unit, loss from loss_scores order by unit").fetchall()
    assert found == [("bits_per_byte", 1.1), ("nats_per_token", 3.0)]


def test_a_revised_loss_is_the_one_that_is_used() -> None:
    rows = [observation(revision="first", value=2.6), observation(revision="revised", value=2.5), score()]
    con = marts(rows)
    assert con.sql("select count(*) from losses").fetchall() == [(2,)]
    assert con.sql("select loss from loss_scores").fetchall() == [(2.5,)]


def test_one_name_over_all_sources() -> None:
    rows = [
        score(source="gadre", task_as_published="openbook_qa"),
        score(source="olmo_ladder", task_as_published="openbookqa_test", metric_as_published="len_norm"),
    ]
    con = marts(rows)
    assert con.sql("select distinct task from scores").fetchall() == [("openbookqa",)]
    metrics = con.sql("select source, metric from scores order by source").fetchall()
    assert metrics == [("gadre", "acc"), ("olmo_ladder", "acc_norm")]


def test_chance_follows_the_metric() -> None:
    rows = [
        score(task_as_published="hellaswag"),
        score(task_as_published="hellaswag", metric_as_published="soft"),
        score(task_as_published="hellaswag", metric_as_published="soft_log", value=-1.4),
    ]
    con = marts(rows)
    chances = dict(con.sql("select metric, chance from scores").fetchall())
    assert chances == {"acc": 0.25, "soft": 0.25, "soft_log": None}


def test_stderr_is_published_or_derived_and_says_which() -> None:
    rows = [
        score(task_as_published="a", n_items=100),
        score(task_as_published="b", stderr=0.03),
        score(task_as_published="c"),
    ]
    con = marts(rows)
    found = con.sql("select task, stderr, stderr_source from scores order by task").fetchall()
    assert found == [("a", 0.05, "derived"), ("b", 0.03, "published"), ("c", None, None)]


def test_a_table_of_several_tokenizers_is_one_flagged_axis() -> None:
    rows = [
        observation(source="cerebras_gpt", run=name, corpus_as_published="pile_test", tokenizer=name)
        for name in ("gpt2", "gpt-neox")
    ]
    con = marts(rows)
    assert con.sql(
        "select tokenizer, mixed_tokenizers from corpora where unit = 'nats_per_token'"
    ).fetchall() == [("mixed", True)]
    groups = con.sql(
        "select distinct comparability_group from losses where unit = 'nats_per_token'"
    ).fetchall()
    assert groups == [("pile_test mixed",)]


def test_a_loss_in_nats_has_one_in_bits_per_byte_where_its_tokenizer_s_bytes_a_token_are_published() -> None:
    names = ("gpt2", "gpt-neox")
    axis = {"source": "cerebras_gpt", "corpus_as_published": "pile_test", "value": 2.0}
    con = marts([observation(**axis, run=name, tokenizer=name) for name in names])
    derived = con.sql(
        "select run_id, loss, loss_as_published, comparability_group from losses "
        "where loss_source = 'derived'"
    ).fetchall()
    assert derived == [("cerebras_gpt/gpt2", pytest.approx(0.8464, abs=1e-4), 2.0, "pile_test bits_per_byte")]


def test_how_many_questions_one_run_of_ones_own_was_asked_says_nothing_of_another() -> None:
    rows = [
        score(source=source, run=run, task_as_published="arc_easy", format="rc", n_items=items)
        for source in ("own", "s")
        for run, items in (("part", 1000), ("untold", None))
    ]
    found = marts(rows).sql("select run_id, n_items, stderr_source from scores order by 1").fetchall()
    assert found == [
        ("own/part", 1000, "derived"),
        ("own/untold", 2376, "derived"),
        ("s/part", 1000, "derived"),
        ("s/untold", 1000, "derived"),
    ]
