"""A log that nobody else writes: asked about, and read by the pattern that its user gives."""

import json
from pathlib import Path
from time import process_time

import pytest

from emergence.errors import InputError
from pipelines.own.formats.text_logs.home_made import question, read_pattern
from pipelines.own.read_run import recognise
from pipelines.own.reading.found import Counter
from tests.pipelines.own.reading import losses, own_file
from tests.tools.own_files import planned, write

LOG = "".join(
    f"step {100 * k} ({0.5 * k:.2f}M tok) loss {4 - 0.1 * k:.4f} in {0.3 + k / 100:.2f}s\n"
    for k in range(1, 6)
)
PATTERN = "step {step} ({tokens} tok) loss {loss}"


def test_a_log_of_no_known_trainer_is_asked_about_with_a_pattern_that_reads_it(tmp_path: Path) -> None:
    write(tmp_path / "train.log", LOG)
    plan = planned(tmp_path, unit="nats_per_token", corpus="c4_en", tokens_per_step=5000, step_counts="steps")
    (asked,) = [q for q in plan.settled.said.questions.values() if q.key.startswith("files.")]
    assert asked.key == 'files."train.log".pattern'
    assert asked.options == (PATTERN,)
    assert plan.settled.losses.is_empty()
    read = plan.answered({asked.key: asked.options[0]})
    assert asked.key not in read.settled.said.questions
    assert read.settled.losses.select("step", "loss").rows()[:2] == [(100, 3.9), (200, 3.8)]
    assert read.settled.losses["held_out"].to_list() == [False] * 5


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("ep: 0, batch: {}, time: 8.4, ntokens: 431.7/513, loss: {}", {"loss"}),
        ("updates {} | loss {} | valid loss 4.5", {"loss", "val_loss"}),
        (
            "2025-03-04 05:06:01 | INFO | step {}/10000 | loss {} | val_loss 3.94 | tok/s 12000",
            {"loss", "val_loss"},
        ),
        ("[2025-03-04 05:06:01] step={} loss={} ppl=30.1", {"loss"}),
        ("INFO:root:epoch 0 step {} train/loss: {} eval/loss: 3.94", {"loss", "val_loss"}),
        ("Iter {} Train loss {}, Val loss 3.94", {"loss", "val_loss"}),
        ("step {} | train_loss {} | val_loss 3.93 | tokens 0.4B", {"loss", "val_loss"}),
        ("step {}: loss {}, aux_loss 1.0", {"loss"}),
        ("it/s 3.2 iteration {}, lr 1e-4, aux_loss 0.1, loss: {}", {"loss"}),
        ("{} | loss {} | lr 3.0e-04 | 1234.5ms", {"loss"}),
        ("Part 0 | iter {} | loss train: {}, val_loss valid: 3.940 | iter time: 2.1 s", {"loss"}),
    ],
)
def test_the_pattern_that_is_suggested_reads_the_log(tmp_path: Path, line: str, found: set[str]) -> None:
    file = own_file(
        tmp_path, "train.log", "".join(line.format(k, f"3.{k}") + "\n" for k in range(100, 900, 100))
    )
    assert recognise(file) is None, "no table, and no JSON"
    asked = question(file)
    assert asked is not None
    reading = read_pattern(file, asked.options[0])
    assert {r.key for r in reading.records} == found
    assert losses(reading, "loss")[:2] == [("loss", 100, 3.1), ("loss", 200, 3.2)]


def test_validations_on_lines_of_their_own_have_a_pattern_of_their_own(tmp_path: Path) -> None:
    lines = [
        "Iter 1: Val loss 5.250, Val took 2.1s",
        *(f"Iter {k}: Train loss 4.{k}, It/sec 1.5" for k in (10, 20)),
    ]
    write(tmp_path / "train.log", "\n".join(lines) + "\n")
    file = own_file(tmp_path, "train.log", "\n".join(lines) + "\n")
    asked = question(file)
    assert asked is not None
    both = json.loads(asked.options[0])
    assert losses(read_pattern(file, both)) == [("val_loss", 1, 5.25), ("loss", 10, 4.1), ("loss", 20, 4.2)]
    alone = read_pattern(file, both[0])
    assert losses(alone) == [("loss", 10, 4.1), ("loss", 20, 4.2)]
    assert [(left.place, left.count) for left in alone.left] == [("line 1", 1)]
    assert "may be a list" in alone.left[0].why
    plan = planned(tmp_path, **{asked.key: both, "step_counts": "steps"})
    assert not plan.settled.said.broken


def test_dictionaries_that_python_printed_are_named(tmp_path: Path) -> None:
    write(tmp_path / "train.log", "{'loss': 3.9, 'step': 10}\n{'loss': 3.8, 'step': 20}\n")
    [broken] = planned(tmp_path).settled.said.broken
    assert "as Python prints them: write each with json.dumps" in broken.fix


def test_what_transformers_prints_is_named_with_the_file_that_has_its_steps(tmp_path: Path) -> None:
    write(tmp_path / "out.log", "[INFO] a, b\n 3%|| 9/99\n{'loss': 3.9, 'grad_norm': 0.5, 'epoch': 0.1}\n")
    write(tmp_path / "all_results.json", {"epoch": 2.0, "eval_loss": 3.5, "eval_runtime": 9.0})
    said = planned(tmp_path).settled.said
    assert not said.broken
    assert all("trainer_state.json" in left.why for left in said.left)
    assert {left.file for left in said.left} == {"out.log", "all_results.json"}


def test_the_names_say_what_is_what_and_a_step_is_asked_about(tmp_path: Path) -> None:
    file = own_file(tmp_path, "log", "it=7 seen=1,024 train 3.5 (lr 1e-4) valid 3.25\n" * 2)
    reading = read_pattern(file, "it={step} seen={tokens} train {train_loss} (lr {skip}) valid {val_loss}")
    assert losses(reading) == [("train_loss", 7, 3.5), ("val_loss", 7, 3.25)]
    assert {(r.at.counter, r.at.tokens, r.held_out) for r in reading.records} == {
        (Counter.UNKNOWN, 1024, False),
        (Counter.UNKNOWN, 1024, True),
    }


def test_a_position_that_is_not_whole_is_broken_by_its_line(tmp_path: Path) -> None:
    file = own_file(tmp_path, "log", "step 1 0.06M loss 3.5\nstep 2 1.5M loss 3.4\nstep x 2M loss 3.3\n")
    reading = read_pattern(file, "step {step} {tokens}M loss {loss}")
    assert [(b.place, b.value) for b in reading.broken] == [
        ("line 1", "tokens = 0.06"),
        ("line 2", "tokens = 1.5"),
        ("line 3", "step"),
    ]
    assert reading.records == []


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("loss {loss}", "needs {step} or {tokens}"),
        ("step {step}", "needs {step} or {tokens}"),
        ("step {step} loss {loss} again {loss}", "each once"),
        ("step {step}{loss}", "something between"),
        ("step {step} ppl {ppl}", "no name of a loss"),
        ("step {step} lr {lr}", "no name of a loss"),
        ("epoch {step} loss {loss}", "no line of log fits"),
    ],
)
def test_a_pattern_that_says_too_little_is_refused(tmp_path: Path, pattern: str, why: str) -> None:
    with pytest.raises(InputError, match=why):
        read_pattern(own_file(tmp_path, "log", LOG), pattern)


def test_a_wrong_pattern_in_the_card_is_a_refusal_of_its_file_alone(tmp_path: Path) -> None:
    write(tmp_path / "train.log", LOG)
    write(tmp_path / "losses.csv", "step,loss\n1,4.0\n2,3.9\n")
    write(tmp_path / "emergence.toml", '[files."train.log"]\npattern = "nothing"\n')
    plan = planned(tmp_path, unit="nats_per_token", corpus="c4_en", tokens_per_step=10)
    assert [b.file for b in plan.settled.said.broken] == ["train.log"]
    assert plan.settled.losses.height == 2


@pytest.mark.parametrize(
    "text", ["words\n" * 9, '{"loss": 1.5, "step": 3}\n' * 9, "the loss of 1.5 points\n" * 9]
)
def test_other_text_is_asked_nothing(tmp_path: Path, text: str) -> None:
    write(tmp_path / "notes", text)
    assert not any(q.key.startswith("files.") for q in planned(tmp_path).settled.said.questions.values())


def test_long_lines_take_no_time(tmp_path: Path) -> None:
    file = own_file(tmp_path, "log", LOG + ("step 1 " * 2000 + "\n") * 20)
    began = process_time()
    read_pattern(file, PATTERN)
    assert process_time() - began < 2
