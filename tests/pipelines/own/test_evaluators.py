"""Results of evaluators other than the harness: what is a score, of how many items, asked how."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from emergence.errors import InputError
from pipelines.own.formats.helm import NO_METRIC, OTHERS
from pipelines.own.formats.inspect_ai import READER as INSPECT
from pipelines.own.reading.found import OwnFile
from tests.tools.own_files import old_harness, planned, read, said, scores_of, write

INSPECT_LOG: dict[str, Any] = {
    "version": 2,
    "status": "success",
    "eval": {
        "task": "inspect_evals/arc_easy",
        "model": "hf/toy-step8000",
        "dataset": {"name": "ai2_arc", "samples": 2376},
        "config": {"limit": 30, "epochs": 4},
    },
    "results": {
        "total_samples": 120,
        "completed_samples": 88,
        "scores": [
            {
                "name": "choice",
                "reducer": "mean",
                "scored_samples": 22,
                "metrics": {"accuracy": {"value": 0.4}, "stderr": {"value": 0.09}, "std": {"value": 0.31}},
            },
            {"name": "choice1", "metrics": {"accuracy": {"value": None}, "std": {"value": 0.31}}},
        ],
    },
}


def test_inspect_counts_items_not_epochs_and_std_is_no_error(tmp_path: Path) -> None:
    (record,) = read(write(tmp_path / "log.json", INSPECT_LOG)).records
    assert (record.task, record.metric, record.value, record.n_items) == ("arc_easy", "acc", 0.4, 22)
    assert (record.stderr, record.at.number, record.format) == (0.09, 8000, "generate")


def test_a_log_that_did_not_end_is_taken_only_when_told(tmp_path: Path) -> None:
    write(tmp_path / "log.json", INSPECT_LOG | {"status": "cancelled"})
    plan = planned(tmp_path, tokens_per_step=10, **{"scores.n_shot": 0})
    assert plan.settled.scores.is_empty()
    (question,) = plan.open_questions()
    assert "cancelled" in question.text
    plan = plan.answered({question.key: True})
    assert scores_of(plan, "task", "score") == [("arc_easy+chat", 0.4)]
    assert not plan.open_questions()


def test_a_log_in_a_zip_is_read_by_its_header_alone(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "log.eval", "w", zipfile.ZIP_DEFLATED) as log:
        log.writestr("header.json", json.dumps(INSPECT_LOG))
        log.writestr("samples/1.json", "0" * 1000)
    assert [r.value for r in read(tmp_path / "log.eval").records] == [0.4]


def test_a_bomb_and_half_a_zip_are_refused(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.eval"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as log:
        log.writestr("header.json", b" " * (65 << 20))
    with pytest.raises(InputError, match="would unpack to"):
        INSPECT.read(OwnFile(bomb, "bomb.eval", bomb.stat().st_size))
    cut = write(tmp_path / "cut.eval", "")
    cut.write_bytes(bomb.read_bytes()[:2000])
    with pytest.raises(InputError, match="no whole zip"):
        INSPECT.read(OwnFile(cut, "cut.eval", 2000))


def helm(folder: Path, method: str = "multiple_choice_joint") -> None:
    def row(name: str, mean: float, **more: Any) -> dict[str, Any]:
        return {"name": {"name": name, "split": "test", **more}, "count": 1, "mean": mean, "stddev": 0.0}

    write(
        folder / "stats.json",
        [
            row("exact_match", 0.3),
            row("exact_match", 0.5, split="valid"),
            row("exact_match", 0.12, perturbation={"name": "robustness"}),
            row("exact_match", 0.2, sub_split="non_toxic"),
            row("num_instances", 100.0),
            row("num_train_instances", 4.0),
            row("inference_runtime", 0.7),
        ],
    )
    spec = {"method": method, "max_train_instances": 5, "model": "toy/step8000"}
    name = "mmlu:subject=anatomy,model=toy_step8000"
    write(folder / "run_spec.json", {"name": name, "adapter_spec": spec, "groups": ["mmlu", "mmlu_anatomy"]})


def test_helm_is_read_on_its_test_split_as_asked(tmp_path: Path) -> None:
    helm(tmp_path)
    plan = planned(tmp_path, tokens_per_step=10)
    columns = ("task", "format", "metric", "n_shot", "score", "n_items", "stderr")
    assert scores_of(plan, *columns) == [("mmlu_anatomy", "mc", "acc", 4, 0.3, 100, None)]
    assert {f.path for f in plan.gathered.used} == {"stats.json", "run_spec.json"}


@pytest.mark.parametrize(
    ("groups", "name", "arguments", "task"),
    [
        (["toy_qa"], "toy_qa:task=15,model=toy", {"task": "15"}, "toy_qa_15"),
        (["sums"], "sums:subject=odd,level=2,model=toy", {"subject": "odd", "level": "2"}, "sums_odd_2"),
        (["talk"], "talk:language_pair=xx-yy,model=toy", {"source": "xx", "target": "yy"}, "talk_xx_yy"),
        (["ask_closed"], "ask:mode=closed,model=toy", {"mode": "closed"}, "ask_closed"),
        (["short_news"], "short_news:model=toy", {"dataset_name": "ne-ws", "length": 3}, "short_news"),
        (["bias"], "bias:subject=all,model=toy", {"subject": "all"}, "bias"),
    ],
)
def test_each_part_of_a_scenario_of_helm_is_a_task_of_its_own(
    tmp_path: Path, groups: list[str], name: str, arguments: dict[str, Any], task: str
) -> None:
    helm(tmp_path)
    spec = json.loads((tmp_path / "run_spec.json").read_text())
    told = {"name": name, "groups": groups, "scenario_spec": {"args": arguments}}
    write(tmp_path / "run_spec.json", spec | told)
    assert {r.task for r in read(tmp_path / "stats.json").records} == {task}


def test_scores_of_helm_without_a_metric_are_named(tmp_path: Path) -> None:
    helm(tmp_path)
    rows = json.loads((tmp_path / "stats.json").read_text())
    rows.append({"name": {"name": "toy_accuracy", "split": "test"}, "count": 1, "mean": 0.5})
    write(tmp_path / "stats.json", rows)
    left = {left.why: left.count for left in read(tmp_path / "stats.json").left}
    assert left == {f"{NO_METRIC}: toy_accuracy": 1, OTHERS: 6}


def test_what_helm_shows_of_items_is_no_score(tmp_path: Path) -> None:
    folder = tmp_path / "toy-step8000"
    helm(folder)
    item = {"instance_id": "id1", "predicted_text": "B", "stats": {"exact_match": 1.0}}
    write(folder / "display_predictions.json", [item])
    write(tmp_path / "run_specs.json", [{"name": "mmlu", "adapter_spec": {}}])
    plan = planned(tmp_path, tokens_per_step=10)
    assert scores_of(plan, "task", "score") == [("mmlu_anatomy", 0.3)]
    assert not plan.settled.said.broken
    assert len([left for left in plan.settled.said.left if "stats.json" in left.why]) == 3


def test_helm_without_what_it_ran_is_refused(tmp_path: Path) -> None:
    helm(tmp_path)
    (tmp_path / "run_spec.json").unlink()
    assert "run_spec.json" in said(planned(tmp_path).settled.said.broken)


def lighteval(results: dict[str, Any]) -> dict[str, Any]:
    tasks = {"leaderboard|arc:challenge": {"effective_num_docs": 1172, "num_fewshots": 25}}
    return {"config_general": {"model_name": "ck/step100"}, "results": results, "config_tasks": tasks}


def test_lighteval_may_name_its_model_in_the_configuration_alone(tmp_path: Path) -> None:
    document = lighteval({"piqa|0": {"acc": 0.7}})
    document["config_general"] = {"model_config": {"model_name": "toy/ck-step500"}}
    (record,) = read(write(tmp_path / "results.json", document)).records
    assert (record.run, record.at.number) == ("toy/ck", 500)


def test_lighteval_keys_tell_task_and_shots_and_means_are_left_alone(tmp_path: Path) -> None:
    results = {
        "leaderboard|arc:challenge|25": {"acc": 0.3, "acc_stderr": 0.01},
        "mmlu:anatomy|5": {"acc": 0.4},
        "leaderboard|mmlu:_average|5": {"acc": 0.5},
        "all": {"acc": 0.35},
    }
    reading = read(write(tmp_path / "results_2025-03-04T05-06-07.json", lighteval(results)))
    assert [(r.task, r.n_shot, r.n_items, r.stderr) for r in reading.records] == [
        ("arc_challenge", 25, 1172, 0.01),
        ("mmlu_anatomy", 5, None, None),
    ]
    assert len(reading.left) == 2


COMPASS = """dataset,version,metric,mode,toy-step100,toy-step200
--------- Exam ---------,-,-,-,-,-
ARC-c,1e0de5,accuracy,gen,31.58,40.00
hellaswag_5shot,2f3a1b,accuracy,ppl,82.00 (7/8),-
mmlu,-,naive_average,gen,25.10,26.20
winogrande,aaaaaa,accuracy,gen,half,50.0
"""


def test_opencompass_is_in_percent_a_column_a_model(tmp_path: Path) -> None:
    reading = read(write(tmp_path / "summary_20250304_050607.csv", COMPASS))
    found = [(r.run, r.at.number, r.task, r.value, r.scale, r.n_shot, r.n_items) for r in reading.records]
    assert found == [
        ("toy", 100, "ARC-c", 31.58, 100, None, None),
        ("toy", 200, "ARC-c", 40.0, 100, None, None),
        ("toy", 100, "hellaswag", 82.0, 100, 5, 8),
        ("toy", 200, "winogrande", 50.0, 100, None, None),
    ]
    assert [b.place for b in reading.broken] == ["line 6, column toy-step100"]
    assert "naive average" in said(reading.left)


def test_the_text_form_of_a_summary_holds_the_same_table(tmp_path: Path) -> None:
    text = f"tabulate format\n^^^^\nx  y\n$$$$\ncsv format\n^^^^^^\n{COMPASS}$$$$$$\nraw format\n"
    assert len(read(write(tmp_path / "summary.txt", text)).records) == 4


def test_of_one_summary_in_three_forms_the_csv_is_read(tmp_path: Path) -> None:
    folder = tmp_path / "20250304_050607"
    name = "summary/summary_20250304_050607"
    text = f"raw format\n^^^\ncsv format\n^^^\n{COMPASS}$$$\n"
    write(folder / f"{name}.txt", text)
    assert len(planned(tmp_path, tokens_per_step=1).gathered.used) == 1
    write(folder / f"{name}.csv", COMPASS)
    write(
        folder / f"{name}.md", "| dataset | version | metric | mode | toy-step100 |\n|---|---|---|---|---|\n"
    )
    write(folder / "predictions" / "toy" / "x.json", {"0": {"origin_prompt": "1+1", "prediction": "2"}})
    plan = planned(tmp_path, tokens_per_step=1)
    assert [Path(f.path).suffix for f in plan.gathered.used] == [".csv"]
    assert sorted(
        left.why for left in plan.settled.said.left if left.file.endswith((".txt", ".md", ".json"))
    ) == [
        "a summary that the .csv of its name beside it holds, too",
        "a summary that the .csv of its name beside it holds, too",
        "items one by one; the summary of OpenCompass is read",
    ]


def every_eval(**metric: Any) -> dict[str, Any]:
    result = {
        "evaluation_name": "hellaswag",
        "metric_config": {"metric_id": "acc", "lower_is_better": False, **metric},
        "score_details": {
            "score": 40.0,
            "uncertainty": {"standard_error": {"value": 1.0}, "num_samples": 100},
        },
        "generation_config": {"additional_details": {"num_fewshot": "10"}},
    }
    return {
        "schema_version": "0.3.0",
        "retrieved_timestamp": "1750000000.0",
        "model_info": {"id": "toy/ck-step100"},
        "evaluation_results": [result],
    }


def test_every_eval_ever_tells_its_scale_or_is_asked(tmp_path: Path) -> None:
    write(tmp_path / "a.json", every_eval(metric_unit="percent"))
    plan = planned(tmp_path, tokens_per_step=1, **{"scores.format": "rc"})
    assert scores_of(plan, "score", "stderr", "n_shot", "n_items") == [(0.4, 0.01, 10, 100)]
    write(tmp_path / "a.json", every_eval())
    plan = planned(tmp_path, tokens_per_step=1, **{"scores.format": "rc"})
    assert [q.key for q in plan.open_questions()] == ["scores.scale"]


GAUNTLET = """
| Category | Benchmark | Subtask | Accuracy | Number few shot | Model |
|:---------|:----------|:--------|---------:|:----------------|:------|
| world_knowledge | Average | | 0.3 | | toy/step100 |
| world_knowledge | jeopardy | Average | 0.25 | 3-shot | toy/step100 |
| | | literature | 0.3 | 3-shot | toy/step100 |
| | | science | 0.2 | 3-shot | toy/step100 |
| | arc_easy | | 0.5 | 0 | toy/step100 |
"""


def test_gauntlet_tables_leave_averages_alone_and_carry_benchmarks_down(tmp_path: Path) -> None:
    reading = read(write(tmp_path / "out.md", GAUNTLET))
    assert [(r.task, r.value, r.n_shot, r.at.number) for r in reading.records] == [
        ("jeopardy_literature", 0.3, 3, 100),
        ("jeopardy_science", 0.2, 3, 100),
        ("arc_easy", 0.5, 0, 100),
    ]
    assert len(reading.left) == 2


@pytest.mark.parametrize(
    ("line", "changed"),
    [
        ("| | | science | 0.2 | 3-shot |", "| | | science | 0.2 | 0-shot |"),
        ("| | | science | 0.2 | 3-shot |", "| | | science | 0.4 | 3-shot |"),
        ("| world_knowledge | jeopardy | Average | 0.25 |", "| world_knowledge | copa | | 0.25 |"),
    ],
)
def test_parts_that_the_average_above_is_not_of_are_refused(tmp_path: Path, line: str, changed: str) -> None:
    reading = read(write(tmp_path / "out.md", GAUNTLET.replace(line, changed)))
    assert {r.task for r in reading.records} - {"copa"} == {"arc_easy"}
    assert [(b.place, b.rule, b.value) for b in reading.broken] == [("line 6", "no_benchmark", "literature")]


def test_shots_of_a_gauntlet_that_are_none_and_tables_beside_it_are_said(tmp_path: Path) -> None:
    means = "| model_name | average |\n|:---|---:|\n| toy/step100 | 0.3 |\nAll results\n"
    reading = read(write(tmp_path / "out.md", means + GAUNTLET.strip().replace("| 0 |", "| few |")))
    assert [r.task for r in reading.records] == ["jeopardy_literature", "jeopardy_science"]
    assert [(b.place, b.value) for b in reading.broken] == [("line 11, column number few shot", "few")]
    assert sum(left.count for left in reading.left if "another table" in left.why) == 2


def test_what_open_lm_calls_a_perplexity_is_a_loss_in_nats(tmp_path: Path) -> None:
    document = {"eval_metrics": {"perplexity": 2.7, "icl": {"piqa": 0.7, "boolq": "bad"}}, "model": "m/step5"}
    reading = read(write(tmp_path / "a.json", document))
    assert [(r.kind.value, r.value, r.unit) for r in reading.records] == [
        ("loss", 2.7, "nats_per_token"),
        ("score", 0.7, None),
    ]
    assert [b.place for b in reading.broken] == ["eval_metrics.icl.boolq"]


BIGCODE: dict[str, Any] = {
    "toycode": {"pass@1": 0.125, "pass@10": 0.25},
    "config": {
        "model": "runs/toy/step8000",
        "revision": None,
        "temperature": 0.2,
        "n_samples": 20,
        "limit": 40,
        "do_sample": True,
        "load_in_8bit": False,
        "tasks": "toycode",
    },
}


def test_bigcode_tells_its_sampling_and_no_shots(tmp_path: Path) -> None:
    write(tmp_path / "evaluation_results.json", BIGCODE)
    reading = read(tmp_path / "evaluation_results.json")
    assert [(r.task, r.metric, r.value, r.format, r.n_shot, r.n_items) for r in reading.records] == [
        ("toycode", "pass@1", 0.125, "generate", None, 40),
        ("toycode", "pass@10", 0.25, "generate", None, 40),
    ]
    first = reading.records[0]
    assert (first.run, first.at.number) == ("runs/toy", 8000)
    assert dict(first.facts)["gen_kwargs"] == "do_sample=True, temperature=0.2, n_samples=20"
    plan = planned(tmp_path, **{"tokens_per_step": 10, "scores.n_shot": 0})
    assert scores_of(plan, "metric", "score") == [("pass_at_1", 0.125), ("pass_at_10", 0.25)]


def test_a_score_of_bigcode_that_is_none_is_broken_by_its_place(tmp_path: Path) -> None:
    write(tmp_path / "results.json", BIGCODE | {"toycode": {"pass@1": "nan", "pass@10": 0.25}})
    reading = read(tmp_path / "results.json")
    assert [(b.place, b.rule) for b in reading.broken] == [("toycode.pass@1", "not_a_number")]
    assert len(reading.records) == 1


@pytest.mark.parametrize("limit", [0, 1e300])
def test_a_limit_that_no_evaluation_has_is_no_number_of_items(tmp_path: Path, limit: float) -> None:
    bigcode = write(tmp_path / "a.json", BIGCODE | {"config": BIGCODE["config"] | {"limit": limit}})
    harness = write(tmp_path / "b.json", old_harness({"piqa": {"acc": 0.6}}, limit=limit))
    assert {r.n_items for path in (bigcode, harness) for r in read(path).records} == {None}


def test_items_and_shots_of_more_digits_than_any_number_has_are_none(tmp_path: Path) -> None:
    header, digits = "dataset,version,metric,mode,toy-step100", "9" * 30
    row = f"piqa_{digits}shot,1e0de5,accuracy,gen,80.00 (8/{digits})"
    write(tmp_path / "summary_20250304_050607.csv", f"{header}\n{row}\n")
    [record] = read(tmp_path / "summary_20250304_050607.csv").records
    assert (record.value, record.n_items, record.n_shot) == (80.0, None, None)


def test_scores_of_inspect_that_are_no_list_are_refused(tmp_path: Path) -> None:
    document = INSPECT_LOG | {"results": {"scores": {"accuracy": 0.4}}}
    said_of = planned(write(tmp_path / "log.json", document).parent).settled.said.broken
    assert ["is no list of scores" in broken.fix for broken in said_of] == [True]
