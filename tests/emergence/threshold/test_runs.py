"""Runs: short ones do not enter, a few are judged one by one, and those that agree never weaken a verdict."""

import numpy as np
import pytest

import emergence
from emergence.threshold.combine import agree, join_estimates
from emergence.threshold.verdict import Verdict


def planted(runs: int, seed: int, checkpoints: int = 60) -> dict[str, np.ndarray]:
    rng = np.random.default_rng([7, seed])
    share = (np.arange(checkpoints) + rng.uniform(0, 1, (runs, checkpoints))) / checkpoints
    loss = (3 - share).ravel()
    score = 0.25 + np.where(loss < 2.5, 0.08 + 0.29 * (2.5 - loss), 0) + rng.normal(0, 0.02, loss.size)
    run = np.repeat(np.arange(runs), checkpoints)
    return {"loss": loss, "score": score, "run": run, "order": np.tile(np.arange(checkpoints), runs)}


def fit(data: dict[str, np.ndarray], **options: object) -> emergence.ThresholdFit:
    return emergence.fit_threshold(**data, chance=0.25, replicates=200, rng=1, **options)


def test_replicates_of_one_truth_never_weaken_the_verdict() -> None:
    shares = [
        np.mean([fit(planted(runs, seed)).verdict == "sharp" for seed in range(20)]) for runs in range(1, 7)
    ]
    assert shares[0] >= 0.6
    assert all(more >= shares[0] for more in shares[1:]), shares
    assert min(shares[1:]) >= 0.9


def rising(middles: list[float], width: float, apart: float, seed: int) -> dict[str, np.ndarray]:
    """Runs over the same losses: a logistic of a width about each middle, levels apart by an SD."""
    rng, loss = np.random.default_rng([8, seed]), np.linspace(3.2, 2.0, 30)
    level = rng.normal(0, apart, len(middles))[:, None]
    rise = 1 / (1 + np.exp(-(np.array(middles)[:, None] - loss) / (width / (2 * np.log(9)))))
    score = 0.25 + 0.3 * rise + level + rng.normal(0, 0.006, rise.shape)
    run = np.repeat(np.arange(len(middles)), loss.size)
    return {"loss": np.tile(loss, len(middles)), "score": score.ravel(), "run": run}


@pytest.mark.parametrize("apart", [0.005, 0.03])
def test_runs_whose_levels_lie_apart_stay_as_sharp_when_a_sixth_comes(apart: float) -> None:
    for seed in range(4):
        few, many = (fit(rising([2.6] * runs, 0.02, apart, seed)) for runs in (5, 6))
        assert (few.inference, many.inference) == ("combined", "across_runs")
        assert (few.verdict, many.verdict) == ("sharp", "sharp"), many.reason
        assert many.width_high == pytest.approx(few.width_high, abs=0.02)
        assert fit(rising([2.6] * 6, 0.4, apart, seed)).verdict != "sharp"


def jumping(runs: int, apart: float, seed: int) -> dict[str, np.ndarray]:
    """Runs of 60 checkpoints that jump by 25 points, each at a loss of its own."""
    rng = np.random.default_rng([9, seed])
    loss = 3 - (np.arange(60) + rng.uniform(0, 1, (runs, 60))) / 60
    at = 2.5 + apart * rng.standard_normal((runs, 1))
    score = np.where(loss < at, 0.5, 0.25) + rng.normal(0, 0.01, loss.shape)
    return {"loss": loss.ravel(), "score": score.ravel(), "run": np.repeat(np.arange(runs), 60)}


def test_six_runs_whose_thresholds_differ_a_little_are_as_sharp_as_five() -> None:
    verdicts = {runs: [fit(jumping(runs, 0.03, seed)).verdict for seed in range(20)] for runs in (5, 6)}
    assert all(words.count("sharp") >= 18 for words in verdicts.values()), verdicts


def test_many_steep_curves_apart_are_not_called_sharp_for_looking_so_by_few_checkpoints() -> None:
    def steep(x: np.ndarray) -> np.ndarray:
        return np.asarray(0.25 + 0.225 * (2 * np.maximum(2.5 - x, 0)) ** 0.7)

    found = []
    for seed in range(10):
        rng = np.random.default_rng([10, seed])
        loss = 3 - (np.arange(25) + rng.uniform(0, 1, (12, 25))) / 25
        score = steep(loss - 0.02 * rng.standard_normal((12, 1))) + rng.normal(0, 0.02, loss.shape)
        run = np.repeat(np.arange(12), 25)
        found.append(fit({"loss": loss.ravel(), "score": score.ravel(), "run": run}).verdict)
    assert "sharp" not in found


def test_the_departure_of_the_mean_of_runs_is_held_though_one_run_left_before() -> None:
    """Logistics about losses of their own: their mean stands 5 points above the floor at 2.5442."""
    held = []
    for seed in range(32):
        rng = np.random.default_rng([11, seed])
        loss = 3 - (np.arange(60) + rng.uniform(0, 1, (8, 60))) / 60
        rise = 1 / (1 + np.exp((loss - 2.5 - 0.03 * rng.standard_normal((8, 1))) / 0.02))
        score = 0.25 + 0.3 * rise + rng.normal(0, 0.01, loss.shape)
        found = fit({"loss": loss.ravel(), "score": score.ravel(), "run": np.repeat(np.arange(8), 60)})
        assert found.loss_at_5_points_low is not None
        assert found.loss_at_5_points_high is not None
        held.append(found.loss_at_5_points_low <= 2.5442 <= found.loss_at_5_points_high)
    assert np.mean(held) >= 0.85


def test_runs_that_rise_at_unlike_losses_are_no_evidence_for_one_threshold() -> None:
    for seed in range(3):
        assert fit(rising([2.6, 2.58], 0.02, 0.0, seed)).verdict == "sharp"
        for middles in ([2.6, 2.3], [2.6, 2.6, 2.3]):
            found = fit(rising(middles, 0.02, 0.0, seed))
            assert found.verdict == "leaves_floor", found.reason
            assert "further apart" in found.reason


def test_one_sharp_run_among_silent_ones_needs_their_joint_width() -> None:
    alone = [Verdict.SHARP, Verdict.NOT_IDENTIFIED]
    for together in (Verdict.LEAVES_FLOOR, Verdict.GRADUAL, Verdict.NOT_IDENTIFIED):
        assert agree(alone, together)[0] == Verdict.LEAVES_FLOOR
    assert agree(alone, Verdict.SHARP)[0] == Verdict.SHARP
    assert agree([Verdict.SHARP, Verdict.SHARP], Verdict.LEAVES_FLOOR)[0] == Verdict.SHARP


def test_two_to_five_runs_are_judged_one_by_one_and_six_are_drawn() -> None:
    kinds = {runs: fit(planted(runs, 1)).inference for runs in (1, 2, 5, 6)}
    assert kinds == {1: "within_run", 2: "combined", 5: "combined", 6: "across_runs"}


def test_a_final_checkpoint_of_its_own_is_no_run() -> None:
    data = planted(2, 3)
    more = {
        "loss": np.append(data["loss"], [1.9, 1.95]),
        "score": np.append(data["score"], [0.9, 0.9]),
        "run": np.append(data["run"], [7, 8]),
        "order": np.append(data["order"], [99, 99]),
    }
    alone, beside = fit(data), fit(more)
    assert beside.n_dropped == 2
    assert (beside.n_runs, beside.verdict, beside.inference) == (2, alone.verdict, "combined")
    assert beside.eta == pytest.approx(alone.eta)


def test_a_ladder_whose_larger_runs_reach_lower_can_be_judged() -> None:
    found = []
    for seed in range(20):
        rng = np.random.default_rng([9, seed])
        parts = []
        for r, n in enumerate((200, 160, 120, 80, 40)):
            loss = 3 - (0.55 + 0.11 * r) * (np.arange(n) + rng.uniform(0, 1, n)) / n
            score = 0.25 + 0.45 * np.maximum(2.6 - loss, 0) + rng.normal(0, 0.015, n)
            parts.append((loss, score, np.full(n, r), np.arange(n)))
        columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
        found.append(fit(dict(zip(("loss", "score", "run", "order"), columns, strict=True))).verdict)
    assert np.mean([v in ("gradual", "leaves_floor") for v in found]) >= 0.8, found
    assert "sharp" not in found  # a run that ends just below a kink does not make a step of it


def test_the_floor_of_runs_judged_one_by_one_is_that_of_their_common_losses() -> None:
    rng = np.random.default_rng(3)
    sizes = (120, 90, 60)
    loss = np.concatenate([3 - (0.55 + 0.2 * r) * np.arange(n) / n for r, n in enumerate(sizes)])
    run = np.repeat(np.arange(3), sizes)
    score = 0.25 + 0.3 * (3 - loss) + rng.normal(0, 0.01, loss.size)
    order = np.concatenate([np.arange(n) for n in sizes])
    alone = emergence.fit_threshold(loss, score, run=run, order=order, chance=0.25, replicates=200)
    top = score[loss >= loss.max() - 0.2 * np.ptp(loss)]
    assert alone.floor == pytest.approx(top.mean(), abs=0.004)


def test_what_runs_show_together_and_none_alone_is_said_so() -> None:
    silent = [Verdict.NOT_IDENTIFIED] * 3
    verdict, agreeing, words = agree(silent, Verdict.SMOOTH, scattered=False)
    assert (verdict, agreeing, words) == (Verdict.SMOOTH, 0, "smooth by 3 runs together, by none alone")


def test_runs_that_disagree_are_said_to() -> None:
    sharp, smooth = Verdict.SHARP, Verdict.SMOOTH
    verdict, agreeing, words = agree([sharp, smooth], Verdict.LEAVES_FLOOR)
    assert (verdict, agreeing) == (Verdict.NOT_IDENTIFIED, 0)
    assert words == "not identified in 0 of 2 runs; failed: the runs disagree (sharp in 1, smooth in 1)"
    assert agree([sharp, Verdict.LEAVES_FLOOR], sharp) == (
        sharp,
        2,
        "sharp in 2 of 2 runs (1 by itself)",
    )
    assert agree([sharp, sharp, Verdict.NOT_IDENTIFIED], sharp)[:2] == (sharp, 2)
    assert agree([Verdict.AT_FLOOR] * 2, Verdict.NOT_IDENTIFIED)[0] == Verdict.AT_FLOOR


def test_joined_estimates_are_between_their_runs_and_surer() -> None:
    runs = ([2.69, 2.71], [2.67, 2.69], [2.71, 2.73], 0.95)
    joint = join_estimates(*runs, between=0.005)
    assert joint is not None
    assert joint.value == pytest.approx(2.70)
    assert 0.028 < joint.high - joint.low < 0.16
    unaided = join_estimates(*runs)
    assert unaided is not None
    assert unaided.high - unaided.low > 0.2, "two runs alone tell next to nothing of how runs scatter"
    apart = join_estimates([2.5, 2.9], [2.49, 2.89], [2.51, 2.91], 0.95)
    assert apart is not None
    assert apart.between > 0.2
    assert apart.high - apart.low > 0.2
    assert join_estimates([np.nan], [0.0], [1.0], 0.95) is None


def test_a_run_whose_losses_end_within_its_limits_has_no_voice_where_another_has() -> None:
    values, lows, highs = [2.46, 2.44, 2.42], [2.45, 2.40, 2.37], [2.47, 2.48, 2.47]
    ends = [(2.45, 3.0), (2.2, 3.0), (2.0, 3.0)]
    joint = join_estimates(values, lows, highs, 0.95, 0.0, ends)
    assert joint == join_estimates(values[1:], lows[1:], highs[1:], 0.95)
    alone = join_estimates(values[:1], lows[:1], highs[:1], 0.95, 0.0, ends[:1])
    assert alone is not None
    assert (alone.low, alone.high) == (2.45, 2.47)


N = 40
LOSS = np.linspace(3, 2, N)
RISE = 0.25 + 0.4 * np.maximum(2.5 - LOSS, 0) + np.random.default_rng(1).normal(0, 0.01, N)


@pytest.mark.parametrize(
    ("loss", "score", "run", "status"),
    [
        ([2.0, 3.0], [0.5, 0.25], ["a", "b"], "too_few_points"),
        (np.repeat([2.5], N), RISE, np.arange(N) % 2, "one_loss"),
        (LOSS[:10], RISE[:10], np.arange(10) % 2, "too_few_runs"),
    ],
)
def test_what_no_run_can_be_judged_by_says_why(loss: object, score: object, run: object, status: str) -> None:
    found = emergence.fit_threshold(loss, score, run=run, chance=0.25, replicates=50)
    assert (found.status, found.verdict) == (status, "not_identified")
    assert found.reason


def test_runs_that_never_overlap_and_one_that_diverges_leave_a_row_with_a_reason() -> None:
    apart = fit({"loss": LOSS, "score": RISE, "run": (LOSS < 2.5).astype(int), "order": np.arange(N)})
    assert apart.inference == "combined"
    assert apart.reason
    data = planted(2, 4)
    wild = {k: v.copy() for k, v in data.items()}
    wild["loss"][:20] = np.linspace(8, 11, 20)
    diverged = fit(wild)
    assert diverged.n_dropped == 20
    assert diverged.reason


def test_no_number_depends_on_the_order_in_which_numbers_are_read() -> None:
    from emergence.evidence.plan import Plan
    from emergence.evidence.steps import analyse
    from emergence.points.series import build_series

    data = planted(1, 5)
    series = build_series(data["loss"], data["score"], None, None, data["run"], data["order"], 0.25, True)
    first = analyse(series, Plan(replicates=50), np.random.default_rng(3))
    then = analyse(series, Plan(replicates=50), np.random.default_rng(3))
    names = ("p_threshold", "departure", "eta", "p_fit", "p_local")
    forward = {name: repr(getattr(first, name)) for name in names}
    backward = {name: repr(getattr(then, name)) for name in reversed(names)}
    assert forward == backward
