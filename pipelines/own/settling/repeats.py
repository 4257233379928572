"""Values said twice: the later counts. Evaluations with other examples, and checkpoints that are equal."""

import polars as pl

from pipelines.own.card.card import Card
from pipelines.own.card.fields import SAME_WEIGHTS
from pipelines.own.settling.frame import Said
from pipelines.words import agreeing, listed

LOSS_KEY = ("run", "tokens", "is_final", "corpus", "unit")
SCORE_KEY = ("run", "tokens", "is_final", "task", "format", "metric", "n_shot")
FEWEST_EQUAL = 3
OLDER = "an older way of counting the same; the one beside it that ends in `v2` counts"
SAID_AGAIN = "said again later with another value, which counts"


def latest(frame: pl.DataFrame, key: tuple[str, ...], said: Said) -> pl.DataFrame:
    """Return one row a key: of two that differ the later, by the date of the file, else by its order."""
    frame = _without_clashes(_without_older_versions(frame, key, said), key, said)
    ranked = frame.sort(pl.col("written").fill_null(float("-inf")), "order", maintain_order=True)
    last = ranked.unique(subset=list(key), keep="last", maintain_order=True)
    gone = frame.height - last.height
    if gone:
        both = frame.join(last.select(*key, kept="value"), on=list(key), how="left", nulls_equal=True)
        differ = both.filter((pl.col("value") - pl.col("kept")).abs() > 1e-12 * pl.col("kept").abs())
        if gone > differ.height:
            twice = agreeing(gone - differ.height, "value", "stands", "stand")
            said.note(f"{twice} twice, equal: each counts once")
        if differ.height:
            said.leave(differ, SAID_AGAIN)
    return last.sort("order")


def _without_older_versions(frame: pl.DataFrame, key: tuple[str, ...], said: Said) -> pl.DataFrame:
    """Leave alone what stands beside its second version, as OLMo-core logs each score in both."""
    is_newer = pl.col("key").str.ends_with(" v2)")
    is_older = is_newer.any().over(*key, "file") & ~is_newer
    said.leave(frame.filter(is_older), OLDER)
    return frame.filter(~is_older)


def _without_clashes(frame: pl.DataFrame, key: tuple[str, ...], said: Said) -> pl.DataFrame:
    """Leave alone unlike values that one file gives under two names which mean one thing: none is later."""
    name = pl.col("key") if "published" not in frame.columns else pl.struct("published", "key")
    told = [pl.col(column) for column in (*key, "file")]
    clashes = (name.n_unique().over(told) > 1) & (pl.col("value").n_unique().over(told) > 1)
    # Numbers logged at a step are one name each; a table of rows repeats its one column.
    gone = frame.filter(clashes)
    if gone.height:
        names = listed(gone["key"].unique(maintain_order=True).to_list(), 3)
        said.leave(gone, f"{names}: unlike values under names that mean the same; leave one out of the file")
    return frame.filter(~clashes)


def mean_over_seeds(frame: pl.DataFrame, said: Said) -> pl.DataFrame:
    """Return scores of one checkpoint that differ only in the examples of their prompts as their mean."""
    # A file that tells no seed repeats the one that does.
    seed = pl.col("fewshot_seed").fill_null(pl.col("fewshot_seed").drop_nulls().first().over(SCORE_KEY))
    by_seed = latest(frame.with_columns(fewshot_seed=seed), (*SCORE_KEY, "fewshot_seed"), said)
    counts = pl.len().over(SCORE_KEY)
    several = by_seed.filter(counts > 1)
    if several.is_empty():
        return by_seed
    seeds = several.select(*SCORE_KEY).unique().height
    means = agreeing(seeds, "score", "is a mean", "are means")
    said.note(f"{means} over {several.height:,} evaluations with other examples in the prompt")
    return by_seed.with_columns(value=pl.col("value").mean().over(SCORE_KEY)).unique(
        subset=list(SCORE_KEY), keep="last", maintain_order=True
    )


def without_equal_checkpoints(
    losses: pl.DataFrame, scores: pl.DataFrame, card: Card, said: Said
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Leave out checkpoints that agree to the last digit in all that was measured: one file of weights."""
    if card.accepts(SAME_WEIGHTS):
        return losses, scores
    measured = pl.concat(
        [
            losses.filter(pl.col("held_out").fill_null(True)).select(
                "run", "tokens", "value", what=pl.concat_str("corpus", "unit", separator=" ")
            ),
            scores.select(
                "run",
                "tokens",
                "value",
                what=pl.concat_str("task", "format", "metric", separator=" ", ignore_nulls=True),
            ),
        ]
    ).sort("what")
    # One task at chance is as good as equal everywhere: only several unlike numbers make a print.
    prints = (
        measured.group_by("run", "tokens")
        .agg(
            pl.col("what"),
            pl.col("value"),
            pl.col("value").filter(pl.col("value") != 0).n_unique().alias("unlike"),
        )
        .filter(pl.col("unlike") >= 2)
        .with_columns(print=pl.struct("what", "value").hash())
        .filter(pl.len().over("run", "print") >= FEWEST_EQUAL)
    )
    for run, _, count in prints.group_by("run", "print", maintain_order=True).len().sort("run").iter_rows():
        said.note(
            f"{count} checkpoints of {run} agree to the last digit in every task and loss: the same weights "
            f'under many steps? They are left out; accept = ["{SAME_WEIGHTS}"] in the card takes them'
        )
    if prints.is_empty():
        return losses, scores
    out = prints.select("run", "tokens")
    said.leave(
        pl.concat(
            [losses.select("file", "place", "run", "tokens"), scores.select("file", "place", "run", "tokens")]
        ).join(out, on=["run", "tokens"], how="semi", nulls_equal=True),
        "equal to the last digit at three checkpoints or more",
    )
    return (
        losses.join(out, on=["run", "tokens"], how="anti", nulls_equal=True, maintain_order="left"),
        scores.join(out, on=["run", "tokens"], how="anti", nulls_equal=True, maintain_order="left"),
    )
