"""Universality: one planted threshold is called one, two are told apart, a common event is counted once."""

import numpy as np
import polars as pl
import pytest

from emergence.errors import InputError
from emergence.universality.common_threshold import (
    UNIVERSALITY_SCHEMA,
    against_published,
    common_threshold,
    event_labels,
)
from emergence.universality.joint_draws import fit_universality, shared_replicates
from emergence.universality.rank_agreement import fit_rank_agreement, rank_agreement
from tests.tools.published_tables import needs_mirror, olmo


def correlated(
    truth: np.ndarray, *, error: float = 0.04, rho: float = 0.8, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Estimates (T,) whose errors share most of their variance, and replicates (400, T) of the same kind."""
    rng = np.random.default_rng(seed)

    def errors(size: int) -> np.ndarray:
        shared = rng.standard_normal((size, 1))
        own = rng.standard_normal((size, truth.size))
        return error * (np.sqrt(rho) * shared + np.sqrt(1 - rho) * own)

    eta = truth + errors(1)[0]
    return eta, eta + errors(400)


def test_one_planted_threshold_is_rarely_denied_and_its_interval_covers() -> None:
    truth = np.full(6, 2.4)
    found = [common_threshold(*correlated(truth, seed=s), runs=60) for s in range(120)]
    assert np.mean([f.p_equal < 0.05 for f in found]) < 0.1
    assert np.mean([f.eta_common_low <= 2.4 <= f.eta_common_high for f in found]) > 0.9


def test_shared_error_does_not_hide_that_tasks_differ() -> None:
    truth = 2.4 + np.array([-0.12, -0.04, 0.0, 0.04, 0.12, 0.2])
    joint = common_threshold(*correlated(truth, rho=0.95), runs=60)
    assert joint.verdict == "not_universal"
    assert joint.tau_low < truth.std(ddof=1) < joint.tau_high
    eta, draws = correlated(truth, error=0.2, rho=0.99)
    apart = np.column_stack([np.random.default_rng(k).permutation(draws[:, k]) for k in range(6)])
    assert (
        common_threshold(eta, draws, runs=60).p_equal < 0.05 < common_threshold(eta, apart, runs=60).p_equal
    )


def test_heterogeneity_is_estimated_without_much_bias() -> None:
    rng = np.random.default_rng(0)
    taus = [
        common_threshold(*correlated(2.4 + rng.normal(0, 0.1, 12), rho=0.5, seed=s), runs=60).tau
        for s in range(60)
    ]
    assert np.mean(taus) == pytest.approx(0.1, abs=0.015)


def test_errors_put_too_large_do_not_make_tasks_one() -> None:
    rng = np.random.default_rng(0)
    found = []
    for _ in range(60):
        eta = 2.4 + np.hypot(0.06, 0.03) * rng.standard_normal(20)
        found.append(common_threshold(eta, eta + 0.08 * rng.standard_normal((400, 20)), runs=60))
    assert np.mean([f.verdict == "universal" for f in found]) < 0.1
    assert np.mean([f.tau_high >= 0.06 for f in found]) > 0.8


def test_tasks_in_one_bracket_are_one_event() -> None:
    brackets = [[2.69, 2.71], [2.70, 2.72], [2.695, 2.70], [2.5, 2.52]]
    assert event_labels(brackets).tolist() == [1, 1, 1, 0]
    eta, draws = correlated(np.full(3, 2.7), error=0.003)
    found = common_threshold(eta, draws, runs=20, brackets=brackets[:3])
    assert found.verdict == "one_event"
    assert found.n_events == 1


def test_agreement_is_not_claimed_where_the_errors_are_wide() -> None:
    found = common_threshold(*correlated(np.full(4, 2.4), error=0.3, rho=0.0), runs=20)
    assert found.verdict == "undetermined"


def test_one_run_speaks_of_itself_alone() -> None:
    found = common_threshold(*correlated(np.full(4, 2.4), error=0.005, rho=0.0), runs=1)
    assert found.verdict == "universal"
    assert "no more than that" in found.reason


def test_one_task_is_not_testable_and_shapes_are_checked() -> None:
    assert common_threshold([2.4], np.full((50, 1), 2.4)).verdict == "too_few_tasks"
    with pytest.raises(InputError, match="a column a task"):
        common_threshold([2.4, 2.5], np.full((50, 3), 2.4))


@pytest.mark.parametrize("tasks", [8, 9, 10, 11, 14])
def test_power_and_size_do_not_turn_on_the_number_of_tasks(tasks: int) -> None:
    """Ten runs: bootstrap replicates of run means, so that their scale is as uncertain as in a table."""

    def found(spread: float, seed: int) -> float:
        rng = np.random.default_rng([seed, tasks])
        runs = 0.05 * (rng.standard_normal((10, 1)) + rng.standard_normal((10, tasks)))
        seen = runs + 2.4 + spread * np.linspace(-1, 1, tasks)
        drawn = seen[rng.integers(0, 10, (400, 10))].mean(axis=1)
        p = common_threshold(seen.mean(axis=0), drawn, runs=10).p_equal
        assert p is not None
        return p

    assert np.mean([found(0.0, s) < 0.05 for s in range(60)]) < 0.13
    assert np.mean([found(0.06, s) < 0.05 for s in range(40)]) > 0.85


def test_not_universal_is_never_stronger_than_its_interval() -> None:
    rng = np.random.default_rng(1)
    for seed in range(60):
        truth = 2.4 + rng.normal(0, 0.06, 7)
        row = common_threshold(*correlated(truth, error=0.03, rho=0.5, seed=seed), runs=12)
        if row.verdict == "not_universal":
            assert row.tau_low > 0.05
        if row.verdict in ("universal", "one_event"):
            assert row.tau_high <= 0.05
        assert (row.p_equal < 0.03) <= (row.tau_low > 0 or row.p_equal > 0.02)


def test_a_task_of_two_metrics_counts_once() -> None:
    frame = hinges([2.6, 2.6, 2.9])
    doubled = pl.concat([frame.with_columns(metric=pl.lit(m)) for m in ("acc", "acc_norm")])
    known = pl.DataFrame({"task": ["t0", "t1", "t2"] * 2, "metric": ["acc"] * 3 + ["acc_norm"] * 3})
    known = known.with_columns(corpus=pl.lit("c"), verdict=pl.lit("gradual"), n_checkpoints=420)
    row = fit_universality(
        doubled, ["corpus"], thresholds=known, task=["task", "metric"], replicates=200, seed=1
    ).row(0, named=True)
    assert row["n_tasks"] == 3


def test_the_published_value_is_compared_only_where_units_allow() -> None:
    assert against_published("nats_per_token").startswith("not comparable")
    assert against_published("bits_per_byte").startswith("not comparable")
    assert against_published("bits_per_byte", 4.0).startswith("0.793 bits_per_byte")


def test_kendalls_tau_agrees_with_scipy_and_its_interval_widens_with_error() -> None:
    from scipy.stats import kendalltau

    rng = np.random.default_rng(0)
    a = rng.normal(2.5, 0.2, 12)
    b = a + rng.normal(0, 0.1, 12)
    narrow, wide = (
        rank_agreement(a, b, a + e * rng.standard_normal((400, 12)), b + e * rng.standard_normal((400, 12)))
        for e in (0.005, 0.2)
    )
    assert narrow[0] == pytest.approx(kendalltau(a, b).statistic)
    assert narrow[1] <= narrow[0] <= narrow[2]
    assert wide[2] - wide[1] > 2 * (narrow[2] - narrow[1])


@pytest.mark.parametrize("error", [0.3, 1.0])
@pytest.mark.parametrize("sign", [1, -1])
def test_two_corpora_of_one_order_are_not_said_to_differ(error: float, sign: int) -> None:
    rng = np.random.default_rng(9)

    def found() -> tuple[float, float, float]:
        true = rng.standard_normal(8)
        seen = [v + error * rng.standard_normal(8) for v in (true, sign * true)]
        return rank_agreement(*seen, *(v + error * rng.standard_normal((200, 8)) for v in seen))

    limits = [found()[1:] for _ in range(30)]
    assert sum(low <= sign <= high for low, high in limits) >= 28
    if error < 1:
        assert sum(low * high > 0 for low, high in limits) >= 24


def test_ranks_over_corpora_give_one_row_a_pair() -> None:
    eta = np.linspace(2, 3, 6)
    frame = pl.concat(
        [
            pl.DataFrame({"source": "s", "corpus": c, "task": [f"t{k}" for k in range(6)], "eta": eta * f})
            for c, f in (("a", 1.0), ("b", 1.2), ("c", -1.0))
        ]
    ).with_columns(eta_low=pl.col("eta") - 0.01, eta_high=pl.col("eta") + 0.01)
    table = fit_rank_agreement(frame, ["source"], rng=np.random.default_rng(0))
    assert table["kendall_tau"].to_list() == [1.0, -1.0, -1.0]


def hinges(etas: list[float], *, runs: int = 14, shared_shift: float = 0.03) -> pl.DataFrame:
    """Runs that see loss with an offset of their own, which moves every task's apparent threshold alike."""
    rng = np.random.default_rng(4)
    shift = rng.normal(0, shared_shift, runs)
    frames = []
    for k, eta in enumerate(etas):
        for r in range(runs):
            loss = np.linspace(2.0, 3.2, 30)
            score = 0.25 + 0.5 * np.maximum(eta + shift[r] - loss, 0) + rng.normal(0, 0.004, 30)
            frames.append(pl.DataFrame({"task": f"t{k}", "run_id": f"r{r:02}", "loss": loss, "score": score}))
    return pl.concat(frames).with_columns(corpus=pl.lit("c"), chance=pl.lit(0.25))


def test_shared_draws_show_the_error_that_tasks_have_in_common() -> None:
    fits = shared_replicates(hinges([2.6, 2.6, 2.7]), replicates=200, seed=1)
    assert fits.tasks == ["t0", "t1", "t2"]
    assert fits.runs == 14
    # the power, drawn anew with every threshold, moves each task by itself
    assert (np.corrcoef(fits.replicates, rowvar=False) > 0.5).all()


def test_few_runs_are_allowed_for_once() -> None:
    """Of six runs: replicates that are stretched already are not stretched again."""
    rng = np.random.default_rng(0)
    eta, draws = np.array([2.4, 2.45]), 2.4 + 0.01 * rng.standard_normal((2000, 2))
    once = common_threshold(eta, draws, runs=6, is_stretched=True)
    twice = common_threshold(eta, draws, runs=6)
    assert once.p_equal == common_threshold(eta, draws).p_equal < twice.p_equal
    assert once.n_runs == twice.n_runs == 6


def test_tasks_that_the_others_runs_lack_are_left_out_and_counted() -> None:
    frame = hinges([2.6, 2.6, 2.6, 2.6], runs=14)
    lacking = {f"t{k}": [f"r{r:02}" for r in range(4 * k, 4 * k + 4)] for k in range(3)}
    for task, runs in lacking.items():
        frame = frame.filter(~((pl.col("task") == task) & pl.col("run_id").is_in(runs)))
    fits = shared_replicates(frame, replicates=50, seed=1)
    assert (fits.runs, fits.left_out, fits.tasks) == (6, 1, ["t1", "t2", "t3"])
    reason = fit_universality(frame, ["corpus"], replicates=50, seed=1)["reason"][0]
    assert "left out, not evaluated on the runs of the others: 1" in reason


def judged_one_by_one(*, tasks: int, reach: float, runs: int) -> pl.DataFrame:
    """Thresholds at 2.6 of tasks whose runs were judged one by one."""
    return pl.DataFrame({"task": [f"t{k}" for k in range(tasks)], "eta": 2.6}).with_columns(
        eta_low=pl.lit(2.6 - reach),
        eta_high=pl.lit(2.6 + reach),
        corpus=pl.lit("c"),
        form=pl.lit("hinge"),
        floor_is_fixed=pl.lit(False),
        inference=pl.lit("combined"),
        n_runs=pl.lit(runs),
        verdict=pl.lit("sharp"),
    )


def test_runs_judged_one_by_one_are_counted_as_many_as_they_are() -> None:
    frame = hinges([2.6, 2.6, 2.6], runs=3)  # of which one was too short to count
    known = judged_one_by_one(tasks=3, reach=0.02, runs=2)
    row = fit_universality(frame, ["corpus"], thresholds=known, replicates=50, seed=1).row(0, named=True)
    assert row["n_runs"] == 2
    assert row["reason"].endswith("from 2 runs, and of no more than that")


def test_errors_that_tasks_may_have_in_common_do_not_shrink_with_their_number() -> None:
    """Four runs whose floors end 0.02 nats apart move all tasks alike; each task was drawn by itself."""
    rng = np.random.default_rng(5)
    shared = 0.01 * rng.standard_normal(400)
    held = {True: 0, False: 0}
    for shift in shared:
        eta = 2.5 + shift + 0.002 * rng.standard_normal(8)
        draws = eta + 0.01 * rng.standard_normal((200, 8))
        for apart in held:
            found = common_threshold(eta, draws, runs=4, is_stretched=True, is_drawn_apart=apart)
            assert found.eta_common_low is not None
            assert found.eta_common_high is not None
            held[apart] += found.eta_common_low <= 2.5 <= found.eta_common_high
    assert held[True] / 400 > 0.93
    assert held[False] / 400 < 0.7


def test_thresholds_judged_run_by_run_have_a_common_one_that_is_no_better_known() -> None:
    known = judged_one_by_one(tasks=6, reach=0.03, runs=4)
    frame = hinges([2.6] * 6, runs=4)
    row = fit_universality(frame, ["corpus"], thresholds=known, seed=1).row(0, named=True)
    assert row["eta_common_high"] - row["eta_common_low"] == pytest.approx(0.06, rel=0.1)


def test_a_table_of_checkpoints_gives_one_typed_row_a_corpus() -> None:
    frame = hinges([2.6, 2.6, 2.9])
    table = fit_universality(frame, ["corpus"], replicates=200, seed=1)
    assert table.columns == ["corpus", *UNIVERSALITY_SCHEMA]
    assert table["verdict"].to_list() == ["not_universal"]
    verdicts = pl.DataFrame(
        {"corpus": "c", "task": ["t0", "t1", "t2"], "verdict": ["sharp", "leaves_floor", "smooth"]}
    )
    pair = fit_universality(frame, ["corpus"], thresholds=verdicts, replicates=200, seed=1)
    assert pair["n_tasks"].to_list() == [2]
    assert pair["tau_high"][0] < 0.3  # of two tasks an SD is known within a factor of ten or so


@needs_mirror
def test_olmos_multiple_choice_tasks_leave_chance_within_a_hundredth_of_a_nat() -> None:
    """They learn to answer with a letter at C4 losses between 2.67 and 2.72, in the one run looked at; few have an η that is located."""
    frame = olmo().filter(
        pl.col("format") == "mc", pl.col("loss") < 4.5, ~pl.col("task").str.starts_with("wino")
    )
    row = fit_universality(frame, ["source", "corpus"], replicates=200, seed=1).row(0, named=True)
    assert row["n_runs"] == 1
    assert row["n_tasks"] >= 3
    assert row["tau"] < 0.02
    assert 2.67 < row["eta_common"] < 2.72
    assert row["n_events"] < row["n_tasks"] / 2
