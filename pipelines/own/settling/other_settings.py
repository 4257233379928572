"""Evaluations of one step that were made otherwise: which is meant is asked, and never the later taken.

Other weights (`model_sha`, `model_args`), a part of the items, another sampling, another version of the task.
"""

from collections.abc import Sequence

import polars as pl

from pipelines.own.card.card import Card
from pipelines.own.reading.found import Question
from pipelines.own.settling.frame import Said

MOST_ASKED = 5
MOST_SHOWN = 3


def without_other_settings(frame: pl.DataFrame, key: Sequence[str], card: Card, said: Said) -> pl.DataFrame:
    """Leave alone unlike values of one step, made otherwise, until the card says which is meant.

    ``skip = true`` for a file leaves it out; ``false`` says that it is an older evaluation of the same.
    """
    told = list(key)
    met = frame.filter(pl.col("setting").is_not_null()).filter(
        pl.col("setting").n_unique().over(told) > 1, pl.col("value").n_unique().over(told) > 1
    )
    newest = met.sort(pl.col("written").fill_null(float("-inf")), "order").unique(told, keep="last")
    newest = newest.select(*told, kept="file", kept_setting="setting")
    pairs = met.join(newest, on=told, nulls_equal=True).filter(pl.col("setting") != pl.col("kept_setting"))
    pairs = _with_the_part_left_out(pairs)
    known = [f for f in pairs["file"].unique() if card.of("files", f).get("skip") is False]
    pairs = pairs.filter(~pl.col("file").is_in(known))
    if pairs.is_empty():
        return frame
    _ask(pairs, said)
    gone = frame.join(pairs.select(told).unique(), on=told, how="semi", nulls_equal=True)
    said.leave(gone, "made otherwise than the same step in another file: see the question")
    return frame.filter(~pl.col("order").is_in(gone["order"].to_list()))


def _with_the_part_left_out(pairs: pl.DataFrame) -> pl.DataFrame:
    """Let the older of two be asked about, but of a whole task and a part of it (limit) the part."""
    is_part = pl.col("kept_setting").str.contains("limit=") & ~pl.col("setting").str.contains("limit=")
    swapped = {"file": "kept", "kept": "file", "setting": "kept_setting", "kept_setting": "setting"}
    return pairs.with_columns(
        pl.when(is_part).then(other).otherwise(mine).alias(mine) for mine, other in swapped.items()
    )


def _ask(pairs: pl.DataFrame, said: Said) -> None:
    asked = pairs.unique("file", keep="first", maintain_order=True)
    for file, kept, mine, others in (
        asked.select("file", "kept", "setting", "kept_setting").head(MOST_ASKED).iter_rows()
    ):
        text = (
            f"{file} and {kept} tell other values of one step, made otherwise "
            f"({_unlike(mine, others)} against {_unlike(others, mine)}): leave out {file}?"
        )
        said.ask(Question(f'files."{file}".skip', text, ("true", "false"), file))
    if asked.height > MOST_ASKED:
        said.note(
            f"{asked.height:,} files were made otherwise than others of the same steps: "
            'leave out a folder of them by [files."old/*.json"] skip = true in the card'
        )


def _unlike(mine: str, others: str) -> str:
    """Return what one says of its making and the other does not."""
    known = set(others.split(", "))
    parts = [part for part in mine.split(", ") if part not in known]
    return ", ".join(parts[:MOST_SHOWN]) or "nothing more"
