"""What a comparison counts: scores, each once, whatever number of curves it met."""

from dataclasses import dataclass
from typing import Any

import polars as pl

from emergence.off_curve.newest import Newest
from pipelines.reader.accounts import EITHER, MET_REPEATS, SETTING

SCORE = ["checkpoint_id", *SETTING]
"""What one score is; a row of a comparison is a score and a curve."""
PLACE = ["checkpoint_id", "step", "tokens", "corpus"]
FELL, OFF = "fell as a whole", "tasks off"
BELOW = pl.col("is_off") & (pl.col("score") < pl.col("expected"))


@dataclass(frozen=True)
class Counts:
    """Numbers of scores. Those off are some of those that met a curve: below one, or above and below none.

    ``n_met_repeats`` of those met the other runs of their source alone; ``n_beyond`` met none, since their
    loss lies beyond those of the curves.
    """

    n_scores: int
    n_met: int
    n_met_repeats: int
    n_beyond: int
    n_off: int
    n_below: int
    n_above: int


@dataclass(frozen=True)
class Standing:
    """How the newest checkpoint stands; it fell where its scores did as a whole, or any of them by itself."""

    place: dict[str, Any]
    counts: Counts
    newest: Newest | None

    @property
    def fell_as_a_whole(self) -> bool:
        """Whether the mean of its scores fell against the checkpoints before it."""
        newest = self.newest
        return newest is not None and newest.fell and newest.checkpoint_id == self.place["checkpoint_id"]

    @property
    def fell(self) -> bool:
        """Whether it fell off: what the headline says, the alert tells and the exit code is."""
        return self.fell_as_a_whole or self.counts.n_below > 0


def count(accounted: pl.DataFrame, held: pl.DataFrame, found: pl.DataFrame) -> Counts:
    """Count the scores of `accounted`, with `why`.

    `held` has a row a score and curve that it was held against, `found` those of which the distance is known.
    """
    met = accounted.filter(pl.col("why").is_in(EITHER))
    beyond = held.filter("extrapolated").select(SCORE).unique()
    off = found.filter("is_off").group_by(SCORE).agg(is_below=BELOW.any())
    below = int(off["is_below"].sum())
    return Counts(
        accounted.height,
        met.height,
        accounted.filter(why=MET_REPEATS).height,
        beyond.join(met, on=SCORE, how="anti", nulls_equal=True).height,
        off.height,
        below,
        off.height - below,
    )


def stand(
    accounted: pl.DataFrame, held: pl.DataFrame, found: pl.DataFrame, newest: Newest | None
) -> Standing:
    """Return how the newest checkpoint of a run stands."""
    last = accounted.sort("tokens", "checkpoint_id", nulls_last=True).tail(1)
    place = last.select("checkpoint_id", "step", "tokens").to_dicts()[0]
    name = place["checkpoint_id"]
    counts = count(*(frame.filter(checkpoint_id=name) for frame in (accounted, held, found)))
    return Standing(place, counts, newest)


def fallen(found: pl.DataFrame, checkpoint_id: str) -> pl.DataFrame:
    """Return the scores of a checkpoint that lie below a curve, each once, beside the one it is worst on."""
    rows = found.filter(BELOW, checkpoint_id=checkpoint_id)
    return worst_first(rows).unique(SCORE, keep="first", maintain_order=True)


def alert(run: str, standing: Standing, found: pl.DataFrame) -> dict[str, Any] | None:
    """Return what should wake someone: the newest checkpoint fell as a whole, or tasks of it did."""
    if not standing.fell:
        return None
    newest, place = standing.newest, standing.place
    return {
        "alert": FELL if standing.fell_as_a_whole else OFF,
        "run": run,
        **place,
        "mean_change": newest.change if newest else None,
        "p_value": newest.p_value if newest else None,
        "tasks": fallen(found, place["checkpoint_id"])["task"].unique(maintain_order=True).to_list(),
    }


def worst_first(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows that are off below first, then above; of these the least likely, then the furthest.

    One that is off with its whole checkpoint has no probability of its own.
    """
    far = (pl.col("score") - pl.col("expected")).abs()
    rows = rows.with_columns(_near=-far, _is_on=~pl.col("is_off"), _is_up=~BELOW)
    order = ("_is_up", "_is_on", "p_adjusted", "_near", "checkpoint_id", "task")
    return rows.sort(order, nulls_last=True).drop("_near", "_is_on", "_is_up")


def places(rows: pl.DataFrame) -> pl.DataFrame:
    """Return a row a checkpoint and corpus: scores that met a curve there, fell off or lie above; the worst.

    The mean distance is from the curves of other sources, within their losses: held against the other runs
    of its own, only scores that stand out are on record.
    """
    inside = rows.filter(~pl.col("extrapolated"))
    scores = inside.group_by([*PLACE, *SETTING]).agg(
        is_below=BELOW.any(),
        is_off=pl.col("is_off").any(),
        distance=(pl.col("score") - pl.col("expected")).filter(~pl.col("is_of_its_source")).mean(),
    )
    counted = scores.group_by(PLACE).agg(
        below=pl.col("is_below").sum(),
        above=(pl.col("is_off") & ~pl.col("is_below")).sum(),
        mean=pl.col("distance").mean(),
    )
    worst = worst_first(inside).unique(PLACE, keep="first", maintain_order=True)
    worst = worst.select(*PLACE, "task", "format", "score", "expected", "p_adjusted")
    return (
        rows.group_by(PLACE)
        .agg(pl.col("loss").first(), pl.col("n_met").first().fill_null(0))
        .join(counted, on=PLACE, how="left", nulls_equal=True)
        .join(worst, on=PLACE, how="left", nulls_equal=True)
        .with_columns(pl.col("below", "above").fill_null(0))
        .sort("tokens", "corpus", descending=[True, False])
    )
