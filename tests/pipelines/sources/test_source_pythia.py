"""Pythia: model, shots and tokens from where they are true, and every kind of dirt that its files hold."""

import json
from pathlib import Path

import polars as pl
import pytest

from pipelines.sources import pythia
from tests.tools.built import Built, Files, put
from tests.tools.synthetic import neox, pythia_file

TOTAL = 299_892_736_000
PIQA = {"piqa": {"acc": 0.6, "acc_stderr": 0.01, "acc_norm": 0.62, "acc_norm_stderr": 0.011}}


def build(tmp_path: Path, files: Files, *wanted: str) -> Built:
    put(tmp_path / "mirror", pythia.SOURCE, files)
    return Built(tmp_path / "home", tmp_path / "mirror", [pythia.SOURCE]).ingest().run(*wanted)


def v0(model: str, folder: str, step: int, when: str = "11-25-2022-07-00-00") -> str:
    shot = "5shot" if folder == "five-shot" else "0shot"
    name = f"{model}-{shot}-global_step{step}_eval_results_{when}.json"
    return f"evals/pythia-v0/{model}/{folder}/{name}"


def test_a_zero_shot_evaluation_in_the_five_shot_folder_is_zero_shot_and_yields_to_its_twin(
    tmp_path: Path,
) -> None:
    other = {"piqa": PIQA["piqa"] | {"acc": 0.61}}
    built = build(
        tmp_path,
        {
            v0("pythia-70m", "five-shot", 3000, "12-25-2022-07-00-00"): pythia_file(other, model_args=neox()),
            v0("pythia-70m", "zero-shot", 3000): pythia_file(PIQA, model_args=neox()),
        },
        "scores",
        "rejects",
    )
    scores = built.sql("select metric, n_shot, score, file from scores order by metric")
    assert scores["n_shot"].to_list() == [0, 0]
    assert scores["score"].to_list() == [0.6, 0.62]
    assert all("/zero-shot/" in file for file in scores["file"])
    rejects = built.sql("select rule, value, file from rejects")
    assert rejects.rows() == [
        ("conflicting_duplicate", "0.61", v0("pythia-70m", "five-shot", 3000, "12-25-2022-07-00-00"))
    ]


def test_of_two_evaluations_of_one_checkpoint_the_later_is_kept(tmp_path: Path) -> None:
    later = {"piqa": PIQA["piqa"] | {"acc": 0.58}}
    files = {
        v0("pythia-70m", "zero-shot", 3000, "11-25-2022-05-54-21"): pythia_file(PIQA, model_args=neox()),
        v0("pythia-70m", "zero-shot", 3000, "01-02-2023-05-54-21"): pythia_file(later, model_args=neox()),
    }
    built = build(tmp_path, files, "scores", "rejects")
    assert built.sql("select score from scores where metric = 'acc'").item() == 0.58
    assert built.sql("select value from rejects").item() == "0.6"


@pytest.mark.parametrize(
    ("shape", "run", "tokens"),
    [
        (neox(), "v0/pythia-70m", 3000 * 2_097_152),
        (neox(layers=12, hidden=768, heads=12, steps=71500), "v0/pythia-160m", 3000 * 4_194_304),
        (
            neox(layers=24, hidden=2048, heads=16, steps=71500, data="pile_deduped"),
            "v0/pythia-1.4b-deduped",
            3000 * 4_194_304,
        ),
        (neox(layers=7, hidden=99, heads=3), "v0/pythia-9z", 3000 * 2_097_152),
        (
            "pretrained=EleutherAI/pythia-v1.1-1b-0.5MtokBS,revision=step3000",
            "v0/pythia-1b-0.5MtokBS",
            3000 * 524_288,
        ),
        (
            "revision=step3000,pretrained=EleutherAI/pythia-v1.1-70m-0.25MtokBS",
            "v0/pythia-70m-0.25MtokBS",
            3000 * 262_144,
        ),
        ("pretrained=EleutherAI/pythia-v1.1-1b-bf16", "v0/pythia-1b-bf16", 3000 * 2_097_152),
    ],
)
def test_the_configuration_names_the_model_and_its_batch(
    tmp_path: Path, shape: object, run: str, tokens: int
) -> None:
    """The folder's name, 9z, stands only where the configuration says nothing that is known."""
    built = build(
        tmp_path, {v0("pythia-9z", "zero-shot", 3000): pythia_file(PIQA, model_args=shape)}, "observations"
    )
    found = built.sql("select distinct run, tokens from observations")
    assert found.rows() == [(run, tokens)]


@pytest.mark.parametrize("n_shot", [-1, 2.5, "5", None, True, 2**31])
def test_shots_that_are_no_number_of_examples_are_rejected_with_their_file(
    tmp_path: Path, n_shot: object
) -> None:
    good, bad = v0("pythia-70m", "zero-shot", 3000), v0("pythia-70m", "five-shot", 3000)
    files = {
        good: pythia_file(PIQA, model_args=neox()),
        bad: pythia_file(PIQA, model_args=neox(), n_shot=n_shot),
    }
    built = build(tmp_path, files, "scores", "rejects")
    assert built.sql("select distinct file from scores").rows() == [(good,)]
    rejects = built.sql("select rule, file, place, value from rejects").rows()
    value = None if n_shot is None else str(n_shot)
    assert rejects == [("missing_field", bad, "config.num_fewshot", value)]


def test_losses_keep_their_unit_and_what_was_published(tmp_path: Path) -> None:
    results = {
        "lambada_openai": {"ppl": 20.0, "ppl_stderr": 1.0, "acc": 0.3, "acc_stderr": 0.006},
        "wikitext": {"word_perplexity": 40.0, "byte_perplexity": 2.1, "bits_per_byte": 1.07},
    }
    files = {
        v0("pythia-70m", folder, 3000): pythia_file(results, n_shot=shots, model_args=neox())
        for folder, shots in (("zero-shot", 0), ("five-shot", 5))
    }
    built = build(tmp_path, files, "loss_scores")
    losses = built.sql(
        "select corpus, unit, round(loss, 9) as loss, loss_as_published from losses order by corpus, unit"
    )
    assert losses.rows() == [
        ("lambada", "nats_per_last_word", 2.995732274, 20.0),
        ("lambada_five_shot", "nats_per_last_word", 2.995732274, 20.0),
        ("wikitext", "bits_per_byte", 1.07, None),
    ]
    assert built.sql("select distinct metric from scores where task = 'wikitext' order by 1")[
        "metric"
    ].to_list() == [
        "byte_perplexity",
        "word_perplexity",
    ]
    circular = built.sql("select distinct corpus, task from loss_scores where circular order by all")
    assert circular.rows() == [
        ("lambada", "lambada"),
        ("lambada_five_shot", "lambada"),
        ("wikitext", "wikitext"),
    ]


def test_the_mean_of_mmlu_needs_all_its_subjects(tmp_path: Path) -> None:
    subjects = pl.read_csv(Path(pythia.__file__).parent / "facts" / "pythia_n_items.csv")["task"]
    mmlu = {
        task: {"acc": 0.2 + i / 1000, "acc_stderr": 0.03}
        for i, task in enumerate(s for s in subjects if "hendrycks" in s)
    }
    fewer = dict(list(mmlu.items())[1:])
    built = build(
        tmp_path,
        {
            v0("pythia-70m", "zero-shot", 3000): pythia_file(mmlu, model_args=neox()),
            v0("pythia-70m", "zero-shot", 13000): pythia_file(fewer, model_args=neox()),
        },
        "scores",
    )
    means = built.sql(
        "select score, stderr, n_items, is_aggregate, aggregated_from, format from scores where task = 'mmlu'"
    )
    assert means.height == 1
    score, stderr, n_items, is_aggregate, aggregated_from, form = means.row(0)
    assert score == pytest.approx(0.2 + 28 / 1000, abs=1e-12)
    assert stderr == pytest.approx(0.03 / 57**0.5, abs=1e-12)
    assert (n_items, is_aggregate, form) == (14042, True, "rc")
    assert aggregated_from == "mean of 57 parts, unweighted"
    assert built.sql("select count(*) from scores where not is_aggregate").item() == 57 + 56


def test_real_runs_are_named_from_their_configuration_as_their_folders_name_them(real: Built) -> None:
    """Independent of the adapter: the folder's name is used for nothing else."""
    found = real.sql(
        "select count(*) as n, count(*) filter (where run <> replace(string_split(file, "
        "'/')[2], 'pythia-', '') || '/' "
        "|| string_split(file, '/')[3]) as wrong from observations where source = 'pythia' "
        "and file like 'evals/pythia-%'"
    )
    values, wrong = found.row(0)
    assert values >= 175_963 - 13 * 128
    assert wrong == 0


def test_real_ninety_zero_shot_files_in_the_five_shot_folder_each_meet_their_twin(
    real: Built, mirror: Path
) -> None:
    mislabelled = [
        path
        for path in mirror.glob("EleutherAI/pythia/*/evals/pythia-v0/*/five-shot/*.json")
        if json.loads(path.read_bytes())["config"]["num_fewshot"] == 0
    ]
    assert len(mislabelled) >= 90
    moved = (
        "select file, status, n_shot, rule from observations where source = 'pythia' and file "
        "like '%/pythia-v0/%/five-shot/%' and (n_shot = 0 or corpus in ('lambada', "
        "'wikitext'))"
    )
    assert real.sql(f"select count(distinct file) from ({moved})").item() == len(mislabelled)
    assert real.sql(f"select count(*) from ({moved}) where status = 'kept'").item() == 0
    rejected = real.sql(
        f"select count(*) as values, count(distinct file) as files from ({moved}) where status = 'rejected'"
    )
    values, files = rejected.row(0)
    assert values >= 201
    assert files >= 46
    assert real.sql(
        "select max(abs(o.value - s.score)) from observations o join scores s using "
        "(checkpoint_id, task, metric, n_shot, format) where o.source = 'pythia' and o.status "
        "= 'rejected' and o.metric in ('acc', 'acc_norm')"
    ).item() == pytest.approx(0.012, abs=0.0005)


def test_real_evaluations_done_twice_are_equal_and_dropped(real: Built) -> None:
    """Three checkpoints of v0 70m were evaluated twice: 2 five-shot, 1 zero-shot."""
    doubled = real.sql(
        "select count(distinct file) from observations where source = 'pythia' and run = "
        "'v0/pythia-70m' and status = 'duplicate'"
    )
    assert doubled.item() >= 3
    assert (
        real.sql(
            "select count(*) from observations where run = 'v0/pythia-70m' and status = 'rejected'"
        ).item()
        == 0
    )


def test_real_runs_end_at_the_same_number_of_tokens(real: Built) -> None:
    ends = real.sql(
        "select run_id, max(tokens) as tokens, max(step) as step from checkpoints where "
        "run_id like 'pythia/v%' group by 1"
    )
    assert ends.height >= 32
    assert set(ends["tokens"]) == {TOTAL}
    assert set(ends["step"]) >= {71_500, 143_000, 572_000, 1_144_000}
    finals = real.sql("select count(*) from checkpoints where run_id like 'pythia/v%' and is_final").item()
    assert finals == ends.height


def test_real_v1_files_named_five_shot_inside_zero_shot_are_zero_shot(real: Built) -> None:
    """Their configuration says zero-shot, so this time the name is wrong."""
    named = "file like '%/pythia-v1/%/zero-shot/%-5shot%'"
    assert real.sql(f"select count(distinct file) from observations where {named}").item() > 0
    assert (
        real.sql(f"select count(*) from observations where {named} and kind = 'score' and n_shot <> 0").item()
        == 0
    )


def test_real_steps_0_and_1_are_different_checkpoints_with_equal_scores(real: Built) -> None:
    pairs = real.sql(
        "select a.score = b.score as equal, count(*) as n from scores a join scores b using "
        "(run_id, task, format, metric, n_shot) "
        "where a.run_id like 'pythia/v1/%' and a.checkpoint_id like '%@0' and b.checkpoint_id "
        "like '%@2097152' group by all"
    )
    assert pairs["equal"].to_list() == [True]
    assert pairs["n"].item() >= 14 * 150


def test_real_perplexities_of_the_first_steps_are_large_and_finite_as_losses(real: Built) -> None:
    top = real.sql(
        "select max(loss_as_published) as ppl, max(loss) as loss from losses where source = "
        "'pythia' and unit = 'nats_per_last_word'"
    )
    ppl, loss = top.row(0)
    assert ppl > 1e7
    assert loss == pytest.approx(16.5187, abs=1e-3)


def test_real_wsc_answers_one_class_in_hundreds_of_files(real: Built) -> None:
    """38 of 104 items: below chance by the make-up of the task, not by an error of reading."""
    assert (
        real.sql(
            "select count(*) from scores where source = 'pythia' and task = 'wsc' and n_shot = 5 "
            "and round(score, 3) = 0.365"
        ).item()
        > 200
    )


def test_real_standard_errors_are_published_ones_and_agree_with_the_items(real: Built) -> None:
    found = real.sql(
        "select count(*) filter (where stderr_source <> 'published') as derived, "
        "max(abs(score * (1 - score) / stderr ** 2 + 1 - n_items)) as gap from scores "
        "where source = 'pythia' and not is_aggregate and metric in ('acc', 'acc_norm') and stderr > 0"
    )
    assert found["derived"].item() == 0
    assert found["gap"].item() < 0.05


def test_real_scores_are_the_published_numbers_to_the_last_bit(real: Built, mirror: Path) -> None:
    path = next(
        iter(
            sorted(
                mirror.glob("EleutherAI/pythia/*/evals/pythia-v1/pythia-2.8b/zero-shot/2.8b_step143000.json")
            )
        )
    )
    published = json.loads(path.read_bytes())["results"]
    kept = real.sql(
        "select place, score from scores where run_id = 'pythia/v1/pythia-2.8b' and n_shot = "
        "0 and checkpoint_id like '%@299892736000' and not is_aggregate"
    )
    assert kept.height == sum(
        k in ("acc", "acc_norm", "pct_stereotype", "likelihood_difference")
        for m in published.values()
        for k in m
    )
    for place, score in kept.iter_rows():
        task, metric = place.removeprefix("results.").rsplit(".", 1)
        assert published[task][metric] == score


def test_real_mmlu_is_one_mean_a_checkpoint_of_57_subjects(real: Built) -> None:
    means = real.sql(
        "select metric, n_shot, count(*) as n, any_value(n_items) as n_items from scores "
        "where source = 'pythia' and task = 'mmlu' group by all order by all"
    )
    assert set(means["n_items"]) == {14042}
    counts = {(metric, n_shot): n for metric, n_shot, n, _ in means.rows()}
    assert all(counts[metric, 0] >= 631 and counts[metric, 5] >= 389 for metric in ("acc", "acc_norm"))
    by_hand = real.sql(
        "select checkpoint_id, avg(score) as mean from scores where source = 'pythia' and "
        "task like 'mmlu\\_%' escape '\\' and metric = 'acc' and n_shot = 0 group by 1"
    )
    both = by_hand.join(
        real.sql(
            "select checkpoint_id, score from scores where source = 'pythia' and task = 'mmlu' "
            "and metric = 'acc' and n_shot = 0"
        ),
        on="checkpoint_id",
    )
    assert both.height == counts["acc", 0]
    assert both.select((pl.col("mean") - pl.col("score")).abs().max()).item() < 1e-12


def test_real_files_of_one_2_8b_run_that_show_the_other_are_on_record(real: Built) -> None:
    """Ten zero-shot files, steps 2 to 1000, and four five-shot ones; other sizes are equal only at steps 0 and 1."""
    copies = real.sql("select * from copied_files where run_id = 'pythia/v1/pythia-2.8b-deduped'")
    assert copies["original_run_id"].unique().to_list() == ["pythia/v1/pythia-2.8b"]
    shots = ["five-shot" if "/five-shot/" in file else "zero-shot" for file in copies["file"]]
    assert shots.count("zero-shot") >= 10
    assert shots.count("five-shot") >= 4
