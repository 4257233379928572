"""Clocks: what orders the scores is found to order them, and what does not is seen to be worse."""

from typing import Any

import numpy as np
import polars as pl
import pytest

from emergence.given_loss.clock_kernel import best_for_others
from emergence.given_loss.clocks import CLOCK_SCHEMA, CLOCKS, fit_clocks
from emergence.points.ladder import Ladder, flat_score, simulate_ladder
from emergence.score_curves.curve_set import fit_curves
from tests.tools.published_tables import BY, needs_mirror, olmo


def ladder(seed: int, **planted: Any) -> pl.DataFrame:
    return simulate_ladder(Ladder(**planted), np.random.default_rng(seed))


def clocks(frame: pl.DataFrame) -> dict[str, dict[str, object]]:
    rows = fit_clocks(fit_curves(frame, ["task"])).rows(named=True)
    return {row["clock"]: row for row in rows}


def test_every_clock_has_a_row_and_loss_is_compared_on_the_same_checkpoints() -> None:
    table = fit_clocks(fit_curves(ladder(0), ["task"]))
    assert table.columns == ["task", *CLOCK_SCHEMA]
    assert table["clock"].to_list() == list(CLOCKS)
    by_loss = table.row(0, named=True)
    assert by_loss["error"] == by_loss["error_by_loss"]
    assert by_loss["difference"] is None
    off = table["error"] - table["error_by_loss"] - table["difference"].fill_null(0.0)
    assert off.abs().max() < 1e-12


def test_where_loss_orders_the_scores_no_clock_is_better_and_the_worse_are_shown() -> None:
    found = [clocks(ladder(seed)) for seed in range(20)]
    for clock in ("compute", "tokens", "size"):
        assert np.mean([row[clock]["loss_is_better"] is True for row in found]) > 0.9
    assert not any(row["size_and_tokens"]["loss_is_better"] is False for row in found)
    error = np.array([row["loss"]["error"] for row in found])
    assert np.median(error) == pytest.approx(np.hypot(1.0, 0.4), rel=0.15)


def test_no_clock_of_a_score_that_is_noise_is_better_or_worse() -> None:
    noise: dict[str, Any] = {"curve": flat_score, "rho": 0.0, "run_sd": 0.0}
    found = [clocks(ladder(seed, **noise)) for seed in range(100)]
    said = [row[c]["loss_is_better"] for row in found for c in ("compute", "tokens", "size")]
    assert np.mean([word is False for word in said]) < 0.05
    assert np.mean([word is True for word in said]) < 0.05


def test_where_compute_orders_the_scores_loss_is_not_said_to_be_better() -> None:
    wrong = 0
    for seed in range(10):
        frame = ladder(seed)
        compute = np.log10(6 * frame["params"] * frame["tokens"]).to_numpy()
        score = (
            25 + 10 * np.maximum(compute - 18.5, 0) + np.random.default_rng(seed).normal(0, 1, compute.size)
        ) / 100
        row = clocks(frame.with_columns(score=pl.Series(score)))
        wrong += row["compute"]["loss_is_better"] is True
        assert row["compute"]["difference"] < 0  # type: ignore[operator]
        assert row["size_and_tokens"]["error"] < 1.15 * row["compute"]["error"]  # type: ignore[operator]
    assert wrong == 0


def test_a_clock_does_not_gain_by_the_points_that_it_leaves_out() -> None:
    squares = np.array([[1.0, 0.0, 0.0], [1.0, 1.0, 1.0], [0.0, 0.0, 0.0]])
    weights = np.array([[0.2, 0.0, 0.0], [1.0, 1.0, 1.0], [0.0, 0.0, 0.0]])
    assert best_for_others(squares, weights).tolist() == [1, 1, 1]


def test_of_clocks_that_serve_the_others_alike_the_first_is_chosen_whatever_the_run_itself_says() -> None:
    rng = np.random.default_rng(0)
    alike = rng.uniform(size=9)
    for _ in range(50):
        squares, weights = np.tile(alike, (6, 1)), np.ones((6, 9))
        squares[:, 4] = rng.uniform(size=6)
        best = best_for_others(squares, weights)
        assert best[4] == 0
        assert set(np.delete(best, 4)) == {int(squares[:, 4].argmin())}


def test_three_runs_of_a_size_each_do_not_choose_the_clock_that_surrounds_nobody_else() -> None:
    worse = []
    for seed in range(30):
        rng = np.random.default_rng(seed)
        size, tokens = np.meshgrid(np.linspace(8, 10, 3), np.linspace(9, 11, 20), indexing="ij")
        tokens = tokens + rng.uniform(-0.5, 0.5, (3, 1))
        score = 0.3 + 0.025 * (size + tokens - 17) + rng.normal(0, 0.005, size.shape)
        frame = pl.DataFrame(
            {
                "task": "t",
                "run_id": np.repeat(["small", "middle", "large"], 20),
                "params": 10 ** size.ravel(),
                "tokens": 10 ** tokens.ravel(),
                "loss": 5 - 0.1 * (size + tokens).ravel(),
                "score": score.ravel(),
            }
        )
        worse.append(clocks(frame)["size_and_tokens"]["difference"])
    assert np.mean(worse) < 0.3  # type: ignore[arg-type]


def test_a_clock_that_is_not_known_or_stands_still_says_so() -> None:
    row = clocks(ladder(0, sizes=1).drop("tokens"))
    assert {row[c]["status"] for c in ("tokens", "size", "compute", "size_and_tokens")} == {"clock_unknown"}
    assert row["loss"]["status"] == "ok"
    assert {r["status"] for r in clocks(ladder(0, runs=2, sizes=2)).values()} == {"too_few_runs"}


def test_published_compute_is_taken_before_what_size_and_tokens_make() -> None:
    frame = ladder(1)
    other = frame.with_columns(compute_flop=10 ** (25 - 3 * pl.col("loss")))
    assert clocks(other)["compute"]["error"] == pytest.approx(clocks(other)["loss"]["error"], rel=1e-9)


@needs_mirror
def test_olmos_scores_by_likelihood_follow_loss_rather_than_compute() -> None:
    frame = olmo().filter(pl.col("format") == "rc", pl.col("metric") == "len_norm")
    table = fit_clocks(fit_curves(frame, BY)).filter(status="ok")
    error = dict(table.group_by("clock").agg(pl.col("error").median()).rows())
    assert error["loss"] == pytest.approx(1.12, abs=0.1)
    assert error["compute"] > 1.2 * error["loss"]
