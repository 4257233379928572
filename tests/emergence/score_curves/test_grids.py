"""Curves kept as rows say what the curves themselves say, and a run is held against them."""

import numpy as np
import polars as pl
import pytest

import emergence
from emergence.errors import InputError
from emergence.off_curve.compare import COMPARED_SCHEMA
from emergence.score_curves.read_grids import ANSWER_SCHEMA
from emergence.score_curves.write_grids import GRID_SCHEMA
from tests.emergence.score_curves.test_forecast import planted

BY = ["task", "corpus"]


def asked(*losses: float, **limits: list[float]) -> pl.DataFrame:
    names = [f"s{k}" for k in range(len(losses))]
    return pl.DataFrame({"scenario": names, "loss": losses, "corpus": "c", **limits})


def test_rows_answer_as_the_curves_do() -> None:
    curves = emergence.fit_curves(planted(), BY)
    grids = emergence.grid_curves(curves)
    assert grids.columns == [*BY, *GRID_SCHEMA]
    losses = [2.15, 2.35, 2.4, 2.6, 3.0]
    for limits in ({}, {"loss_low": [v - 0.05 for v in losses], "loss_high": [v + 0.05 for v in losses]}):
        for loss in losses:
            one = asked(loss, **{k: [v[losses.index(loss)]] for k, v in limits.items()})
            read = emergence.read_grids(grids, one, BY).row(0, named=True)
            told = emergence.forecast_scores(curves, one).row(0, named=True)
            for name in ("score", "score_low", "score_high"):
                near = 0.004 if name == "score" else 0.01
                assert read[name] == pytest.approx(told[name], abs=near), (loss, name)
            assert read["p_above_chance"] == pytest.approx(told["p_above_chance"], abs=0.02)
            assert read["extrapolated"] == told["extrapolated"]


def test_beyond_the_losses_seen_it_widens_and_then_says_nothing() -> None:
    grids = emergence.grid_curves(emergence.fit_curves(planted(low=2.3), BY))
    inside, beyond, far, above = emergence.read_grids(grids, asked(2.5, 2.1, 0.5, 3.9), BY).rows(named=True)
    assert not inside["extrapolated"]
    assert beyond["extrapolated"]
    assert beyond["score_high"] - beyond["score_low"] > inside["score_high"] - inside["score_low"]
    assert (far["status"], far["score"]) == ("beyond_reach", None)
    assert (above["status"], above["p_above_chance"]) == ("beyond_reach", None)
    with pytest.raises(InputError, match="not above zero"):
        emergence.read_grids(grids, asked(0.0), BY)


def test_fractions_of_which_less_is_better_keep_their_bounds() -> None:
    turned = planted().with_columns(score=1 - pl.col("score"), chance=0.75, higher_is_better=pl.lit(False))
    grids = emergence.grid_curves(emergence.fit_curves(turned, BY))
    assert (grids["score_low"] <= grids["score"]).all()
    assert (grids["score"] <= grids["score_high"]).all()
    assert grids["score_low"].min() >= 0
    assert grids["score_high"].max() <= 1
    low, high = emergence.read_grids(grids, asked(2.1, 3.3), BY).rows(named=True)
    assert low["score"] == pytest.approx(0.3, abs=0.05)
    assert low["p_above_chance"] > 0.99 > high["p_above_chance"]


def test_groups_without_a_curve_give_no_row_and_no_question_no_answer() -> None:
    few = planted().head(4)
    grids = emergence.grid_curves(emergence.fit_curves(few, BY))
    assert grids.is_empty()
    assert grids.columns == [*BY, *GRID_SCHEMA]
    answers = emergence.read_grids(grids, asked(2.5), BY)
    assert answers.columns == [*BY, "scenario", *ANSWER_SCHEMA]
    elsewhere = asked(2.5).with_columns(corpus=pl.lit("other"))
    whole = emergence.grid_curves(emergence.fit_curves(planted(), BY))
    assert emergence.read_grids(whole, elsewhere, BY).is_empty()


def test_a_checkpoint_off_the_curve_is_seen_and_one_on_it_is_not() -> None:
    others = pl.concat([planted(seed=k).with_columns(task=pl.lit(f"t{k}")) for k in range(5)])
    grids = emergence.grid_curves(emergence.fit_curves(others, BY))
    loss = np.array([2.4, 2.9])
    curve = 0.25 + 0.5 / (1 + np.exp((loss - 2.4) / 0.15))
    mine = pl.concat(
        pl.DataFrame(
            {
                "task": f"t{k}",
                "corpus": "c",
                "checkpoint_id": ["run@1", "run@2"],
                "loss": loss,
                "score": curve - (0.2 if k == 3 else 0.0),
            }
        )
        for k in range(5)
    )
    table = emergence.compare_scores(mine, grids, BY)
    assert table.columns == [*BY, *COMPARED_SCHEMA]
    assert table.height == 10
    off = table.filter("is_off").sort("checkpoint_id")
    assert off.select("task", "checkpoint_id").rows() == [("t3", "run@1"), ("t3", "run@2")]
    assert (off["expected"] - off["score"]).to_numpy() == pytest.approx([0.2, 0.2], abs=0.02)
    far = emergence.compare_scores(mine.with_columns(loss=pl.lit(1.8)), grids, BY)
    assert far["extrapolated"].all()
    assert not far["is_off"].any()
    assert emergence.compare_scores(mine.with_columns(task=pl.lit("none")), grids, BY).is_empty()


def test_too_few_losses_to_measure_a_miss_say_nothing_beyond_them() -> None:
    twice = np.repeat(np.linspace(2.3, 3.6, 7), 2)  # seven losses: fewer than tell how a slope goes on
    short = planted(runs=1, points=14).with_columns(loss=pl.Series(twice))
    grids = emergence.grid_curves(emergence.fit_curves(short, BY))
    assert grids.height > 0
    assert not grids["extrapolated"].any()
    assert grids.select("sd", "score_low", "score_high").to_numpy() == pytest.approx(
        np.nan_to_num(grids.select("sd", "score_low", "score_high").to_numpy())
    )
    low = float(short["loss"].min()) - 0.05  # type: ignore[arg-type]
    assert emergence.read_grids(grids, asked(low), BY)["status"].to_list() == ["beyond_reach"]
