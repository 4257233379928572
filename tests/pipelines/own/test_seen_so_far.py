"""A column of tokens is of those seen so far only where it grows with the steps."""

import json
from pathlib import Path

import pytest

from tests.tools.own_files import planned, said, write

LOSS = {"corpus": "c4_en", "unit": "nats_per_token", "step_counts": "steps"}
BATCHES = (524_288, 523_904, 524_100, 524_288)


@pytest.mark.parametrize("name", ["tokens", "num_tokens", "total_tokens", "samples"])
@pytest.mark.parametrize("counts", [BATCHES, (512, 512, 512)])
def test_a_count_of_each_step_is_not_taken_for_tokens_seen(
    tmp_path: Path, name: str, counts: tuple[int, ...]
) -> None:
    rows = [
        {"step": n * 100, "loss": 4 - n / 10, name: 200 * count, "lr": 1e-4}
        for n, count in enumerate(counts, start=1)
    ]
    write(tmp_path / "log.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    asked = planned(tmp_path, **LOSS | {"sequence_length": 2048})
    assert asked.settled.losses.is_empty()
    (question,) = asked.open_questions()
    assert question.key == "tokens_per_step"
    if name != "samples":
        assert "log.jsonl do not grow with its steps (line 2, column loss: " in question.text
        assert question.options == (str(200 * sorted(counts)[(len(counts) - 1) // 2]),)
    assert "do not grow with its steps" in said(asked.settled.said.notes)
    told = asked.answered({"tokens_per_step": 1000}).settled.losses
    assert told["tokens"].to_list() == [row["step"] * 1000 for row in rows]


def test_files_of_one_step_each_are_looked_at_together(tmp_path: Path) -> None:
    for step in (100, 200):
        write(tmp_path / f"{step}.csv", f"step,val_loss,tokens\n{step},3.1,524288\n")
    (question,) = planned(tmp_path, **LOSS).open_questions()
    assert question.key == "tokens_per_step"


@pytest.mark.parametrize(
    "rows",
    [
        # Rows stand the other way, one says a little more of its step, and two steps may say the same.
        ("201,3.0,1050000", "200,3.1,1050000", "100,3.2,524288", "100,3.2,524300"),
        ("100,3.2,524288",),
        ("0,9.9,0", "100,3.2,524288", "200,,1050000"),
    ],
)
def test_tokens_that_grow_are_those_seen(tmp_path: Path, rows: tuple[str, ...]) -> None:
    write(tmp_path / "v.csv", "\n".join(("step,val_loss,tokens", *rows)) + "\n")
    plan = planned(tmp_path, **LOSS)
    assert not plan.open_questions()
    assert not said(plan.settled.said.notes)
    assert set(plan.settled.losses["tokens"]) <= {0, 524_288, 524_300, 1_050_000}


def test_a_loss_beside_tokens_of_its_own_takes_those_of_the_training(tmp_path: Path) -> None:
    rows = [{"step": n * 100, "lr": 1, "loss": 4 - n / 10, "tokens": n * 10**8} for n in (1, 2)]
    rows += [{"step": n * 100, "val_loss": 4 - n / 10, "tokens": 10**6} for n in (1, 2)]
    write(tmp_path / "log.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    losses = planned(tmp_path, **LOSS).settled.losses
    assert losses.filter(key="val_loss")["tokens"].to_list() == [10**8, 2 * 10**8]


def test_one_number_that_falls_among_those_that_rise_is_left_to_the_rule_of_every_run(tmp_path: Path) -> None:
    rows = [f"{n},{4 - n / 10},{n * 10**6 if n != 4 else 40}" for n in range(1, 9)]
    write(tmp_path / "v.csv", "\n".join(("step,val_loss,tokens", *rows)) + "\n")
    plan = planned(tmp_path, **LOSS)
    assert not plan.open_questions()
    assert plan.settled.losses.height == 8


def test_steps_that_begin_anew_while_tokens_go_on_are_no_position(tmp_path: Path) -> None:
    rows = ("100,3.2,524288", "200,3.1,1050000", "100,3.0,1570000", "200,2.9,2100000")
    write(tmp_path / "v.csv", "\n".join(("global_step,loss,tokens", *rows)) + "\n")
    plan = planned(tmp_path, **LOSS)
    assert plan.settled.losses.select("step", "tokens").rows() == [
        (None, n) for n in (524_288, 1_050_000, 1_570_000, 2_100_000)
    ]
    assert "begin anew" in said(plan.settled.said.notes)


@pytest.mark.parametrize(
    ("counts", "is_seen"),
    [
        ((524_288, 523_904, 524_100, 523_777, 524_288), False),
        ((524_288,) * 5, False),
        ((1_000_000, 2_000_000, 3_000_000, 2_000_000, 4_000_000), True),
    ],
)
def test_a_tracker_that_counts_the_tokens_of_each_call_is_asked_what_its_calls_count(
    tmp_path: Path, counts: tuple[int, ...], is_seen: bool
) -> None:
    rows = [f"{n},{4 - n / 10:.1f},{count}" for n, count in enumerate(counts)]
    write(tmp_path / "history.csv", "\n".join(("_step,eval/loss,tokens", *rows)) + "\n")
    plan = planned(tmp_path, corpus="c4_en", unit="nats_per_token")
    if is_seen:
        assert plan.settled.losses["tokens"].to_list() == [1_000_000, 2_000_000, 4_000_000]
        return
    assert [q.key for q in plan.open_questions()] == ["step_counts"]
    assert "tokens of history.csv does not grow with _step" in said(plan.settled.said.notes)
    told = plan.answered({"step_counts": "steps", "tokens_per_step": 1000}).settled.losses
    assert told["tokens"].to_list() == [0, 1000, 2000, 3000, 4000]
