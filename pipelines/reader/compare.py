"""``emergence compare``: does a run keep to the curve that other runs draw?"""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import polars as pl

from emergence.off_curve.compare import compare_scores
from emergence.off_curve.newest import Newest, judge_newest
from pipelines.keys import SERIES
from pipelines.reader.accounts import MET, SETTING, account, reasons
from pipelines.reader.name_matching import unknown
from pipelines.reader.next_departures import next_departures
from pipelines.release.open_release import Questions, open_release
from pipelines.words import place_of

CURVE = SERIES[1:]
FIELDS = [
    *("reference", *CURVE, "checkpoint_id", "loss", "score", "expected", "expected_low", "expected_high"),
    *("p_adjusted", "extrapolated", "is_off"),
]
FELL, OFF = "fell as a whole", "tasks off"


@dataclass(frozen=True)
class Comparison:
    """A run against others: a row a checkpoint and curve of other sources; of its own, where it stands out.

    The worst are first, and ``n_curves`` counts all that a checkpoint was held against on a corpus.
    ``reasons`` account for every score; ``newest`` says whether the newest checkpoint fell as a whole;
    ``departures`` are the tasks to leave their floor next. ``alert`` is what should wake someone, or None.
    """

    run: str
    headline: str
    rows: pl.DataFrame
    basis: str
    reasons: list[dict[str, Any]]
    newest: Newest | None
    departures: list[dict[str, Any]]
    alert: dict[str, Any] | None

    def places(self) -> pl.DataFrame:
        """A row a checkpoint and corpus: how many curves it was held against, is off, and the worst.

        The mean distance is null where it is not on record: held against the other runs of its source, only
        the scores that stand out are.
        """
        at = ["checkpoint_id", "step", "tokens", "corpus"]
        worst = _worst_first(self.rows)
        return (
            worst.group_by(at, maintain_order=True)
            .agg(
                pl.col("n_curves").first(),
                pl.col("is_off").sum().alias("off"),
                pl.col("extrapolated").all().alias("is_outside"),
                pl.col("loss", "task", "format", "score", "expected", "p_adjusted").first(),
                mean=pl.when(pl.len() == pl.col("n_curves").first()).then(
                    (pl.col("score") - pl.col("expected")).mean()
                ),
            )
            .sort("tokens", "corpus", descending=[True, False])
        )

    def as_json(self) -> dict[str, Any]:
        """The comparison for machines."""
        return {
            "run": self.run,
            "headline": self.headline,
            "alert": self.alert,
            "newest": None if self.newest is None else asdict(self.newest),
            "reasons": self.reasons,
            "departures": self.departures,
            "rows": self.rows.to_dicts(),
            "basis": self.basis,
        }


def compared(home: Path, run: str, tokens_per_day: float | None = None) -> Comparison:
    """Compare a run of the newest release with the others.

    Where its source has three runs or more of a curve, each checkpoint is held against the other runs
    (table anomalies); and everywhere against the curves of other sources on the same axis of loss. Raises
    InputError for a run that the release does not know, with the nearest names.
    """
    with open_release(home) as questions:
        measured = questions.ask("ask/run_measured", run=run)
        if measured.is_empty():
            known = questions.ask("ask/runs")["run_id"].to_list()
            hint = 'emergence query "select run_id from runs"'
            raise unknown("run with losses and scores", run, known, hint)
        scores = questions.ask("ask/run_scores", run=run)
        grids = _curves_of_others(questions, scores)
        rows = [_of_its_source(questions, run), _of_others(scores, grids)]
        departures = next_departures(questions, run, tokens_per_day)
    inside, abroad = scores.filter("is_held_out"), rows[1]
    places = measured.select("checkpoint_id", "step", "tokens").unique()
    at = ["checkpoint_id", "corpus"]
    n_curves = pl.concat([inside.select(at), abroad.select(at)]).group_by(at).agg(n_curves=pl.len())
    found = pl.concat(rows).join(places, on="checkpoint_id", how="left").join(n_curves, on=at, how="left")
    found = found.pipe(_worst_first)
    held = inside.select("checkpoint_id", *SETTING).unique().with_columns(extrapolated=pl.lit(False))
    looked_at = pl.concat([abroad.select("checkpoint_id", *SETTING, "extrapolated"), held])
    accounted = account(measured, pl.concat([_settings(grids), _settings(inside)]), looked_at)
    newest = judge_newest(_residuals(found, measured)) if abroad.height else None
    alert = _alert(run, measured, found, newest)
    return Comparison(
        run,
        _headline(run, measured, found, accounted, newest),
        found,
        _basis(inside, abroad),
        reasons(accounted),
        newest,
        departures,
        alert,
    )


def _worst_first(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows that are off first, then the least likely, then those furthest from what was expected.

    One that is off with its whole checkpoint has no probability of its own.
    """
    far = (pl.col("score") - pl.col("expected")).abs()
    rows = rows.with_columns(_near=-far, _is_on=~pl.col("is_off"))
    order = ("_is_on", "p_adjusted", "_near", "checkpoint_id", "task")
    return rows.sort(order, nulls_last=True).drop("_near", "_is_on")


def _settings(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select(SETTING).unique()


def _residuals(found: pl.DataFrame, measured: pl.DataFrame) -> pl.DataFrame:
    """Return score less expected, within the published losses, a row a checkpoint and series."""
    noise = measured.select("checkpoint_id", *SETTING, "stderr")
    inside = found.filter(
        ~pl.col("extrapolated"), pl.col("expected").is_not_null(), pl.col("tokens").is_not_null()
    )
    return (
        inside.join(noise, on=["checkpoint_id", *SETTING], how="left", nulls_equal=True)
        .with_columns(
            series=pl.concat_str("reference", *CURVE, separator=" ", ignore_nulls=True),
            residual=pl.col("score") - pl.col("expected"),
        )
        .select("checkpoint_id", "tokens", "series", "residual", sd="stderr")
    )


def _newest_of(measured: pl.DataFrame) -> dict[str, Any]:
    """Return the newest checkpoint: its name, step and tokens."""
    last = measured.sort("tokens", "checkpoint_id", nulls_last=True).tail(1)
    return last.select("checkpoint_id", "step", "tokens").to_dicts()[0]


def _alert(
    run: str, measured: pl.DataFrame, found: pl.DataFrame, newest: Newest | None
) -> dict[str, Any] | None:
    """Return what should wake someone: the newest checkpoint fell as a whole, or tasks of it did."""
    place = _newest_of(measured)
    down = pl.col("is_off") & (pl.col("score") < pl.col("expected"))
    off = found.filter(down, pl.col("checkpoint_id") == place["checkpoint_id"])
    fell = newest is not None and newest.fell and newest.checkpoint_id == place["checkpoint_id"]
    if not fell and off.is_empty():
        return None
    return {
        "alert": FELL if fell else OFF,
        "run": run,
        **place,
        "mean_change": newest.change if newest else None,
        "p_value": newest.p_value if newest else None,
        "tasks": off["task"].unique(maintain_order=True).to_list(),
    }


def _headline(
    run: str, measured: pl.DataFrame, found: pl.DataFrame, accounted: pl.DataFrame, newest: Newest | None
) -> str:
    """Say how much met a curve, how much is off, and how the newest checkpoint stands."""
    total, met = accounted.height, accounted.filter(why=MET).height
    said = f"{met:,} of {total:,} scores met a curve"
    place = _newest_of(measured)
    name = place_of(place["step"], place["tokens"])
    outside = found.filter("extrapolated").height
    if not met:
        return f"{said}; nothing says whether it is on the curve"
    off = found.filter("is_off")
    now = off.filter(pl.col("checkpoint_id") == place["checkpoint_id"])
    state = f"fell off in {now.height}" if now.height else "is on the curve"
    if newest is not None and newest.fell and newest.checkpoint_id == place["checkpoint_id"]:
        by = f"by {-100 * newest.change:.1f} points against the checkpoints before it"
        state = f"fell as a whole, {by}, and {state}"
    elif accounted.filter(checkpoint_id=place["checkpoint_id"], why=MET).is_empty():
        told = found.filter(checkpoint_id=place["checkpoint_id"])
        is_outside = told.height > 0 and told["extrapolated"].all()
        state = "lies outside the range of the published losses" if is_outside else "met no curve"
    beyond = f", {outside:,} beyond the published losses" if outside else ""
    fallen = f"{off.height:,} {'is' if off.height == 1 else 'are'} off it"
    return f"{said}{beyond}; {fallen}; the newest checkpoint, {name}, {state}"


def _of_its_source(questions: Questions, run: str) -> pl.DataFrame:
    anomalies = questions.ask("ask/run_anomalies", run=run).with_columns(
        expected_low=pl.lit(None, pl.Float64),
        expected_high=pl.lit(None, pl.Float64),
        extrapolated=pl.lit(False),
    )
    return anomalies.select(*_columns(pl.col("source"), pl.col("is_anomaly")))


def _curves_of_others(questions: Questions, scores: pl.DataFrame) -> pl.DataFrame:
    groups = scores["comparability_group"].unique().sort().to_list()
    grids = questions.ask("ask/curves", groups=groups, task=None)
    return grids.filter(~pl.col("source").is_in(scores["run_source"].unique().to_list()))


def _of_others(scores: pl.DataFrame, grids: pl.DataFrame) -> pl.DataFrame:
    table = compare_scores(scores, grids, SERIES)
    return table.select(*_columns(pl.col("source"), pl.col("is_off")))


def _columns(reference: pl.Expr, is_off: pl.Expr) -> list[pl.Expr]:
    named = {"reference": reference, "is_off": is_off}
    return [named[c].alias(c) if c in named else pl.col(c) for c in FIELDS]


def _basis(inside: pl.DataFrame, abroad: pl.DataFrame) -> str:
    parts = []
    if inside.height:
        parts.append(f"{inside.height:,} scores against the other runs of its source, this run held out")
    if abroad.height:
        names = ", ".join(abroad["reference"].unique().sort())
        parts.append(f"{abroad.height:,} scores against the curves of {names}")
    if not parts:
        return (
            "No other run has a curve for it: corpus, unit and tokenizer decide on which axis its losses are."
        )
    return (
        f"Rests on {' and '.join(parts)}; accuracies only. p is adjusted over the tasks of one checkpoint "
        "and corpus: of a hundred such, about one stands out by chance."
    )
