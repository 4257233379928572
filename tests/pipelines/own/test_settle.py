"""Records and a card become values: positions, corpora, units, bounds, repeats; or a question."""

from pathlib import Path
from typing import Any

import pytest

from pipelines.own.card.card import check_card
from pipelines.own.reading.found import Counter, Kind, Position, Reading, Record
from pipelines.own.settling.frame import Columns, Said
from pipelines.own.settling.placing import tokens_at
from pipelines.own.settling.settle import Settled, settle
from tests.tools.own_files import harness, planned, said, write

NATS = {"corpus": "c4_en", "unit": "nats_per_token"}


def loss(value: float, at: Position, key: str = "eval_loss", **more: Any) -> Record:
    return Record(
        Kind.LOSS, key, value, at, more.pop("file", "log"), f"at {at.number}", held_out=True, **more
    )


def settled(records: list[Record], **card: Any) -> Settled:
    columns = Columns()
    columns.add("test", Reading(records=records))
    return settle(columns.frame(), check_card(card), "mine", Said())


def at(number: float, counter: Counter = Counter.STEP, **more: Any) -> Position:
    return Position(counter, number, **more)


@pytest.mark.parametrize(
    ("position", "card", "tokens"),
    [
        (at(10), {"tokens_per_step": 100}, 1000),
        (at(10, tokens=999.0), {"tokens_per_step": 100}, 999),
        (at(10, samples=64.0), {"sequence_length": 16}, 1024),
        (at(10, samples=64.0), {"tokens_per_step": 100}, 1000),
        (at(10, tokens=1050.0, is_rounded=True), {"tokens_per_step": 100}, 1000),
        (at(10, Counter.TOKENS), {}, 10),
        (at(10, Counter.SAMPLES), {"sequence_length": 16}, 160),
        (at(10, Counter.EPOCH), {"tokens_per_epoch": 7}, 70),
        (at(10, Counter.MICRO_STEP), {"tokens_per_step": 100, "micro_steps_per_step": 5}, 200),
        (at(10, Counter.CALL), {"tokens_per_step": 100, "steps_per_call": 50}, 50_000),
        (at(10, Counter.UNKNOWN), {"tokens_per_step": 100, "step_counts": "steps"}, 1000),
        (at(10, Counter.UNKNOWN), {"step_counts": "tokens"}, 10),
        (at(10), {"tokens_per_step": [[0, 100], [4, 200]]}, 1600),
        (Position(), {"files": {"log": {"step": 10}}, "tokens_per_step": 3}, 30),
    ],
)
def test_a_position_becomes_tokens(position: Position, card: dict[str, Any], tokens: int) -> None:
    found = settled([loss(3.0, position)], **card, **NATS)
    assert found.losses["tokens"].to_list() == [tokens]


@pytest.mark.parametrize(
    ("position", "card", "asked"),
    [
        (at(10), {}, "tokens_per_step"),
        (at(10, Counter.SAMPLES), {"tokens_per_step": 5}, "sequence_length"),
        (at(10, Counter.MICRO_STEP), {"tokens_per_step": 5}, "micro_steps_per_step"),
        (at(10, Counter.MICRO_STEP), {"micro_steps_per_step": 5}, "tokens_per_step"),
        (at(10, Counter.CALL), {"tokens_per_step": 5}, "steps_per_call"),
        (at(10, Counter.UNKNOWN), {"tokens_per_step": 5}, "step_counts"),
        (at(10, Counter.EPOCH), {}, "tokens_per_epoch"),
        (Position(), {"tokens_per_step": 5}, 'files."log".step'),
    ],
)
def test_what_a_position_lacks_is_asked_and_the_value_waits(
    position: Position, card: dict[str, Any], asked: str
) -> None:
    found = settled([loss(3.0, position)], **card, **NATS)
    assert asked in found.said.questions
    assert found.losses.is_empty()


def test_a_batch_that_grows_forbids_one_number_of_tokens_a_step() -> None:
    grown = [loss(3.0, at(100 * k, samples=float(s))) for k, s in ((1, 3200), (2, 9600), (3, 22400))]
    found = settled(grown, tokens_per_step=1000, **NATS)
    assert found.losses.is_empty()
    assert "sequence_length" in found.said.questions
    assert settled(grown, sequence_length=2, **NATS).losses["tokens"].to_list() == [6400, 19200, 44800]


def test_steps_become_tokens_by_what_the_runs_own_log_says() -> None:
    records = [
        loss(3.0, at(10, tokens=1000.0)),
        loss(2.9, at(20, tokens=2000.0)),
        loss(2.8, at(30), file="other"),
    ]
    assert settled(records, **NATS).losses["tokens"].to_list() == [1000, 2000, 3000]


def test_tokens_of_a_schedule_add_up() -> None:
    import numpy as np

    assert tokens_at(np.array([0.0, 4, 5, 10]), [(0, 100), (4, 200), (8, 1)]).tolist() == [0, 400, 600, 1202]


def test_several_held_out_losses_each_have_a_text_and_training_ones_meet_no_axis() -> None:
    at_ten = at(10, tokens=10.0)
    records = [
        loss(3.0, at_ten, "eval_c4_loss", unit="nats_per_token"),
        loss(1.4, at_ten, "eval_code_loss", unit="nats_per_token"),
        Record(Kind.LOSS, "loss", 2.9, at_ten, "log", "x", unit="nats_per_token", held_out=False),
    ]
    found = settled(records, corpus="c4_en", training_corpus="my mix")
    assert found.losses.select("corpus", "held_out").rows() == [("my mix (train)", False)]
    assert set(found.said.questions) >= {"losses.eval_c4_loss.corpus", "losses.eval_code_loss.corpus"}
    told = {"eval_c4_loss": {"corpus": "c4_en"}, "eval_code_loss": {"use": False}}
    found = settled(records, losses=told)
    assert sorted(found.losses["corpus"].to_list()) == ["c4_en", "mine (train)"]


@pytest.mark.parametrize(
    ("value", "rule"), [(0.0, "loss_not_positive"), (-1.0, "loss_not_positive"), (25.0, "loss_above_bound")]
)
def test_a_loss_that_cannot_be_is_broken_by_place(value: float, rule: str) -> None:
    found = settled([loss(value, at(1)), loss(3.0, at(2))], tokens_per_step=1, **NATS)
    assert [b.rule for b in found.said.broken] == [rule]
    assert found.losses["loss"].to_list() == [3.0]


def test_a_sum_over_accumulated_batches_is_said() -> None:
    tiny = {"corpus": "c4_en", "unit": "nats_per_token", "vocabulary": 256}
    found = settled([loss(11.09, at(1)), loss(4.0, at(2)), loss(3.9, at(3))], tokens_per_step=1, **tiny)
    assert "2 times ln(vocabulary)" in found.said.questions["losses.eval_loss.divide_by"].text


def test_a_series_above_ln_of_the_vocabulary_is_asked_about() -> None:
    falling = [loss(v, at(k)) for k, v in enumerate((19.0, 18.9, 18.0), start=1)]
    found = settled(falling, tokens_per_step=1, tokenizer="gpt2", **NATS)
    assert found.losses.is_empty()
    assert "losses.eval_loss.unit" in found.said.questions


def test_steps_that_are_equal_in_all_are_left_out_until_accepted(tmp_path: Path) -> None:
    metrics = {"toyqa": {"acc,none": 0.412}, "toyrc": {"acc,none": 0.311}}
    for step in (1000, 2000, 3000, 143000):
        same = metrics if step < 4000 else {"toyqa": {"acc,none": 0.5}, "toyrc": {"acc,none": 0.4}}
        write(tmp_path / f"step{step}" / "results.json", harness(same, model="ck"))
    plan = planned(tmp_path, tokens_per_step=1)
    assert plan.settled.scores["step"].unique().to_list() == [143000]
    assert "3 checkpoints" in said(plan.settled.said.notes)
    taken = plan.answered({"accept": ["same_weights"]})
    assert taken.settled.scores["step"].n_unique() == 4


def test_one_task_at_chance_is_no_sign_of_equal_weights(tmp_path: Path) -> None:
    for step in (1000, 2000, 3000):
        write(tmp_path / f"step{step}" / "results.json", harness({"toyqa": {"acc,none": 0.25}}, model="ck"))
    assert planned(tmp_path, tokens_per_step=1).settled.scores.height == 3


def test_two_models_that_contradict_are_one_run_or_several_as_told(tmp_path: Path) -> None:
    for model, value in (("alpha", 0.3), ("beta", 0.4)):
        write(
            tmp_path / model / "r.json", harness({"toyqa": {"acc,none": value}}, model=f"/ck/{model}/step10")
        )
    plan = planned(tmp_path, tokens_per_step=1)
    assert [q.key for q in plan.open_questions()] == ["runs"]
    several = plan.answered({"runs": "several"})
    assert sorted(several.settled.scores["run"].to_list()) == ["ck/alpha", "ck/beta"]


def test_names_that_nothing_can_hold_are_made_safe_and_stay_apart(tmp_path: Path) -> None:
    tasks = {
        "my\x01task": {"acc,none": 0.3},
        "my%01task": {"acc,none": 0.4},
        "\u202etask\x1b[2J": {"acc,none": 0.5},
    }
    write(tmp_path / "step1.json", harness(tasks, model="ck"))
    found = planned(tmp_path, tokens_per_step=1).settled.scores["task"].to_list()
    assert len(set(found)) == 3
    assert all(name.isprintable() for name in found)


def test_half_a_character_in_a_name_keeps_nothing_else_out(tmp_path: Path) -> None:
    text = '{"results": {"a\\ud800": {"acc": 0.3, "acc_norm": 0.3}, "toyqa": {"acc": 0.4, "acc_norm": 0.4}}, "config": {"num_fewshot": 0}}'
    write(tmp_path / "step1.json", text)
    assert planned(tmp_path, tokens_per_step=1).settled.scores.height == 4


def test_a_counter_of_another_name_is_refused_and_asked_again(tmp_path: Path) -> None:
    (tmp_path / "losses.csv").write_text("Step,loss\n1,3.0\n2,2.9\n")
    said = planned(tmp_path, step_counts="step", tokens_per_step=10, corpus="c4_en").settled.said
    assert [(b.place, b.rule) for b in said.broken] == [("step_counts", "bad_field")]
    assert "step_counts" in said.questions


def test_what_is_refused_is_shown_with_the_digits_that_it_is_refused_for(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", "step,tokens,task,metric,score\n1,1000000000.5,piqa,acc,0.5\n")
    write(tmp_path / "b.json", harness({"piqa": {"acc,none": 1.0000001}}))
    answers = {"scores.format": "rc", "scores.n_shot": 0, "tokens_per_step": 10}
    broken = planned(tmp_path, **answers).settled.said.broken
    assert [item.value for item in broken] == ["1000000000.5", "1.0000001"]


def test_what_the_steps_of_one_file_count_says_nothing_of_numbers_of_another_size(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", "step,val_loss\n1000000000,3.9\n2000000000,3.8\n")
    write(tmp_path / "b.csv", "step,piqa/acc\n1000,0.5\n2000,0.6\n")
    answers = {"scores.format": "rc", "scores.n_shot": 0, "tokens_per_step": 1_000_000, **NATS}
    asked = planned(tmp_path, **answers)
    keys = [question.key for question in asked.open_questions()]
    assert sorted(keys) == ['files."a.csv".step_counts', "step_counts"]
    told = asked.answered({"step_counts": "steps", 'files."a.csv".step_counts': "tokens"})
    assert told.settled.losses["tokens"].to_list() == [1_000_000_000, 2_000_000_000]
    assert told.settled.scores["tokens"].to_list() == [1_000_000_000, 2_000_000_000]
