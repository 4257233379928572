"""``compare`` names as the worst what is off most clearly, not what comes first by its letters."""

from typing import Any

import polars as pl
import pytest

from emergence.off_curve.newest import Newest, judge_newest
from pipelines.reader.accounts import MET, MET_REPEATS
from pipelines.reader.compare import CURVE, _residuals
from pipelines.reader.compare_counts import alert, count, places, stand, worst_first
from pipelines.reader.compare_words import headline

ASKED: dict[str, Any] = {"format": "rc", "metric": "acc", "n_shot": 0}


def _said(steps: list[int | None], why: list[str], found: pl.DataFrame, newest: Newest | None = None) -> str:
    """The headline of a run of one task, a score a checkpoint."""
    accounted = pl.DataFrame(
        {
            "checkpoint_id": [f"r@{k + 1}" for k in range(len(steps))],
            "step": pl.Series(steps, dtype=pl.Int64),
            "tokens": [1e9 * (k + 1) for k in range(len(steps))],
            "why": why,
            "task": "arc",
        }
    ).with_columns(**{name: pl.lit(value) for name, value in ASKED.items()})
    held = found.with_columns(is_of_its_source=pl.lit(True))
    return headline(count(accounted, held, found), stand(accounted, held, found, newest), "others")


def _found(checkpoint: str, score: float, *, is_off: bool) -> pl.DataFrame:
    row = {"checkpoint_id": checkpoint, "task": "arc", **ASKED, "score": score, "expected": 0.5}
    return pl.DataFrame([{**row, "p_adjusted": 0.001, "extrapolated": False, "is_off": is_off}])


def test_what_is_off_comes_first_and_what_fell_before_what_rose() -> None:
    rows = pl.DataFrame(
        {
            "checkpoint_id": ["a"] * 5,
            "task": ["arc", "boolq", "csqa", "piqa", "sciq"],
            "score": [0.5, 0.2, 0.5, 0.4, 0.9],
            "expected": [0.49, 0.5, 0.9, 0.5, 0.5],
            "p_adjusted": [None, None, 1.0, 0.001, 0.0001],
            "is_off": [True, True, False, True, True],
        }
    )
    assert worst_first(rows)["task"].to_list() == ["piqa", "boolq", "sciq", "arc", "csqa"]


def test_a_newest_checkpoint_of_which_nothing_is_off_is_on_the_curve() -> None:
    # Of its own source only what stands out has rows: here an earlier checkpoint.
    found = _found("r@1", 0.3, is_off=True)
    told = _said([1, 2], [MET, MET], found)
    assert told == (
        "2 of 2 scores met a curve; 1 is off it (1 below, 0 above); "
        "the newest checkpoint, step 2, is on the curve"
    )
    assert "the newest checkpoint, 2 B tokens, is on" in _said([None, None], [MET, MET], found)
    unmet = _said([1, 2], [MET, "nobody else has the task on this axis"], found)
    assert unmet.endswith("step 2, met no curve")


def test_a_fall_is_told_against_the_checkpoints_before_which_the_mean_in_the_table_is_not() -> None:
    newest = Newest("r@2", -0.154, 0.01, 1e-6, fell=True, n_tasks=2, n_before=5)
    told = _said([1, 2], [MET, MET], _found("r@1", 0.3, is_off=True), newest)
    assert told.endswith("step 2, fell off as a whole, by 15.4 points against the checkpoints before it")
    told = _said([1, 2], [MET, MET], _found("r@2", 0.3, is_off=True), newest)
    assert told.endswith("the checkpoints before it, and fell off in 1 of the 1 that met one")


def test_a_score_above_its_curve_is_above_it_and_no_alert() -> None:
    found = _found("r@2", 0.7, is_off=True)
    told = _said([1, 2], [MET, MET_REPEATS], found)
    assert told.startswith("2 of 2 scores met a curve (1 only that of the other runs of others); 1 is off it")
    assert told.endswith(
        "(0 below, 1 above); the newest checkpoint, step 2, lies above it in 1 of the 1 that met one"
    )


def test_a_score_that_is_off_several_curves_counts_once_and_as_fallen_where_it_fell_from_any() -> None:
    found = pl.concat([_found("r@2", score, is_off=True) for score in (0.7, 0.3)])
    assert "; 1 is off it (1 below, 0 above); " in _said([1, 2], [MET, MET], found)
    at = {"step": 2, "tokens": 2.0, "corpus": "pile", "loss": 1.0, "n_met": 3, "is_of_its_source": False}
    rows = found.with_columns(**{name: pl.lit(value) for name, value in at.items()})
    (place,) = places(rows).to_dicts()
    assert (place["n_met"], place["below"], place["above"], place["score"]) == (3, 1, 0, 0.3)
    assert place["mean"] == pytest.approx(0.0)


def test_the_mean_is_from_the_curves_of_other_sources_alone() -> None:
    at = {"step": 2, "tokens": 2.0, "corpus": "pile", "loss": 1.0, "n_met": 3}
    rows = pl.concat(
        [
            _found("r@2", 0.6, is_off=False).with_columns(is_of_its_source=pl.lit(False)),
            _found("r@2", 0.1, is_off=True).with_columns(task=pl.lit("piqa"), is_of_its_source=pl.lit(True)),
        ]
    ).with_columns(**{name: pl.lit(value) for name, value in at.items()})
    (place,) = places(rows).to_dicts()
    assert (place["mean"], place["task"]) == (pytest.approx(0.1), "piqa")


@pytest.mark.parametrize(("stderr", "alert_told"), [(None, None), (0.0, None), (0.01, "fell as a whole")])
def test_a_fall_alerts_where_the_noise_of_the_items_is_known(
    stderr: float | None, alert_told: str | None
) -> None:
    """Two checkpoints and no scatter between earlier ones: the items' noise alone can tell a fall."""
    rows = [(f"r@{k}", float(k), task, 0.5 - 0.1 * (k == 2)) for k in (1, 2) for task in ("arc", "piqa")]
    known = pl.DataFrame(
        rows, schema=["checkpoint_id", "tokens", "task", "score"], orient="row"
    ).with_columns(format=pl.lit("rc"), metric=pl.lit("acc"), n_shot=pl.lit(0), step=pl.lit(None, pl.Int64))
    measured = known.with_columns(stderr=pl.lit(stderr, pl.Float64))
    curve = [pl.lit("c").alias(c) for c in CURVE if c not in known.columns]
    found = known.with_columns(
        *curve,
        p_adjusted=pl.lit(1.0),
        reference=pl.lit("others"),
        expected=0.5,
        extrapolated=pl.lit(False),
        is_off=pl.lit(False),
        is_of_its_source=pl.lit(False),
    )
    newest = judge_newest(_residuals(found, measured))
    accounted = measured.with_columns(why=pl.lit(MET))
    told = alert("r", stand(accounted, found, found, newest), found)
    assert (None if told is None else told["alert"]) == alert_told
