"""Sufficiency: planted biases are seen, a planted sufficiency is granted, published tables are told apart."""

import numpy as np
import polars as pl
import pytest

from emergence.errors import InputError
from emergence.given_loss.sufficiency import SUFFICIENCY_SCHEMA, fit_sufficiency
from tests.tools.published_tables import BY, dclm, gadre, needs_mirror, olmo


def planted(
    *,
    size_effect: float = 0.0,
    family_effect: float = 0.0,
    run_sd: float = 0.004,
    loss_error: float = 0.0,
    runs: int = 48,
    points: int = 6,
    seed: int = 0,
) -> pl.DataFrame:
    """Runs of four sizes and two families, same losses; effects in score per tenfold params, per family."""
    rng = np.random.default_rng(seed)
    run = np.repeat(np.arange(runs), points)
    size = np.array([8.0, 8.5, 9.0, 9.5])[run % 4]
    family = (run // 4) % 2
    loss = rng.uniform(2.2, 3.8, run.size) - 0.35 * (size - 8.75)
    score = 0.25 + 0.18 * np.maximum(3.6 - loss, 0)
    score = score + size_effect * (size - 8.75) + family_effect * (family - 0.5)
    score = score + rng.normal(0, run_sd, runs)[run] + rng.normal(0, 0.004, run.size)
    return pl.DataFrame(
        {
            "task": "planted",
            "run_id": run.astype(str),
            "params": 10.0**size,
            "tokens": 10.0 ** rng.uniform(9, 11, runs)[run],
            "family": np.array(["a", "b"])[family],
            "training_corpus": "c",
            "loss": loss + loss_error * rng.standard_normal(run.size),
            "score": score,
        }
    )


def only(frame: pl.DataFrame, **options: float) -> dict[str, object]:
    return fit_sufficiency(frame, ["task"], rng=np.random.default_rng(0), **options).row(0, named=True)  # type: ignore[arg-type]


def test_loss_alone_is_called_sufficient() -> None:
    row = only(planted())
    assert row["sufficient"] is True
    assert abs(row["bias_params"]) < 0.5
    assert row["slope_params_low"] < 0 < row["slope_params_high"]
    assert row["p_params"] > 0.05


def test_a_size_effect_is_measured_in_points_and_denies_sufficiency() -> None:
    row = only(planted(size_effect=0.04))
    assert row["sufficient"] is False
    assert "size changes the score" in row["reason"]
    assert row["beyond_params"] is True
    assert row["beyond_training_corpus"] is None
    assert row["slope_params_low"] < 4.0 < row["slope_params_high"]
    assert row["p_params"] < 0.01


def test_a_family_effect_is_laid_to_the_family_and_not_to_size() -> None:
    frame = planted(family_effect=0.05)
    frame = frame.filter((pl.col("family") == "a") | (pl.col("params") > 3e8))
    row = only(frame)
    assert row["p_family"] < 0.01
    assert row["p_params_in_family"] > 0.05
    assert row["sufficient"] is False


def test_an_effect_below_the_margin_is_significant_and_still_sufficient() -> None:
    row = only(planted(size_effect=0.006, run_sd=0.001, runs=96), margin=0.02)
    assert row["p_params"] < 0.01
    assert row["sufficient"] is True


def test_too_noisy_to_say_is_neither_true_nor_false() -> None:
    row = only(planted(run_sd=0.03, runs=12))
    assert row["sufficient"] is None
    assert row["reason"].startswith("undetermined")


def test_permutation_keeps_its_size_when_nothing_but_run_effects_is_there() -> None:
    values = [only(planted(run_sd=0.01, runs=24, seed=s), permutations=199)["p_params"] for s in range(80)]
    assert np.mean(np.array(values) <= 0.1) == pytest.approx(0.1, abs=0.09)


def test_tokens_are_tested_among_runs_whose_tokens_are_known() -> None:
    """Runs of unknown tokens lie lower here: that says nothing of tokens."""
    frame = planted(runs=48, run_sd=0.002)
    is_unknown = pl.col("run_id").cast(pl.Int64) % 2 == 0
    mixed = frame.with_columns(
        tokens=pl.when(~is_unknown).then("tokens"),
        score=pl.col("score") - pl.when(is_unknown).then(0.03).otherwise(0.0),
    )
    row = only(mixed)
    assert row["p_tokens"] > 0.05
    few = only(frame.with_columns(tokens=pl.when(pl.col("run_id").is_in(["1", "2", "3"])).then("tokens")))
    assert few["p_tokens"] is None
    assert few["p_params"] == only(frame)["p_params"]
    none = only(frame.with_columns(tokens=pl.lit(None, pl.Float64)))
    assert none["p_tokens"] is None


def test_error_in_the_loss_feigns_an_effect_of_size_that_simex_takes_back() -> None:
    frame = planted(loss_error=0.25, run_sd=0.002, runs=160, points=4).with_columns(
        loss_low=pl.col("loss") - 1.96 * 0.25, loss_high=pl.col("loss") + 1.96 * 0.25
    )
    row = only(frame)
    assert row["loss_error"] == pytest.approx(0.25, rel=0.01)
    assert row["slope_params"] > 0.5
    assert abs(row["slope_params_simex"]) < 0.6 * row["slope_params"]


def test_what_cannot_be_tested_says_so_in_a_typed_row() -> None:
    few = planted().filter(pl.col("run_id") == "0")
    table = fit_sufficiency(few, ["task"], rng=np.random.default_rng(0))
    assert table["status"].to_list() == ["too_few_points"]
    assert table["sufficient"].to_list() == [None]
    assert table["reason"][0].startswith("not testable here")
    assert table.columns == ["task", *SUFFICIENCY_SCHEMA]
    flat = only(planted().with_columns(score=pl.lit(0.25)))
    assert flat["status"] == "constant"


def test_a_missing_column_is_named() -> None:
    with pytest.raises(InputError, match="no column params"):
        fit_sufficiency(planted().drop("params"), ["task"], rng=np.random.default_rng(0))


def test_lower_is_better_is_turned_and_a_metric_without_bounds_is_not_judged() -> None:
    frame = planted(size_effect=0.04).with_columns(
        score=3.0 - 5 * pl.col("score"), higher_is_better=pl.lit(False)
    )
    row = only(frame)
    assert row["score_unit"] == "metric"
    assert row["sufficient"] is None
    assert row["r2_held_out"] > 0.8
    assert row["slope_params"] > 0


def test_the_same_seed_gives_the_same_table_on_any_number_of_threads() -> None:
    frame = pl.concat([planted(seed=s).with_columns(task=pl.lit(f"t{s}")) for s in range(6)])
    one, two = (fit_sufficiency(frame, ["task"], threads=k, rng=np.random.default_rng(7)) for k in (1, 2))
    assert one.equals(two)


@needs_mirror
def test_olmo_in_cloze_format_is_nearly_sufficient_over_sizes() -> None:
    frame = olmo().filter(pl.col("format") == "rc", pl.col("metric") == "len_norm")
    table = fit_sufficiency(frame, BY, rng=np.random.default_rng(0))
    assert table["effect_params"].abs().max() < 1.5  # points over a factor of 36 in size
    assert (table["sufficient"].fill_null(True)).mean() >= 0.5
    assert table["r2_held_out"].median() > 0.9
    assert table["slope_params"].abs().median() < 0.5
    assert table["bias_params"].abs().median() < 1.2
    assert table["seed_sd"].median() < 1.0


@needs_mirror
def test_gadre_depends_on_which_corpus_the_loss_is_taken_on() -> None:
    learned = [
        "hellaswag",
        "lambada_openai",
        "arc_easy",
        "piqa",
        "bigbench_qa_wikidata",
        "winograd",
        "coqa",
        "copa",
    ]
    table = fit_sufficiency(gadre().filter(pl.col("task").is_in(learned)), BY, rng=np.random.default_rng(0))
    by_corpus = (
        table.group_by("corpus")
        .agg(pl.col("r2_held_out", "rmse_run").median())
        .rows_by_key("corpus", named=True)
    )
    web, code = (by_corpus[f"paloma_{c}"][0] for c in ("falcon-refinedweb", "dolma_100_programing_languages"))
    assert web["r2_held_out"] > 0.9 > 0.7 > code["r2_held_out"]
    assert code["rmse_run"] > 2 * web["rmse_run"]
    hellaswag = table.filter(task="hellaswag", corpus="paloma_dolma_100_programing_languages").row(
        0, named=True
    )
    assert hellaswag["sufficient"] is False


@needs_mirror
def test_dclm_is_the_negative_control() -> None:
    table = fit_sufficiency(dclm(), BY, rng=np.random.default_rng(0)).filter(pl.col("status") == "ok")
    assert not table["sufficient"].fill_null(False).any()
    assert (table["r2_held_out"] < 0.5).mean() > 0.7
    assert table.filter(task="hellaswag")["sufficient"].to_list() == [False]
