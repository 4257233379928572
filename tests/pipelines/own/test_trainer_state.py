"""The log of transformers: restarts, stand-ins for NaN, means over the run, and what learns from rewards."""

import json
import math
from pathlib import Path
from typing import Any

import pytest

from emergence.errors import InputError
from pipelines.own.formats.trainer_state import READER
from pipelines.own.reading.found import Counter
from tests.pipelines.own.reading import losses, own_file, read_with, why_left


def state(*rows: dict[str, Any], **more: Any) -> str:
    steps = [row["step"] for row in rows if isinstance(row.get("step"), int)]
    return json.dumps(
        {"global_step": max(steps, default=0), "log_history": list(rows), **more}, sort_keys=True
    )


def test_training_and_held_out_losses_are_never_mixed(tmp_path: Path) -> None:
    text = state(
        {"step": 500, "epoch": 0.1, "loss": 4.1, "learning_rate": 1e-4, "grad_norm": 0.4},
        {"step": 500, "eval_loss": 4.3, "eval_runtime": 1.5},
        {"step": 1000, "loss": 3.9},
        {"step": 1000, "eval_books_loss": 3.7, "eval_code_loss": 2.2},
    )
    reading = read_with(READER, tmp_path, text, "a.json")
    assert [(r.key, r.value, r.at.number, r.held_out) for r in reading.records if r.held_out] == [
        ("eval_loss", 4.3, 500, True),
        ("eval_books_loss", 3.7, 1000, True),
        ("eval_code_loss", 2.2, 1000, True),
    ]
    assert [(r.key, r.value, r.held_out) for r in reading.records if not r.held_out] == [
        ("loss", 4.1, False),
        ("loss", 3.9, False),
    ]
    assert {(r.at.counter, r.corpus, r.unit) for r in reading.records} == {
        (Counter.STEP, None, "nats_per_token")
    }
    assert [(q.key, q.options) for q in reading.questions] == [
        ("losses.eval_books_loss.corpus", ("books",)),
        ("losses.eval_code_loss.corpus", ("code",)),
    ]
    assert (reading.left, reading.broken, reading.notes) == ([], [], [])


def test_scores_of_tasks_are_taken_and_the_trainers_own_accuracy_is_not(tmp_path: Path) -> None:
    row = {"step": 500, "eval_loss": 3.1, "eval_hellaswag_acc": 0.31, "eval_piqa_acc_norm": 0.6}
    reading = read_with(READER, tmp_path, state(row | {"eval_accuracy": 0.4}))
    scores = [(r.task, r.metric, r.value, r.at.number) for r in reading.records if r.task]
    assert scores == [("hellaswag", "acc", 0.31, 500), ("piqa", "acc_norm", 0.6, 500)]
    assert ["eval_accuracy" in left.why for left in reading.left] == [True]


def test_a_resumed_run_keeps_the_later_values(tmp_path: Path) -> None:
    rows = [(100, 5.0), (200, 4.8), (300, 4.7), (200, 4.81), (300, 4.69), (400, 4.6)]
    reading = read_with(READER, tmp_path, state(*({"step": s, "loss": v} for s, v in rows)))
    assert losses(reading) == [
        ("loss", 100, 5.0),
        ("loss", 200, 4.81),
        ("loss", 300, 4.69),
        ("loss", 400, 4.6),
    ]
    assert [left.count for left in reading.left] == [2]
    assert [r.place for r in reading.records] == [f"log_history[{i}].loss" for i in (0, 3, 4, 5)]


def test_rows_that_merely_stand_in_another_order_replace_nothing(tmp_path: Path) -> None:
    rows = [{"step": s, "loss": 9 - s / 100} for s in (400, 300, 200, 100)]
    reading = read_with(READER, tmp_path, state(*rows))
    assert [number for _, number, _ in losses(reading)] == [100, 200, 300, 400]
    assert reading.left == []


def test_the_mean_over_the_run_is_no_loss_of_its_last_step(tmp_path: Path) -> None:
    text = state(
        {"step": 10, "loss": 4.0}, {"step": 20, "train_loss": 6.5, "train_runtime": 9.0, "total_flos": 1e15}
    )
    reading = read_with(READER, tmp_path, text)
    assert losses(reading) == [("loss", 10, 4.0)]
    assert "train_loss: a mean over the run" in why_left(reading)


def test_entries_without_a_step_are_left_alone(tmp_path: Path) -> None:
    reading = read_with(
        READER, tmp_path, state({"step": 10, "loss": 4.0}, {"eval_loss": 3.0, "predict_loss": 2.0})
    )
    assert losses(reading) == [("loss", 10, 4.0)]
    assert "eval_loss: its entry tells no step" in why_left(reading)


def test_what_is_no_value_is_broken_by_its_place_and_stand_ins_are_warned_of(tmp_path: Path) -> None:
    rows = [
        {"step": 10, "loss": 3.5},
        {"step": 20, "loss": math.nan},
        {"step": 30, "loss": 0.0, "grad_norm": math.nan},
        {"step": 40, "loss": math.inf},
        {"step": 50, "loss": 3.1, "grad_norm": math.nan},
        {"step": 60, "loss": "3.0"},
        {"step": 70, "loss": "3,0"},
        {"step": "seventy", "loss": 2.9},
    ]
    reading = read_with(READER, tmp_path, state(*rows))
    assert losses(reading) == [("loss", 10, 3.5), ("loss", 50, 3.1), ("loss", 60, 3.0)]
    assert [(b.place, b.rule) for b in reading.broken] == [
        ("log_history[1].loss", "loss_not_finite"),
        ("log_history[2].loss", "loss_not_positive"),
        ("log_history[3].loss", "loss_not_finite"),
        ("log_history[6].loss", "not_a_number"),
        ("log_history[7].step", "not_a_number"),
    ]
    assert "grad_norm is not finite at 2 entries" in reading.notes[0]


def test_tokens_are_taken_where_they_are_counted(tmp_path: Path) -> None:
    rows = [
        {"step": 10, "loss": 4.0, "num_input_tokens_seen": 0},
        {"step": 20, "loss": 3.9, "num_input_tokens_seen": 81920},
    ]
    reading = read_with(READER, tmp_path, state(*rows))
    assert [r.at.tokens for r in reading.records] == [None, 81920]


@pytest.mark.parametrize(
    "key",
    [
        *("rewards/chosen", "reward", "objective/kl", "policy/entropy", "completions/mean_length"),
        *("mean_reward", "eval_min_reward", "eval_rewards/margins"),
    ],
)
def test_the_loss_of_training_by_rewards_is_refused(tmp_path: Path, key: str) -> None:
    file = own_file(tmp_path, "trainer_state.json", state({"step": 10, "loss": 0.6, key: 1.0}))
    assert READER.recognise(file)
    with pytest.raises(InputError, match=key):
        READER.read(file)


def test_of_checkpoints_with_one_log_the_longest_is_read(tmp_path: Path) -> None:
    rows = [{"step": s, "loss": 9 - s / 1000, "grad_norm": math.nan} for s in (500, 1000, 1500)]
    short = own_file(tmp_path, "checkpoint-500/trainer_state.json", state(*rows[:1]))
    middle = own_file(tmp_path, "checkpoint-1000/trainer_state.json", state(*rows[:2]))
    whole = own_file(tmp_path, "checkpoint-1500/trainer_state.json", state(*rows))
    assert len(losses(READER.read(whole))) == 3
    for file in (short, middle):
        reading = READER.read(file)
        assert reading.records == []
        assert "checkpoint-1500/trainer_state.json holds the same log" in why_left(reading)


def test_a_checkpoint_of_another_attempt_is_read_by_itself(tmp_path: Path) -> None:
    other = own_file(tmp_path, "checkpoint-500/trainer_state.json", state({"step": 500, "loss": 8.6}))
    own_file(
        tmp_path,
        "checkpoint-1000/trainer_state.json",
        state({"step": 500, "loss": 8.5}, {"step": 1000, "loss": 8.0}),
    )
    assert losses(READER.read(other)) == [("loss", 500, 8.6)]


def test_recognised_by_content_and_refused_when_cut(tmp_path: Path) -> None:
    assert READER.recognise(own_file(tmp_path, "x", state({"step": 1, "loss": 2.0})))
    assert not READER.recognise(own_file(tmp_path, "trainer_state.json", '{"results": {}}'))
    with pytest.raises(InputError):
        READER.recognise(own_file(tmp_path, "y", state({"step": 1, "loss": 2.0})[:-5]))
