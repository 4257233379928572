"""Text logs whose evaluations stand before or after the step that they are of."""

from pathlib import Path

from tests.pipelines.own.reading import losses
from tests.pipelines.own.test_text_logs import LLM_C, LLM_C_STDOUT, NEOX, read_log


def test_llm_c_tells_test_from_train(tmp_path: Path) -> None:
    reading = read_log(tmp_path, LLM_C)
    assert [(r.value, r.held_out) for r in reading.records if r.key == "tel"] == [
        (11.0109, True),
        (6.5, True),
    ]
    assert [(r.value, r.held_out) for r in reading.records if r.key == "trl"] == [
        (11.0096, False),
        (6.45, False),
    ]
    assert [r.value for r in reading.records if r.task == "hellaswag"] == [0.2463]


def test_llm_c_prints_a_validation_after_the_step_that_it_is_of(tmp_path: Path) -> None:
    reading = read_log(tmp_path, LLM_C_STDOUT)
    assert losses(reading, "val loss") == [
        ("val loss", 0, 11.009),
        ("val loss", 2, 10.8),
        ("val loss", 3, 10.6),
    ]
    assert losses(reading, "train loss") == [
        ("train loss", 1, 11.009634),
        ("train loss", 2, 10.9),
        ("train loss", 3, 10.7),
    ]
    assert [(r.task, r.at.number, round(r.value, 4)) for r in reading.records if r.task] == [
        ("hellaswag", 2, 0.2463)
    ]
    assert {r.at.tokens for r in reading.records if r.at.number == 2} == {2 * 524_288}


def test_neox_with_a_count_in_brackets_after_its_iteration(tmp_path: Path) -> None:
    reading = read_log(tmp_path, NEOX.replace("10/  32000", "10[       3]/  32000"))
    assert losses(reading, "lm_loss") == [("lm_loss", 10, 9.75)]


def test_olmo_core_prints_evaluations_before_the_head_of_their_step(tmp_path: Path) -> None:
    head = "2025-05-05 10:00:00 host:0 INFO "
    log = f"""{head}[step=990/???,epoch=1,eta=1h]
    train/CE loss=3.5
    throughput/total tokens=990
{head}Running lm evals...
{head}[eval=lm,step=5/10]
{head}Finished lm evals in 12.3 seconds. Metrics:
    pile-validation/CE loss=3.4
    pile-validation/PPL=29.96
{head}Finished downstream evals in 2.0 seconds. Metrics:
    piqa_rc_5shot (length-normalized accuracy)=0.61
{head}Evaluation speed:
    pile-validation/CE loss (+variants): 12.3 sec (10 batches)
{head}[step=1000/???,epoch=1,eta=1h]
    train/CE loss=3.45
    throughput/total tokens=1000
"""
    reading = read_log(tmp_path, log)
    key = "eval/lm/pile-validation/CE loss"
    assert losses(reading, key) == [(key, 1000, 3.4)]
    at_the_end = read_log(tmp_path, log.partition(f"{head}[step=1000")[0])
    assert losses(at_the_end, key) == [(key, 990, 3.4)]
    assert [(r.task, r.at.number, r.n_shot) for r in reading.records if r.task] == [("piqa", 1000, 5)]
    assert losses(reading, "train/CE loss") == [("train/CE loss", 990, 3.5), ("train/CE loss", 1000, 3.45)]
