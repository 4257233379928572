"""``emergence compare``: does a run keep to the curve that other runs draw?"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from emergence.errors import InputError
from emergence.given_loss.compare import compare_scores
from pipelines.keys import SERIES
from pipelines.reader.asked import unknown
from pipelines.release.open_release import Questions, open_release

CURVE = SERIES[1:]
FIELDS = ["reference", *CURVE, "checkpoint_id", "loss", "score", "expected", "p_adjusted", "is_off"]


@dataclass(frozen=True)
class Comparison:
    """A run against others: a row a checkpoint and curve that was looked at or stood out, the worst first."""

    run: str
    headline: str
    rows: pl.DataFrame
    basis: str

    def places(self) -> pl.DataFrame:
        """A row a checkpoint and corpus where scores are off: how many, and the worst, worst place first."""
        off = self.rows.filter("is_off").sort("p_adjusted")
        at = ["checkpoint_id", "corpus"]
        return off.group_by(at, maintain_order=True).agg(
            pl.len().alias("off"),
            pl.col("loss", "task", "format", "score", "expected", "p_adjusted").first(),
        )

    def as_json(self) -> dict[str, Any]:
        """The comparison for machines."""
        return {"run": self.run, "headline": self.headline, "rows": self.rows.to_dicts(), "basis": self.basis}


def compared(home: Path, run: str) -> Comparison:
    """Compare a run of the newest release with the others.

    Where its source has three runs or more of a curve, each checkpoint is held against the other runs
    (table anomalies); and everywhere against the curves of other sources on the same axis of loss. Raises
    InputError for a run that the release does not know, with the nearest names.
    """
    with open_release(home) as questions:
        known = questions.ask("ask/runs")["run_id"].to_list()
        if run not in known:
            raise unknown("run with losses and scores", run, known, "emergence query")
        scores = questions.ask("ask/run_scores", run=run)
        inside = scores.filter("is_held_out")
        rows = [_of_its_source(questions, run), _of_others(questions, scores)]
    found = pl.concat(rows).sort("p_adjusted", "checkpoint_id", "task", nulls_last=True)
    abroad = rows[1]
    if inside.is_empty() and abroad.is_empty():
        groups = ", ".join(scores["comparability_group"].unique().sort())
        raise InputError(
            f"{run} cannot be compared: its source has fewer than three runs of any task, and no other "
            f"source has a curve on its axes of loss ({groups}); corpus, unit and tokenizer decide that"
        )
    tested = inside.height + abroad.height
    headline = _headline(run, scores, found.filter("is_off"), tested)
    return Comparison(run, headline, found, _basis(inside, abroad))


def _headline(run: str, scores: pl.DataFrame, off: pl.DataFrame, tested: int) -> str:
    """Say how much is off, and how the newest checkpoint stands."""
    total = scores["checkpoint_id"].n_unique()
    newest = scores.sort("tokens", "checkpoint_id")["checkpoint_id"][-1]
    if off.is_empty():
        return f"on the curve: none of {tested:,} scores at {total:,} checkpoints fell off it"
    now = off.filter(pl.col("checkpoint_id") == newest)
    state = f"fell off in {now.height}" if now.height else "is on the curve"
    return (
        f"{off.height:,} of {tested:,} scores fell off the curve, at {off['checkpoint_id'].n_unique():,} of "
        f"{total:,} checkpoints; the newest, {newest.removeprefix(run)}, {state}"
    )


def _of_its_source(questions: Questions, run: str) -> pl.DataFrame:
    anomalies = questions.ask("ask/run_anomalies", run=run)
    return anomalies.select(*_columns(pl.col("source"), pl.col("is_anomaly")))


def _of_others(questions: Questions, scores: pl.DataFrame) -> pl.DataFrame:
    groups = scores["comparability_group"].unique().sort().to_list()
    grids = questions.ask("ask/curves", groups=groups, task=None)
    elsewhere = grids.filter(~pl.col("source").is_in(scores["run_source"].unique().to_list()))
    table = compare_scores(scores, elsewhere, SERIES)
    return table.select(*_columns(pl.col("source"), pl.col("is_off")))


def _columns(reference: pl.Expr, is_off: pl.Expr) -> list[pl.Expr]:
    named = {"reference": reference, "is_off": is_off}
    return [named[c].alias(c) if c in named else pl.col(c) for c in FIELDS]


def _basis(inside: pl.DataFrame, abroad: pl.DataFrame) -> str:
    parts = []
    if inside.height:
        parts.append(f"{inside.height} scores against the other runs of its source, this run held out")
    if abroad.height:
        names = ", ".join(abroad["reference"].unique().sort())
        parts.append(f"{abroad.height} scores against the curves of {names}")
    return (
        f"Rests on {' and '.join(parts)}; accuracies only. p is adjusted over the tasks of one checkpoint "
        "and corpus: of a hundred such, about one stands out by chance."
    )
