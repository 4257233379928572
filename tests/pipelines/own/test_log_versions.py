"""Logs of further trainers and versions: NeMo, Composer, earlier litgpt; what a log says at its end, or otherwise."""

from pathlib import Path

import pytest

from pipelines.own.formats.text_logs import DIALECTS, find_dialect
from pipelines.own.reading.found import Kind
from tests.pipelines.own.reading import losses, own_file, why_left
from tests.pipelines.own.test_text_logs import ALL, MEGATRON, NANOTRON, NEOX, TITAN, read_log

NEMO = "".join(
    f"Training epoch 0, iteration {k}/99 | lr: 0.0003 | consumed_samples: {64 * (k + 1)} | global_batch_size: 64"
    f" | global_step: {k} | reduced_train_loss: {9 - k}.5 | train_step_timing in s: 0.2{told}\n"
    for k, told in enumerate(("", "", " | val_loss: 7.25", " | val_loss: 7.25", " | val_loss: 6.75"))
)
COMPOSER = """[batch=10/40]:
\t Train epoch: 0
\t Train trainer/global_step: 9
\t Train loss/train/total: 8.5000
\t Train metrics/train/LanguagePerplexity: 4914.7688
\t Train time/token: 4718592
[batch=20/40]:
\t Train loss/train/total: 7.2500
[Eval batch=1/4] Eval on eval data
[Eval batch=4/4] Eval on eval data:
\t Eval metrics/eval/LanguageCrossEntropy: 7.0000
\t Eval metrics/piqa/0-shot/InContextLearningMultipleChoiceAccuracy: 0.5250
"""


@pytest.mark.parametrize(("name", "text"), [("nemo", NEMO), ("composer", COMPOSER)])
def test_each_is_told_by_its_lines_alone(tmp_path: Path, name: str, text: str) -> None:
    dialect = find_dialect(own_file(tmp_path, "whatever.txt", text))
    assert dialect is not None
    assert dialect.name == name
    assert {d.name for d in DIALECTS for line in text.splitlines() if d.shape.search(line)} == {name}
    assert not any("looks like a loss" in left.why for left in read_log(tmp_path, text).left)


def test_nemo_repeats_a_validation_on_every_line_and_it_is_one(tmp_path: Path) -> None:
    reading = read_log(tmp_path, NEMO)
    assert losses(reading, "val_loss") == [("val_loss", 2, 7.25), ("val_loss", 4, 6.75)]
    first = reading.records[0]
    assert (first.value, first.at.number, first.at.samples, first.held_out) == (9.5, 1, 64, False)


def test_a_validation_that_the_first_line_of_nemo_repeats_is_of_no_known_step(tmp_path: Path) -> None:
    reading = read_log(tmp_path, "".join(NEMO.splitlines(keepends=True)[2:]))
    assert losses(reading, "val_loss") == [("val_loss", 4, 6.75)]
    assert any("repeats a validation of a step before it" in note for note in reading.notes)


def test_composer_puts_values_at_the_batch_of_their_head(tmp_path: Path) -> None:
    reading = read_log(tmp_path, COMPOSER)
    assert losses(reading) == [
        ("loss/train/total", 10, 8.5),
        ("loss/train/total", 20, 7.25),
        ("metrics/eval/LanguageCrossEntropy", 20, 7.0),
    ]
    assert [r.at.tokens for r in reading.records if r.kind is Kind.LOSS] == [5_242_880, None, None]
    [score] = [r for r in reading.records if r.kind is Kind.SCORE]
    assert (score.task, score.n_shot, score.at.number, score.value) == ("piqa", 0, 20, 0.525)
    assert "last printed before them" in reading.notes[0]


def test_composer_whose_training_lasts_tokens_or_epochs(tmp_path: Path) -> None:
    tokens = COMPOSER.replace("batch=10/40", "token=5242880/9e9").replace("/9e9", "/99999999")
    [first, *rest] = losses(read_log(tmp_path, tokens), "loss/train/total")
    assert (first, len(rest)) == (("loss/train/total", 10, 8.5), 1)
    epochs = COMPOSER.replace("[batch", "[epoch=2][batch")
    reading = read_log(tmp_path, epochs)
    assert losses(reading) == [("loss/train/total", 10, 8.5)]
    assert "3 values stand below no batch" in reading.notes[-1]


MEGATRON_END = (
    " validation loss at the end of training for val data | lm loss value: 6.3E+00 | lm loss PPL: 5E+02 |\n"
)
NEOX_END = " validation results at the end of training for val data | lm_loss value: 6.3E+00 | lm_loss_ppl value: 5E+02 |\n"


def test_training_ends_at_its_last_step_though_not_every_step_is_printed(tmp_path: Path) -> None:
    for log, end in ((MEGATRON, MEGATRON_END), (NEOX, NEOX_END)):
        first = log.splitlines()[0]
        step, planned = ("50", "9000") if log is MEGATRON else ("10", "32000")
        lines = [first.replace(f" {step}/", f" {at}/").replace(planned, "130") for at in ("50", "100")]
        reading = read_log(tmp_path, "\n".join([*lines, end]))
        [(_, number, value)] = losses(reading, "lm loss validation")
        assert (number, value) == (130, 6.3)


def test_nanotron_also_says_billions_as_g(tmp_path: Path) -> None:
    (record,) = read_log(tmp_path, NANOTRON.replace("8.39B", "8.39G")).records
    assert (record.at.tokens, record.at.is_rounded) == (8.39e9, True)


@pytest.mark.parametrize("head", ["iter {} step {}:", "iter {} | step {}:"])
def test_litgpt_of_earlier_versions(tmp_path: Path, head: str) -> None:
    text = "".join(
        f"{head.format(64 * k, 16 * k)} loss {7 - k}.5000, iter time: 98.76ms (optimizer.step)\n"
        for k in (1, 2)
    )
    reading = read_log(tmp_path, text + "iter 128: val loss 4.9500, val time: 2000.00ms\n")
    assert losses(reading) == [("train loss", 16, 6.5), ("train loss", 32, 5.5), ("val loss", 32, 4.95)]


def test_lines_of_losses_in_another_form_are_named(tmp_path: Path) -> None:
    strange = "step 10 done, val_loss = 3.10\n20 | loss 3.2000 | lr 3.0e-04\n"
    reading = read_log(tmp_path, TITAN + strange)
    [left] = [left for left in reading.left if "looks like a loss" in left.why]
    assert (left.place, left.count) == ("line 3", 2)
    assert not any("looks like" in left.why for log in ALL.values() for left in read_log(tmp_path, log).left)


def test_modded_nanogpt_with_bits_per_byte_behind_its_loss(tmp_path: Path) -> None:
    lines = (
        "step:0/900 val_loss:6.9375 val_bpb:4.1250 train_time:0ms step_avg:0.01ms",
        "step:1/900 train_loss:6.9300 train_time:210ms step_avg:210.00ms",
        "step:900/900 val_loss:2.3125 val_bpb:1.3750 train_time:99000ms step_avg:110.00ms",
    )
    reading = read_log(tmp_path, "\n".join(lines) + "\n")
    assert losses(reading, "val_loss") == [("val_loss", 0, 6.9375), ("val_loss", 900, 2.3125)]
    assert losses(reading, "val_bpb") == [("val_bpb", 0, 4.125), ("val_bpb", 900, 1.375)]
    assert losses(reading, "train_loss") == [("train_loss", 1, 6.93)]
    assert {(r.key, r.unit, r.held_out) for r in reading.records} == {
        ("val_loss", "nats_per_token", True),
        ("val_bpb", "bits_per_byte", True),
        ("train_loss", "nats_per_token", False),
    }


def test_what_bert_calls_lm_loss_in_megatron_is_of_masked_words(tmp_path: Path) -> None:
    text = MEGATRON.replace("| loss scale", "| sop loss: 7.6E-02 | loss scale")
    reading = read_log(tmp_path, text.replace("6.018450E+02 |", "6.0E+02 | sop loss value: 1.3E-01 |"))
    assert reading.records == []
    assert "3 × lm loss of masked words" in why_left(reading)
