"""Results of the evaluation harness, old and new: names, shots, items, groups, losses."""

import json
from pathlib import Path

import pytest

from pipelines.own.reading.found import Counter, Kind
from pipelines.own.reading.lm_eval_metrics import score_format
from tests.tools.own_files import harness, old_harness, planned, read, said, scores_of, write

ACC = {"acc,none": 0.412, "acc_stderr,none": 0.022, "acc_norm,none": 0.438, "acc_norm_stderr,none": 0.0222}


def test_old_and_new_keys_give_the_same_scores(tmp_path: Path) -> None:
    new = read(write(tmp_path / "new.json", harness({"toyqa": ACC})))
    old = read(
        write(tmp_path / "old.json", old_harness({"toyqa": {k.split(",")[0]: v for k, v in ACC.items()}}))
    )
    for reading in (new, old):
        found = [(r.metric, r.filter, r.value, r.stderr, r.at.number) for r in reading.records]
        assert found == [("acc", None, 0.412, 0.022, 8000), ("acc_norm", None, 0.438, 0.0222, 8000)]
        assert not reading.broken


def test_a_filter_stays_part_of_the_metric(tmp_path: Path) -> None:
    metrics = {"exact_match,strict-match": 0.1, "exact_match,flexible-extract": 0.2}
    write(tmp_path / "results.json", harness({"gsm8k": metrics}))
    plan = planned(tmp_path, tokens_per_step=10)
    assert scores_of(plan, "metric", "score") == [("exact_match_strict", 0.1), ("exact_match_flexible", 0.2)]


LETTERS_BY_CODE = (
    'def doc_to_choice(doc):\n    return [string.ascii_uppercase[i] for i in range(len(doc["options"]))]\n'
)


@pytest.mark.parametrize(
    ("choices", "task", "asked"),
    [
        (["A", "B", "C", "D"], "toyqa", "mc"),
        (["(A)", "(B)"], "toyqa", "mc"),
        (["yes", "no"], "toyqa", "rc"),
        ("['A', 'B', 'C', 'D']", "toyqa", "mc"),
        ("{{['A', 'B', 'C', 'D']}}", "toyqa", "mc"),
        ("A, B, C, D", "toyqa", "mc"),
        (LETTERS_BY_CODE, "toyqa", "mc"),
        ("{{choices.text}}", "toyqa", "rc"),
        ("{{[sol1, sol2]}}", "toyqa", "rc"),
        ("choices", "toyqa", "rc"),
        # Of a function nobody knows what it gives, but for tasks whose functions are known.
        ("<function doc_to_choice at 0x7f33f9942240>", "toyqa", None),
        ("def doc_to_choice(doc):\n    return split(doc)\n", "toyqa", None),
        ("{{choices.label}}", "toyqa", None),
        ("def doc_to_choice(doc):\n    return split(doc)\n", "winogrande", "rc"),
        ("<function doc_to_choice at 0x7f33f9942240>", "leaderboard_mmlu_pro", "mc"),
    ],
)
def test_choices_that_are_letters_are_answered_by_letter_however_they_are_written(
    choices: object, task: str, asked: str | None
) -> None:
    config = {"output_type": "multiple_choice", "doc_to_choice": choices}
    assert score_format(task, config, "1.0") == asked


def test_a_metric_that_the_harness_gives_in_percent_is_a_fraction(tmp_path: Path) -> None:
    metrics = {"exact,none": 0.8, "f1,none": 0.95, "best_exact,none": 50.07}
    write(tmp_path / "results.json", harness({"squadv2": metrics}))
    plan = planned(tmp_path, **{"tokens_per_step": 10, "scores.format": "generate"})
    assert [score for (score,) in scores_of(plan, "score")] == pytest.approx([0.008, 0.0095, 0.5007])


def test_no_standard_error_is_none_and_a_broken_one_is_said(tmp_path: Path) -> None:
    metrics = {"acc,none": 0.5, "acc_stderr,none": "N/A", "f1,none": 0.3, "f1_stderr,none": []}
    reading = read(write(tmp_path / "a.json", harness({"toyqa": metrics})))
    assert [r.stderr for r in reading.records] == [None, None]
    assert not reading.broken
    reading = read(
        write(tmp_path / "b.json", harness({"toyqa": {"acc,none": 0.5, "acc_stderr,none": "large"}}))
    )
    assert [b.place for b in reading.broken] == ["results.toyqa.acc_stderr,none"]


def test_numbers_as_text_are_numbers_and_other_text_is_broken_by_place(tmp_path: Path) -> None:
    metrics = {"acc,none": "0.4123", "acc_stderr,none": "np.float64(0.0221)", "f1,none": "4,123"}
    reading = read(write(tmp_path / "a.json", harness({"toyqa": metrics})))
    assert [(r.value, r.stderr) for r in reading.records] == [(0.4123, 0.0221)]
    assert [(b.place, b.value) for b in reading.broken] == [("results.toyqa.f1,none", "4,123")]


def group(score: float, stderr: float, sizes: tuple[int, int], shots: tuple[int, int] = (5, 5)) -> dict:  # type: ignore[type-arg]
    document = harness(
        {
            "toy57": {"acc,none": score, "acc_stderr,none": stderr},
            "toy57_a": {"acc,none": 0.25, "acc_stderr,none": 0.02},
            "toy57_b": {"acc,none": 0.5, "acc_stderr,none": 0.05},
        }
    )
    document["group_subtasks"] = {"toy57": ["toy57_a", "toy57_b"]}
    document["n-shot"] = {"toy57": 0, "toy57_a": shots[0], "toy57_b": shots[1]}
    document["n-samples"] = {f"toy57_{x}": {"effective": n} for x, n in zip("ab", sizes, strict=True)}
    for task in ("toy57_a", "toy57_b"):
        del document["configs"][task]["num_fewshot"]
    return document


def test_a_group_takes_shots_and_items_from_its_parts(tmp_path: Path) -> None:
    reading = read(write(tmp_path / "a.json", group(0.30, 0.01, (400, 100))))
    whole = reading.records[0]
    assert (whole.task, whole.n_shot, whole.n_items, whole.stderr) == ("toy57", 5, 500, 0.01)
    assert dict(whole.facts)["weighted"] == "size"
    plain = read(write(tmp_path / "b.json", group(0.375, 0.01, (400, 100)))).records[0]
    assert dict(plain.facts)["weighted"] == "equal"


def test_a_group_whose_parts_disagree_in_shots_gets_none_and_it_is_said(tmp_path: Path) -> None:
    reading = read(write(tmp_path / "a.json", group(0.30, 0.01, (400, 100), shots=(5, 0))))
    assert reading.records[0].n_shot is None
    assert "unlike numbers of shots" in said(reading.notes)


def test_a_spread_of_parts_is_no_standard_error(tmp_path: Path) -> None:
    reading = read(write(tmp_path / "a.json", group(0.30, 0.12, (400, 100))))
    assert reading.records[0].stderr == pytest.approx(((0.8 * 0.02) ** 2 + (0.2 * 0.05) ** 2) ** 0.5)
    assert "spread of its parts" in said(reading.notes)


def test_parts_of_a_group_are_known_by_their_indents_where_nothing_lists_them(tmp_path: Path) -> None:
    document = group(0.30, 0.01, (400, 100))
    document["group_subtasks"] = {task: [] for task in document["results"]}
    document["groups"] = {"toy57": document["results"]["toy57"]}
    for task in ("toy57_a", "toy57_b"):
        document["results"][task]["alias"] = f" - {task}"
    assert read(write(tmp_path / "a.json", document)).records[0].n_items == 500


def test_a_group_without_a_score_and_counts_beside_metrics_are_no_scores(tmp_path: Path) -> None:
    document = harness(
        {"toybbh": {" ": " "}, "toybbh_a": {"acc_norm,none": 0.42, "sample_len": 250, "name": "x"}}
    )
    document["results"]["toybbh_a"]["sample_count"] = {"acc_norm,none": 250}
    reading = read(write(tmp_path / "a.json", document))
    assert [(r.task, r.value, r.n_items) for r in reading.records] == [("toybbh_a", 0.42, 250)]
    assert not reading.broken


def test_a_mean_over_unlike_metrics_is_left_alone(tmp_path: Path) -> None:
    document = harness({n: {"acc,none": 0.3} for n in ("truthfulqa", "truthfulqa_mc1", "truthfulqa_mc2")})
    document["group_subtasks"] = {"truthfulqa": ["truthfulqa_mc1", "truthfulqa_mc2"]}
    reading = read(write(tmp_path / "a.json", document))
    assert [r.metric for r in reading.records] == ["mc1", "mc2"]
    assert "unlike metrics" in said(reading.left)


def test_renamed_tasks_are_one_task_and_formats_keep_them_apart(tmp_path: Path) -> None:
    new = harness({"mmlu_anatomy": {"acc,none": 0.25}, "truthfulqa_mc2": {"acc,none": 0.41}}, shots=5)
    del new["configs"]["mmlu_anatomy"]["doc_to_choice"]
    new["configs"]["truthfulqa_mc2"]["doc_to_choice"] = "{{mc2_targets.choices}}"
    old = {"hendrycksTest-anatomy": {"acc": 0.26, "acc_norm": 0.27}, "truthfulqa_mc": {"mc2": 0.41}}
    write(tmp_path / "new" / "results.json", new)
    write(tmp_path / "old" / "step8000.json", old_harness(old, num_fewshot=5))
    found = set(scores_of(planned(tmp_path, tokens_per_step=10), "task", "format", "metric", "score"))
    assert {("mmlu_anatomy", "mc", "acc", 0.25), ("mmlu_anatomy", "rc", "acc", 0.26)} < found
    assert ("truthfulqa", "rc", "mc2", 0.41) in found


def test_perplexities_are_no_losses_but_bits_per_byte_is_one(tmp_path: Path) -> None:
    metrics = {"word_perplexity,none": 18.96, "byte_perplexity,none": 1.734, "bits_per_byte,none": 0.794}
    reading = read(write(tmp_path / "a.json", harness({"wikitext": metrics})))
    (loss,) = reading.records
    assert (loss.kind, loss.value, loss.unit, loss.corpus) == (Kind.LOSS, 0.794, "bits_per_byte", "wikitext")
    assert len(reading.left) == 2
    metrics["bits_per_byte,none"] = 1.734
    assert "losses_disagree" in said(read(write(tmp_path / "b.json", harness({"wikitext": metrics}))).broken)


def test_the_perplexity_of_a_last_word_is_a_loss_of_its_own_axis(tmp_path: Path) -> None:
    write(tmp_path / "results.json", harness({"lambada_openai": {"perplexity,none": 14.2, "acc,none": 0.49}}))
    losses = planned(tmp_path, tokens_per_step=10).settled.losses
    assert losses.select("corpus", "unit").rows() == [("lambada", "nats_per_last_word")]
    assert losses["loss"].item() == pytest.approx(2.6532, abs=1e-4)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"configs": {"toy": {"metadata": {"num_fewshot": 5}}}}, 5),
        ({"n-shot": {}, "configs": {"toy": {"num_fewshot": 3}}}, 3),
        ({"n-shot": {}, "configs": {}, "config": {"num_fewshot": 2}}, 2),
        ({"n-shot": {"toy": None}, "configs": {}, "config": {"num_fewshot": [2, 3]}}, None),
        ({"n-shot": {"toy": "five"}, "configs": {}, "config": {}}, None),
    ],
)
def test_shots_come_from_the_surest_place_and_are_never_a_default(
    tmp_path: Path, change: dict[str, object], expected: int | None
) -> None:
    reading = read(write(tmp_path / "a.json", harness({"toy": {"exact_match,none": 0.2}}, more=change)))
    assert [r.n_shot for r in reading.records] == [expected]


def test_shots_that_no_file_tells_are_asked_and_unknown_is_an_answer(tmp_path: Path) -> None:
    write(tmp_path / "step10.json", old_harness({"toyqa": {"acc": 0.3, "acc_norm": 0.3}}, num_fewshot=[2, 3]))
    plan = planned(tmp_path, tokens_per_step=10)
    assert [q.key for q in plan.open_questions()] == ['files."step10.json".step', "scores.n_shot"]
    plan = plan.answered({'files."step10.json".step': 10, "scores.n_shot": "unknown"})
    assert scores_of(plan, "metric", "n_shot", "step") == [("acc", None, 10), ("acc_norm", None, 10)]


def test_a_limit_is_the_number_of_items_and_said(tmp_path: Path) -> None:
    document = harness({"hellaswag": {"acc,none": 0.35}})
    document["n-samples"] = {"hellaswag": {"original": 10042, "effective": 100}}
    document["config"]["limit"] = 100.0
    write(tmp_path / "results.json", document)
    plan = planned(tmp_path, tokens_per_step=10)
    assert scores_of(plan, "n_items", "is_partial") == [(100, True)]
    assert "of a part of its task" in said(plan.settled.said.notes)


def test_a_limit_that_left_no_item_out_is_none(tmp_path: Path) -> None:
    document = harness({"hellaswag": {"acc,none": 0.35}, "copa": {"acc,none": 0.6}})
    counts = {
        "hellaswag": {"original": 10042, "effective": 1000},
        "copa": {"original": 100, "effective": 100},
    }
    document["n-samples"], document["config"]["limit"] = counts, 1000.0
    write(tmp_path / "results.json", document)
    plan = planned(tmp_path, tokens_per_step=10)
    assert sorted(scores_of(plan, "task", "is_partial")) == [("copa", False), ("hellaswag", True)]
    assert "1 score is of a part of its task (limit): 1,000 items each" in said(plan.settled.said.notes)


def test_a_chat_template_makes_another_task(tmp_path: Path) -> None:
    write(
        tmp_path / "results.json",
        harness({"mmlu_anatomy": {"acc,none": 0.3}}, more={"chat_template": "{{x}}"}),
    )
    assert scores_of(planned(tmp_path, tokens_per_step=10), "task") == [("mmlu_anatomy+chat",)]


def test_other_examples_in_the_prompt_are_repeats_and_later_ones_replace(tmp_path: Path) -> None:
    for name, seed, value, date in (("a", 1, 0.30, 1.0), ("b", 2, 0.34, 2.0), ("c", 2, 0.36, 3.0)):
        document = harness({"toyqa": {"acc,none": value}}, more={"date": date})
        document["config"]["fewshot_seed"] = seed
        write(tmp_path / name / "results.json", document)
    plan = planned(tmp_path, tokens_per_step=10)
    ((score, file),) = scores_of(plan, "score", "file")
    assert score == pytest.approx(0.33)
    assert file == "c/results.json"
    assert "other examples" in said(plan.settled.said.notes)
    assert "said again later" in said(plan.settled.said.left)


@pytest.mark.parametrize(
    ("model", "folder", "number", "counter"),
    [
        ("EleutherAI/toy,revision=step3000", "x", 3000, Counter.STEP),
        ("/ck/global_step340500", "x", 340500, Counter.STEP),
        ("/ck/step_00002385", "x", 2385, Counter.STEP),
        ("/ck/iter_0001000/hf", "x", 1000, Counter.STEP),
        ("/ck/step1000-tokens4B", "x", 1000, Counter.STEP),
        ("/ck/step1000-unsharded", "x", 1000, Counter.STEP),
        ("/ck/model", "checkpoint-500", 500, Counter.STEP),
        ("EleutherAI/toy,revision=main", "x", None, Counter.LAST),
        ("/ck/model-v1.5", "x", None, Counter.UNKNOWN),
    ],
)
def test_the_step_is_read_from_names(
    tmp_path: Path, model: str, folder: str, number: float | None, counter: Counter
) -> None:
    write(tmp_path / folder / "results.json", harness({"toyqa": {"acc,none": 0.3}}, model=model))
    frame = planned(tmp_path).gathered.frame
    assert frame.select("number", "counter").row(0) == (number, counter.value)


def test_names_that_disagree_about_the_step_are_asked_about(tmp_path: Path) -> None:
    write(tmp_path / "checkpoint-500" / "r.json", harness({"toyqa": {"acc,none": 0.3}}, model="/ck/step8000"))
    (question,) = planned(tmp_path, tokens_per_step=10).open_questions()
    assert question.options == ("8000", "500")


def test_models_above_the_tasks_are_never_taken_for_tasks(tmp_path: Path) -> None:
    models = {"toy-1b": {"toyqa": {"acc": 0.1}, "toynli": {"acc": 0.2}}}
    reading = read(write(tmp_path / "a.json", old_harness(models)))
    assert not reading.records
    [broken] = reading.broken
    assert (broken.place, broken.value) == ("results.toy-1b", "toyqa, toynli")
    assert not reading.left, "nothing is called an older evaluation"


def test_a_list_of_rows_and_dates_below_a_task_are_read(tmp_path: Path) -> None:
    rows = [
        {"task_name": "wsc", "prompt_name": "does it", "acc": 0.5, "acc_stderr": 0.05, "dataset_path": "x"}
    ]
    (record,) = read(write(tmp_path / "a.json", {"results": rows, "config": {}})).records
    assert (record.task, record.value, record.stderr) == ("wsc+does it", 0.5, 0.05)
    dated = {"toyqa": {"2023-01-01": {"acc": 0.1}, "2023-02-01": {"acc": 0.2}}}
    reading = read(write(tmp_path / "b.json", old_harness(dated)))
    assert [r.value for r in reading.records] == [0.2]
    assert "older evaluation" in said(reading.left)


def test_a_file_that_is_cut_is_refused_and_the_others_go_in(tmp_path: Path) -> None:
    write(tmp_path / "step1" / "results.json", harness({"toyqa": {"acc,none": 0.3}}, model="ck"))
    whole = json.dumps(harness({"toyqa": {"acc,none": 0.4}}, model="ck"))
    write(tmp_path / "step2" / "results.json", whole[: len(whole) // 2])
    write(
        tmp_path / "step3" / "results.json",
        "version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 9\n",
    )
    plan = planned(tmp_path, tokens_per_step=10)
    assert scores_of(plan, "step", "score") == [(1, 0.3)]
    assert {(b.file, b.rule) for b in plan.settled.said.broken} == {
        ("step2/results.json", "unreadable_file"),
        ("step3/results.json", "lfs_pointer"),
    }
