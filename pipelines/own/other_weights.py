"""Evaluations of one step by other weights: which of them is meant is asked, and never the later taken."""

from collections.abc import Sequence

import polars as pl

from pipelines.own.card import Card
from pipelines.own.frame import Said
from pipelines.own.reading.found import Question

MOST_ASKED = 5
MOST_SHOWN = 3


def without_other_weights(frame: pl.DataFrame, key: Sequence[str], card: Card, said: Said) -> pl.DataFrame:
    """Leave alone unlike values of one step that files give of unlike weights, until the card says which.

    ``skip = true`` for a file leaves it out; ``false`` says that it is an older evaluation of the same.
    """
    told = list(key)
    met = frame.filter(pl.col("weights").is_not_null()).filter(
        pl.col("weights").n_unique().over(told) > 1, pl.col("value").n_unique().over(told) > 1
    )
    newest = met.sort(pl.col("written").fill_null(float("-inf")), "order").unique(told, keep="last")
    pairs = met.join(newest.select(*told, newer="file", others="weights"), on=told, nulls_equal=True)
    pairs = pairs.filter(pl.col("weights") != pl.col("others"))
    known = [f for f in pairs["file"].unique() if card.of("files", f).get("skip") is False]
    pairs = pairs.filter(~pl.col("file").is_in(known))
    if pairs.is_empty():
        return frame
    _ask(pairs, said)
    gone = frame.join(pairs.select(told).unique(), on=told, how="semi", nulls_equal=True)
    said.leave(gone, "of other weights than the same step in another file: see the question")
    return frame.filter(~pl.col("order").is_in(gone["order"].to_list()))


def _ask(pairs: pl.DataFrame, said: Said) -> None:
    asked = pairs.unique("file", keep="first", maintain_order=True).select(
        "file", "newer", "weights", "others"
    )
    for file, newer, mine, others in asked.head(MOST_ASKED).iter_rows():
        text = (
            f"{file} and {newer} tell other scores of one step, of other weights "
            f"({_unlike(mine, others)} against {_unlike(others, mine)}): leave out {file}?"
        )
        said.ask(Question(f'files."{file}".skip', text, ("true", "false"), file))
    if asked.height > MOST_ASKED:
        said.note(
            f"{asked.height:,} files are of other weights than newer ones of the same steps: "
            'leave out a folder of them by [files."old/*.json"] skip = true in the card'
        )


def _unlike(mine: str, others: str) -> str:
    """Return what one says of its weights and the other does not."""
    known = set(others.split(", "))
    parts = [part for part in mine.split(", ") if part not in known]
    return ", ".join(parts[:MOST_SHOWN]) or "nothing more"
