"""Takes tokens and samples for those seen so far only where they grow with the steps beside them.

A column `tokens` may as well count those of each step or batch: it stands still, or goes up and down, and
every checkpoint would lie at the tokens of one step.
"""

from typing import Any

import polars as pl

from pipelines.own.card.card import Card
from pipelines.own.reading.found import Counter, Question
from pipelines.own.settling.frame import Said

# Files of one step each, as of one checkpoint each, are looked at together.
_LOG = ["log", "run"]
_SERIES = [*_LOG, "kind", "key", "counter"]
# Between two steps a count of each step changes by less, and one of all seen seldom so little.
LITTLE = 0.1


def only_seen_so_far(frame: pl.DataFrame, card: Card, said: Said) -> pl.DataFrame:
    """Return the rows without the tokens and samples that are no count of those seen, which is said.

    One number that falls among many that rise is left to the rule of every run, which refuses its row.
    """
    is_one = pl.col("number").n_unique().over("file") == 1
    frame = frame.with_columns(log=pl.when(is_one).then(pl.lit("")).otherwise("file"))
    for name in ("tokens", "samples"):
        frame = _only_growing(frame, name, card, said)
    return frame.drop("log")


def _only_growing(frame: pl.DataFrame, name: str, card: Card, said: Said) -> pl.DataFrame:
    is_beside = (
        pl.col(name).is_not_null()
        & (pl.col("number") != pl.col(name)).fill_null(False)
        & (pl.col("counter") != Counter.LAST)
        & ~pl.col("is_rounded")
    )
    rows = frame.filter(is_beside).rename({name: "count"})
    at_steps = (
        rows.group_by(*_SERIES, "number")
        .agg(pl.col("count").max(), pl.col("file", "place").first(), low=pl.col("count").min())
        .sort(*_SERIES, "number")
        .with_columns(pl.col("count", "number").shift(1).over(_SERIES).name.suffix("_before"))
    )
    series = at_steps.group_by(_SERIES).agg(**_moves()).join(_as_written(rows), on=_SERIES, nulls_equal=True)
    anew = series.filter(pl.col("n_below") > 0, "rises_as_written", pl.lit(name == "tokens"))
    frame = _without_steps(frame, anew, said)
    # Of one step alone nothing tells.
    bad = series.filter("n_steps", _is_of_each_step()).join(anew, on=_SERIES, how="anti", nulls_equal=True)
    if bad.is_empty():
        return frame
    # Beside a count that is of one step, only those that are seen to grow are believed.
    seen = series.filter(pl.col("n_rises") > 0).join(bad, on=_SERIES, how="anti", nulls_equal=True)
    gone = series.join(bad, on=_LOG, how="semi", nulls_equal=True).join(
        seen, on=_SERIES, how="anti", nulls_equal=True
    )
    odd = at_steps.join(bad, on=_SERIES, how="semi", nulls_equal=True).sort("file", "number")
    for log in odd["log"].unique(maintain_order=True):
        _say(odd.filter(log=log), name, card, said)
    is_gone = pl.col("is_gone").fill_null(False) & is_beside
    return _marked(frame, gone, "is_gone").with_columns(pl.when(~is_gone).then(name)).drop("is_gone")


def _moves() -> dict[str, pl.Expr]:
    """Return how a count goes from step to step."""
    count, before = pl.col("count"), pl.col("count_before")
    return {
        "n_steps": before.count(),
        "n_rises": (count > before).sum(),
        "n_falls": (count < before).sum(),
        "n_below": (pl.col("low") < before).sum(),
        "n_little": (count.is_between(before * (1 - LITTLE), before)).sum(),
        "first": count.first(),
        "last": count.last(),
    }


def _is_of_each_step() -> pl.Expr:
    n_falls, n_rises = pl.col("n_falls"), pl.col("n_rises")
    falls_often = (n_falls > 0) & ((n_falls * 2 >= n_rises) | (pl.col("last") < 2 * pl.col("first")))
    # One fall by much, of two numbers: one of them is wrong.
    return ((n_rises == 0) | falls_often) & ((pl.col("n_little") > 0) | (pl.col("n_steps") > 1))


def _as_written(rows: pl.DataFrame) -> pl.DataFrame:
    """Say of each series whether its count goes on from row to row, as where only the steps begin anew."""
    change = pl.col("count").sort_by("order").diff().drop_nulls()
    return rows.group_by(_SERIES).agg(rises_as_written=(change >= 0).all() & (change > 0).any())


def _without_steps(frame: pl.DataFrame, anew: pl.DataFrame, said: Said) -> pl.DataFrame:
    """Place by their tokens alone the rows of a log whose steps begin anew while its tokens go on."""
    if anew.is_empty():
        return frame
    told = _marked(frame, anew, "is_anew")
    is_anew = pl.col("is_anew").fill_null(False) & pl.col("tokens").is_not_null()
    for file in told.filter(is_anew)["file"].unique(maintain_order=True):
        said.note(f"the steps of {file} begin anew while its tokens go on: it is placed by its tokens alone")
    return told.with_columns(
        counter=pl.when(is_anew).then(pl.lit(Counter.TOKENS.value)).otherwise("counter"),
        number=pl.when(is_anew).then("tokens").otherwise("number"),
    ).drop("is_anew")


def _marked(frame: pl.DataFrame, series: pl.DataFrame, name: str) -> pl.DataFrame:
    """Return a frame with a column that is true for the rows of some series, and else empty."""
    told = series.select(*_SERIES, pl.lit(True).alias(name))
    return frame.join(told, on=_SERIES, how="left", nulls_equal=True, maintain_order="left")


def _say(odd: pl.DataFrame, name: str, card: Card, said: Said) -> None:
    """Say which row shows it, and ask for the tokens of a step, unless the card tells them."""
    falls = odd.filter(pl.col("count") < pl.col("count_before"))
    flat = odd.filter(pl.col("count_before").is_not_null())
    row = (falls if falls.height else flat).row(0, named=True)
    shown = _shown(row)
    said.note(
        f"the {name} of {row['file']} do not grow with its steps ({shown}): they count one step or batch, it "
        f"seems, and are not taken for {name} seen"
    )
    if name == "tokens" and not card.steps:
        usual = f"{float(odd['count'].quantile(0.5, 'lower') or 0):.0f}"
        text = (
            f"the tokens of {row['file']} do not grow with its steps ({shown}), as if they were of one: "
            "how many tokens is one optimizer step (batch × accumulation × devices × length)?"
        )
        said.suggested["tokens_per_step"] = Question("tokens_per_step", text, (usual,), row["file"])


def _shown(row: dict[str, Any]) -> str:
    now, before = (f"{row[count]:,.0f} at {row[at]:,.0f}" for count, at in _PAIRS)
    return f"{row['place']}: {now}, after {before}"


_PAIRS = (("count", "number"), ("count_before", "number_before"))
