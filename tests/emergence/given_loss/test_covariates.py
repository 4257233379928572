"""Slopes at equal loss: sufficiency is granted and denied as often as it should be, whatever
the covariate.
"""

from typing import Any

import numpy as np
import polars as pl
import pytest

from emergence.errors import InputError
from emergence.given_loss.sufficiency import fit_sufficiency
from emergence.points.ladder import Ladder, simulate_ladder


def ladder(seed: int, **planted: Any) -> pl.DataFrame:
    return simulate_ladder(Ladder(**planted), np.random.default_rng(seed))


def judged(frame: pl.DataFrame, **options: Any) -> dict[str, Any]:
    found = fit_sufficiency(frame, ["task"], permutations=0, rng=np.random.default_rng(0), **options)
    return found.row(0, named=True)


def test_exactly_sufficient_is_called_so_in_four_of_five() -> None:
    rows = [judged(ladder(seed)) for seed in range(60)]
    assert np.mean([row["sufficient"] is True for row in rows]) >= 0.8
    assert np.mean([row["sufficient"] is False for row in rows]) <= 0.08


@pytest.mark.parametrize("decades", [1.2, 1.8])
def test_an_effect_of_one_and_a_half_points_a_tenfold_is_seen_in_four_of_five(decades: float) -> None:
    rows = [judged(ladder(seed, size_effect=1.5, decades=decades)) for seed in range(60)]
    assert np.mean([row["sufficient"] is False for row in rows]) >= 0.8
    held = [row["slope_params_low"] <= 1.5 <= row["slope_params_high"] for row in rows]
    assert np.mean(held) >= 0.85
    assert rows[0]["effect_params"] == pytest.approx(rows[0]["slope_params"] * decades, rel=1e-6)


def test_an_effect_that_turns_with_the_loss_is_not_called_sufficient() -> None:
    rows = []
    for seed in range(12):
        frame = ladder(seed)
        turn = np.sign(3.2 - frame["loss"].to_numpy()) * (np.log10(frame["params"].to_numpy()) - 8.9)
        rows.append(judged(frame.with_columns(score=pl.col("score") + 0.02 * pl.Series(turn))))
    assert not any(row["sufficient"] for row in rows)
    assert np.mean([row["sufficient"] is False for row in rows]) > 0.8
    slope = rows[0]["slopes"][0]
    assert slope["effect_above_high"] < 0 < slope["effect_below_low"]
    assert f"above a loss of {slope['loss_between']:.2f}" in rows[0]["reason"]


def test_a_family_that_gains_above_a_loss_what_it_loses_below_is_not_called_sufficient() -> None:
    rows = []
    for seed in range(12):
        frame = ladder(seed)
        mine = frame["run_id"].rank("dense").to_numpy() % 2 == 0
        turn = mine * np.sign(3.2 - frame["loss"].to_numpy())
        family = pl.Series(np.where(mine, "a", "b"))
        rows.append(judged(frame.with_columns(family=family, score=pl.col("score") + 0.03 * pl.Series(turn))))
    assert not any(row["sufficient"] for row in rows)
    assert np.mean([row["beyond_family"] is True for row in rows]) > 0.8


def test_any_numeric_covariate_may_be_the_factor() -> None:
    held = []
    for seed in range(24):
        frame = ladder(seed, sizes=1, runs=16)
        code = frame["run_id"].rank("dense").to_numpy().astype(int)
        rate = np.where(code % 2 == 0, 1e-4, 1e-3)
        moved = frame.with_columns(
            learning_rate=pl.Series(rate), score=pl.col("score") + 0.03 * pl.Series(np.log10(rate) + 3.5)
        )
        row = judged(moved, covariates=["learning_rate"])
        slope = next(s for s in row["slopes"] if s["factor"] == "learning_rate")
        assert slope["scale"] == "log10"
        held.append(slope["slope_low"] < 3.0 < slope["slope_high"])
        assert row["sufficient"] is False
        assert "learning_rate" in row["reason"]
    assert np.mean(held) >= 0.75
    with pytest.raises(InputError, match="depth"):
        judged(frame, covariates=["depth"])


def test_sizes_are_compared_within_training_corpora_where_both_are_crossed() -> None:
    frame = ladder(5, runs=24, sizes=3)
    code = frame["run_id"].rank("dense").to_numpy().astype(int) - 1
    corpus = (code // 3) % 2
    size = code % 3
    # the larger sizes were mostly trained on the better text
    better = np.where(size == 2, 1, np.where(size == 0, 0, corpus))
    frame = frame.with_columns(
        training_corpus=pl.Series(np.where(corpus == 1, "a", "b")),
        score=pl.col("score") + pl.Series(0.04 * corpus),
    )
    row = judged(frame)
    slope = next(s for s in row["slopes"] if s["factor"] == "params")
    assert slope["within_corpus"]
    assert slope["slope_low"] < 0.0 < slope["slope_high"]
    assert row["sufficient"] is False  # the corpus matters
    confounded = frame.with_columns(training_corpus=pl.Series(np.where(better == 1, "a", "b")))
    assert judged(confounded)["slopes"][0]["runs"] <= 24
