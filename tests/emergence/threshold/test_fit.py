"""A planted threshold comes back; the exact search agrees with brute force; a table gives its rows."""

import numpy as np
import polars as pl
import pytest

import emergence
from benchmarks.brute_force import differences


def planted(seed: int = 0, runs: int = 10, n: int = 24, slope: float = 0.45) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    loss = np.sort(rng.uniform(2.0, 3.0, (runs, n)), axis=1)[:, ::-1].ravel()
    run = np.repeat(np.arange(runs), n)
    score = 0.25 + slope * np.maximum(2.5 - loss, 0) + rng.normal(0, 0.01, loss.size)
    return {"loss": loss, "score": score, "run": run}


def test_the_search_agrees_with_brute_force() -> None:
    for form, (excess, lead) in differences(40, seed=2).items():
        assert excess < 1e-9, form
        assert lead < 1e-9, form


def test_a_planted_hinge_is_found_with_its_interval() -> None:
    fit = emergence.fit_threshold(**planted(), chance=0.25, rng=1)
    assert fit.status == "ok"
    assert fit.inference == "across_runs"
    assert fit.eta_low < 2.5 < fit.eta_high
    assert fit.eta_high - fit.eta_low < 0.2
    assert fit.floor == pytest.approx(0.25, abs=0.005)
    assert fit.verdict == "gradual"
    # 0.02 above the floor at a slope of 0.45
    assert fit.loss_at_2_points_low < 2.5 - 0.02 / 0.45 < fit.loss_at_2_points_high
    assert fit.reason


def test_the_offset_of_the_losses_does_not_move_eta() -> None:
    data = planted()
    near = emergence.fit_threshold(**data, rng=1)
    data["loss"] = data["loss"] + 1e6
    far = emergence.fit_threshold(**data, rng=1)
    assert far.eta - 1e6 == pytest.approx(near.eta, abs=1e-6)


def test_a_flat_score_never_leaves_its_floor() -> None:
    data = planted(slope=0.0)
    fit = emergence.fit_threshold(**data, chance=0.25, rng=1)
    assert fit.verdict == "at_floor"


def test_a_score_of_which_less_is_better_is_turned_and_reported_as_it_was() -> None:
    data = planted()
    data["score"] = 2.0 - data["score"]
    fit = emergence.fit_threshold(**data, chance=0.25, higher_is_better=False, rng=1)
    assert fit.chance is None
    assert fit.floor == pytest.approx(1.75, abs=0.005)
    assert fit.floor_low < fit.floor < fit.floor_high
    assert fit.slope < 0
    assert fit.scores_at([2.0]).low[0] < fit.scores_at([2.0]).score[0] < fit.scores_at([2.0]).high[0]


def table() -> pl.DataFrame:
    frames = []
    for task, seed, runs in (("b", 1, 6), ("a", 2, 2), ("c", 3, 1)):
        data = planted(seed, runs=runs, n=24)
        frames.append(
            pl.DataFrame(
                {
                    "task": task,
                    "run_id": data["run"].astype(str),
                    "tokens": -data["loss"],
                    "loss": data["loss"],
                    "score": data["score"],
                    "chance": 0.25,
                }
            )
        )
    return pl.concat(frames)


ABSENT = {"n_items": None, "stderr": None, "higher_is_better": None}


def test_a_table_gives_a_row_a_group_whatever_the_order_and_the_workers() -> None:
    frame = table()
    one = emergence.fit_table(frame, ["task"], threads=1, replicates=100, **ABSENT)
    two = emergence.fit_table(frame.reverse(), ["task"], threads=2, replicates=100, **ABSENT)
    assert one["task"].to_list() == ["a", "b", "c"]
    assert one.columns[1:] == list(emergence.SCHEMA)
    assert one.equals(two)
    alone = emergence.fit_table(frame.filter(pl.col("task") == "b"), ["task"], replicates=100, **ABSENT)
    assert alone.equals(one.filter(pl.col("task") == "b"))


def test_a_missing_column_and_a_null_are_named() -> None:
    with pytest.raises(ValueError, match="n_items"):
        emergence.fit_table(table(), ["task"])
    holed = table().with_columns(score=pl.when(pl.col("task") == "b").then(None).otherwise(pl.col("score")))
    with pytest.raises(ValueError, match=r"'b'.*score"):
        emergence.fit_table(holed, ["task"], **ABSENT)
