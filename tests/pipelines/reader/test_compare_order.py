"""``compare`` names as the worst what is off most clearly, not what comes first by its letters."""

import polars as pl
import pytest

from emergence.off_curve.newest import Newest, judge_newest
from pipelines.reader.accounts import MET
from pipelines.reader.compare import CURVE, _alert, _headline, _residuals, _worst_first


def test_what_is_off_comes_first_and_furthest_of_it() -> None:
    rows = pl.DataFrame(
        {
            "checkpoint_id": ["a"] * 4,
            "task": ["arc", "boolq", "csqa", "piqa"],
            "score": [0.5, 0.2, 0.5, 0.4],
            "expected": [0.49, 0.5, 0.9, 0.5],
            "p_adjusted": [None, None, 1.0, 0.001],
            "is_off": [True, True, False, True],
        }
    )
    assert _worst_first(rows)["task"].to_list() == ["piqa", "boolq", "arc", "csqa"]


def test_a_newest_checkpoint_of_which_nothing_is_off_is_on_the_curve() -> None:
    measured = pl.DataFrame({"checkpoint_id": ["r@1", "r@2"], "step": [1, 2], "tokens": [1.0, 2.0]})
    # Of its own source only what is off has rows: here an earlier checkpoint.
    found = pl.DataFrame({"checkpoint_id": ["r@1"], "extrapolated": [False], "is_off": [True]})
    met = pl.DataFrame({"checkpoint_id": ["r@1", "r@2"], "why": [MET, MET]})
    told = _headline("r", measured, found, met, None)
    assert told == "2 of 2 scores met a curve; 1 is off it; the newest checkpoint, step 2, is on the curve"
    alone = measured.with_columns(step=pl.lit(None, pl.Int64), tokens=pl.col("tokens") * 1e9)
    assert "the newest checkpoint, 2 B tokens, is on" in _headline("r", alone, found, met, None)
    unmet = met.with_columns(why=pl.Series([MET, "nobody else has the task on this axis"]))
    assert _headline("r", measured, found, unmet, None).endswith("step 2, met no curve")


def test_a_fall_is_told_against_the_checkpoints_before_which_the_mean_in_the_table_is_not() -> None:
    measured = pl.DataFrame({"checkpoint_id": ["r@1", "r@2"], "step": [1, 2], "tokens": [1.0, 2.0]})
    found = pl.DataFrame({"checkpoint_id": ["r@1"], "extrapolated": [False], "is_off": [True]})
    met = pl.DataFrame({"checkpoint_id": ["r@1", "r@2"], "why": [MET, MET]})
    newest = Newest("r@2", -0.154, 0.01, 1e-6, fell=True, n_tasks=2, n_before=5)
    told = _headline("r", measured, found, met, newest)
    assert "step 2, fell as a whole, by 15.4 points against the checkpoints before it, and is on" in told


@pytest.mark.parametrize(("stderr", "alert"), [(None, None), (0.0, None), (0.01, "fell as a whole")])
def test_a_fall_alerts_where_the_noise_of_the_items_is_known(stderr: float | None, alert: str | None) -> None:
    """Two checkpoints and no scatter between earlier ones: the items' noise alone can tell a fall."""
    rows = [(f"r@{k}", float(k), task, 0.5 - 0.1 * (k == 2)) for k in (1, 2) for task in ("arc", "piqa")]
    known = pl.DataFrame(
        rows, schema=["checkpoint_id", "tokens", "task", "score"], orient="row"
    ).with_columns(format=pl.lit("rc"), metric=pl.lit("acc"), n_shot=pl.lit(0), step=pl.lit(None, pl.Int64))
    measured = known.with_columns(stderr=pl.lit(stderr, pl.Float64))
    curve = [pl.lit("c").alias(c) for c in CURVE if c not in known.columns]
    found = known.with_columns(
        *curve, reference=pl.lit("others"), expected=0.5, extrapolated=pl.lit(False), is_off=pl.lit(False)
    )
    newest = judge_newest(_residuals(found, measured))
    told = _alert("r", measured, found, newest)
    assert (None if told is None else told["alert"]) == alert
