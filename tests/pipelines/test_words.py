"""Numbers agree with their nouns and verbs, and nothing that `add` says writes the plural of one by hand."""

import re
from pathlib import Path

import pytest

from pipelines.words import agreeing, apart, billions, place_of

OWN = Path(__file__).parents[2] / "pipelines" / "own"
# A count written out before a noun and a verb of many: wrong of one.
BY_HAND = re.compile(r"\{[^{}]*(?:height|len\()[^{}]*\} (?:standard )?[a-z]+s (?:are|do|stand|tell|wait)\b")
# Counts that cannot be one: of several at least, or beyond the first five.
NEVER_ONE = ("files do not tell their step", "values are above 1")


def test_a_number_agrees_with_its_noun_and_verb() -> None:
    assert agreeing(1, "score") == "1 score is"
    assert agreeing(1200, "score") == "1,200 scores are"
    assert agreeing(0, "value", "stands", "stand") == "0 values stand"


def test_a_loss_is_shown_as_unlike_the_end_that_it_lies_beyond() -> None:
    assert apart([2.5], [2.6, 4.0]) == 3
    assert apart([2.938], [2.93837, 4.0]) == 4
    assert apart([2.938, 2.5], [2.93801, 4.0]) == 5
    assert apart([2.938], [2.938, 4.0]) == 3


def test_tokens_are_written_out_however_many() -> None:
    assert billions(1.0604e12, 3) == "1,060"
    assert billions(120e9) == "120"
    assert billions(15.6e12) == "15,600"
    assert billions(50_000) == "0.00005"
    assert place_of(None, 36e12) == "36,000 B tokens"


@pytest.mark.parametrize("path", sorted(OWN.rglob("*.py")), ids=lambda path: path.stem)
def test_no_plural_of_one_is_written_by_hand(path: Path) -> None:
    found = [line for line in path.read_text().splitlines() if BY_HAND.search(line)]
    assert [line for line in found if not any(said in line for said in NEVER_ONE)] == []
