"""Scores of BIG-bench: each number of shots and subtask by itself, and never a mean over subtasks."""

from pathlib import Path
from typing import Any

import pytest

from pipelines.own.formats import READERS
from pipelines.own.formats.bigbench import OTHERS, OVER_SUBTASKS
from pipelines.own.reading.found import Counter
from tests.tools.own_files import OwnFile, planned, read, scores_of, write


def score(value: object, shots: object = 0, subtask: str = "toy_sums", **more: Any) -> dict[str, Any]:
    return {
        "score_dict": {"multiple_choice_grade": value, "calibration_brier": 0.2},
        "preferred_score": "multiple_choice_grade",
        "number_of_shots": shots,
        "subtask_description": subtask,
        "low_score": 0.25,
        "high_score": 1.0,
    } | more


MEAN = score(0, score_dict={"normalized_aggregate_score": 12.5}, preferred_score="normalized_aggregate_score")
MODEL = {"model_family": "TOY", "model_name": "8b", "training_steps": 5000, "total_params": 8e9}


def bigbench(*scores: dict[str, Any], **model: Any) -> dict[str, Any]:
    task = {"name": "toy_sums", "description": "adds", "keywords": ["mathematics"]}
    return {"scores": list(scores), "task": task, "model": MODEL | model}


def test_each_number_of_shots_is_a_score_and_a_mean_over_subtasks_none(tmp_path: Path) -> None:
    path = write(tmp_path / "scores.json", bigbench(score(0.27), score(0.5, 3), MEAN))
    assert next(r.name for r in READERS if r.recognise(OwnFile(path, path.name, 1))) == "bigbench"
    reading = read(path)
    assert [(r.task, r.metric, r.format, r.value, r.n_shot, r.run) for r in reading.records] == [
        ("bigbench_toy_sums", "multiple_choice_grade", "rc", 0.27, 0, "TOY 8b"),
        ("bigbench_toy_sums", "multiple_choice_grade", "rc", 0.5, 3, "TOY 8b"),
    ]
    assert [(left.why, left.count) for left in reading.left] == [(OVER_SUBTASKS, 1), (OTHERS, 1), (OTHERS, 1)]
    plan = planned(tmp_path, tokens_per_step=10)
    assert scores_of(plan, "metric", "step", "n_shot") == [("acc", 5000, 0), ("acc", 5000, 3)]


def test_a_step_in_the_name_of_a_model_counts_before_the_steps_of_its_training(tmp_path: Path) -> None:
    path = write(tmp_path / "scores.json", bigbench(score(0.3), model_name="8b-step1000"))
    (record,) = read(path).records
    assert (record.at.counter, record.at.number, record.run) == (Counter.STEP, 1000, "TOY 8b")


def test_subtasks_are_tasks_of_their_own(tmp_path: Path) -> None:
    parts = score(0.3, subtask="toy_sums:2_digits"), score(0.2, subtask="toy_sums:3_digits")
    reading = read(write(tmp_path / "scores.json", bigbench(*parts, MEAN)))
    assert [r.task for r in reading.records] == ["bigbench_toy_sums_2_digits", "bigbench_toy_sums_3_digits"]


@pytest.mark.parametrize(
    ("changed", "place", "rule"),
    [
        ({"subtask_description": "sums of three digits"}, "scores[1]", "no_task"),
        ({"number_of_shots": "few"}, "scores[1].number_of_shots", "not_a_number"),
        (
            {"score_dict": {"multiple_choice_grade": "high"}},
            "scores[1].score_dict.multiple_choice_grade",
            "not_a_number",
        ),
    ],
)
def test_what_cannot_be_read_is_refused_by_its_place(
    tmp_path: Path, changed: dict[str, Any], place: str, rule: str
) -> None:
    parts = score(0.3, subtask="two"), score(0.2, subtask="three") | changed
    reading = read(write(tmp_path / "scores.json", bigbench(*parts)))
    assert [(b.place, b.rule) for b in reading.broken] == [(place, rule)]


def test_a_task_that_counts_up_to_a_hundred_is_in_percent(tmp_path: Path) -> None:
    parts = score(0.5, 0, high_score=100.0), score(52, 1, high_score=100)
    write(tmp_path / "scores.json", bigbench(*parts))
    assert scores_of(planned(tmp_path, tokens_per_step=10), "n_shot", "score") == [(0, 0.005), (1, 0.52)]
