"""Text logs: each dialect by its own lines, with what each prints that is no loss of its step."""

from pathlib import Path

import pytest

from pipelines.own.formats import leave
from pipelines.own.formats.text_logs import DIALECTS, READER, find_dialect
from pipelines.own.reading.found import Counter, Kind, Reading
from tests.pipelines.own.reading import losses, own_file, read_with, why_left

MEGATRON = """ [2025-02-01 10:00:00.000000] iteration       50/    9000 | consumed samples:         1600 | elapsed time per iteration (ms): 410.2 | learning rate: 1.000000E-04 | global batch size:    32 | lm loss: 7.250000E+00 | loss scale: 1.0 | grad norm: 0.812 | number of skipped iterations:   0 | number of nan iterations:   0 |
 [2025-02-01 10:00:21.000000] iteration      100/    9000 | consumed samples:         4800 | elapsed time per iteration (ms): 410.2 | learning rate: 1.000000E-04 | global batch size:    64 | lm loss: 6.500000E+00 | loss scale: 1.0 | grad norm: 0.700 | number of skipped iterations:   0 | number of nan iterations:   0 |
-----------------------------------------------------------------------------------------------
 validation loss at iteration 100 on validation set | lm loss value: 6.400000E+00 | lm loss PPL: 6.018450E+02 |
-----------------------------------------------------------------------------------------------
"""
MEGATRON_DEEPSPEED = " iteration     200/  1000 | consumed samples:  25600 | consumed tokens:   52428800 | elapsed time per iteration (s): 1.5 | learning rate: 1E-4 | global batch size: 128 | lm loss: 4.2E+00 | moe loss: 1.0E-01 | loss scale: 1.0 |\n"
NEOX = """ samples/sec: 30.5 | iteration      10/  32000 | elapsed time per iteration (ms): 2100.5 | learning rate: 1.0E-05 | approx flops per GPU: 50.2TFLOPS | lm_loss: 9.75E+00 | loss scale: 1.0 | number of skipped iterations:   0 | number of nan iterations:   0 |
--------------------------------------------------
 validation results at iteration 10 | lm_loss value: 9.5E+00 | lm_loss_ppl value: 1.3E+04 |
"""
OLMO = """[2025-04-17 09:00:26] INFO     [olmo.train:816, rank=0] [step=500/7000,epoch=0]
    train/CrossEntropyLoss=5.125
    train/Perplexity=168.2
    throughput/total_tokens=2,097,152,000
    throughput/device/tokens_per_second=9,001
[2025-04-17 09:01:26] INFO     [olmo.eval:12, rank=0] [eval_step=5/10]
[2025-04-17 09:02:26] INFO     [olmo.train:999, rank=0]     eval/c4_en-validation/CrossEntropyLoss=5.25
    eval/c4_en-validation/CrossEntropyLoss=5.251
    eval/c4_en-validation/Perplexity=190.7
    eval/downstream/piqa_len_norm=0.5225
    eval/downstream/arc_easy_mc_5shot_acc=0.2511
    eval/downstream_ce_loss/piqa_ce_loss=2.1
[2025-04-17 09:03:26] INFO     [olmo.train:816, rank=0] [step=501/7000,epoch=0]
    train/CrossEntropyLoss=5.100
    throughput/total_tokens=2,101,346,304
"""
OLMO_CORE = """2025-05-05 10:00:00.000 host:0 olmo_core.train.callbacks.console_logger:51 INFO [step=100/2000,epoch=1,eta=1 day, 2:03:04]
    train/CE loss=6.543
    train/PPL=694.4
    throughput/total tokens=1.2B
    eval/lm/pile-validation/CE loss=6.6
    eval/downstream/hellaswag_rc_5shot (length-normalized accuracy)=0.3
"""
TITAN = "\x1b[31mstep:  5\x1b[39m  \x1b[32mloss: 10.9312\x1b[39m  \x1b[34mgrad_norm:  2.5\x1b[39m  tps: 1,234  mfu: 0.29%\n[rank3]:[titan] 2025-05-28 21:13:37,816 - root - INFO - validate step:  5  loss: 10.8  memory: 3GiB\n"
NANOTRON = "02/01/2025 10:00:00 [INFO|DP=0|PP=0|TP=0]: iteration: 2000 / 50000 | consumed_tokens: 8.39B | time_per_iteration_ms: 1.2K | tokens_per_sec: 3.5M | global_batch_size: 4.19M | lm_loss: 3.13 | lr: 0.0003 | grad_norm: 0.4\n"
NANOGPT = """tokens per iteration will be: 491,520
found vocab_size = 50304 (inside data/meta.pkl)
step 0: train loss 10.9876, val loss 10.9880
iter 0: loss 10.9882, time 31234.56ms, mfu -100.00%
step 250: train loss 5.5000, val loss 5.6000
iter 250: loss 5.4100, time 131234.56ms, mfu 30.10%
"""
BUILD_FILE = (
    "0 val 10.9511\n0 hella 0.2463\n0 train 10.955004\n250 val 5.9000\n250 hella 0.2550\n250 train 5.950000\n"
)
BUILD_STDOUT = """total desired batch size: 524288
=> calculated gradient accumulation steps: 32
validation loss: 10.9511
HellaSwag accuracy: 2473/10042=0.2463
step     0 | loss: 10.955004 | lr 8.3916e-07 | norm: 15.3 | dt: 1200.0ms | tok/sec: 436000.1
step     1 | loss: 9.800000 | lr 1.6783e-06 | norm: 13.1 | dt: 400.0ms | tok/sec: 1310000.0
validation loss: 9.7000
"""
LLM_C = "s:0 tel:11.0109\ns:0 eval:0.2463\ns:0 trl:11.0096 lr:0.000001 norm:15.2\ns:250 tel:6.5000\ns:250 trl:6.4500 lr:0.000215 norm:1.2\n"
LLM_C_STDOUT = """batch_size B=64 * seq_len T=1024 * num_processes=8 and total_batch_size=524288
=> setting grad_accum_steps=1
val loss 11.009000
step    1/19560 | loss 11.009634 (+nanz)| norm 15.2871 (+nanz)| lr 8.57e-07 | 3056.36 ms | 42.6% bf16 MFU | 171545 tok/s
step    2/19560 | loss 10.900000 (+nanz)| norm 14.0000 (+nanz)| lr 1.71e-06 | 300.10 ms | 43.0% bf16 MFU | 1747250 tok/s
val loss 10.800000
HellaSwag: 2473/10042 = 0.246266
step    3/19560 | loss 10.700000 (+0.10z)| norm 13.0000 (-0.20z)| lr 2.57e-06 | 300.10 ms | 43.0% bf16 MFU | 1747250 tok/s
val loss 10.600000
"""
MODDED = (
    "import os\nimport torch\n"
    + "".join(f'print0(f"step:{{step}}/{{n}} val_loss:{{v}} {i}")\n' for i in range(700))
    + "====================\nRunning Python 3.12\nstep:0/5100 val_loss:10.8258 train_time:0ms step_avg:nanms\nstep:1/5100 train_time:210ms step_avg:nanms\nstep:125/5100 val_loss:6.5 train_time:18000ms step_avg:144.00ms\n"
)
NANOCHAT = """Total batch size 524,288 => gradient accumulation steps: 1
Step 00000 | Validation bpb: 3.300000
step 00000/21400 (0.00%) | loss: 11.090355 | lrm: 1.00 | dt: 500.00ms | tok/sec: 1,048,576 | mfu: 40.00 | total time: 0.00m
Step 00250 | Validation bpb: 1.234567
Step 02000 | CORE metric: 0.1200
"""
LITGPT = """Epoch 1 | iter 64 step 16 | loss train: 6.100, val: n/a | iter time: 365.89 ms (step) remaining time: 3 days, 0:00:00
Epoch 1 | iter 128 step 32 | loss train: 5.000, val: n/a | iter time: 365.89 ms (step) remaining time: 3 days, 0:00:00
iter 128: val loss 4.9500, val time: 2000.00 ms
Epoch 1 | iter 192 step 48 | loss train: 4.500, val: 4.950 | iter time: 365.89 ms (step) remaining time: 3 days, 0:00:00
"""
DEEPSPEED = (
    "[2025-02-01 10:00:00,000] [INFO] steps: 10 loss: 8.5000 iter time (s): 1.250 samples/sec: 25.600\n"
)
FAIRSEQ = """2024-02-03 04:05:06 | INFO | train_inner | epoch 001:  10 / 900 loss=9, ppl=512, wps=57.3, num_updates=10, lr=2.8e-05
| epoch 001 | valid on 'valid' subset | loss 8 | ppl 256 | num_updates 10
"""
ALL = {
    "megatron": MEGATRON,
    "neox": NEOX,
    "olmo": OLMO,
    "olmo_core": OLMO_CORE,
    "torchtitan": TITAN,
    "nanotron": NANOTRON,
    "nanogpt": NANOGPT,
    "build_nanogpt": BUILD_FILE,
    "build_nanogpt_stdout": BUILD_STDOUT,
    "llm_c": LLM_C,
    "llm_c_stdout": LLM_C_STDOUT,
    "modded_nanogpt": MODDED,
    "nanochat": NANOCHAT,
    "litgpt": LITGPT,
    "deepspeed": DEEPSPEED,
    "fairseq": FAIRSEQ,
}
NAMES = {"neox": "gpt_neox", "olmo_core": "olmo", "build_nanogpt_stdout": "build_nanogpt"}


def read_log(folder: Path, text: str) -> Reading:
    return read_with(READER, folder, text, "out.txt")


@pytest.mark.parametrize("name", list(ALL))
def test_each_dialect_is_told_by_its_lines_alone(tmp_path: Path, name: str) -> None:
    dialect = find_dialect(own_file(tmp_path, "whatever.txt", ALL[name]))
    assert dialect is not None
    assert dialect.name == NAMES.get(name, name)
    matching = {d.name for d in DIALECTS for line in ALL[name].splitlines() if d.shape.search(line)}
    assert matching - {dialect.name} in (set(), {"torchtitan"} - {dialect.name})


@pytest.mark.parametrize(
    "text", ["", "hello\nworld\n", "a,b\n1,2\n", "\0" * 100 + LLM_C, "step: five loss: x"]
)
def test_other_text_is_no_log(tmp_path: Path, text: str) -> None:
    assert not READER.recognise(own_file(tmp_path, "train.log", text))


def test_megatron_has_samples_and_its_validation_those_of_its_iteration(tmp_path: Path) -> None:
    reading = read_log(tmp_path, MEGATRON)
    assert [
        (r.key, r.value, r.at.number, r.at.samples, r.at.tokens, r.held_out, r.place) for r in reading.records
    ] == [
        ("lm loss", 7.25, 50, 1600, None, False, "line 1"),
        ("lm loss", 6.5, 100, 4800, None, False, "line 2"),
        ("lm loss validation", 6.4, 100, 4800, None, True, "line 4"),
    ]
    assert {r.unit for r in reading.records} == {"nats_per_token"}
    assert "32, 64" in reading.notes[0]


def test_megatron_of_one_batch_has_nothing_to_warn_of(tmp_path: Path) -> None:
    assert read_log(tmp_path, MEGATRON.splitlines()[0]).notes == []


def test_megatron_deepspeed_says_tokens_and_its_other_losses_are_none(tmp_path: Path) -> None:
    (record,) = read_log(tmp_path, MEGATRON_DEEPSPEED).records
    assert (record.value, record.at.tokens, record.at.samples) == (4.2, 52_428_800, 25_600)


def test_megatron_at_the_end_of_training_and_of_named_sets(tmp_path: Path) -> None:
    more = " validation-code loss at iteration 100 | lm loss value: 3.5E+00 | lm loss PPL: 3.3E+01 |\n"
    more += " validation loss at the end of training for test data | lm loss value: 6.3E+00 | lm loss PPL: 5E+02 |\n"
    reading = read_log(tmp_path, MEGATRON + more)
    assert losses(reading, "lm loss validation-code") == [("lm loss validation-code", 100, 3.5)]
    assert losses(reading, "lm loss test") == [("lm loss test", 100, 6.3)]
    assert [q.options for q in reading.questions if q.key == "losses.lm loss validation-code.corpus"] == [
        ("code",)
    ]


def test_neox_says_no_tokens(tmp_path: Path) -> None:
    reading = read_log(tmp_path, NEOX)
    assert losses(reading) == [("lm_loss", 10, 9.75), ("lm loss validation", 10, 9.5)]
    assert {(r.at.tokens, r.at.samples) for r in reading.records} == {(None, None)}


def test_olmo_takes_exact_tokens_for_all_below_a_head_and_no_perplexity(tmp_path: Path) -> None:
    reading = read_log(tmp_path, OLMO)
    assert losses(reading, "train/CrossEntropyLoss") == [
        ("train/CrossEntropyLoss", 500, 5.125),
        ("train/CrossEntropyLoss", 501, 5.1),
    ]
    (held_out,) = [r for r in reading.records if r.held_out]
    assert (held_out.value, held_out.at.number, held_out.at.tokens) == (5.251, 500, 2_097_152_000)
    scores = [
        (r.task, r.metric, r.format, r.n_shot, r.value) for r in reading.records if r.kind is Kind.SCORE
    ]
    assert scores == [("piqa", "len_norm", None, None, 0.5225), ("arc_easy", "acc", "mc", 5, 0.2511)]
    assert "a perplexity is no loss" in why_left(reading)
    assert "a loss of answers" in why_left(reading)


def test_olmo_core_rounds_tokens_and_says_so(tmp_path: Path) -> None:
    reading = read_log(tmp_path, OLMO_CORE)
    assert losses(reading) == [("train/CE loss", 100, 6.543), ("eval/lm/pile-validation/CE loss", 100, 6.6)]
    assert {(r.at.tokens, r.at.is_rounded) for r in reading.records} == {(1.2e9, True)}
    (score,) = [r for r in reading.records if r.kind is Kind.SCORE]
    assert (score.task, score.metric, score.format, score.n_shot) == ("hellaswag", "len_norm", "rc", 5)


def test_torchtitan_without_its_colours(tmp_path: Path) -> None:
    reading = read_log(tmp_path, TITAN)
    assert losses(reading) == [("loss", 5, 10.9312), ("validation_metrics/loss", 5, 10.8)]
    assert any("accumulation" in note for note in reading.notes)


def test_a_rank_without_the_last_stage_prints_minus_one_which_is_no_loss(tmp_path: Path) -> None:
    lines = [
        f"[rank{r}]: step:  {s}  loss: {-1.0 if r < 3 else 9 - s:.4f}  tps: 4"
        for s in (1, 2)
        for r in range(4)
    ]
    reading = read_log(tmp_path, "\n".join(lines))
    assert losses(reading) == [("loss", 1, 8.0), ("loss", 2, 7.0)]
    assert [left.count for left in reading.left] == [6]
    assert "not above 0" in why_left(reading)
    assert reading.broken == []


def test_several_ranks_give_one_record_a_step(tmp_path: Path) -> None:
    lines = [f"{r}: step:  {s}  loss: {9 - s + r / 10:.4f}  tps: 4" for s in (1, 2, 3) for r in (0, 1)]
    late = [*lines[:1], lines[2], lines[1], lines[3], lines[5], lines[4]]
    reading = read_log(tmp_path, "\n".join(late))
    assert losses(reading) == [("loss", 1, 8.0), ("loss", 2, 7.0), ("loss", 3, 6.0)]
    assert "3 × lines of further ranks" in why_left(reading)


def test_another_rank_that_goes_on_is_no_repeat(tmp_path: Path) -> None:
    before = [f"7: step:  {s}  loss: {9 - s / 10:.4f}  tps: 4" for s in range(1, 11)]
    after = [f"15: step:  {s}  loss: {8 - s / 10:.4f}  tps: 4" for s in range(9, 21)]
    reading = read_log(tmp_path, "\n".join(before + after))
    assert [number for _, number, _ in losses(reading)] == list(range(1, 21))
    assert [value for _, number, value in losses(reading) if number in (8, 9, 10)] == [8.2, 7.1, 7.0]


def test_nanotron_rounds_tokens_and_the_exact_batch_is_asked(tmp_path: Path) -> None:
    reading = read_log(tmp_path, NANOTRON)
    (record,) = reading.records
    assert (record.at.number, record.at.tokens, record.at.is_rounded) == (2000, 8.39e9, True)
    assert [(q.key, q.options) for q in reading.questions] == [("tokens_per_step", ("4194304",))]


def test_nanotron_narrows_the_batch_down_from_every_line(tmp_path: Path) -> None:
    lines = [(1, "2.1M"), (100, "210M"), (3000, "6.29B")]
    text = "".join(f"iteration: {i} / 9000 | consumed_tokens: {t} | lm_loss: 5.0 |\n" for i, t in lines)
    assert read_log(tmp_path, text).questions[0].options == ("2097152",)


def test_nanotron_is_exact_where_its_head_or_its_size_tells(tmp_path: Path) -> None:
    banner = "[INFO|DP=0]: mbs: 16 | grad_accum: 8 | cp: 1 | sequence_length: 2048 | global_batch_size: 2048 | train_steps: 9\n"
    told = read_log(tmp_path, banner + NANOTRON)
    assert [(r.at.tokens, r.at.is_rounded) for r in told.records] == [(2000 * 4194304, False)]
    assert told.questions == []
    small = read_log(
        tmp_path, "iteration: 1 / 15 | consumed_tokens: 512 | global_batch_size: 2 | lm_loss: 5.32 |\n"
    )
    assert [(r.at.tokens, r.at.is_rounded) for r in small.records] == [(512, False)]


def test_nanotron_whose_head_contradicts_its_lines_is_not_believed(tmp_path: Path) -> None:
    banner = "sequence_length: 2048 | global_batch_size: 1024 | train_steps: 9\n"
    (record,) = read_log(tmp_path, banner + NANOTRON).records
    assert record.at.is_rounded


def test_nanotron_with_a_batch_that_changes_has_no_number_to_suggest(tmp_path: Path) -> None:
    lines = [(100, "210M"), (200, "630M")]
    text = "".join(f"iteration: {i} / 9000 | consumed_tokens: {t} | lm_loss: 5.0 |\n" for i, t in lines)
    reading = read_log(tmp_path, text)
    assert reading.questions == []
    assert any("the batch changes" in note for note in reading.notes)


def test_torchtitan_tells_the_tokens_of_a_step_at_its_head(tmp_path: Path) -> None:
    head = "[titan] INFO - Trainer is initialized with local batch size 8, global batch size 64, gradient accumulation steps 1, sequence length 2048, total steps 10 (warmup 2)\n"
    assert [r.at.tokens for r in read_log(tmp_path, head + TITAN).records] == [5 * 64 * 2048] * 2
    other = read_log(tmp_path, head + head.replace("size 64", "size 32") + TITAN)
    assert [r.at.tokens for r in other.records] == [None, None]
    assert any("batch changes" in note for note in other.notes)


def test_nanogpt_tells_the_tokens_of_an_iteration(tmp_path: Path) -> None:
    reading = read_log(tmp_path, NANOGPT)
    assert losses(reading, "val loss") == [("val loss", 0, 10.988), ("val loss", 250, 5.6)]
    assert [r.at.tokens for r in reading.records if r.held_out] == [0, 250 * 491_520]
    assert [r.held_out for r in reading.records if r.key == "train loss"] == [False, False]
    assert any("one micro-batch" in note for note in reading.notes)
    between = read_log(tmp_path, NANOGPT + "iter 260: loss 5.3000, time 1ms, mfu 30.10%\n")
    assert losses(between, "loss") == [("loss", 260, 5.3)], "where a mean stands, it counts"


def test_a_log_that_ends_with_the_harness_printing_its_table_is_a_log(tmp_path: Path) -> None:
    table = "|Tasks|Version|Filter|n-shot|Metric|Value|\n|-----|------:|------|-----:|------|----:|\n"
    assert leave.why_left(own_file(tmp_path, "slurm-1.out", NANOGPT + table)) is None
    assert leave.why_left(own_file(tmp_path, "table.txt", table)) is not None


def test_nanogpt_with_two_sizes_of_a_batch_tells_no_tokens_from_there(tmp_path: Path) -> None:
    reading = read_log(
        tmp_path, NANOGPT + "tokens per iteration will be: 983,040\niter 260: loss 5.3, time 1ms\n"
    )
    assert next(r.at.tokens for r in reading.records if r.at.number == 260) is None
    assert any("change within the log" in note for note in reading.notes)


def test_build_nanogpt_scores_hellaswag_by_tokens(tmp_path: Path) -> None:
    reading = read_log(tmp_path, BUILD_FILE)
    assert losses(reading, "val loss") == [("val loss", 0, 10.9511), ("val loss", 250, 5.9)]
    scores = [
        (r.task, r.metric, r.n_items, r.n_shot, r.value) for r in reading.records if r.kind is Kind.SCORE
    ]
    assert scores == [("hellaswag", "acc_norm_by_tokens", 10_042, 0, s) for s in (0.2463, 0.255)]
    assert [q.key for q in reading.questions] == ["tokens_per_step"]


def test_build_nanogpt_prints_a_validation_before_its_step(tmp_path: Path) -> None:
    reading = read_log(tmp_path, BUILD_STDOUT)
    assert [(r.key, r.value, r.at.number, r.at.tokens, r.place) for r in reading.records if r.held_out] == [
        ("val loss", 10.9511, 0, 0, "line 3")
    ]
    assert [r.value for r in reading.records if r.kind is Kind.SCORE] == [2473 / 10042]
    assert [r.at.tokens for r in reading.records if r.key == "train loss"] == [0, 524_288]
    assert reading.questions == []
    assert any("stands before no step" in note for note in reading.notes)


def test_modded_nanogpt_below_its_source(tmp_path: Path) -> None:
    assert losses(read_log(tmp_path, MODDED)) == [("val_loss", 0, 10.8258), ("val_loss", 125, 6.5)]


def test_nanochat_bits_are_the_loss_and_its_training_loss_is_said_to_be_smoothed(tmp_path: Path) -> None:
    reading = read_log(tmp_path, NANOCHAT)
    bits = [(r.value, r.unit, r.held_out, r.at.tokens) for r in reading.records if r.key == "Validation bpb"]
    assert bits == [(3.3, "bits_per_byte", True, 0), (1.234567, "bits_per_byte", True, 250 * 524_288)]
    assert [(r.value, r.unit, r.held_out) for r in reading.records if r.key == "loss"] == [
        (11.090355, "nats_per_token", False)
    ]
    assert "CORE metric: centred" in why_left(reading)
    assert any("exponential mean" in note for note in reading.notes)


def test_litgpt_counts_optimizer_steps_and_repeats_no_validation(tmp_path: Path) -> None:
    reading = read_log(tmp_path, LITGPT)
    assert losses(reading, "val loss") == [("val loss", 32, 4.95)]
    assert [number for _, number, _ in losses(reading, "train loss")] == [16, 32, 48]
    assert {r.at.counter for r in reading.records} == {Counter.STEP}


def test_deepspeed(tmp_path: Path) -> None:
    assert losses(read_log(tmp_path, DEEPSPEED)) == [("loss", 10, 8.5)]


def test_a_restart_replaces_what_was_logged_from_there_on(tmp_path: Path) -> None:
    steps = [10, 20, 30, 40, 20, 30]
    lines = [f"step: {s}  loss: {9 - i}.0" for i, s in enumerate(steps)]
    lines.insert(4, "validate step: 40  loss: 5.0")
    reading = read_log(tmp_path, "\n".join(lines))
    assert losses(reading, "loss") == [("loss", 10, 9.0), ("loss", 20, 5.0), ("loss", 30, 4.0)]
    assert losses(reading, "validation_metrics/loss") == []
    assert "2 × logged again after a restart" in why_left(reading)
    assert "2 × left behind by a restart" in why_left(reading)


def test_a_loss_that_is_no_number_is_broken_by_its_line_and_the_others_stay(tmp_path: Path) -> None:
    reading = read_log(
        tmp_path, "step: 1  loss: 9.0\nstep: 2  loss: nan\nstep: 3  loss: 0.0\nstep: 4  loss: 8,5\n"
    )
    assert losses(reading) == [("loss", 1, 9.0)]
    assert [(b.place, b.rule) for b in reading.broken] == [
        ("line 2", "loss_not_finite"),
        ("line 3", "loss_not_positive"),
        ("line 4", "not_a_number"),
    ]


def test_many_broken_lines_are_named_up_to_a_number_and_counted(tmp_path: Path) -> None:
    reading = read_log(tmp_path, "".join(f"step: {s}  loss: nan\n" for s in range(1, 1001)))
    assert len(reading.broken) == 20
    assert [left.count for left in reading.left] == [980]


def test_a_log_taken_up_from_a_screen_with_its_carriage_returns(tmp_path: Path) -> None:
    text = " 10%|█         | 1/10 [00:01<00:09]\rstep: 1  loss: 9.0\r\nstep: 2  loss: 8.0\r\n"
    assert losses(read_log(tmp_path, text)) == [("loss", 1, 9.0), ("loss", 2, 8.0)]


@pytest.mark.parametrize("step", ["9" * 400, "9223372036854775808"])
def test_a_position_that_no_run_has_is_counted(tmp_path: Path, step: str) -> None:
    reading = read_log(tmp_path, f"step: {step}  loss: 9.0\nstep: 2  loss: 8.0\n")
    assert losses(reading) == [("loss", 2, 8.0)]
    assert "1 × loss: at a position that no run has" in why_left(reading)


@pytest.mark.parametrize("batch", [",", "9" * 5000, "0"])
def test_a_batch_that_cannot_be_gives_no_tokens(tmp_path: Path, batch: str) -> None:
    reading = read_log(tmp_path, f"tokens per iteration will be: {batch}\niter 2: loss 8.0, time 1.0ms\n")
    assert [r.at.tokens for r in reading.records] in ([], [None], [0])
