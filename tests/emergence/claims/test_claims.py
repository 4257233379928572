"""Claims: planted tables are judged as planted, each claim has a statement and a test, none is silent."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal
from scipy.stats import binomtest

from emergence.claims import about_forecasts, about_shape, about_thresholds, at_equal_loss
from emergence.claims.about_laws import (
    BESIROGLU,
    HOFFMANN,
    compute_exponent_near,
    few_axes_of_capability,
    loss_is_a_pure_power_of_size,
    published_parameters,
)
from emergence.claims.about_recipes import small_models_rank_recipes
from emergence.claims.judge import CLAIM_SCHEMA, Finding, judge_claims
from emergence.claims.registry import TESTS
from emergence.claims.rows import ClaimTables, once_a_task
from emergence.claims.rules import (
    CONTRADICTED,
    NOT_TESTABLE,
    SUPPORTED,
    UNDETERMINED,
    correlation_interval,
    decide,
    median_interval,
    share,
    share_that_differ,
)
from emergence.given_loss.sufficiency import fit_sufficiency
from emergence.laws.fit import fit_loss_laws
from emergence.score_curves.curve_set import fit_curves
from emergence.score_curves.forecast import predict_largest
from tests.tools.published_tables import MIRROR, needs_mirror

FACTS = Path(__file__).parents[3] / "pipelines" / "sources" / "facts" / "claims.csv"
KEYS = ["source", "corpus", "task", "format", "metric"]


def scores(
    *, size_effect: float = 0.0, shape: str = "exponential", tasks: int = 8, noise: float = 0.004
) -> pl.DataFrame:
    """Last checkpoints of 60 runs of three sizes on one corpus: tasks by accuracy and by log-probability."""
    rng = np.random.default_rng(3)
    size = np.array([1e8, 1e9, 1e10])[np.arange(60) % 3]
    loss = rng.uniform(2.4, 3.2, 60) - 0.25 * (np.log10(size) - 9)
    frames = []
    for k in range(tasks):
        if shape == "exponential":
            score = 0.2 + (0.5 + 0.02 * k) * np.exp(-1.5 * (loss - loss.min()))
        elif shape == "logistic":
            score = 0.25 + 0.5 / (1 + np.exp((loss - 2.65) / 0.15))
        elif shape == "noise":
            score = 0.3 + 0.15 * rng.standard_normal(60)
        else:
            score = np.where(size > 5e9, 0.6, 0.25)
        score = score + size_effect * (np.log10(size) - 9) + noise * rng.standard_normal(60)
        for metric, value in (("acc", score), ("soft_log", np.log(np.clip(score, 0.01, 1)))):
            frames.append(
                pl.DataFrame(
                    {
                        "source": "planted",
                        "run_id": [f"r{i:02}" for i in range(60)],
                        "params": size,
                        "tokens": 1e10,
                        "training_corpus": np.array(["a", "b", "c", "d"])[np.arange(60) // 3 % 4],
                        "family": "f",
                        "corpus": "c",
                        "unit": "nats_per_token",
                        "task": f"t{k}",
                        "format": "rc",
                        "metric": metric,
                        "chance": 0.25,
                        "n_items": 2000,
                        "loss": loss,
                        "score": value,
                    }
                )
            )
    return pl.concat(frames)


def verdicts(**columns: list[object]) -> pl.DataFrame:
    size = len(next(iter(columns.values())))
    base = {"source": "planted", "corpus": "c", "unit": "nats_per_token", "format": "rc"}
    frame = pl.DataFrame({**columns, "task": [f"t{k}" for k in range(size)]})
    return frame.with_columns(
        floor_differs_from_chance=pl.lit(False), **{k: pl.lit(v) for k, v in base.items()}
    )


def test_every_stated_claim_has_a_test_and_every_test_a_statement() -> None:
    facts = pl.read_csv(FACTS)
    assert set(facts["claim_id"]) == set(TESTS)
    assert facts.height >= 40
    assert facts.null_count().sum_horizontal().item() == 0
    assert facts["claim_id"].is_unique().all()
    assert facts["in_short"].str.split(" ").list.len().max() <= 12  # type: ignore[operator]


def test_a_claim_without_its_tables_is_not_testable_and_never_missing() -> None:
    table = judge_claims(ClaimTables(), TESTS, ["one", "two"])
    assert dict(table.schema) == CLAIM_SCHEMA
    assert table.height == 2 * len(TESTS)
    assert set(table["verdict"]) == {NOT_TESTABLE}
    assert (table["reason"].str.len_chars() > 10).all()


def test_a_test_that_fails_is_a_row_and_the_others_stand() -> None:
    def fails(tables: ClaimTables) -> list[Finding]:
        raise ZeroDivisionError("nothing there")

    tables = ClaimTables(loss_scores=scores())
    table = judge_claims(tables, {"bad": fails, "good": about_shape.few_tasks_are_predictable}, ["planted"])
    assert table["reason"][0] == "the test failed: ZeroDivisionError: nothing there"
    assert table["verdict"].to_list() == [NOT_TESTABLE, CONTRADICTED]
    assert table["corpus"][1] == "c"
    assert table["counter"][1].startswith("t")


def test_the_order_of_rows_changes_no_answer() -> None:
    same = {"group": ["a", "a"], "bias": [None, None], "runs": [3, 3]}
    flips = pl.DataFrame({**same, "low": [0.1, -0.2], "high": [0.2, -0.1]}).to_struct()
    keeps = pl.DataFrame({**same, "low": [0.1, 0.1], "high": [0.2, 0.2]}).to_struct()
    biased = verdicts(metric=["acc"] * 8, biases=[*[flips.to_list()] * 4, *[keeps.to_list()] * 4])
    corpora = [biased.with_columns(corpus=pl.lit(c), factor=pl.lit("training_corpus")) for c in "cd"]
    frames = {
        "loss_scores": scores(tasks=5),
        "thresholds": departing("sharp", 9),
        "sufficiency": pl.concat(corpora),
    }
    whole = judge_claims(ClaimTables(**frames), TESTS, ["planted"])
    assert whole["counter"].str.contains("keeps its order").any()
    for seed in range(3):
        mixed = {name: frame.sample(fraction=1, shuffle=True, seed=seed) for name, frame in frames.items()}
        assert_frame_equal(judge_claims(ClaimTables(**mixed), TESTS, ["planted"]), whole)


def test_a_verdict_needs_the_whole_interval_on_one_side() -> None:
    def below(value: float) -> bool:
        return value <= 1

    assert decide(0.2, 0.9, supported=below, words="w")[0] == SUPPORTED
    assert decide(1.2, 1.9, supported=below, words="w")[0] == CONTRADICTED
    spans = "the interval spans the claim's limit; w"
    assert decide(0.2, 1.9, supported=below, words="w") == (UNDETERMINED, spans)
    assert decide(np.nan, 1.9, supported=below, words="w")[0] == UNDETERMINED


def test_intervals_agree_with_scipy_and_with_their_coverage() -> None:
    exact = binomtest(3, 33).proportion_ci(method="exact")
    assert share(3, 33)[1:] == pytest.approx((exact.low, exact.high))
    assert share(0, 5)[1] == 0.0
    assert share(5, 5)[2] == 1.0
    rng = np.random.default_rng(0)
    hits = [low <= 0 <= high for _, low, high in (median_interval(rng.standard_t(3, 15)) for _ in range(400))]
    assert np.mean(hits) >= 0.95
    assert np.isnan(median_interval(np.arange(4.0))[1])
    assert correlation_interval(0.9, 50) == pytest.approx((0.830, 0.942), abs=0.002)


@pytest.mark.parametrize(("effect", "verdict"), [(0.0, SUPPORTED), (0.05, CONTRADICTED)])
def test_one_curve_over_sizes_is_judged_as_planted(effect: float, verdict: str) -> None:
    planted = scores(size_effect=effect, tasks=14).filter(pl.col("metric") == "acc")
    table = fit_sufficiency(planted, KEYS, permutations=0, rng=np.random.default_rng(0))
    one = planted.with_columns(training_corpus=pl.lit("a"))
    tables = ClaimTables(sufficiency=table, loss_scores=one)
    (finding,) = at_equal_loss.size()(tables)
    assert finding.verdict == verdict
    (better,) = at_equal_loss.loss_explains_little(tables)
    assert (better.verdict == SUPPORTED) == (effect > 0)
    unknown = one.with_columns(training_corpus=pl.lit(None, pl.String))
    open_ = table.with_columns(
        slopes=pl.col("slopes").list.eval(
            pl.element().struct.with_fields(pl.lit(value=False).alias("within_corpus"))
        )
    )
    (mixed,) = at_equal_loss.size()(ClaimTables(sufficiency=open_, loss_scores=unknown))
    assert mixed.verdict == NOT_TESTABLE
    assert "is not published" in mixed.reason


def test_imprecise_tasks_neither_support_nor_save_a_claim() -> None:
    assert share_that_differ(0, 0, 0, 40) == (0.0, 0.0, 1.0)
    assert share_that_differ(20, 0, 0, 40)[1] == pytest.approx(0.4)
    assert share_that_differ(0, 0, 20, 40)[2] < 0.25


def test_what_accident_shows_of_few_tasks_denies_no_claim() -> None:
    rng = np.random.default_rng(0)
    for tasks, truly in ((1, 0), (2, 0), (3, 0), (4, 1), (12, 3), (40, 10)):
        shown = truly + rng.binomial(tasks - truly, 0.05, 1000)
        denied = [share_that_differ(int(k), 0, 0, tasks)[1] > 0.25 for k in shown]
        assert np.mean(denied) < 0.05
    assert share_that_differ(3, 0, 0, 3)[1] > 0.25


def test_a_task_counts_once_whatever_its_metrics_and_shots() -> None:
    rows = verdicts(metric=["acc", "acc_norm"], n_shot=[0, 0]).with_columns(task=pl.lit("t"))
    assert once_a_task(rows)["metric"].to_list() == ["acc_norm"]


@pytest.mark.parametrize(
    ("shape", "predictable", "average"),
    [("exponential", CONTRADICTED, SUPPORTED), ("noise", SUPPORTED, CONTRADICTED)],
)
def test_predictable_tasks_and_their_mean(shape: str, predictable: str, average: str) -> None:
    tables = ClaimTables(loss_scores=scores(shape=shape))
    assert about_shape.few_tasks_are_predictable(tables)[0].verdict == predictable
    assert about_shape.average_error_is_exponential(tables)[0].verdict == average


def test_an_exponential_is_foretold_without_the_point_itself() -> None:
    loss = np.linspace(2, 4, 20)
    score = 0.2 + 0.5 * np.exp(-2.0 * (loss - 2))
    assert np.max(np.abs(about_shape.held_out_exponential(loss, score)[1:-1] - score[1:-1])) < 0.01
    noise = np.random.default_rng(0).standard_normal(200)
    assert (
        about_shape.r_squared(noise, about_shape.held_out_exponential(np.linspace(2, 4, 200), noise)) < 0.05
    )


def test_emergence_in_size_needs_chance_below_and_more_above() -> None:
    tables = ClaimTables(loss_scores=scores(shape="step", noise=0.0))
    assert about_shape.abilities_appear_with_size(tables)[0].value == 1.0
    everywhere = scores(shape="step", noise=0.0, tasks=40).with_columns(score=pl.lit(0.6))
    assert (
        about_shape.abilities_appear_with_size(ClaimTables(loss_scores=everywhere))[0].verdict == CONTRADICTED
    )


def test_recipes_that_keep_their_order_over_sizes_are_counted() -> None:
    frame = scores(shape="noise", noise=0.0)
    order = pl.col("training_corpus").replace_strict(
        {"a": 0.1, "b": 0.2, "c": 0.3, "d": 0.4}, return_dtype=pl.Float64
    )
    kept = ClaimTables(loss_scores=frame.with_columns(score=order + pl.col("params").log10() / 100))
    finding = small_models_rank_recipes(kept)[0]
    # Four corpora give three free comparisons, too few to say anything for sure.
    assert (finding.value, finding.verdict) == (1.0, UNDETERMINED)
    turned = order * pl.when(pl.col("params") > 5e9).then(-1).otherwise(1)
    lost = ClaimTables(loss_scores=frame.with_columns(score=turned))
    assert small_models_rank_recipes(lost)[0].value == 0.0


def departing(verdict: str, n: int = 40) -> pl.DataFrame:
    """Tasks that leave chance by five points or more, all with one verdict."""
    rows = verdicts(verdict=[verdict] * n, metric=["acc"] * n, width=[0.1] * n)
    return rows.with_columns(floor=pl.lit(0.26), chance=pl.lit(0.25), loss_at_5_points=pl.lit(2.5))


def test_thresholds_are_counted_under_one_condition_for_and_against() -> None:
    for verdict, answer in (("sharp", SUPPORTED), ("gradual", CONTRADICTED), ("leaves_floor", UNDETERMINED)):
        tables = ClaimTables(thresholds=departing(verdict))
        assert about_thresholds.tasks_have_thresholds(tables)[0].verdict == answer
    begun = departing("sharp").with_columns(floor=pl.lit(0.4))
    finding = about_thresholds.tasks_have_thresholds(ClaimTables(thresholds=begun))[0]
    assert finding.verdict == NOT_TESTABLE
    assert "starts within 2 points of chance" in finding.reason


def test_only_sharp_accuracies_with_a_twin_speak_of_the_metric() -> None:
    sharp = departing("sharp", 12)
    soft = sharp.with_columns(metric=pl.lit("soft"), width=pl.lit(0.5), verdict=pl.lit("smooth"))
    tables = ClaimTables(thresholds=pl.concat([sharp, soft]))
    assert about_thresholds.on_twins("verdict")(tables)[0].verdict == CONTRADICTED
    assert about_thresholds.on_twins("width")(tables)[0].verdict == SUPPORTED
    alone = about_thresholds.on_twins("verdict")(ClaimTables(thresholds=sharp))[0]
    assert alone.verdict == NOT_TESTABLE
    assert alone.reason.startswith("12 sharp accuracies, 0 of them")


def test_one_threshold_is_judged_by_format_and_never_on_one_run() -> None:
    universality = pl.DataFrame(
        {
            "source": ["planted"] * 3,
            "corpus": ["c"] * 3,
            "unit": ["bits_per_byte"] * 3,
            "format": ["mc", "rc", "generate"],
            "n_tasks": [6, 8, 9],
            "n_events": [2, 5, 9],
            "n_runs": [1, 12, 12],
            "eta_common": [0.8, 0.8, 0.8],
            "eta_min": [0.79, 0.6, 0.79],
            "eta_max": [0.81, 1.0, 0.81],
            "tau": [0.001, 0.1, 0.002],
            "tau_low": [0.0, 0.05, 0.0],
            "tau_high": [0.01, 0.2, 0.01],
        }
    )
    findings = about_thresholds.one_threshold_for_all(ClaimTables(universality=universality))
    assert {f.format: f.verdict for f in findings} == {
        "generate": SUPPORTED,
        "mc": UNDETERMINED,
        "rc": CONTRADICTED,
    }


def test_the_largest_size_foretold_from_smaller_ones() -> None:
    largest = predict_largest(fit_curves(scores(shape="logistic").filter(pl.col("metric") == "acc"), KEYS))
    largest = largest.with_columns(share_extrapolated=pl.lit(0.5))
    errors = largest.filter(pl.col("status") == "ok")["error_at_lowest_loss"].abs()
    points = about_forecasts.small_foretell_large_in_points(ClaimTables(largest=largest))[0]
    assert points.value == pytest.approx(errors.median(), abs=1e-9)
    thresholds = verdicts(verdict=["sharp"] * 8, metric=["acc"] * 8)
    for error, near, defies in ((0.5, SUPPORTED, CONTRADICTED), (-9.0, CONTRADICTED, SUPPORTED)):
        tables = ClaimTables(
            largest=largest.with_columns(error_at_lowest_loss=pl.lit(error)), thresholds=thresholds
        )
        assert about_forecasts.small_foretell_large_in_points(tables)[0].verdict == near
        assert about_forecasts.emergent_defies_extrapolation(tables)[0].verdict == defies
    small = largest.with_columns(params_predicted=pl.lit(1e9))
    assert (
        "1.0 billion" in about_forecasts.small_foretell_large_in_points(ClaimTables(largest=small))[0].reason
    )


@pytest.mark.parametrize("seed", range(3))
def test_half_the_runs_never_turn_a_verdict_round(seed: int) -> None:
    tests = {
        "predictable": about_shape.few_tasks_are_predictable,
        "average": about_shape.average_error_is_exponential,
        "correlation": about_shape.accuracy_is_less_predictable,
    }
    for shape in ("exponential", "noise"):
        whole = scores(shape=shape)
        runs = whole["run_id"].unique().sort().sample(fraction=0.5, seed=seed).to_list()
        answers = [
            judge_claims(ClaimTables(loss_scores=rows), tests, ["planted"])["verdict"].to_list()
            for rows in (whole, whole.filter(pl.col("run_id").is_in(runs)))
        ]
        assert all({SUPPORTED, CONTRADICTED} != set(pair) for pair in zip(*answers, strict=True))


def test_capability_axes_are_counted() -> None:
    rng = np.random.default_rng(0)
    low = rng.standard_normal((60, 2)) @ rng.standard_normal((2, 9)) + 0.05 * rng.standard_normal((60, 9))
    for matrix, verdict in ((low, SUPPORTED), (rng.standard_normal((60, 9)), CONTRADICTED)):
        frame = (
            pl.DataFrame(matrix, schema=[f"t{k}" for k in range(9)])
            .with_row_index("run_id")
            .unpivot(index="run_id", variable_name="task", value_name="score")
        )
        frame = frame.with_columns(source=pl.lit("planted"))
        assert few_axes_of_capability(ClaimTables(scores=frame))[0].verdict == verdict


@needs_mirror
def test_published_laws_are_judged_on_their_own_points() -> None:
    path = next(Path(str(MIRROR)).glob("epoch-research/analyzing-chinchilla/*/data/svg_extracted_data.csv"))
    frame = pl.read_csv(path).select(
        "loss",
        params=pl.col("Model Size"),
        tokens=pl.col("Training FLOP") / 6 / pl.col("Model Size"),
        outlier=pl.col("loss").rank("ordinal", descending=True) <= 5,
        source=pl.lit("chinchilla"),
        family=pl.lit("chinchilla"),
        corpus=pl.lit("massivetext"),
        run_id=pl.int_range(pl.len()).cast(pl.String),
    )
    laws, _ = fit_loss_laws(
        frame, ["source", "family", "corpus"], influence=False, rng=np.random.default_rng(0)
    )
    tables = ClaimTables(loss_laws=laws)
    assert published_parameters(BESIROGLU)(tables)[0].verdict == SUPPORTED
    hoffmann = published_parameters(HOFFMANN)(tables)[0]
    assert hoffmann.verdict == CONTRADICTED
    assert "beta" in hoffmann.reason
    assert compute_exponent_near(0.5)(tables)[0].verdict == SUPPORTED
    assert loss_is_a_pure_power_of_size(tables)[0].verdict in (CONTRADICTED, NOT_TESTABLE, UNDETERMINED)


def test_losses_of_two_axes_never_meet() -> None:
    one = scores().filter(pl.col("metric") == "acc")
    other = one.with_columns(
        unit=pl.lit("bits_per_byte"), loss=pl.col("loss") / 4, run_id=pl.col("run_id") + "b"
    ).head(100)
    last = ClaimTables(
        loss_scores=pl.concat([one, other]), chosen=one.select("source", "corpus").clear()
    ).last
    assert last is not None
    assert set(last["unit"]) == {"nats_per_token"}
