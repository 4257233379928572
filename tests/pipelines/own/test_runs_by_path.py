"""Folders and files that name no run: two trainings are asked about, and one training in many files is not."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.tools.own_files import harness, planned, scores_of, write

LOSS = {"corpus": "c4_en", "unit": "nats_per_token", "tokens_per_step": 1000, "step_counts": "steps"}
DATE = "2025-03-04T05-06-07.080910"


def evaluated(
    path: Path, step: int, score: float, *, model: str = "checkpoint-{}", task: str = "piqa", date: int = 0
) -> None:
    """One results file of the harness, of a model that says nothing but its step."""
    document = harness({task: {"acc,none": score}}, model=model.format(step), more={"date": float(date)})
    write(path, document | {"model_name": model.format(step)})


def logged(path: Path, steps: range, loss: float) -> None:
    write(path, "step,val_loss\n" + "".join(f"{step},{loss - step / 1e5}\n" for step in steps))


@pytest.mark.parametrize(
    ("pattern", "model"),
    [
        ("{run}/checkpoint-{step}/results_{date}.json", "checkpoint-{}"),
        ("{run}/{step}/results_{date}.json", "checkpoint-{}"),
        ("{run}/results/step{step}-tokens{step}K/r.json", "output/step{}"),
        ("{run}__step{step}/results_{date}.json", "checkpoint-{}"),
        ("{run}_step{step}.json", "checkpoint-{}"),
    ],
)
@pytest.mark.parametrize(
    ("steps", "says"),
    [
        ({"wide": (1000, 3000), "deep": (2000, 4000)}, "at steps by turns"),
        ({"wide": (1000, 2000), "deep": (1000, 2000)}, "differ at the same steps"),
    ],
)
def test_two_trainings_by_their_paths_alone_are_asked_about(
    tmp_path: Path, pattern: str, model: str, steps: dict[str, tuple[int, ...]], says: str
) -> None:
    for run, base in (("wide", 0.5), ("deep", 0.6)):
        for step in steps[run]:
            path = tmp_path / pattern.format(run=run, step=step, date=DATE)
            evaluated(path, step, base + step / 1e5, model=model)
    asked = planned(tmp_path)
    (question,) = [q for q in asked.open_questions() if q.key == "runs"]
    assert says in question.text
    assert asked.settled.scores.is_empty()
    told = scores_of(planned(tmp_path, **LOSS, runs="several"), "run", "step")
    assert sorted(told) == sorted((f"{tmp_path.name}/{run}", step) for run in steps for step in steps[run])
    one = planned(tmp_path, **LOSS, runs="one")
    assert {run for (run,) in scores_of(one, "run")} == {tmp_path.name}


def test_one_checkpoint_of_each_of_two_trainings_is_asked_about(tmp_path: Path) -> None:
    for run, score in (("lr1e-3", 0.6), ("lr3e-4", 0.7)):
        evaluated(tmp_path / run / "checkpoint-1000" / "r.json", 1000, score)
    assert [q.key for q in planned(tmp_path, **LOSS).open_questions()] == ["runs"]


def test_what_is_told_of_a_step_by_the_card_counts(tmp_path: Path) -> None:
    told = {}
    for index, run in enumerate(("wide", "deep")):
        evaluated(tmp_path / run / "r.json", 0, 0.5 + index / 10, model="last.ckpt")
        told[f'files."{run}/r.json".step'] = 1000
    assert [q.key for q in planned(tmp_path, **LOSS, **told).open_questions()] == ["runs"]


@pytest.mark.parametrize("suffix", ["/log.csv", ".csv"])
def test_logs_at_steps_by_turns_are_asked_about_and_a_run_keeps_what_is_in_its_folder(
    tmp_path: Path, suffix: str
) -> None:
    logged(tmp_path / f"a{suffix}", range(500, 2001, 500), 3.0)
    logged(tmp_path / f"b{suffix}", range(300, 1201, 300), 2.5)
    if suffix == "/log.csv":
        evaluated(tmp_path / "a" / "evals" / "checkpoint-500" / "r.json", 500, 0.6)
    asked = planned(tmp_path, **LOSS)
    assert [q.key for q in asked.open_questions()] == ["runs"]
    told = asked.answered({"runs": "several"})
    assert sorted(told.settled.losses["run"].unique()) == [f"{tmp_path.name}/{run}" for run in ("a", "b")]
    assert {run for (run,) in scores_of(told, "run")} <= {f"{tmp_path.name}/a"}


def test_two_that_go_on_from_one_checkpoint_are_asked_about(tmp_path: Path) -> None:
    for run, loss in (("a", 2.5), ("b", 2.4)):
        rows = [f"{step},{3 if step < 9 else loss}" for step in range(1, 11)]
        write(tmp_path / run / "log.csv", "\n".join(("step,val_loss", *rows)) + "\n")
    assert [q.key for q in planned(tmp_path, **LOSS).open_questions()] == ["runs"]


def folders_of_checkpoints(root: Path) -> None:
    for step in (1000, 2000, 3000):
        evaluated(root / f"checkpoint-{step}" / f"results_{DATE}.json", step, step / 1e4)


def folders_of_numbers(root: Path) -> None:
    for step in (1000, 2000, 3000):
        logged(root / str(step) / "v.csv", range(step, step + 1), 3.0)


def tasks_in_folders(root: Path) -> None:
    for step in (1000, 2000):
        evaluated(root / "qa" / f"step{step}" / "r.json", step, 0.6, task="piqa")
        evaluated(root / "know" / f"step{step}" / "r.json", step, 0.7, task="sciq")


def tasks_in_files(root: Path) -> None:
    for step in (1000, 2000):
        evaluated(root / f"piqa_step{step}.json", step, 0.6, task="piqa")
        evaluated(root / f"sciq_step{step}.json", step, 0.7, task="sciq")


def taken_up_again_in_another_folder(root: Path) -> None:
    logged(root / "run" / "log.csv", range(100, 1001, 100), 3.0)
    logged(root / "run_resumed" / "log.csv", range(900, 2001, 100), 3.1)


def taken_up_again_in_a_file_beside(root: Path) -> None:
    logged(root / "log1.csv", range(100, 1001, 100), 3.0)
    logged(root / "log2.csv", range(600, 801, 100), 3.1)
    logged(root / "log3.csv", range(800, 2001, 100), 3.2)


def a_log_that_holds_the_first(root: Path) -> None:
    logged(root / "old" / "log.csv", range(100, 1001, 100), 3.0)
    logged(root / "new" / "log.csv", range(100, 2001, 100), 3.0)


def dated_again(root: Path) -> None:
    for day, score in ((4, 0.6), (5, 0.61)):
        name = f"results_2025-03-0{day}T05-06-07.080910.json"
        evaluated(root / "checkpoint-1000" / name, 1000, score, date=day)
        evaluated(root / "checkpoint-2000" / name, 2000, score + 0.1, date=day)


def other_checkpoints_of_a_named_model(root: Path) -> None:
    for when, steps in (("january", (1000, 3000)), ("february", (2000, 4000))):
        for step in steps:
            path = root / when / f"{step}.json"
            evaluated(path, step, 0.5 + step / 1e5, model="org/m,revision=step{}")


def ranks(root: Path) -> None:
    for rank in (0, 1):
        logged(root / f"rank{rank}" / "log.csv", range(100, 1001, 100), 3.0)


@pytest.mark.parametrize(
    "make",
    [
        *(folders_of_checkpoints, folders_of_numbers, tasks_in_folders, tasks_in_files, dated_again, ranks),
        *(taken_up_again_in_another_folder, taken_up_again_in_a_file_beside, a_log_that_holds_the_first),
        other_checkpoints_of_a_named_model,
    ],
)
def test_one_training_in_many_folders_or_files_is_one_run(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
    make(tmp_path)
    plan = planned(tmp_path, **LOSS)
    assert not plan.open_questions()
    assert plan.settled.runs["run"].to_list() == [tmp_path.name]
