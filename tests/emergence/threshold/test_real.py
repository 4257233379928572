"""What the published tables must show without being told; run where the mirror of published tables is."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

import emergence
from emergence.shapes.curves import CUBE, FORMS, HINGE, JUMP, ROOT
from emergence.shapes.search import build_design, fit_forms
from tests.tools.published_tables import gadre, needs_mirror, olmo

SEVEN_B = "peteish7_eval_full"
MMLU_ITEMS = {"stem": 3018, "humanities": 4705, "social_sciences": 3077, "other": 3242}
LEAVING = {"sharp", "gradual", "leaves_floor"}

pytestmark = needs_mirror


def mmlu(answer: str) -> pl.DataFrame:
    """OLMo-7B's MMLU over C4 loss: its four parts, weighted by items."""
    rows = olmo().filter(pl.col("run_id") == SEVEN_B, pl.col("format") == answer)
    weight = pl.col("task").str.extract("^mmlu_(.*)_test$").replace_strict(MMLU_ITEMS, default=None)
    return (
        rows.with_columns(weight=weight.cast(pl.Float64))
        .drop_nulls("weight")
        .group_by("tokens", "loss")
        .agg(score=(pl.col("score") * pl.col("weight")).sum() / pl.col("weight").sum())
        .sort("tokens")
        .with_columns(task=pl.lit("mmlu"), run_id=pl.lit(SEVEN_B), chance=0.25)
    )


def seven_b(task: str, answer: str) -> emergence.ThresholdFit:
    """Fit one task of OLMo-7B within the run."""
    rows = olmo().filter(pl.col("run_id") == SEVEN_B, pl.col("task") == task, pl.col("format") == answer)
    metric = "acc" if answer == "mc" else "len_norm"
    return fit(rows.filter(pl.col("metric") == metric))


def fit(rows: pl.DataFrame, **options: object) -> emergence.ThresholdFit:
    """Fit one series of a published table."""
    return emergence.fit_threshold(
        rows["loss"],
        rows["score"],
        run=rows["run_id"],
        order=rows["tokens"],
        chance=rows["chance"][0],
        replicates=400,
        rng=1,
        **options,
    )


def test_mmlu_with_letters_leaves_chance_at_once_near_2_70() -> None:
    found = fit(mmlu("mc"))
    assert found.inference == "within_run"
    assert found.verdict == "sharp"
    assert 2.69 < found.loss_at_2_points < 2.74
    assert 0.045 < found.width < 0.09
    assert found.width_high < 0.09


def test_the_onset_of_mmlu_lies_between_231_and_252_billion_tokens() -> None:
    onsets = emergence.find_onsets(mmlu("mc"), ["task"], n_items=None)
    practical = onsets.row(by_predicate=pl.col("rule") == "plus_8_points", named=True)
    assert practical["loss_before"] == pytest.approx(2.705, abs=0.001)
    assert practical["loss_after"] == pytest.approx(2.695, abs=0.001)
    assert practical["tokens_before"] == pytest.approx(231e9, rel=0.01)
    assert practical["tokens_after"] == pytest.approx(252e9, rel=0.01)
    detectable = onsets.row(by_predicate=pl.col("rule") == "detectable", named=True)
    assert detectable["loss_after"] >= practical["loss_after"]
    assert detectable["p_value"] < 0.01


def test_the_form_decides_where_mmlu_has_its_threshold() -> None:
    rows = mmlu("mc").sort("loss").filter(pl.col("loss") < 4)
    x, y = rows["loss"].to_numpy(), rows["score"].to_numpy()
    fits = fit_forms(build_design(x, np.ones(x.size), np.zeros(x.size, dtype=np.int64)), y, None)
    assert fits.curve(JUMP).eta == pytest.approx(2.700, abs=0.002)
    assert fits.curve(ROOT).eta == pytest.approx(2.713, abs=0.005)
    assert fits.curve(HINGE).eta == pytest.approx(2.81, abs=0.01)
    gaps = range(3, x.size - 3)
    step = min(gaps, key=lambda i: float(y[:i].var() * i + y[i:].var() * (x.size - i)))
    assert 0.5 * (x[step - 1] + x[step]) == pytest.approx(2.673, abs=0.005)


@pytest.mark.parametrize("task", ["arc_challenge_test", "arc_easy_test", "csqa_val", "hellaswag_val"])
def test_other_tasks_with_letters_leave_chance_as_sharply(task: str) -> None:
    found = seven_b(task, "mc")
    assert found.verdict == "sharp"
    assert 2.68 < found.loss_at_2_points < 2.75


def test_two_tasks_are_nearly_as_sharp_piqa_wider_and_winogrande_has_none() -> None:
    for task in ("openbookqa_test", "socialiqa_val"):
        nearly = seven_b(task, "mc")
        assert nearly.verdict in {"sharp", "leaves_floor"}
        assert nearly.width_high < 0.12
    piqa = seven_b("piqa_val", "mc")
    assert piqa.verdict in {"leaves_floor", "gradual"}
    assert piqa.width_high > 0.12
    assert seven_b("winogrande_val", "mc").verdict != "sharp"


def test_the_same_tasks_as_continuations_rise_slowly_over_all_runs() -> None:
    rows = olmo().filter(
        pl.col("format") == "rc",
        pl.col("metric") == "len_norm",
        pl.col("task").is_in(["arc_challenge_test", "hellaswag_val", "mmlu_stem_test", "openbookqa_test"]),
    )
    fits = emergence.fit_table(
        rows, ["task"], n_items=None, stderr=None, higher_is_better=None, replicates=200
    )
    assert set(fits["verdict"]) <= {"gradual", "smooth", "not_identified", "above_floor"}
    assert fits["width_low"].min() > 1.0
    assert fits["n_runs"].min() > 30


def test_generated_answers_of_gadre_have_thresholds_and_hellaswag_hangs_on_the_form() -> None:
    corpus = next(c for c in gadre()["corpus"].unique() if "refinedweb" in c)
    chance = pl.when(pl.col("task").str.starts_with("hellaswag")).then(0.25).otherwise(0.0)
    rows = gadre().filter(pl.col("corpus") == corpus).with_columns(chance=chance)
    jeopardy = fit(rows.filter(pl.col("task") == "jeopardy"), form="hinge")
    squad = fit(rows.filter(pl.col("task") == "squad"), form="hinge")
    assert jeopardy.eta == pytest.approx(3.1, abs=0.1)
    assert squad.eta == pytest.approx(3.4, abs=0.1)
    assert {jeopardy.inference, squad.inference} == {"across_runs"}
    hellaswag = rows.filter(pl.col("task") == "hellaswag_zeroshot")
    by_form = {form: fit(hellaswag, form=form).eta for form in ("hinge", "square", "cube")}
    assert by_form["hinge"] == pytest.approx(3.6, abs=0.1)
    assert by_form["hinge"] + 0.2 < by_form["square"] < by_form["cube"]
    assert FORMS[CUBE] == "cube"


@pytest.fixture(scope="module")
def thresholds(full_release: Path) -> pl.DataFrame:
    return pl.read_parquet(full_release / "tables" / "thresholds.parquet")


def test_sharp_is_said_of_letters_and_of_them_by_both_trainings(thresholds: pl.DataFrame) -> None:
    sharp = thresholds.filter(pl.col("verdict") == "sharp")
    elsewhere = sharp.filter(pl.col("source") != "olmo_ladder")
    assert elsewhere.height <= 0.05 * sharp.height
    assert set(sharp.filter(pl.col("source") == "olmo_ladder")["format"]) == {"mc"}
    assert (sharp["width_high"] <= 0.035 * sharp["loss_max"]).all()
    letters = sharp.filter(pl.col("corpus") == "c4_en")
    whole = {"mmlu", "arc_easy", "arc_challenge", "csqa", "hellaswag", "openbookqa", "socialiqa"}
    both = letters.filter(pl.col("task").is_in(list(whole)))
    assert set(both["task"]) == whole
    assert (both["runs_agreeing"] == 2).all()
    assert both["reason"].str.contains("sharp in 2 of 2 runs").all()
    assert both["loss_at_2_points"].is_between(2.68, 2.75).all()


def test_what_is_claimed_survives_adjustment_and_has_two_sides(thresholds: pl.DataFrame) -> None:
    claimed = thresholds.filter(pl.col("verdict").is_in(list(LEAVING)))
    assert claimed.height > 300
    assert (claimed["p_adjusted"] < 0.05).all()
    located = thresholds.filter(pl.col("eta").is_not_null())
    assert set(located["verdict"]) <= LEAVING
    assert located.select(pl.min_horizontal("n_above", "n_below").min()).item() >= 5
    reach = 0.5 * (located["loss_max"] - located["loss_min"])
    assert (located["eta_high"] - located["eta_low"] <= reach).all()
    assert (located["p_fit"] >= 0.05).all()


def test_every_number_has_its_interval_and_every_verdict_its_reason(thresholds: pl.DataFrame) -> None:
    for name in ("loss_at_2_points", "loss_at_5_points", "loss_at_2_points_above_chance", "eta", "slope"):
        given = thresholds.filter(pl.col(name).is_not_null())
        low, high = given[f"{name}_low"], given[f"{name}_high"]
        assert (low <= given[name] + 1e-9).all(), name
        assert (given[name] <= high + 1e-9).all(), name
    risen = thresholds.filter(pl.col("verdict").is_in(["sharp", "gradual", "smooth"]))
    assert risen["loss_at_2_points"].null_count() < 0.25 * risen.height
    flat = thresholds.filter(pl.col("verdict").is_in(["at_floor", "no_change", "inverse", "above_floor"]))
    assert flat["loss_at_2_points"].null_count() == flat.height
    assert (thresholds["reason"].str.len_chars() > 10).all()
    unsaid = thresholds.filter(pl.col("verdict") == "not_identified", pl.col("status") == "ok")
    assert unsaid["reason"].str.contains("failed:").all()
