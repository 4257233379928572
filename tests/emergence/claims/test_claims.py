"""Claims: planted tables are judged as planted, each claim has a statement and a test, none is silent."""

import re
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from scipy.stats import binomtest

from emergence.claims import about_loss as claims_loss
from emergence.claims import about_shape as claims_shape
from emergence.claims.about_laws import (
    BESIROGLU,
    HOFFMANN,
    TESTS,
    few_axes_of_capability,
    loss_is_a_pure_power_of_size,
    params_and_tokens_grow_alike,
    published_parameters,
)
from emergence.claims.judge import (
    CLAIM_SCHEMA,
    CONTRADICTED,
    NOT_TESTABLE,
    SUPPORTED,
    ClaimTables,
    check_facts,
    correlation_interval,
    decide,
    judge_claims,
    median_interval,
    share,
)
from emergence.errors import InputError
from emergence.given_loss.curve_set import fit_curves
from emergence.given_loss.forecast import predict_largest
from emergence.given_loss.sufficiency import fit_sufficiency
from emergence.laws.fit import fit_loss_laws
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
            score = 0.3 + 0.05 * rng.standard_normal(60)
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
    check_facts(facts, TESTS)
    assert facts.height >= 15
    assert facts.null_count().sum_horizontal().item() == 0
    assert facts["claim_id"].is_unique().all()
    with pytest.raises(InputError, match="without a test"):
        check_facts(facts, {})


def test_a_claim_without_its_tables_is_not_testable_and_never_missing() -> None:
    table = judge_claims(ClaimTables(), TESTS, ["one", "two"])
    assert dict(table.schema) == CLAIM_SCHEMA
    assert table.height == 2 * len(TESTS)
    assert set(table["verdict"]) == {NOT_TESTABLE}
    assert (table["reason"].str.len_chars() > 10).all()


def test_a_verdict_needs_the_whole_interval_on_one_side() -> None:
    def below(value: float) -> bool:
        return value <= 1

    assert decide(0.2, 0.9, supported=below, words="w")[0] == SUPPORTED
    assert decide(1.2, 1.9, supported=below, words="w")[0] == CONTRADICTED
    assert decide(0.2, 1.9, supported=below, words="w") == (
        NOT_TESTABLE,
        "undetermined: the interval spans the claim's limit; w",
    )
    assert decide(np.nan, 1.9, supported=below, words="w")[0] == NOT_TESTABLE


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
    table = fit_sufficiency(scores(size_effect=effect), KEYS, permutations=0, rng=np.random.default_rng(0))
    (finding,) = claims_loss.same_loss_same_score(ClaimTables(sufficiency=table))
    assert finding.verdict == verdict
    shown = re.search(r"(\d+) shown to differ", finding.reason)
    assert shown
    assert (int(shown[1]) > 0) == (effect > 0)
    (better,) = claims_loss.loss_explains_little(ClaimTables(sufficiency=table))
    assert (better.verdict == SUPPORTED) == (effect > 0)


@pytest.mark.parametrize(
    ("shape", "predictable", "average"),
    [("exponential", CONTRADICTED, SUPPORTED), ("noise", SUPPORTED, CONTRADICTED)],
)
def test_predictable_tasks_and_their_mean(shape: str, predictable: str, average: str) -> None:
    tables = ClaimTables(loss_scores=scores(shape=shape))
    assert claims_shape.few_tasks_are_predictable(tables)[0].verdict == predictable
    assert claims_shape.average_error_is_exponential(tables)[0].verdict == average


def test_an_exponential_is_foretold_without_the_point_itself() -> None:
    loss = np.linspace(2, 4, 20)
    score = 0.2 + 0.5 * np.exp(-2.0 * (loss - 2))
    assert np.max(np.abs(claims_shape.held_out_exponential(loss, score)[1:-1] - score[1:-1])) < 0.01
    noise = np.random.default_rng(0).standard_normal(200)
    assert (
        claims_shape.r_squared(noise, claims_shape.held_out_exponential(np.linspace(2, 4, 200), noise)) < 0.05
    )


def test_emergence_in_size_needs_chance_below_and_more_above() -> None:
    tables = ClaimTables(loss_scores=scores(shape="step", noise=0.0))
    assert claims_shape.abilities_appear_with_size(tables)[0].value == 1.0
    everywhere = scores(shape="step", noise=0.0).with_columns(score=pl.lit(0.6))
    assert (
        claims_shape.abilities_appear_with_size(ClaimTables(loss_scores=everywhere))[0].verdict
        == CONTRADICTED
    )


def test_recipes_that_keep_their_order_over_sizes_are_counted() -> None:
    frame = scores(shape="noise", noise=0.0)
    order = pl.col("training_corpus").replace_strict(
        {"a": 0.1, "b": 0.2, "c": 0.3, "d": 0.4}, return_dtype=pl.Float64
    )
    kept = ClaimTables(loss_scores=frame.with_columns(score=order + pl.col("params").log10() / 100))
    assert claims_shape.small_models_rank_recipes(kept)[0].value == 1.0
    turned = order * pl.when(pl.col("params") > 5e8).then(-1).otherwise(1)
    lost = ClaimTables(loss_scores=frame.with_columns(score=turned).filter(pl.col("params") < 5e9))
    assert claims_shape.small_models_rank_recipes(lost)[0].verdict == CONTRADICTED


def test_thresholds_and_twins_are_counted_by_verdict() -> None:
    sharp = verdicts(verdict=["sharp"] * 12, metric=["acc"] * 12, p_adjusted=[0.001] * 12, width=[0.1] * 12)
    soft = sharp.with_columns(metric=pl.lit("soft"), width=pl.lit(0.5), verdict=pl.lit("smooth"))
    tables = ClaimTables(thresholds=pl.concat([sharp, soft]))
    assert claims_loss.tasks_have_thresholds(tables)[0].verdict == SUPPORTED
    assert claims_loss.continuous_metrics_emerge_too(tables)[0].verdict == CONTRADICTED
    assert claims_loss.sharpness_is_the_metric(tables)[0].verdict == SUPPORTED
    smooth = sharp.with_columns(verdict=pl.lit("smooth"))
    for above, verdict in ((False, CONTRADICTED), (True, NOT_TESTABLE)):
        begun = ClaimTables(thresholds=smooth.with_columns(floor_differs_from_chance=pl.lit(above)))
        assert claims_loss.tasks_have_thresholds(begun)[0].verdict == verdict
    unclear = ClaimTables(thresholds=sharp.with_columns(verdict=pl.lit("not_identified")))
    assert claims_loss.tasks_have_thresholds(unclear)[0].reason.startswith("no task has a settled shape")


def test_the_largest_size_foretold_from_smaller_ones() -> None:
    largest = predict_largest(fit_curves(scores(shape="logistic").filter(pl.col("metric") == "acc"), KEYS))
    errors = largest.filter(pl.col("status") == "ok")["error_at_lowest_loss"].abs()
    points = claims_loss.small_foretell_large_in_points(ClaimTables(largest=largest))[0]
    assert points.value == pytest.approx(errors.median(), abs=1e-9)
    near = largest.with_columns(error_at_lowest_loss=pl.lit(0.5))
    far = largest.with_columns(error_at_lowest_loss=pl.lit(-9.0))
    for table, verdict in ((near, SUPPORTED), (far, CONTRADICTED)):
        assert claims_loss.small_foretell_large_in_points(ClaimTables(largest=table))[0].verdict == verdict
    thresholds = verdicts(verdict=["sharp"] * 8, metric=["acc"] * 8)
    tables = ClaimTables(largest=largest, thresholds=thresholds)
    assert claims_loss.emergent_defies_extrapolation(tables)[0].verdict == CONTRADICTED


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
    assert params_and_tokens_grow_alike(tables)[0].verdict == SUPPORTED
    assert loss_is_a_pure_power_of_size(tables)[0].verdict in (CONTRADICTED, NOT_TESTABLE)


def test_the_page_of_claims_names_every_claim() -> None:
    page = (FACTS.parents[3] / "docs" / "claims.md").read_text()
    assert set(pl.read_csv(FACTS)["claim_id"]) == {
        line.split("`")[1] for line in page.splitlines() if line.startswith("| `")
    }
