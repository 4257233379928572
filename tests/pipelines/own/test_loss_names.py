"""Names of logged numbers, as the trainers of the field give them."""

from pathlib import Path

import pytest

from pipelines.own.reading.loss_names import (
    NO_MEASURE,
    NOT_AT_A_STEP,
    OF_ANSWERS,
    OVER_TASKS,
    UNKNOWN,
    UNKNOWN_LOSS,
    describe,
)
from tests.tools.own_files import read, said, write

TRAIN = [
    *("loss", "train_loss", "train/loss", "lm_loss", "lm loss", "train/CrossEntropyLoss", "train/CE loss"),
    *(
        "loss_metrics/global_avg_loss",
        "Train/Samples/train_loss",
        "train_loss_step",
        "trl",
        "train loss",
        "Loss",
    ),
]
HELD_OUT = {
    "eval_loss": None,
    "eval/loss": None,
    "val/loss": None,
    "val_loss": None,
    "lm loss validation": None,
    "validation_metrics/loss": None,
    "eval_c4_loss": "c4",
    "eval/c4_loss": "c4",
    "eval/c4_en-validation/CrossEntropyLoss": "c4_en-validation",
    "eval/lm/pile-validation/CE loss": "pile-validation",
    "lm loss validation-code": "code",
    "eval/uncheatable/loss": "uncheatable",
    "C4 Validation Loss": "C4",
    "metric/the_pile_arxiv_val_loss": "metric/the_pile_arxiv",
}
BITS = {"val/bpb": None, "eval/paloma/bpb": "paloma", "C4 Validation BPB": "C4"}
LEFT = [
    *(
        "eval/perplexity",
        "train/Perplexity",
        "train/PPL",
        "word_perplexity",
        "val_ppl",
        "lm loss validation ppl",
    ),
    *("lm loss vs samples", "train_loss_epoch", "core_metric", "icl/metrics/eval_gauntlet/average"),
    *(
        "rewards/chosen",
        "z_loss",
        "load balancing loss",
        "moe_loss",
        "train/loss_ema",
        "policy/approxkl_loss",
    ),
    *(
        "eval/macro_loss",
        "eval/downstream_ce_loss/piqa_ce_loss",
        *(
            f"eval/downstream/arc_easy_test_rc_5shot ({name}{version})"
            for name in ("CE loss", "BPB", "soft loss", "log soft loss")
            for version in ("", " v2")
        ),
        "loss_metrics/global_max_loss",
        "mtp_1 loss",
    ),
    "eval_runtime",
    "learning_rate",
    "grad_norm",
    "my_number",
    "x" * 300,
]


@pytest.mark.parametrize("key", TRAIN)
def test_training_losses_are_never_held_out(key: str) -> None:
    name = describe(key)
    assert (name.left, name.held_out, name.unit, name.task) == (None, False, "nats_per_token", None)


@pytest.mark.parametrize("key", list(HELD_OUT))
def test_held_out_losses_keep_the_name_of_their_text(key: str) -> None:
    name = describe(key)
    assert (name.left, name.held_out, name.unit, name.text) == (None, True, "nats_per_token", HELD_OUT[key])


@pytest.mark.parametrize("key", list(BITS))
def test_bits_per_byte(key: str) -> None:
    name = describe(key)
    assert (name.left, name.held_out, name.unit, name.text) == (None, True, "bits_per_byte", BITS[key])


@pytest.mark.parametrize("key", LEFT)
def test_what_is_no_loss_of_a_step_is_left_alone(key: str) -> None:
    assert describe(key).left


def test_what_is_unknown_is_told_apart() -> None:
    assert describe("my_number").left == UNKNOWN
    assert describe("strange_loss_b").left == UNKNOWN_LOSS
    assert describe("learning_rate").left == describe("train/grad_norm").left == NO_MEASURE
    assert describe("optim/loss_scale").left == NO_MEASURE


@pytest.mark.parametrize("key", ["train/step_loss", "loss_per_token", "memory_tokens_bpb"])
def test_a_loss_beside_the_word_of_a_clock_is_named(key: str) -> None:
    assert describe(key).left == UNKNOWN_LOSS


@pytest.mark.parametrize("key", ["harness/piqa/acc_norm", "eval/copa/len_norm"])
def test_a_normed_accuracy_is_no_setting(key: str) -> None:
    assert describe(key).left == UNKNOWN


def test_scores() -> None:
    olmo = describe("eval/downstream/arc_challenge_rc_5shot (length-normalized accuracy)")
    assert (olmo.task, olmo.metric, olmo.format, olmo.n_shot) == ("arc_challenge", "len_norm", "rc", 5)
    pmi = describe("eval/downstream/arc_challenge_rc_5shot (PMI-DC accuracy v2)")
    assert (pmi.task, pmi.metric, pmi.n_shot) == ("arc_challenge", "pmi_dc", 5)
    plain = describe("eval/downstream/copa_acc")
    assert (plain.task, plain.metric, plain.format, plain.n_shot) == ("copa", "acc", None, None)
    gauntlet = describe("metrics/jeopardy/10-shot/literature/InContextLearningLMAccuracy")
    assert (gauntlet.task, gauntlet.n_shot, gauntlet.left) == ("jeopardy/literature", 10, None)


def test_scores_of_levanter_tell_their_shots_or_none_and_means_are_left() -> None:
    told, untold = describe("lm_eval/hellaswag_10shot/acc_norm"), describe("lm_eval/piqa/acc")
    assert (told.task, told.metric, told.n_shot, told.left) == ("hellaswag", "acc_norm", 10, None)
    assert (untold.task, untold.metric, untold.n_shot, untold.left) == ("piqa", "acc", None, None)
    assert describe("lm_eval/averages/macro_avg_acc").left == OVER_TASKS
    assert describe("lm_eval/piqa/bpb").left == describe("lm_eval/piqa/choice_logprob").left == OF_ANSWERS
    assert describe("lm_eval/piqa/acc_norm_stderr").left == UNKNOWN


@pytest.mark.parametrize(
    ("key", "score"),
    [
        ("hellaswag/acc_norm", ("hellaswag", "acc_norm", None)),
        ("eval/hellaswag_10shot/acc_norm", ("hellaswag", "acc_norm", 10)),
        ("eval_hellaswag_acc", ("hellaswag", "acc", None)),
        ("piqa/acc,none", ("piqa", "acc", None)),
        ("gsm8k/exact_match,strict-match", ("gsm8k", "exact_match,strict-match", None)),
    ],
)
def test_a_task_and_its_metric_are_a_score_whoever_logs_them(
    key: str, score: tuple[str, str, int | None]
) -> None:
    name = describe(key)
    assert (name.task, name.metric, name.n_shot) == score
    assert name.left is None


@pytest.mark.parametrize(
    "key", ["eval_accuracy", "train/accuracy", "train/hellaswag/acc", "c4/acc", "my_task/acc"]
)
def test_an_accuracy_of_no_known_task_is_none(key: str) -> None:
    assert describe(key).left == UNKNOWN


BESIDE = "best_val_loss val/best_loss lowest_loss initial_loss prev_loss val_loss_delta loss_ratio loss_weight nll_count"


@pytest.mark.parametrize("name", BESIDE.split())
def test_what_is_made_of_a_loss_is_none_of_a_step(tmp_path: Path, name: str) -> None:
    assert describe(name).left == NOT_AT_A_STEP
    reading = read(write(tmp_path / "s.csv", f"step,val_loss,{name}\n1000,3.5,3.4\n2000,3.4,3.4\n"))
    assert {r.key for r in reading.records} == {"val_loss"}
    assert f"column {name}" in said(reading.left)


@pytest.mark.parametrize("name", ["val_loss", "eval/weightless/loss", "eval_bestiary_loss", "loss/val"])
def test_and_a_loss_at_a_step_is_one(name: str) -> None:
    assert describe(name).left is None
