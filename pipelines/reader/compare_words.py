"""What a comparison says in words: its headline, what it rests on, and what it leaves open."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from pipelines.keys import OWN
from pipelines.reader.accounts import NO_AXIS, NO_LOSS
from pipelines.reader.compare_counts import SCORE, Counts, Standing
from pipelines.words import counted, place_of

NAMED = 12


def headline(counts: Counts, standing: Standing, source: str) -> str:
    """Say how many scores met a curve, how many of those are off it, and how the newest checkpoint stands."""
    said = f"{counts.n_met:,} of {counts.n_scores:,} scores met a curve"
    if counts.n_met_repeats:
        said += f" ({counts.n_met_repeats:,} only that of {_other_runs(source)})"
    if counts.n_beyond:
        said += f", {counts.n_beyond:,} lie{'s' * (counts.n_beyond == 1)} beyond the losses of the curves"
    if not counts.n_met:
        return f"{said}; nothing says whether it is on the curve"
    off = f"{counts.n_off:,} {'is' if counts.n_off == 1 else 'are'} off it"
    if counts.n_off:
        off += f" ({counts.n_below:,} below, {counts.n_above:,} above)"
    name = place_of(standing.place["step"], standing.place["tokens"])
    return f"{said}; {off}; the newest checkpoint, {name}, {_state(standing)}"


def _state(standing: Standing) -> str:
    """Say how the newest checkpoint stands; that it fell off is said where it did, and nowhere else."""
    now, parts = standing.counts, []
    if standing.fell_as_a_whole and standing.newest is not None:
        points = f"{-100 * standing.newest.change:.1f} points"
        parts.append(f"fell off as a whole, by {points} against the checkpoints before it,")
    if now.n_below:
        parts.append(f"fell off in {now.n_below:,}")
    if now.n_above:
        parts.append(f"lies above it in {now.n_above:,}")
    if not parts and not now.n_met:
        return "lies beyond the losses of the curves" if now.n_beyond else "met no curve"
    if now.n_off:
        parts[-1] += f" of the {now.n_met:,} that met one"
    return " and ".join(parts).removesuffix(",") or "is on the curve"


def basis(held: pl.DataFrame, source: str, reasons: Sequence[Mapping[str, Any]]) -> str:
    """Say what the comparison rests on: how many scores against which curves, or what none were held against.

    `held` has a row a score and curve, and whether its loss lies beyond those of the curve; `reasons` say why
    scores met none.
    """
    met = held.filter(~pl.col("extrapolated"))
    others = met.filter(~pl.col("is_of_its_source"))
    repeats = met.filter("is_of_its_source").select(SCORE).unique()
    parts = []
    if repeats.height:
        parts.append(f"{counted(repeats.height, 'score')} against {_other_runs(source)}, this run held out,")
    if others.height:
        n = others.select(SCORE).unique().height
        parts.append(f"{counted(n, 'score')} against the curves of {_names(others)}")
    if parts:
        return (
            f"Rests on {' and '.join(parts).removesuffix(',')}; accuracies only. "
            "Judged by p as adjusted over the tasks of one checkpoint and corpus: of a hundred such, about "
            "one stands out by chance."
        )
    if held.height:
        return f"Its losses lie beyond those of the curves of {_names(held)}."
    whys = {row["why"] for row in reasons}
    if whys == {NO_LOSS}:
        return "No score of it has a loss beside it: add its losses, which say where on a curve it stands."
    if NO_AXIS in whys:
        return (
            "No other run has a curve for it: corpus, unit and tokenizer decide on which axis its losses are."
        )
    return "None of its scores was held against a curve, for the reasons given."


def _other_runs(source: str) -> str:
    return "your other runs" if source == OWN else f"the other runs of {source}"


def _names(rows: pl.DataFrame) -> str:
    return ", ".join(rows["reference"].unique().sort())


def left_open(undecided: pl.DataFrame, source: str) -> str:
    """Say which scores lie off the checkpoints around them, where no others tell which run is off."""
    if undecided.is_empty():
        return ""
    rows = undecided.sort("tokens", "task", descending=[True, False], nulls_last=True)
    rows = rows.unique(SCORE, keep="first", maintain_order=True)
    named = [
        f"{row['task']} {row['format']} at {place_of(row['step'], row['tokens'])}, "
        f"{'below' if row['score'] < row['expected'] else 'above'}"
        for row in rows.head(NAMED).iter_rows(named=True)
    ]
    if rows.height > NAMED:
        named.append(f"{rows.height - NAMED:,} more")
    lie = "score lies" if rows.height == 1 else "scores lie"
    return (
        f"Not counted: {rows.height:,} {lie} off the run's own checkpoints around; too few of "
        f"{_other_runs(source)} have such losses to say which run is off ({'; '.join(named)})."
    )
