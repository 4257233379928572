"""What tools write that was once taken for something else: each kind once, with the number that must not come."""

import json
from pathlib import Path

import pytest

from pipelines.own.reading.loss_names import OF_ANSWERS, OVER_SETS, describe
from pipelines.own.reading.mapping import guess_map
from tests.pipelines.commands.test_cli import emergence
from tests.tools.own_files import Json, harness, planned, said, scores_of, write

LOSS = {"corpus": "c4_en", "unit": "nats_per_token", "tokens_per_step": 1000, "step_counts": "steps"}
OLMES: Json = {
    "task_name": "arc_challenge",
    "model_config": {"model": "my-1b", "revision": "step1000"},
    "task_config": {"num_shots": 5, "limit": None, "metadata": {"alias": "arc_challenge:mc::olmes"}},
    "num_instances": 1172,
    "metrics": {"acc_raw": 0.41, "acc_per_char": 0.43, "bits_per_byte_corr": 0.77, "primary_score": 0.43},
}


@pytest.mark.parametrize(("limit", "is_partial"), [(10**19, False), (1172, True), (500, True)])
def test_a_limit_of_olmes_beyond_its_items_is_none(tmp_path: Path, limit: int, is_partial: bool) -> None:
    write(tmp_path / "metrics.json", OLMES | {"task_config": OLMES["task_config"] | {"limit": limit}})
    plan = planned(tmp_path, tokens_per_step=10)
    assert {row[0] for row in scores_of(plan, "is_partial")} == {is_partial}


def csv(header: str, *rows: str) -> str:
    return "\n".join([header, *rows]) + "\n"


@pytest.mark.parametrize("revision", ["revision=main", "dtype=auto"])
def test_two_models_without_a_step_are_asked_about_and_never_one(tmp_path: Path, revision: str) -> None:
    for name, score in (("a", 0.6), ("b", 0.7)):
        document = harness({"piqa": {"acc,none": score}}, model=f"org/{name},{revision}")
        write(tmp_path / name / "results.json", document | {"model_name": f"org/{name}"})
    plan = planned(tmp_path)
    assert "runs" in [q.key for q in plan.open_questions()]
    assert plan.settled.scores.is_empty()


def test_two_folders_called_results_are_two_runs(tmp_path: Path) -> None:
    folders = [tmp_path / name / "results" for name in ("one", "two")]
    for folder in folders:
        write(folder / "v.csv", csv("step,loss", "1000,3.2"))
    flags = ("--tokens-per-step", "1", "--corpus", "c4_en", "--unit", "nats_per_token")
    home = ("--home", str(tmp_path / "home"), "add")
    assert emergence(*home, *map(str, folders), *flags).exit_code == 0
    assert sorted(p.name for p in (tmp_path / "home" / "drop").iterdir()) == ["one", "two"]
    write(tmp_path / "other" / "one" / "v.csv", csv("step,loss", "1000,2.2"))
    write(tmp_path / "one" / "v.csv", csv("step,loss", "1000,2.1"))
    twins = emergence(*home, str(tmp_path / "one"), str(tmp_path / "other" / "one"), *flags)
    assert twins.exit_code == 2
    assert "would both be called one" in twins.output


def test_logs_of_two_folders_that_differ_at_the_same_steps_are_asked_about(tmp_path: Path) -> None:
    write(tmp_path / "seed1" / "v.csv", csv("step,loss", "1000,3.0", "2000,2.9"))
    write(tmp_path / "seed2" / "v.csv", csv("step,loss", "1000,3.3", "2000,3.2"))
    asked = planned(tmp_path, **LOSS)
    assert [q.key for q in asked.open_questions()] == ["runs"]
    assert asked.settled.losses.is_empty()
    several = asked.answered({"runs": "several"}).settled.losses
    assert sorted(several["run"].unique()) == [f"{tmp_path.name}/seed1", f"{tmp_path.name}/seed2"]
    assert several.height == 4
    assert asked.answered({"runs": "one"}).settled.losses["loss"].to_list() == [3.3, 3.2]


@pytest.mark.parametrize("header", ["_step,global_step,eval/loss,eval/loss", "epoch,step,val_loss,val_loss"])
def test_of_two_columns_of_one_name_neither_is_later(tmp_path: Path, header: str) -> None:
    write(tmp_path / "metrics.csv", csv(header, "0,10,3.0,2.0"))
    plan = planned(tmp_path, **LOSS)
    assert "two columns called" in said(plan.settled.said.broken)
    assert plan.settled.losses.is_empty()


def test_olmes_gives_scores_of_its_tasks_and_no_loss_of_a_text(tmp_path: Path) -> None:
    other = {"task_name": "gsm8k", "task_config": {"num_shots": 8}, "num_instances": -3}
    lines = [OLMES, OLMES | other | {"metrics": {"exact_match": 0.1}}]
    write(tmp_path / "metrics-all.jsonl", "".join(json.dumps(line) + "\n" for line in lines))
    write(tmp_path / "task-000-metrics.json", OLMES)
    item = {"doc_id": 0, "native_id": "x" * 9000, "metrics": {"exact_match": 1.0, "bits_per_byte_corr": 2.0}}
    write(tmp_path / "task-000-predictions.jsonl", json.dumps(item) + "\n" + json.dumps(item) + "\n")
    plan = planned(tmp_path, **LOSS)
    assert plan.settled.losses.is_empty()
    assert sorted(scores_of(plan, "task", "format", "metric", "n_shot", "score")) == [
        ("arc_challenge", "mc", "acc", 5, 0.41),
        ("arc_challenge", "mc", "acc_norm", 5, 0.43),
        ("arc_challenge", "mc", "answer_bpb", 5, 0.77),
        ("gsm8k", "generate", "exact_match", 8, 0.1),
    ]
    assert [b.value for b in plan.settled.said.broken] == ["-3"]


def test_the_loss_of_the_answers_to_a_task_is_on_no_text(tmp_path: Path) -> None:
    names = ["arc_challenge/loss", "eval/mmlu_loss", "mmlu_bpb", "metrics.bits_per_byte_corr"]
    texts = ["val_loss", "c4_loss", "lambada_loss", "wikitext/bits_per_byte", "openwebtext_val_loss"]
    mapped = guess_map(["step", *names, *texts, "val_accuracy", "metrics.acc", "loss_bits"])
    assert list(mapped.losses) == texts
    assert not mapped.scores
    assert describe("eval_mmlu_loss").left == describe("eval/lm/piqa/CE loss").left == OF_ANSWERS
    assert describe("eval/paloma/micro_loss").left == OVER_SETS
    assert describe("metrics/eval/c4/LanguageCrossEntropy").text == "c4"
    assert describe("metrics/mmlu/5-shot/InContextLearningMultipleChoiceAccuracy").metric == "acc"


def test_a_part_of_a_step_or_token_is_no_position(tmp_path: Path) -> None:
    write(tmp_path / "billions.csv", csv("tokens,loss", "0.341,3.3", "20.5,3.0", "2.1e9,2.9"))
    write(tmp_path / "dots.csv", csv("step;val_loss", "10.500;3.2"))
    plan = planned(tmp_path, **LOSS | {"corpus": "c4_en"})
    assert plan.settled.losses["tokens"].to_list() in ([2_100_000_000], [])
    assert sorted(str(b.value) for b in plan.settled.said.broken) == ["0.341", "10.500", "20.5"]


def test_a_counter_of_the_trainer_comes_before_one_of_the_logger(tmp_path: Path) -> None:
    write(
        tmp_path / "h.jsonl",
        "".join(json.dumps({"_step": i, "trainer/global_step": i * 10, "loss": 3.0}) + "\n" for i in (1, 2)),
    )
    assert planned(tmp_path, **LOSS).settled.losses["step"].to_list() == [10, 20]


def test_a_checkpoint_named_in_the_column_of_runs_is_no_run(tmp_path: Path) -> None:
    rows = ("m-step1000,1000,3.0", "m-step2000,2000,2.9", "exp-step7,2000,2.8")
    write(tmp_path / "t.csv", csv("model,step,loss", *rows))
    losses = planned(tmp_path, **LOSS).settled.losses
    assert losses.select("run", "step").rows() == [("m", 1000), ("m", 2000), ("exp-step7", 2000)]


def test_filled_cells_that_say_no_number_of_shots_or_items_are_no_default(tmp_path: Path) -> None:
    rows = ("1,.6,few,100", "2,.6,-1,100", "3,.6,0,-7", "4,.6,0,0", "5,.6,99999999999,9", "6,.6,0,100")
    write(tmp_path / "wide.csv", csv("step,piqa_acc,n_shot,n_items", *rows))
    told = {"scores.format": "rc", "scores.n_shot": 0}
    plan = planned(tmp_path, **LOSS).answered(told)
    assert scores_of(plan, "step", "n_shot", "n_items") == [(6, 0, 100)]
    assert len(plan.settled.said.broken) == 5
    document = harness({"piqa": {"acc,none": 0.6}}, model="ck/step1000")
    document |= {"n-shot": {"piqa": "few"}, "n-samples": {"piqa": {"effective": "many"}}}
    write(tmp_path / "lm" / "a.json", document)
    asked = planned(tmp_path / "lm", **LOSS)
    assert [q.key for q in asked.open_questions()] == ["scores.n_shot"]
    assert [b.value for b in asked.settled.said.broken] == ["few", "many"]


def test_counts_and_errors_of_every_evaluator_that_are_none_are_said(tmp_path: Path) -> None:
    metrics = {"acc": 0.3, "acc_stderr": "wide"}
    tasks = {"lighteval|piqa|0": {"effective_num_docs": "all", "num_fewshots": 0}}
    light = {"config_general": {"model_name": "ck"}, "config_tasks": tasks}
    write(tmp_path / "light.json", light | {"results": {"lighteval|piqa|0": metrics}})
    details = {"score": 0.3, "uncertainty": {"num_samples": "many", "standard_error": {"value": -1}}}
    shots = {"additional_details": {"num_fewshot": "some"}}
    result = {"evaluation_name": "piqa", "score_details": details, "generation_config": shots}
    ever = {"schema_version": "0.3.0", "model_info": {"name": "ck"}, "evaluation_results": [result]}
    write(tmp_path / "ever.json", ever | {"evaluation_id": "x"})
    write(tmp_path / "rows.jsonl", '{"step": 1, "loss": 3.0, "unit": "bits"}\n[1, 2]\n')
    broken = planned(tmp_path, **{k: v for k, v in LOSS.items() if k != "unit"}).settled.said.broken
    assert {b.value for b in broken} == {"some", "many", "-1", "wide", "all", "[1, 2]", "bits"}
    assert {b.file for b in broken if b.value == "bits"} == {"rows.jsonl"}


def test_a_loss_that_its_neighbour_contradicts_is_not_taken(tmp_path: Path) -> None:
    metrics = {"byte_perplexity,none": 1.734, "bits_per_byte,none": 1.734}
    write(tmp_path / "a.json", harness({"wikitext": metrics}))
    plan = planned(tmp_path, **LOSS)
    assert "losses_disagree" in said(plan.settled.said.broken)
    assert plan.settled.losses.is_empty()


def test_unlike_numbers_under_two_names_for_one_thing_are_both_left(tmp_path: Path) -> None:
    write(tmp_path / "t.csv", csv("step,piqa_acc,piqa/acc,boolq_acc", "1,0.6,0.7,0.5"))
    plan = planned(tmp_path, **LOSS).answered({"scores.format": "rc", "scores.n_shot": 0})
    assert scores_of(plan, "task") == [("boolq",)]
    assert "names that mean the same" in said(plan.settled.said.left)


def test_errors_in_percent_and_tasks_in_another_scale_are_said(tmp_path: Path) -> None:
    header = "step,task,metric,score,stderr,n_shot,format"
    rows = ("1,piqa,acc,61.2,1.1,0,rc", "1,boolq,acc,0.55,0.01,0,rc", "1,copa,acc,0.55,1.2,0,rc")
    write(tmp_path / "t.csv", csv(header, *rows))
    plan = planned(tmp_path, **LOSS).answered({"scores.scale": 100, ("scores", "copa", "scale"): 1})
    assert [s for (s,) in scores_of(plan, "score")] == pytest.approx([0.612, 0.0055, 0.55])
    assert "boolq never exceed 1" in said(plan.settled.said.notes)
    assert [b.value for b in plan.settled.said.broken] == ["stderr 1.2"]


def test_scores_in_percent_beside_a_chance_are_refused_by_fit(tmp_path: Path) -> None:
    percent = write(tmp_path / "p.csv", csv("loss,score", "3.0,25", "2.5,53"))
    assert "in percent?" in emergence("fit", str(percent), "--chance", "0.25").output
    strange = write(tmp_path / "s.csv", csv("loss,score", "3.0,0.2", '2.5,"0,3"'))
    assert "line 3, column 'score': '0,3' is no number" in emergence("fit", str(strange)).output
