"""``emergence compare``: does a run keep to the curve that other runs draw?"""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import polars as pl

from emergence.off_curve.compare import compare_scores
from emergence.off_curve.newest import judge_newest
from pipelines.keys import OWN, SERIES
from pipelines.reader import compare_counts, compare_words
from pipelines.reader.accounts import SETTING, account, reasons
from pipelines.reader.compare_counts import Counts, Standing
from pipelines.reader.name_matching import unknown
from pipelines.reader.next_departures import next_departures
from pipelines.release.open_release import Questions, open_release

CURVE = SERIES[1:]
FIELDS = [
    *("reference", *CURVE, "checkpoint_id", "loss", "score", "expected", "expected_low", "expected_high"),
    *("p_adjusted", "extrapolated", "is_off", "is_of_its_source"),
]
HELD = ["reference", *CURVE, "checkpoint_id", "extrapolated", "is_of_its_source"]


@dataclass(frozen=True)
class Comparison:
    """A run against others: a row a score and curve of other sources; of its own source, where it stands out.

    The worst are first, and ``n_met`` counts all scores of a checkpoint that met a curve on a corpus.
    ``held`` names every score and curve, those that leave no row too, and ``reasons`` account for every
    score. ``undecided`` lie off the checkpoints around them, with too few other runs to say which run is
    off: no count holds them. ``departures`` are the tasks to leave their floor next.
    """

    run: str
    source: str
    rows: pl.DataFrame
    held: pl.DataFrame
    counts: Counts
    standing: Standing
    undecided: pl.DataFrame
    reasons: list[dict[str, Any]]
    departures: list[dict[str, Any]]

    @property
    def headline(self) -> str:
        """How many scores met a curve, how many of those are off it, how the newest checkpoint stands."""
        return compare_words.headline(self.counts, self.standing, self.source)

    @property
    def basis(self) -> str:
        """What it rests on."""
        return compare_words.basis(self.held, self.source, self.reasons)

    @property
    def left_open(self) -> str:
        """Which scores nobody can judge; empty where there are none."""
        return compare_words.left_open(self.undecided, self.source)

    @property
    def alert(self) -> dict[str, Any] | None:
        """What should wake someone: the newest checkpoint fell as a whole, or tasks of it did; or None."""
        return compare_counts.alert(self.run, self.standing, self.rows)

    def fallen(self) -> pl.DataFrame:
        """Return the scores of the newest checkpoint that lie below their curve, the worst first."""
        return compare_counts.fallen(self.rows, self.standing.place["checkpoint_id"])

    def places(self) -> pl.DataFrame:
        """Return a row a checkpoint and corpus: scores that met a curve, fell off or lie above; the worst."""
        return compare_counts.places(self.rows)

    def as_json(self) -> dict[str, Any]:
        """The comparison for machines."""
        newest = self.standing.newest
        return {
            "run": self.run,
            "headline": self.headline,
            "alert": self.alert,
            "counts": asdict(self.counts),
            "newest": None if newest is None else asdict(newest),
            "reasons": self.reasons,
            "departures": self.departures,
            "rows": self.rows.to_dicts(),
            "undecided": self.undecided.to_dicts(),
            "basis": self.basis,
        }


def compared(home: Path, run: str, tokens_per_day: float | None = None) -> Comparison:
    """Compare a run of the newest release with the others.

    Where its source has three runs or more of a curve, each checkpoint is held against the other runs
    (table anomalies), within their losses; and everywhere against the curves of other sources on the same
    axis of loss. Raises InputError for a run that the release does not know, with the nearest names.
    """
    with open_release(home) as questions:
        measured = questions.ask("ask/run_measured", run=run)
        if measured.is_empty():
            known = questions.ask("ask/runs")["run_id"].to_list()
            hint = 'emergence query "select run_id from runs"'
            raise unknown("run with losses and scores", run, known, hint)
        scores = questions.ask("ask/run_scores", run=run)
        grids = _curves_of_others(questions, scores)
        abroad, anomalies = _of_others(scores, grids), _of_its_source(questions, run)
        departures = next_departures(questions, run, tokens_per_day)
    repeats = _repeats(scores)
    held = pl.concat([abroad.select(HELD), repeats])
    decided, undecided = _decided(anomalies, repeats)
    at = measured.select("checkpoint_id", "step", "tokens").unique()
    found = compare_counts.worst_first(_with_place(pl.concat([abroad, decided]), at, held))
    accounted = account(measured, pl.concat([_settings(grids), _settings(repeats)]), held)
    newest = judge_newest(_residuals(found, measured)) if abroad.height else None
    return Comparison(
        run,
        run.split("/", 1)[0] if scores.is_empty() else scores["run_source"][0],
        found,
        held,
        compare_counts.count(accounted, held, found),
        compare_counts.stand(accounted, held, found, newest),
        undecided.join(at, on="checkpoint_id", how="left"),
        reasons(accounted),
        departures,
    )


def _settings(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select(SETTING).unique()


def _repeats(scores: pl.DataFrame) -> pl.DataFrame:
    """Return what was held against the other runs of its source, three or more in all, as `HELD` names it."""
    return scores.filter("is_held_out").select(
        pl.col("run_source").alias("reference"),
        *CURVE,
        "checkpoint_id",
        extrapolated=~pl.col("is_surrounded"),
        is_of_its_source=pl.lit(True),
    )


def _decided(anomalies: pl.DataFrame, repeats: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Part the rows that enough other runs surround from those of which nobody can say which run is off."""
    at = ["checkpoint_id", *CURVE]
    surrounded = repeats.filter(~pl.col("extrapolated")).select(at)
    decided = anomalies.join(surrounded, on=at, how="semi", nulls_equal=True)
    undecided = anomalies.join(surrounded, on=at, how="anti", nulls_equal=True)
    return decided, undecided.filter("is_off")


def _with_place(rows: pl.DataFrame, at: pl.DataFrame, held: pl.DataFrame) -> pl.DataFrame:
    """Add where in its run each row stands, and how many scores met a curve there on its corpus."""
    place = ["checkpoint_id", "corpus"]
    met = held.filter(~pl.col("extrapolated")).select(*place, *SETTING).unique()
    n_met = met.group_by(place).agg(n_met=pl.len())
    rows = rows.join(at, on="checkpoint_id", how="left").join(n_met, on=place, how="left")
    return rows.with_columns(pl.col("n_met").fill_null(0))


def _residuals(found: pl.DataFrame, measured: pl.DataFrame) -> pl.DataFrame:
    """Return score less expected by other sources, within their losses, a row a checkpoint and series.

    Of the run's own source only what stands out is on record: a mean over it would be of those alone.
    """
    noise = measured.select("checkpoint_id", *SETTING, "stderr")
    inside = found.filter(
        ~pl.col("extrapolated"),
        ~pl.col("is_of_its_source"),
        pl.col("expected").is_not_null(),
        pl.col("tokens").is_not_null(),
    )
    return (
        inside.join(noise, on=["checkpoint_id", *SETTING], how="left", nulls_equal=True)
        .with_columns(
            series=pl.concat_str("reference", *CURVE, separator=" ", ignore_nulls=True),
            residual=pl.col("score") - pl.col("expected"),
        )
        .select("checkpoint_id", "tokens", "series", "residual", sd="stderr")
    )


def _of_its_source(questions: Questions, run: str) -> pl.DataFrame:
    anomalies = questions.ask("ask/run_anomalies", run=run).with_columns(
        expected_low=pl.lit(None, pl.Float64),
        expected_high=pl.lit(None, pl.Float64),
        extrapolated=pl.lit(False),
        is_off=pl.col("is_anomaly"),
        is_of_its_source=pl.lit(True),
    )
    return anomalies.select(pl.col("source").alias("reference"), *FIELDS[1:])


def _curves_of_others(questions: Questions, scores: pl.DataFrame) -> pl.DataFrame:
    """Return the published curves on the run's axes, but those of its source: no user's run judges others."""
    groups = scores["comparability_group"].unique().sort().to_list()
    grids = questions.ask("ask/curves", groups=groups, task=None)
    own = [OWN, *scores["run_source"].unique()]
    return grids.filter(~pl.col("source").is_in(own))


def _of_others(scores: pl.DataFrame, grids: pl.DataFrame) -> pl.DataFrame:
    table = compare_scores(scores, grids, SERIES).with_columns(is_of_its_source=pl.lit(False))
    return table.select(pl.col("source").alias("reference"), *FIELDS[1:])
