"""Forecasts: intervals hold new runs as often as they say, on planted and on published tables."""

from typing import Any

import numpy as np
import polars as pl
import pytest

from emergence.errors import InputError
from emergence.laws.fit import fit_loss_law
from emergence.laws.law import loss_scenarios
from emergence.off_curve.anomalies import ANOMALY_SCHEMA, find_anomalies
from emergence.points.ladder import Ladder, flat_score, simulate_ladder
from emergence.score_curves.curve_set import fit_curves
from emergence.score_curves.forecast import (
    COVERAGE_SCHEMA,
    FORECAST_SCHEMA,
    LARGEST_SCHEMA,
    fit_coverage,
    forecast_scores,
    predict_largest,
)
from emergence.score_curves.write_grids import grid_curves
from tests.tools.published_tables import BY, dclm, gadre, needs_mirror, olmo


def truth(loss: np.ndarray) -> np.ndarray:
    return 0.25 + 0.5 / (1 + np.exp((loss - 2.4) / 0.15))


def planted(
    *, runs: int = 20, points: int = 15, low: float = 2.0, run_sd: float = 0.01, seed: int = 0
) -> pl.DataFrame:
    """Runs of three sizes on a logistic from chance, each with an offset of its own once off the floor."""
    rng = np.random.default_rng(seed)
    run = np.repeat(np.arange(runs), points)
    size = np.array([1e8, 1e9, 1e10])[run % 3]
    loss = rng.uniform(low, 3.4, run.size) + np.where(size < 5e9, 0.15, 0.0)
    score = (
        truth(loss)
        + (rng.normal(0, run_sd, runs)[run]) * (truth(loss) > 0.3)
        + rng.normal(0, 0.004, run.size)
    )
    return (
        pl.DataFrame(
            {
                "task": "planted",
                "corpus": "c",
                "run_id": run.astype(str),
                "params": size,
                "loss": loss,
                "score": score,
                "chance": 0.25,
            }
        )
        .with_row_index("k")
        .with_columns(checkpoint_id=pl.col("run_id") + "@" + pl.col("k").cast(pl.String))
        .drop("k")
    )


def ask(frame: pl.DataFrame, *losses: float, **limits: list[float]) -> pl.DataFrame:
    asked = pl.DataFrame(
        {"scenario": [f"s{k}" for k in range(len(losses))], "loss": losses, "corpus": "c", **limits}
    )
    return forecast_scores(fit_curves(frame, ["task", "corpus"]), asked)


def test_the_interval_holds_fresh_runs_as_often_as_it_says() -> None:
    hits = []
    for seed in range(50):
        frame, fresh = planted(seed=seed), planted(seed=1000 + seed, runs=6, points=4, low=2.2)
        got = ask(frame, *fresh["loss"].to_list())
        inside = (got["score_low"] <= fresh["score"]) & (fresh["score"] <= got["score_high"])
        hits.append(inside.mean())
    assert 0.87 <= np.mean(hits) <= 0.95


def test_a_forecast_row_says_score_chance_and_whether_it_reaches_beyond_the_data() -> None:
    table = ask(planted(low=2.3), 2.5, 3.3, 2.1)
    assert table.columns == ["task", "corpus", "scenario", *FORECAST_SCHEMA]
    inside, floor, beyond = table.rows(named=True)
    assert inside["score"] == pytest.approx(float(truth(np.array([2.5]))[0]), abs=0.02)
    assert inside["p_above_chance"] > 0.99
    assert 0.1 < floor["p_above_chance"] < 0.9
    assert (inside["extrapolated"], beyond["extrapolated"]) == (False, True)
    assert beyond["score_high"] - beyond["score_low"] > inside["score_high"] - inside["score_low"]
    assert beyond["score_low"] < float(truth(np.array([2.1]))[0]) < beyond["score_high"]


def test_an_uncertain_loss_widens_the_interval_where_the_curve_is_steep() -> None:
    frame = planted()
    sure, unsure = ask(frame, 2.4, 3.2), ask(frame, 2.4, 3.2, loss_low=[2.3, 3.1], loss_high=[2.5, 3.3])
    width = [(t["score_high"] - t["score_low"]).to_numpy() for t in (sure, unsure)]
    assert width[1][0] > 1.3 * width[0][0]
    assert width[1][1] == pytest.approx(width[0][1], rel=0.1)


def test_lower_is_better_comes_back_in_its_own_direction() -> None:
    frame = planted().with_columns(score=4 - 3 * pl.col("score"), chance=None, higher_is_better=pl.lit(False))
    row = ask(frame, 2.4).row(0, named=True)
    assert row["score_low"] < row["score"] < row["score_high"]
    assert row["score"] == pytest.approx(4 - 3 * 0.5, abs=0.05)
    assert row["p_above_chance"] is None


def test_what_came_higher_than_foretold_is_above_zero_whatever_is_better() -> None:
    frame = planted(runs=24).with_columns(
        score=pl.col("score") + pl.when(pl.col("params") > 5e9).then(0.05).otherwise(0.0)
    )
    lower = pl.lit(False)
    up, down = (
        predict_largest(fit_curves(f, ["task"])).row(0, named=True)
        for f in (frame, frame.with_columns(score=1 - pl.col("score"), higher_is_better=lower))
    )
    assert up["bias"] > 3
    assert down["bias"] == pytest.approx(-up["bias"])
    assert down["error_at_lowest_loss"] == pytest.approx(-up["error_at_lowest_loss"])
    assert down["coverage"] == up["coverage"]


def test_few_points_without_a_record_are_foretold_within_the_data_alone() -> None:
    rng = np.random.default_rng(0)
    rows = [
        (f"t{t}", f"r{r}", 10.0 ** (8 + r), loss, 0.3 + 0.2 * (3.4 - loss) + rng.normal(0, 0.01))
        for t in range(3)
        for r in range(3)
        for loss in 3.2 - 0.1 * r - 0.25 * np.arange(3)
    ]
    frame = pl.DataFrame(rows, schema=["task", "run_id", "params", "loss", "score"], orient="row")
    curves = fit_curves(frame, ["task"])
    asked = pl.DataFrame({"scenario": ["inside", "below"], "loss": [2.9, 2.4]})
    inside, below = forecast_scores(curves, asked).head(2).rows(named=True)
    assert inside["status"] == "ok"
    assert inside["score_low"] < inside["score"] < inside["score_high"]
    assert (below["score"], below["score_low"], below["status"]) == (None, None, "beyond_reach")
    assert "nothing tells" in below["basis"]
    grid = grid_curves(curves)
    assert grid["task"].n_unique() == 3
    assert not grid["extrapolated"].any()
    assert grid["score"].is_finite().all()


def test_one_run_is_forecast_within_itself_and_says_so() -> None:
    one = planted(runs=1, points=60)
    row = ask(one, 2.5).row(0, named=True)
    assert row["status"] == "within_run"
    assert "not runs" in row["basis"]
    assert fit_coverage(fit_curves(one, ["task"]))["status"].to_list() == ["too_few_runs"]


def test_what_cannot_be_forecast_is_a_row_and_a_loss_that_is_none_is_refused() -> None:
    assert ask(planted().head(4), 2.5)["status"].to_list() == ["too_few_points"]
    with pytest.raises(InputError, match="scenarios: a loss"):
        ask(planted(), -1.0)


def test_a_scenario_asks_about_its_own_corpus_only() -> None:
    two = pl.concat([planted(), planted(seed=1).with_columns(corpus=pl.lit("other"))])
    assert ask(two, 2.5)["corpus"].to_list() == ["c"]


def test_a_planned_model_goes_through_the_law_with_its_error() -> None:
    rng = np.random.default_rng(0)
    params = np.exp(rng.uniform(np.log(1e8), np.log(1e10), 80))
    tokens = params * np.exp(rng.uniform(np.log(5), np.log(100), 80))
    loss = (1.7 + 400 / params**0.34 + 900 / tokens**0.33) * np.exp(0.005 * rng.standard_normal(80))
    law = fit_loss_law(loss, params, tokens, replicates=200, influence=False, rng=rng)
    planned = pl.DataFrame({"scenario": ["near", "far"], "params": [1e9, 1e12], "tokens": [2e10, 2e13]})
    got = loss_scenarios(law, planned)
    exact = 1.7 + 400 / np.array([1e9, 1e12]) ** 0.34 + 900 / np.array([2e10, 2e13]) ** 0.33
    assert ((got["loss_low"].to_numpy() < exact) & (exact < got["loss_high"].to_numpy())).all()
    width = (got["loss_high"] - got["loss_low"]) / got["loss"]
    assert width[1] > 1.3 * width[0]


def test_the_largest_size_is_foretold_from_the_others() -> None:
    table = pl.concat([predict_largest(fit_curves(planted(seed=s, runs=24), ["task"])) for s in range(12)])
    assert table.columns == ["task", *LARGEST_SCHEMA]
    assert (table["params_predicted"] == 1e10).all()
    assert (table["params_fitted_max"] - 1e9).abs().max() < 10
    assert table["coverage"].mean() > 0.85
    assert table["bias"].abs().mean() < 1.0


def test_a_checkpoint_off_the_curve_is_found_and_chance_ones_are_not() -> None:
    frame = pl.concat([planted(seed=s).with_columns(task=pl.lit(f"t{s}")) for s in range(10)])
    assert find_anomalies(fit_curves(frame, ["task", "corpus"]))["is_anomaly"].sum() <= 10
    hit = frame["checkpoint_id"][40]
    low = pl.when((pl.col("checkpoint_id") == hit) & (pl.col("task") == "t3")).then(pl.col("score") - 0.15)
    fallen = frame.with_columns(score=low.otherwise(pl.col("score")))
    table = find_anomalies(fit_curves(fallen, ["task", "corpus"]))
    assert table.columns == ["task", "corpus", *ANOMALY_SCHEMA]
    found = table.filter("is_anomaly", checkpoint_id=hit, task="t3")
    assert found.height == 1
    assert found["residual"][0] < -10
    assert (table["p_adjusted"] >= table["p_value"]).all()
    with pytest.raises(InputError, match="checkpoint_id"):
        find_anomalies(fit_curves(frame.drop("checkpoint_id"), ["task"]))


@needs_mirror
@pytest.mark.parametrize("name", ["olmo", "gadre_web", "gadre_code", "dclm"])
def test_nine_in_ten_means_nine_in_ten_on_published_runs_left_out(name: str) -> None:
    """90 % nominal: the mean over tasks of the coverage of left-out runs lies within 87 and 93 %."""
    frames = {
        "olmo": lambda: olmo().filter(pl.col("format") == "rc", pl.col("metric").is_in(["len_norm", "acc"])),
        "gadre_web": lambda: gadre().filter(pl.col("corpus") == "paloma_falcon-refinedweb"),
        "gadre_code": lambda: gadre().filter(pl.col("corpus").str.contains("programing")),
        "dclm": dclm,
    }
    table = fit_coverage(fit_curves(frames[name](), BY))
    assert table.columns == [*BY, *COVERAGE_SCHEMA]
    assert 0.87 <= table.filter(status="ok")["coverage"].mean() <= 0.93


@needs_mirror
def test_olmos_seven_billion_is_foretold_from_three() -> None:
    frame = olmo().filter(pl.col("format") == "rc", pl.col("metric") == "len_norm")
    table = predict_largest(fit_curves(frame, BY))
    assert set(table["params_predicted"].to_list()) == {6887575552.0}
    assert table["share_extrapolated"].min() > 0.8
    assert table["rmse"].median() < 3.0
    assert table["error_at_lowest_loss"].abs().max() < 6.0


def ladder(seed: int, **planted: Any) -> pl.DataFrame:
    return simulate_ladder(Ladder(**planted), np.random.default_rng(seed))


def test_runs_near_an_asked_loss_are_counted_and_named_and_few_make_it_wider() -> None:
    frame = ladder(0, runs=12, sizes=6)
    reach = frame.group_by("run_id").agg(pl.col("loss").min()).sort("loss")
    first, second, third = reach["loss"].head(3).to_list()
    many, alone = ask(frame, third + 0.6, (first + second) / 2).rows(named=True)
    assert many["n_runs_near"] >= 10
    assert len(many["runs_near"]) == 5
    assert many["status"] == "ok"
    assert alone["n_runs_near"] < 3
    assert reach["run_id"][0] in alone["runs_near"]
    assert alone["status"] == "within_run"
    assert alone["score_high"] - alone["score_low"] > many["score_high"] - many["score_low"]
    assert "fewer than 3 are near" in alone["basis"]


def test_nothing_is_near_beyond_the_data() -> None:
    frame = ladder(0)
    low, high = frame["loss"].min(), frame["loss"].max()
    row = ask(frame, low - 0.3 * (high - low)).row(0, named=True)  # type: ignore[operator]
    assert (row["n_runs_near"], row["runs_near"], row["extrapolated"]) == (0, [], True)
    above = ask(frame, high + 0.3 * (high - low)).row(0, named=True)  # type: ignore[operator]
    assert (above["n_runs_near"], above["runs_near"], above["extrapolated"]) == (0, [], True)
    assert "above the losses seen" in above["basis"]
    assert "slope" not in above["basis"]


@pytest.mark.parametrize("verdict", ["at_floor", "not_explained", "no_change"])
def test_what_never_left_its_floor_is_foretold_no_rise_beyond_the_data(verdict: str) -> None:
    frame = ladder(1, curve=flat_score, run_sd=0.5)
    verdicts = pl.DataFrame({"task": ["t00"], "corpus": ["c"], "verdict": [verdict]})
    low = float(frame["loss"].min())  # type: ignore[arg-type]
    asked = pl.DataFrame({"scenario": ["edge", "far"], "loss": [low, low - 0.6]})
    edge, far = forecast_scores(fit_curves(frame, ["task", "corpus"], verdicts=verdicts), asked).rows(
        named=True
    )
    assert far["score"] == edge["score"]
    assert far["p_above_chance"] < 0.95
    assert far["score_low"] < 0.25 < far["score_high"]


def test_a_rise_beyond_the_data_is_bounded_by_what_was_seen() -> None:
    for seed in range(5):
        frame = ladder(seed)
        low, high = float(frame["loss"].min()), float(frame["loss"].max())  # type: ignore[arg-type]
        curves = fit_curves(frame, ["task", "corpus"])
        curve = curves.tasks[0].curve
        assert curve is not None
        assert 0.0 <= curve.beyond.share <= 1.0
        told = forecast_scores(curves, pl.DataFrame({"scenario": ["a", "b"], "loss": [low, low - 0.4]}))
        rise = 100 * (told["score"][1] - told["score"][0])
        assert 0.0 <= rise <= curve.steepness.max() * 0.4 + 1e-9
        assert high > low


def test_new_runs_and_the_largest_are_held_as_often_as_promised() -> None:
    new, largest = [], []
    for seed in range(24):
        frame = ladder(seed, runs=13, tasks=3)
        fresh = pl.col("run_id") == f"r{seed % 13:03d}"
        told = forecast_scores(
            fit_curves(frame.filter(~fresh), ["task", "corpus"]),
            frame.filter(fresh).select("task", "loss", scenario=pl.col("checkpoint_id")),
        ).drop_nulls("score_low")
        both = told.join(
            frame.select("task", "checkpoint_id", truth="score"),
            left_on=["task", "scenario"],
            right_on=["task", "checkpoint_id"],
        )
        new.append(both.select(pl.col("truth").is_between("score_low", "score_high").mean()).item())
        largest.append(predict_largest(fit_curves(frame, ["task"]))["coverage"].mean())
    assert 0.85 <= np.mean(new) <= 0.96
    assert 0.83 <= np.mean(largest) <= 0.97
