"""A log whose steps go back was taken up again, though none repeats; a table whose steps go back is asked about."""

import itertools
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from pipelines.own.reading.restarts import replaced, restarts
from tests.tools.own_files import planned, said, write

STEPS = (1000, 2000, 3000, 4000, 4500, 5000, 4100, 4200)
KEPT = [1000, 2000, 3000, 4000, 4100, 4200]
CARD = {"corpus": "c4_en", "unit": "nats_per_token", "tokens_per_step": 1000, "step_counts": "steps"}


def megatron(steps: Sequence[int]) -> str:
    line = " iteration {0}/ 10000 | consumed samples: {0} | global batch size: 1 | lm loss: {1:.4E} |"
    return "\n".join(line.format(step, 3 + n / 100) for n, step in enumerate(steps)) + "\n"


def trainer_state(steps: Sequence[int]) -> str:
    rows = [{"step": step, "loss": 3 + n / 100} for n, step in enumerate(steps)]
    return json.dumps({"global_step": steps[-1], "log_history": rows})


def lightning(steps: Sequence[int]) -> str:
    rows = [f"0,{step},{3 + n / 100}" for n, step in enumerate(steps)]
    return "\n".join(("epoch,step,val_loss", *rows)) + "\n"


def nano(steps: Sequence[int]) -> str:
    rows = [f"step {step}: train loss {3 + n / 100:.4f}, val loss 3.1000" for n, step in enumerate(steps)]
    return "\n".join(rows) + "\n"


LOGS: dict[str, Callable[[Sequence[int]], str]] = {
    "a.log": megatron,
    "trainer_state.json": trainer_state,
    "metrics.csv": lightning,
    "train.log": nano,
}


@pytest.mark.parametrize("name", list(LOGS))
def test_what_a_log_went_back_behind_is_left_though_no_step_repeats(tmp_path: Path, name: str) -> None:
    write(tmp_path / name, LOGS[name](STEPS))
    plan = planned(tmp_path, **CARD)
    assert sorted(set(plan.settled.losses["step"])) == KEPT
    left = said(plan.settled.said.left)
    assert ("left behind by a restart" in left, "logged again after" in left) == (True, False)
    assert sum(left.count for left in plan.settled.said.left) == 2 * plan.settled.losses["key"].n_unique()


@pytest.mark.parametrize("name", list(LOGS))
@pytest.mark.parametrize("steps", [(3000, 2000, 1000), (1000, 10_000, 2000, 9000), (1000, 2000, 3000)])
def test_steps_that_are_sorted_are_no_restart(tmp_path: Path, name: str, steps: tuple[int, ...]) -> None:
    write(tmp_path / name, LOGS[name](steps))
    plan = planned(tmp_path, **CARD)
    assert sorted(set(plan.settled.losses["step"])) == sorted(steps)
    assert not plan.settled.said.left


def test_an_evaluation_of_the_stretch_left_behind_is_left_too_and_blocks_of_columns_are_not(
    tmp_path: Path,
) -> None:
    losses = [{"step": s, "loss": 3.0 + s / 1e5} for s in STEPS]
    rows = [*losses[:5], {"step": 4400, "eval_loss": 3.3}, *losses[5:], {"step": 4200, "eval_loss": 3.2}]
    write(tmp_path / "trainer_state.json", {"global_step": 1, "log_history": rows})
    settled = planned(tmp_path, **CARD).settled.losses
    assert settled.filter(key="eval_loss")["step"].to_list() == [4200]
    rows = [*losses[:6], *({"step": s, "eval_loss": 3.0 + s / 1e5} for s in (1500, 3000, 4600))]
    write(tmp_path / "trainer_state.json", {"global_step": 1, "log_history": rows})
    plan = planned(tmp_path, **CARD)
    assert plan.settled.losses.height == 9
    assert not plan.settled.said.left


def test_what_was_logged_again_and_what_was_not_are_counted_apart(tmp_path: Path) -> None:
    write(tmp_path / "metrics.csv", lightning((1000, 2000, 3000, 2000, 2500)))
    left = planned(tmp_path, **CARD).settled.said.left
    assert [(x.count, x.why.split(" ")[0]) for x in left] == [(1, "logged"), (1, "left")]


def test_restarts_are_where_steps_go_back() -> None:
    assert restarts(np.array([1.0, 5, 3, 4, 2, 6])) == [2, 4]
    assert not replaced(np.array([1.0, 5, 3, 4, 2, 6])).any()
    assert replaced(np.array([1.0, 5, 3, 5])).tolist() == [False, True, False, False]
    assert restarts(np.array([3.0, 2, 1])) == [] == restarts(np.array([1.0, 10, 2]))


def rows_csv(steps: Sequence[int]) -> str:
    return "step,val_loss\n" + "".join(f"{step},{3 + n / 100}\n" for n, step in enumerate(steps))


def rows_json(steps: Sequence[int]) -> str:
    return "".join(json.dumps({"step": s, "val_loss": 3 + n / 100}) + "\n" for n, s in enumerate(steps))


def with_tokens(steps: Sequence[int]) -> str:
    rows = [f"{step},{step}000000,{3 + n / 100}\n" for n, step in enumerate(steps)]
    return "step,tokens,val_loss\n" + "".join(rows)


TABLES = {"a.csv": rows_csv, "a.jsonl": rows_json, "b.csv": with_tokens}


@pytest.mark.parametrize("name", list(TABLES))
@pytest.mark.parametrize("steps", [STEPS, (1000, 2000, 1500, 2500, 3500), (1000, 500, 2000, 1500)])
def test_a_table_whose_steps_go_back_is_asked_about(
    tmp_path: Path, name: str, steps: tuple[int, ...]
) -> None:
    write(tmp_path / name, TABLES[name](steps))
    asked = planned(tmp_path, **CARD)
    assert asked.settled.losses.is_empty()
    question = next(q for q in asked.open_questions() if q.is_needed)
    before, after = next((a, b) for a, b in itertools.pairwise(steps) if b < a)
    assert question.key == f'files."{name}".accept'
    assert f"go back from {before:,} to {after:,}" in question.text
    assert asked.answered({question.key: True}).settled.losses.height == len(steps)


@pytest.mark.parametrize("name", list(TABLES))
@pytest.mark.parametrize("steps", [(3000, 2000, 1000), (1000, 10_000, 2000, 9000), (1000, 2000, 3000)])
def test_a_table_that_is_sorted_is_not_asked_about(tmp_path: Path, name: str, steps: tuple[int, ...]) -> None:
    write(tmp_path / name, TABLES[name](steps))
    plan = planned(tmp_path, **CARD)
    assert not [q for q in plan.open_questions() if q.is_needed]
    assert plan.settled.losses.height == len(steps)


def test_a_table_that_repeats_steps_and_then_goes_back_to_another_is_asked_about(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", rows_csv((1000, 2000, 3000, 2000, 3000, 1500)))
    asked = planned(tmp_path, **CARD)
    assert [q.key for q in asked.open_questions() if q.is_needed] == ['files."a.csv".accept']
    losses = asked.answered({'files."a.csv".accept': True}).settled.losses
    assert losses.select("step", "loss").rows() == [(1000, 3.0), (2000, 3.03), (3000, 3.04), (1500, 3.05)]


def test_a_table_of_tasks_below_each_other_is_not_asked_about(tmp_path: Path) -> None:
    rows = [f"{step},{task},0.5" for task in ("piqa", "arc_easy") for step in (1000, 2000)]
    write(tmp_path / "s.csv", "\n".join(("step,task,score", *rows)) + "\n")
    plan = planned(tmp_path, tokens_per_step=10, **{"scores.n_shot": 0, "scores.format": "rc"})
    assert ".accept" not in " ".join(q.key for q in plan.open_questions())
