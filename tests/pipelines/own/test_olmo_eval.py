"""Results of olmo-eval: what an accuracy is divided by is told by the kind of its metric, not by its name."""

from pathlib import Path
from typing import Any

import pytest

from pipelines.own.formats import READERS
from pipelines.own.formats.olmo_eval import OTHERS
from pipelines.own.reading.found import Counter
from tests.tools.own_files import OwnFile, planned, read, scores_of, write


def arc(
    kind: str | None = "LogprobPerCharMCAccuracyMetric", value: object = 0.41, **more: Any
) -> dict[str, Any]:
    kinds = [] if kind is None else [{"type": kind, "name": "accuracy", "scorer": {"name": "logprob"}}]
    config = {"num_fewshot": 5, "limit": None, "metrics": kinds, "formatter": {"type": "PPLFormatter"}}
    task = {"task": "arc_challenge:rc::olmes", "metrics": {"accuracy": {"logprob": value}}, "config": config}
    return task | {"num_instances": 1172, "primary_metric": "accuracy:logprob"} | more


def metrics(*tasks: dict[str, Any], **more: Any) -> dict[str, Any]:
    summary = {task["task"]: {"metric": "accuracy:logprob", "score": 0.41} for task in tasks}
    config = {"model": "org/toy-7b", "revision": "step5000"}
    return {
        "timestamp": "2026-10-01T00:00:00",
        "config": config,
        "tasks": list(tasks),
        "summary": summary,
    } | more


def test_the_kind_of_a_metric_tells_what_its_likelihood_is_divided_by(tmp_path: Path) -> None:
    plain = arc("LogprobMCAccuracyMetric", 0.38, task="arc_easy:mc:olmo3base")
    path = write(tmp_path / "metrics.json", metrics(arc(), plain))
    assert next(r.name for r in READERS if r.recognise(OwnFile(path, path.name, 1))) == "olmo_eval"
    reading = read(path)
    assert [(r.task, r.metric, r.format, r.value, r.n_shot, r.n_items, r.run) for r in reading.records] == [
        ("arc_challenge", "acc_norm", "rc", 0.41, 5, 1172, "org/toy-7b"),
        ("arc_easy", "acc", "mc", 0.38, 5, 1172, "org/toy-7b"),
    ]
    assert {(r.at.counter, r.at.number) for r in reading.records} == {(Counter.STEP, 5000)}
    plan = planned(tmp_path, tokens_per_step=10)
    assert scores_of(plan, "task", "metric", "step") == [
        ("arc_challenge", "acc_norm", 5000),
        ("arc_easy", "acc", 5000),
    ]


@pytest.mark.parametrize("kind", [None, "LogprobUncondMCAccuracyMetric", "SomeNewMetric"])
def test_an_accuracy_whose_kind_is_not_told_or_not_known_is_counted_and_left(
    tmp_path: Path, kind: str | None
) -> None:
    reading = read(write(tmp_path / "metrics.json", metrics(arc(kind))))
    assert not reading.records
    assert [(left.why, left.count) for left in reading.left] == [(OTHERS, 1)]


def test_answers_that_were_written_and_bits_of_the_correct_answer_are_told_apart(tmp_path: Path) -> None:
    written = arc(None, task="gsm8k", metrics={"accuracy": {"math_verify": 0.2}, "pass_at_1": {"code": 0.1}})
    told = {"type": "BPBMetric", "name": "bits_per_byte", "scorer": {"name": "bits_per_byte"}}
    bits = {
        "metrics": {"bits_per_byte": {"bits_per_byte": 0.9}},
        "config": {"num_fewshot": 5, "metrics": [told]},
    }
    tasks = written, arc(**bits, task="arc_easy:bpb"), arc(**bits, task="c4")
    reading = read(write(tmp_path / "metrics.json", metrics(*tasks)))
    assert [(r.task, r.metric, r.format) for r in reading.records] == [
        ("gsm8k", "exact_match", "generate"),
        ("gsm8k", "pass_at_1", "generate"),
        ("arc_easy", "answer_bpb", "rc"),
    ]
    assert [left.place for left in reading.left] == ["tasks[2]"]


def test_each_model_of_one_file_is_a_run_and_a_limit_that_left_items_out_is_said(tmp_path: Path) -> None:
    limited = arc(model="b", num_instances=100)
    limited["config"] = limited["config"] | {"limit": 100}
    models = {"models": {"a": {"revision": "step10"}, "b": {"revision": "step20"}}}
    reading = read(write(tmp_path / "metrics.json", metrics(arc(model="a"), limited, config=models)))
    assert [(r.run, r.at.number, r.facts) for r in reading.records] == [
        ("a", 10, ()),
        ("b", 20, (("limit", "100"),)),
    ]


def test_a_score_that_is_no_number_is_refused_by_its_place(tmp_path: Path) -> None:
    reading = read(write(tmp_path / "metrics.json", metrics(arc(value="high"))))
    assert [(b.place, b.rule) for b in reading.broken] == [
        ("tasks[0] metrics.accuracy.logprob", "not_a_number")
    ]


def test_a_task_that_failed_keeps_no_other_out(tmp_path: Path) -> None:
    failed = {"task": "piqa:rc", "error": "out of memory"}
    reading = read(write(tmp_path / "metrics.json", metrics(failed, arc(), summary={})))
    assert [r.task for r in reading.records] == ["arc_challenge"]
    assert [(b.place, b.rule, b.value) for b in reading.broken] == [("tasks[0]", "missing_field", "piqa:rc")]
