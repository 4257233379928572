"""Every word that a table may hold has its row in the facts, and the code knows no other."""

from pathlib import Path

import duckdb
import pytest

from emergence.claims.at_equal_loss import LEARNS
from emergence.numerics.p_values import WITHDRAWN
from emergence.score_curves.curve_set import STILL
from emergence.threshold.verdict import LEAVES, VERDICTS, WORDS_OF_SCHEMA_1
from pipelines.intake.facts import read_facts
from pipelines.keys import SERIES, series_id
from pipelines.vocabulary import spoken, words

KINDS = read_facts("vocabulary")["kind"].unique().sort().to_list()


def test_the_verdicts_of_the_library_are_the_vocabulary() -> None:
    assert set(words("verdict")) == set(VERDICTS)
    assert {word.departs for word in words("verdict").values()} == {True, False}
    assert all(word.colour and word.mark for word in words("verdict").values())


@pytest.mark.parametrize("kind", KINDS)
def test_every_word_says_what_it_means_and_stands_in_order(kind: str) -> None:
    assert all(word.meaning.endswith(".") and word.words for word in words(kind).values())
    ranks = read_facts("vocabulary").filter(kind=kind)["rank"].to_list()
    assert sorted(ranks) == list(range(1, len(ranks) + 1))


def test_a_word_that_is_not_known_is_still_readable() -> None:
    assert spoken("unit", "nats_per_token") == "nats per token"
    assert spoken("unit", "bits_per_syllable") == "bits per syllable"
    with pytest.raises(KeyError, match="no kind of words"):
        words("smell")


def test_a_release_holds_the_vocabulary(release: Path) -> None:
    with duckdb.connect(str(release / "emergence.duckdb"), read_only=True) as con:
        found = con.sql("select distinct kind from vocabulary order by kind").fetchall()
    assert [kind for (kind,) in found] == KINDS


@pytest.mark.parametrize("table", ["thresholds", "summary", "claims", "sufficiency"])
def test_a_reason_says_verdicts_as_words(release: Path, table: str) -> None:
    with duckdb.connect(str(release / "emergence.duckdb"), read_only=True) as con:
        reasons = con.table(table).pl()["reason"].drop_nulls()
    assert reasons.len()
    coded = [verdict for verdict in VERDICTS if "_" in verdict]
    assert reasons.filter(reasons.str.contains_any(coded)).to_list() == []


@pytest.mark.parametrize("table", ["loss_scores", "thresholds", "score_curves", "summary"])
def test_the_key_of_a_fit_is_one_text_wherever_it_is_made(release: Path, table: str) -> None:
    with duckdb.connect(str(release / "emergence.duckdb"), read_only=True) as con:
        rows = con.table(table).pl().select("series_id", *SERIES).unique()
    assert rows.height
    assert rows["series_id"].to_list() == rows.select(series_id())["series_id"].to_list()


def test_the_verdicts_that_leave_a_floor_are_the_same_everywhere() -> None:
    leaving = {word for word, told in words("verdict").items() if told.departs}
    assert leaving == set(LEAVES) == set(WITHDRAWN)
    assert {*LEARNS, *STILL} <= set(VERDICTS)
    assert set(WORDS_OF_SCHEMA_1) == set(VERDICTS)
