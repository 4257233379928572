"""A model larger than all behind a curve: its interval is as wide as larger sizes have needed before."""

import numpy as np
import polars as pl
import pytest

import emergence
from emergence.points.ladder import Ladder, simulate_ladder
from emergence.score_curves.curve_set import CurveSet
from emergence.score_curves.new_sizes import COLUMNS, UNSEEN, learn_new_sizes, ranks_of_sizes, size_record

BY = ["task", "corpus"]
INSIDE = 3.0
"""A loss that every size has."""


def curves(seed: int = 0, **planted: float) -> CurveSet:
    ladder = Ladder(tasks=3, **planted)  # type: ignore[arg-type]
    return emergence.fit_curves(simulate_ladder(ladder, np.random.default_rng(seed)), BY, threads=1)


def asked(*params: float | None) -> pl.DataFrame:
    names = [f"s{k}" for k in range(len(params))]
    return pl.DataFrame({"scenario": names, "loss": INSIDE, "corpus": "c", "params": params})


def widening(fitted: CurveSet) -> float:
    """How many times as wide the interval of a larger model is as that of a size seen."""
    told = emergence.forecast_scores(fitted, asked(1e8, 1e12)).filter(task="t00")
    seen, larger = (told["score_high"] - told["score_low"]).to_list()
    return float(larger / seen)


def test_the_interval_of_a_larger_model_is_wider_where_size_has_mattered_before() -> None:
    plain, steep = ([widening(curves(seed, size_effect=by)) for seed in range(6)] for by in (0.0, 3.0))
    assert np.mean(plain) < 1.12
    assert np.mean(steep) > 1.25


@pytest.mark.parametrize("size_effect", [0.0, 1.5, 3.0])
def test_the_largest_size_is_held_about_as_often_as_said_whether_or_not_size_matters(
    size_effect: float,
) -> None:
    held = pl.concat(
        [emergence.predict_largest(curves(seed, size_effect=size_effect), threads=1) for seed in range(20)]
    )
    assert 0.84 < held["coverage"].mean() < 0.96


def test_rows_of_a_grid_answer_for_a_larger_model_as_the_curves_do_and_say_so() -> None:
    fitted = curves(size_effect=3.0)
    grids = emergence.grid_curves(fitted)
    questions = asked(1e8, 1e12, None)
    read = emergence.read_grids(grids, questions, BY).filter(task="t00")
    told = emergence.forecast_scores(fitted, questions).filter(task="t00")
    assert read["is_larger"].to_list() == [False, True, False]
    for name in ("score_low", "score_high"):
        assert read[name].to_list() == pytest.approx(told[name].to_list(), abs=0.004)
    largest = fitted.tasks[0].points.params_max
    at_it = emergence.read_grids(grids, asked(largest, 1.001 * largest), BY).filter(task="t00")
    assert at_it["is_larger"].to_list() == [False, True]


def test_where_no_size_was_foretold_a_usual_widening_stands() -> None:
    assert learn_new_sizes([np.empty((0, COLUMNS))]) == [UNSEEN]
    assert widening(curves(sizes=1)) > 1.2


def test_points_of_unknown_size_are_neither_foretold_nor_foretell() -> None:
    rng = np.random.default_rng(0)
    loss = np.sort(rng.uniform(2, 4, 60))
    size = np.where(np.arange(60) % 3 == 0, np.nan, 8.0 + np.arange(60) % 2)
    rank = ranks_of_sizes(size)
    assert set(rank) == {-1, 0, 1}
    score, one = 100 - 10 * loss, np.ones(60)
    record = size_record(loss, score, one, rank, one)
    assert 0 < len(record) <= (rank == 1).sum()
    far = np.where(rank < 0, 1e6, score)
    assert np.array_equal(size_record(loss, far, one, rank, one), record)


def test_a_run_larger_than_all_behind_a_curve_is_off_only_beyond_the_limits_of_a_new_size() -> None:
    grids = emergence.grid_curves(curves(size_effect=3.0)).filter(task="t00")
    at = pl.DataFrame(
        {"task": "t00", "corpus": "c", "checkpoint_id": "run@1", "loss": [INSIDE], "score": 0.9}
    )
    seen, larger = (
        emergence.compare_scores(at.with_columns(params=pl.lit(size)), grids, BY).row(0, named=True)
        for size in (1e8, 1e12)
    )
    assert larger["expected_low"] < seen["expected_low"]
    assert larger["expected_high"] > seen["expected_high"]
    assert larger["p_value"] > seen["p_value"]
