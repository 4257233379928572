"""Logs of inspect_ai: where a local model lies tells its step, and the best of several answers is no mean."""

from pathlib import Path
from typing import Any

import pytest

from pipelines.own.reading.checked_numbers import NO_VALUE
from pipelines.own.reading.found import Counter
from tests.tools.own_files import planned, read, said, scores_of, write


def log(value: object = 0.4, reducer: str | None = None, epochs: int = 1, **told: Any) -> dict[str, Any]:
    metrics = {"accuracy": {"value": value}, "stderr": {"value": 0.01}}
    score = {"name": "match", "scorer": "match", "scored_samples": 1319, "metrics": metrics}
    config = {"epochs": epochs, "limit": None}
    task = {"task": "gsm8k", "task_args": {"fewshot": 5}, "dataset": {"samples": 1319}, "config": config}
    results = {"completed_samples": 1319 * epochs, "scores": [score | {"reducer": reducer}]}
    evaluated = task | {"model": "hf/local", "model_args": {}} | told
    return {"version": 2, "status": "success", "eval": evaluated, "results": results}


@pytest.mark.parametrize(
    ("told", "step", "run"),
    [
        ({"model_args": {"model_path": "/ck/toy/checkpoint-3000"}}, 3000, "ck/toy"),
        ({"model": "vllm/local", "model_args": {"model_path": "ck/toy/step20-hf"}}, 20, "ck/toy"),
        ({"model": "hf/org/toy", "model_args": {"revision": "step7"}}, 7, "org/toy"),
        ({"model": "vllm/ck/toy/step40", "model_args": None}, 40, "ck/toy"),
    ],
)
def test_where_a_local_model_lies_tells_its_step_and_its_run(
    tmp_path: Path, told: dict[str, Any], step: int, run: str
) -> None:
    (record,) = read(write(tmp_path / "log.json", log(**told))).records
    assert (record.at.counter, record.at.number, record.run) == (Counter.STEP, step, run)


def test_two_local_models_are_no_one_run(tmp_path: Path) -> None:
    for i, name in enumerate(("wide", "deep")):
        told = {"model_args": {"model_path": f"/ck/{name}/checkpoint-3000"}}
        write(tmp_path / f"2026-03-04T1{i}-00-00+00-00_gsm8k_{name}.json", log(0.4 + i / 10, **told))
    plan = planned(tmp_path, tokens_per_step=10)
    assert "ck/deep" in said(plan.open_questions())
    assert plan.settled.scores.is_empty()


@pytest.mark.parametrize("reducer", ["pass_at_2", "max", "mode", "at_least_2"])
def test_the_best_of_several_answers_is_no_accuracy(tmp_path: Path, reducer: str) -> None:
    told = {"model_args": {"model_path": "ck/toy/step20"}}
    write(tmp_path / "log.json", log(reducer=reducer, epochs=4, **told))
    plan = planned(tmp_path, tokens_per_step=10)
    assert plan.settled.scores.is_empty()
    assert reducer in said(plan.settled.said.left)
    write(tmp_path / "log.json", log(reducer="mean", epochs=4, **told))
    assert scores_of(planned(tmp_path, tokens_per_step=10), "metric", "score") == [("acc", 0.4)]


def test_a_score_that_is_null_is_said(tmp_path: Path) -> None:
    reading = read(write(tmp_path / "log.json", log(None)))
    assert not reading.records
    assert [(left.place, left.why) for left in reading.left] == [
        ("results.scores[0].metrics.accuracy.value", NO_VALUE)
    ]
