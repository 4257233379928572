"""Numbers and names before them in the names of checkpoints: read whole, or asked about."""

from pathlib import Path

import pytest

from pipelines.own.reading.positions import position_in_name, unread_number, without_position
from tests.tools.own_files import harness, planned, said, scores_of, write

SCORES = {"tokens_per_step": 1000, "scores.format": "rc", "scores.n_shot": 0}
STAGES = (
    "model,revision,task,metric,score",
    "org/m,stage1-step1000-tokens3B,piqa,acc,0.55",
    "org/m,stage1-step500000-tokens1049B,piqa,acc,0.7",
    "org/m,stage2-ingredient1-step1000-tokens3B,piqa,acc,0.74",
)
HEADER = "checkpoint,task,metric,score\n"


@pytest.mark.parametrize(
    ("name", "step"),
    [
        *(("step5k", 5000), ("step_10K", 10_000), ("ckpt-2.5k", 2500), ("DCLM-7B_step50k", 50_000)),
        *(("step_1e3", 1000), ("step1_000", 1000), ("step1_000_000", 1_000_000), ("step8000_123", 8000)),
        *(("step1000-tokens4B", 1000), ("step1000_hf", 1000), ("checkpoint-500_2024-07-01T12-34-56", 500)),
        *(("step20000-tokens84B-hf", 20_000), ("iter_0001000/hf", 1000), ("step10.json", 10)),
        *(("epoch=0-step=1000", 1000), ("toy-epoch=3-step=20-val_loss=1.20.ckpt", 20), ("step=7", 7)),
        *(("ep0-ba1000-rank0.pt", 1000), ("huggingface/ba200", 200)),
    ],
)
def test_a_number_is_read_with_all_that_is_written_on_to_it(name: str, step: int) -> None:
    at = position_in_name(name)
    assert at is not None
    assert at.number == step
    assert unread_number(name) is None


@pytest.mark.parametrize("number", ["10M", "100B", "5a3f", "1_500", "1.0005k", "1000unsharded"])
def test_a_number_that_cannot_be_read_whole_is_asked_about(tmp_path: Path, number: str) -> None:
    assert without_position(f"org/ck/step{number}") == "org/ck"
    write(tmp_path / "r.json", harness({"piqa": {"acc,none": 0.6}}, model=f"ck/step{number}"))
    plan = planned(tmp_path, **SCORES)
    (question,) = plan.open_questions()
    assert (question.key, f"tells {number!r}" in question.text) == ('files."r.json".step', True)
    assert plan.settled.scores.is_empty()
    assert scores_of(plan.answered({question.key: 7}), "step") == [(7,)]
    write(tmp_path / "r.json", f"{HEADER}step5k,piqa,acc,0.5\nstep{number},piqa,acc,0.6\n")
    table = planned(tmp_path, **SCORES)
    assert scores_of(table, "step") == [(5000,)]
    assert "line 3, column checkpoint" in said(table.settled.said.broken)


def test_stages_that_count_their_steps_anew_are_asked_about_and_no_restart(tmp_path: Path) -> None:
    write(tmp_path / "s.csv", "\n".join(STAGES) + "\n")
    asked = planned(tmp_path, **{**SCORES, "tokens_per_step": 2_097_152})
    (question,) = asked.open_questions()
    assert (question.key, "(stage1, stage2-ingredient1)" in question.text) == ('files."s.csv".accept', True)
    assert asked.settled.scores.is_empty()
    told = asked.answered({question.key: True})
    stage1, stage2 = "org/m/stage1", "org/m/stage2-ingredient1"
    assert scores_of(told, "run", "step") == [(stage1, 1000), (stage1, 500_000), (stage2, 1000)]
    assert not told.settled.said.left
    assert not asked.answered({question.key: False}).open_questions()


def test_stages_with_tokens_of_the_whole_training_are_one_run(tmp_path: Path) -> None:
    tokens = ("tokens", "3000000000", "1049000000000", "1052000000000")
    write(tmp_path / "s.csv", "".join(f"{row},{n}\n" for row, n in zip(STAGES, tokens, strict=True)))
    plan = planned(tmp_path, **SCORES)
    assert not plan.open_questions()
    assert [n for (n,) in scores_of(plan, "tokens")] == [int(n) for n in tokens[1:]]


def test_what_changes_with_each_checkpoint_is_no_other_name(tmp_path: Path) -> None:
    for name, rows in (
        ("s.csv", ("epoch_1-step1000", "epoch_2-step2000")),
        ("t.csv", ("my-1b/tokens3B-step3000", "my-1b/step4000-tokens5B")),
        ("u.csv", ("checkpoint_step5000", "hf-step6000")),
    ):
        write(tmp_path / name, HEADER + "".join(f"{row},piqa,acc,0.5\n" for row in rows))
    plan = planned(tmp_path, **{**SCORES, "tokens_per_step": 1_000_000})
    assert not plan.open_questions()
    assert sorted(scores_of(plan, "run", "step")) == [(tmp_path.name, n) for n in range(1000, 6001, 1000)]


@pytest.mark.parametrize(
    "name", ["toy-lr=1e-3,warmup_step=100", "ba12f903", "toy-ba500", "org/toy-300B-tokens"]
)
def test_what_is_no_step_is_none(name: str) -> None:
    assert position_in_name(name) is None
    assert unread_number(name) is None


@pytest.mark.parametrize("name", ["hf-{}B-tokens", "tokens_{}B", "ck/{}B_tokens/hf"])
def test_names_that_tell_tokens_alone_are_asked_about_at_once(tmp_path: Path, name: str) -> None:
    for k in (1, 2, 3):
        write(
            tmp_path / name.format(k) / "r.json", harness({"piqa": {"acc,none": 0.6 + k / 100}}, model="toy")
        )
    write(tmp_path / "val.csv", "step,loss\n1000,3.0\n")
    asked = planned(tmp_path, **SCORES, corpus="c4_en", unit="nats_per_token", step_counts="steps")
    (question,) = asked.open_questions()
    assert (question.key, question.options) == ("tokens_in_names", ("true", "false"))
    told = asked.answered({question.key: True})
    assert [n for (n,) in scores_of(told, "tokens")] == [k * 10**9 for k in (1, 2, 3)]
    # The steps of a curve beside them are steps still.
    assert told.settled.losses["tokens"].to_list() == [1_000_000]
    refused = asked.answered({question.key: False})
    assert {q.key.rpartition(".")[2] for q in refused.open_questions()} == {"step"}


def test_trainings_of_other_lengths_in_tokens_are_two(tmp_path: Path) -> None:
    for budget in (20, 100):
        for step in (1000, 2000):
            scores = {"piqa": {"acc,none": budget / 200}, "boolq": {"acc,none": step / 1e4 + budget / 300}}
            path = tmp_path / f"toy-{budget}B-tokens" / f"step{step}" / "r.json"
            write(path, harness(scores, model="toy"))
    assert "one run, or several" in said(planned(tmp_path, **SCORES).open_questions())
