"""One axis for losses of several tokenizers: where text and window agree, with the conversion's own uncertainty."""

from math import log

import pytest

from tests.tools.tiny import marts, observation

Row = dict[str, object]


def loss(source: str, corpus: str, value: float, tokenizer: str = "gpt2", **cells: object) -> Row:
    place = {"source": source, "run": f"{source} {tokenizer}", "place": f"{corpus} {value}"}
    return observation(
        **(place | {"corpus_as_published": corpus, "tokenizer": tokenizer, "value": value} | cells)
    )


def bits(nats: float, bytes_per_token: float) -> object:
    return pytest.approx(nats / (log(2) * bytes_per_token), rel=1e-12)


def test_a_loss_in_tokens_and_one_in_bytes_of_one_text_share_an_axis() -> None:
    rows = [
        loss("cerebras_gpt", "pile_test", 2.0),
        loss("s", "pile_test", 0.7, "deepseek", unit="bits_per_byte"),
        loss("t", "the_pile_test", 0.8, "qwen", unit="bits_per_byte"),
    ]
    with marts(rows) as con:
        axis = con.sql(
            "select source, loss, loss_source, comparability_group from losses "
            "where unit = 'bits_per_byte' order by source"
        ).fetchall()
        alone = con.sql(
            "select source, comparability_group from losses where unit = 'nats_per_token'"
        ).fetchall()
    group = "pile_test bits_per_byte"
    assert axis == [
        ("cerebras_gpt", bits(2.0, 3.4089), "derived", group),
        ("s", 0.7, "published", group),
        ("t", 0.8, "published", group),
    ]
    assert alone == [("cerebras_gpt", "pile_test mixed")]


def test_the_interval_of_a_converted_loss_holds_all_bytes_a_token_that_are_given() -> None:
    rows = [loss("s", "pile_test", 2.0), loss("t", "pile_test", 2.0, value_low=1.9, value_high=2.2)]
    with marts(rows) as con:
        found = con.sql(
            "select loss, loss_low, loss_high, loss_as_published from losses "
            "where unit = 'bits_per_byte' order by source"
        ).fetchall()
        corpora = con.sql(
            "select bytes_per_token, bytes_per_token_low, bytes_per_token_high from corpora "
            "where unit = 'nats_per_token'"
        ).fetchall()
    assert found[0] == (bits(2.0, 3.4089), bits(2.0, 3.4853), bits(2.0, 3.4089), 2.0)
    assert found[1] == (bits(2.0, 3.4089), bits(1.9, 3.4853), bits(2.2, 3.4089), 2.0)
    assert corpora == [(3.4089, 3.4089, 3.4853)]


def test_where_all_agree_the_conversion_adds_no_interval() -> None:
    with marts([loss("s", "c4_en", 2.0, "llama-3")]) as con:
        found = con.sql("select loss, loss_low from losses where unit = 'bits_per_byte'").fetchall()
    assert found == [(bits(2.0, 4.6881), None)]


def test_what_a_source_gives_in_both_units_is_not_converted_again() -> None:
    both = [loss("s", "pile_test", 1.7), loss("s", "pile_test", 0.72, unit="bits_per_byte")]
    with marts(both) as con:
        found = con.sql("select loss, loss_source from losses where unit = 'bits_per_byte'").fetchall()
        reason = con.sql("select is_converted, reason from byte_conversions").fetchall()
    assert found == [(0.72, "published")]
    assert reason[0][0]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (loss("s", "pile_test", 2.0, "gpt-neox"), "known in gpt2 alone"),
        (loss("s", "my_text", 2.0), "nobody gives the bytes"),
        (loss("s", "pile_test", 2.0, tokenizer=None), "the tokenizer is not named"),  # type: ignore[arg-type]
        (loss("cerebras_gpt", "pile_test", 2.0, "gpt-neox"), "does not say whether"),
    ],
)
def test_a_loss_that_cannot_be_converted_says_why(row: Row, reason: str) -> None:
    with marts([row]) as con:
        assert con.sql("select count(*) from losses where unit = 'bits_per_byte'").fetchall() == [(0,)]
        [(is_converted, why)] = con.sql("select is_converted, reason from byte_conversions").fetchall()
    assert not is_converted
    assert reason in why


def test_another_window_is_another_axis_and_the_row_says_so() -> None:
    """Of one text, gadre's windows are of 2,048 tokens and kempner_like's of an unknown length."""
    rows = [
        loss("gadre", "paloma_c4_en", 1.0, "a", unit="bits_per_byte"),
        loss("llm_windows", "c4_en", 1.1, "b", unit="bits_per_byte"),
    ]
    with marts(rows) as con:
        # Only a window that is known to differ splits an axis.
        assert con.sql("select count(distinct comparability_group) from losses").fetchall() == [(1,)]
        con.execute(
            "insert into facts_corpora (source, corpus_as_published, corpus, context_length) "
            "values ('llm_windows', 'c4_en', 'c4_en', 50)"
        )
        from pipelines.warehouse import catalog

        losses = con.sql(catalog.models()["losses"].text).pl()
    assert set(losses["comparability_group"]) == {
        "c4_en bits_per_byte, window 2048",
        "c4_en bits_per_byte, window 50",
    }
