"""Logs of fairseq and metaseq: bits become nats where a perplexity says so, and nothing else is a loss."""

from collections.abc import Sequence
from math import log
from pathlib import Path

import pytest

from pipelines.own.formats.text_logs import READER, find_dialect
from tests.pipelines.own.reading import losses, own_file, read_with, why_left

HEAD = "2024-02-03 04:05:06 | INFO |"
# 2 ** 9 = 512, 2 ** 8 = 256, 2 ** 7.5 = 181.02, 2 ** 7 = 128.
JSON = f"""slurm_procid 0 : {HEAD} fairseq.trainer | begin training epoch 1
slurm_procid 0 : {HEAD} train_inner | {{"epoch": 1, "loss": "9", "ppl": "512", "wpb": "1.04858e+06", "num_updates": "10", "gnorm": "1.5"}}
slurm_procid 0 : {HEAD} train_inner | {{"epoch": 1, "loss": "8", "ppl": "256", "wpb": "1.04858e+06", "num_updates": "20", "gnorm": "1.5"}}
slurm_procid 0 : {HEAD} valid | {{"epoch": 1, "valid_loss": "7.5", "valid_ppl": "181.02", "valid_num_updates": "20"}}
slurm_procid 0 : {HEAD} valid/wiki | {{"epoch": 1, "valid/wiki_loss": "7", "valid/wiki_ppl": "128", "valid/wiki_num_updates": "20"}}
slurm_procid 0 : {HEAD} train | {{"epoch": 1, "train_loss": "8.5", "train_ppl": "362.04", "train_num_updates": "20"}}
"""
WORDS = f"""{HEAD} train_inner | epoch 001:     10 / 900 loss=9.4, nll_loss=9, ppl=512, wps=57.3, wpb=1613, num_updates=10, lr=2.8e-05
{HEAD} train_inner | epoch 001:     20 / 900 loss=8.4, nll_loss=8, ppl=256, wps=57.3, wpb=1504, num_updates=20, lr=2.9e-05
{HEAD} valid | epoch 001 | valid on 'valid' subset | loss 7.9 | nll_loss 7.5 | ppl 181.02 | wps 914.5 | num_updates 20 | best_loss 7.9
{HEAD} train | epoch 001 | loss 8.9 | nll_loss 8.5 | ppl 362.04 | wps 914.5 | num_updates 20 | lr 0.0001
"""
OLD = """| epoch 001:     10 / 900 loss=9.4, nll_loss=9, ppl=512, wps=52922, ups=0.5, num_updates=10, clip=0%
| epoch 001:     20 / 900 loss=8.4, nll_loss=8, ppl=256, wps=52922, ups=0.5, num_updates=20, clip=0%
| epoch 001 | loss 8.9 | nll_loss 8.5 | ppl 362.04 | wps 18438 | num_updates 20 | lr 0.000629566
| epoch 001 | valid on 'valid' subset | valid_loss 7.9 | valid_nll_loss 7.5 | valid_ppl 181.02
"""
CURVE = [("loss", 10, 9 * log(2)), ("loss", 20, 8 * log(2)), ("valid_loss", 20, 7.5 * log(2))]


def _near(rows: Sequence[tuple[str, int, float]]) -> list[tuple[str, int, object]]:
    return [(key, at, pytest.approx(value)) for key, at, value in rows]


@pytest.mark.parametrize("text", [JSON, WORDS, OLD])
def test_each_way_to_print_is_told_by_its_lines(tmp_path: Path, text: str) -> None:
    dialect = find_dialect(own_file(tmp_path, "out.txt", text))
    assert dialect is not None
    assert dialect.name == "fairseq"


@pytest.mark.parametrize("text", [WORDS, OLD])
def test_losses_in_bits_become_nats_and_means_over_an_epoch_are_left(tmp_path: Path, text: str) -> None:
    reading = read_with(READER, tmp_path, text)
    assert losses(reading) == _near(CURVE)
    assert {r.unit for r in reading.records} == {"nats_per_token"}
    assert "1 × train_loss over an epoch: a mean over an epoch" in why_left(reading)
    assert any("times ln(2)" in note for note in reading.notes)
    assert any("tell no update" in note for note in reading.notes) == (text == OLD)


def test_each_set_of_texts_is_a_loss_of_its_own(tmp_path: Path) -> None:
    reading = read_with(READER, tmp_path, JSON)
    assert losses(reading) == _near([*CURVE, ("valid/wiki/loss", 20, 7 * log(2))])
    assert [q.options for q in reading.questions] == [("wiki",)]


def test_experts_balanced_are_no_part_of_the_loss(tmp_path: Path) -> None:
    values = '{"epoch": 1, "loss": "9.3", "moe_gate_loss": "20", "inner_loss": "9", "ppl": "512", "num_updates": "10"}'
    assert losses(read_with(READER, tmp_path, f"{HEAD} train_inner | {values}\n")) == _near(CURVE[:1])


def test_a_loss_that_no_perplexity_confirms_is_none(tmp_path: Path) -> None:
    line = (
        "| epoch 001:  10 / 900 loss=3.147, nll_loss=1.236, length=3.071, ppl=8.86, wps=72, num_updates=10\n"
    )
    reading = read_with(READER, tmp_path, line + line.replace("ppl=8.86, ", ""))
    assert reading.records == []
    assert "2 × loss in no known base" in why_left(reading)


def test_a_cut_line_is_counted_and_a_loss_that_is_not_finite_refused(tmp_path: Path) -> None:
    cut = f'{HEAD} train_inner | {{"epoch": 1, "loss": "9", "num_updates": "10", "ppl": "5'
    reading = read_with(READER, tmp_path, f"{cut}\n" + WORDS.replace("nll_loss=9,", "nll_loss=nan,"))
    assert losses(reading) == _near(CURVE[1:])
    assert any("1 lines of values are cut" in note for note in reading.notes)
    assert [(b.place, b.rule) for b in reading.broken] == [("line 2", "loss_not_finite")]
