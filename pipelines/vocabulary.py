"""The words that tables hold, from the tables of facts: their order, what they say, how they look."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class Word:
    """One word: as tables hold it and as a person reads it; ``departs`` for verdicts alone."""

    value: str
    words: str
    meaning: str
    colour: str
    mark: str
    style: str
    departs: bool


@cache
def words(kind: str) -> Mapping[str, Word]:
    """Return the words of a kind, such as ``verdict`` or ``unit``, by value in the order of their ranks.

    Raises KeyError for a kind that there is not.
    """
    text = files("pipelines.sources").joinpath("facts", "vocabulary.csv").read_text("utf-8")
    rows = [row for row in csv.DictReader(text.splitlines()) if row["kind"] == kind]
    if not rows:
        raise KeyError(f"no kind of words {kind!r}")
    rows.sort(key=lambda row: int(row["rank"]))
    return {row["value"]: _word(row) for row in rows}


def _word(row: Mapping[str, str]) -> Word:
    look = (row["colour"], row["mark"], row["style"])
    return Word(row["value"], row["words"], row["meaning"], *look, row["departs"] == "true")


def spoken(kind: str, value: str | None) -> str:
    """Return a word as a person reads it; one that is not known without its underlines."""
    word = words(kind).get(value or "")
    return word.words if word else (value or "").replace("_", " ")


def style_of(verdict: str | None) -> str:
    """Return how a verdict is set on a terminal."""
    word = words("verdict").get(verdict or "")
    return word.style if word else ""
