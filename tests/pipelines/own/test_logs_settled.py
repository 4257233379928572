"""Training logs from file to settled values: tokens, texts, runs, and what is asked instead of guessed."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipelines.own.card.card import check_card
from pipelines.own.read_run import gather
from pipelines.own.settling.settle import Settled
from tests.pipelines.own import test_text_logs as logs
from tests.pipelines.own import test_tracker_tables as tables
from tests.pipelines.own.event_files import curve
from tests.pipelines.own.reading import own_file
from tests.pipelines.own.test_trainer_state import state

RAMP = "".join(
    f" iteration {i:8d}/    9000 | consumed samples: {samples:12d} | global batch size: {batch:5d} | lm loss: {loss:.6E} |\n"
    for i, samples, batch, loss in ((100, 1600, 16, 6.0), (200, 4800, 32, 5.0), (300, 11200, 64, 4.5))
)


def settled(folder: Path, files: dict[str, str | bytes], **told: Any) -> Settled:
    card = check_card({"tokenizer": "gpt2", **told})
    return gather([own_file(folder, name, body) for name, body in files.items()], card).settle(card, "mine")


def column(frame: pl.DataFrame, name: str, **where: Any) -> list[Any]:
    return frame.filter(**where)[name].to_list()


def test_a_batch_that_grows_is_placed_by_its_samples(tmp_path: Path) -> None:
    whole = settled(tmp_path, {"out.log": RAMP}, sequence_length=1024)
    assert column(whole.losses, "tokens") == [1600 * 1024, 4800 * 1024, 11200 * 1024]
    assert whole.said.questions == {}


@pytest.mark.parametrize("told", [{}, {"tokens_per_step": 16384}])
def test_a_batch_that_grows_is_never_placed_by_one_number_a_step(
    tmp_path: Path, told: dict[str, Any]
) -> None:
    whole = settled(tmp_path, {"out.log": RAMP}, **told)
    assert whole.losses.is_empty()
    assert list(whole.said.questions) == ["sequence_length"]


def test_a_schedule_of_tokens_a_step_places_it_too(tmp_path: Path) -> None:
    lines = "".join(f"step: {s}  loss: {9 - s / 100}\n" for s in (100, 200, 300))
    whole = settled(tmp_path, {"out.log": lines}, tokens_per_step=[[0, 1000], [150, 3000]])
    assert column(whole.losses, "tokens") == [100_000, 300_000, 600_000]


def test_rounded_tokens_place_nothing(tmp_path: Path) -> None:
    open_ = settled(tmp_path, {"out.log": logs.NANOTRON})
    assert open_.losses.is_empty()
    assert open_.said.questions["tokens_per_step"].options == ("4194304",)
    whole = settled(tmp_path, {"out.log": logs.NANOTRON}, tokens_per_step=4194304)
    assert column(whole.losses, "tokens") == [2000 * 4194304]


def test_micro_batches_are_never_multiplied_by_tokens_a_step(tmp_path: Path) -> None:
    whole = settled(tmp_path, {"metrics.csv": tables.LITGPT}, tokens_per_step=10**9, corpus="c4_en")
    assert column(whole.losses, "tokens", key="val_loss") == [524288]
    assert max(column(whole.losses, "tokens")) == 1048576


def test_a_training_loss_never_stands_on_a_held_out_axis(tmp_path: Path) -> None:
    text = state(
        {"step": 1000, "loss": 3.1}, {"step": 1000, "eval_loss": 3.4}, {"step": 2000, "eval_c4_loss": 3.2}
    )
    told = {
        "tokens_per_step": 1000,
        "losses": {"eval_loss": {"corpus": "pile"}, "eval_c4_loss": {"corpus": "c4_en"}},
    }
    whole = settled(tmp_path, {"trainer_state.json": text}, **told)
    by_key = {row["key"]: (row["corpus"], row["held_out"]) for row in whole.losses.iter_rows(named=True)}
    assert by_key["eval_c4_loss"] == ("c4_en", True)
    assert by_key["eval_loss"][1] is True
    corpus, held_out = by_key["loss"]
    assert held_out is False
    assert corpus.endswith("(train)")


def test_each_text_of_several_is_asked_for(tmp_path: Path) -> None:
    text = state({"step": 1000, "eval_books_loss": 3.1, "eval_code_loss": 1.9})
    whole = settled(tmp_path, {"trainer_state.json": text}, tokens_per_step=1000, corpus="c4_en")
    assert whole.losses.is_empty()
    assert {key: q.options for key, q in whole.said.questions.items()} == {
        "losses.eval_books_loss.corpus": ("books",),
        "losses.eval_code_loss.corpus": ("code",),
    }


@pytest.mark.parametrize("tokenizer", ["gpt2", None])
@pytest.mark.parametrize("factor", [2, 4, 8])
def test_a_first_loss_of_several_times_a_guess_is_a_sum_over_batches(
    tmp_path: Path, factor: int, tokenizer: str | None
) -> None:
    rows = [{"step": s, "loss": factor * v} for s, v in ((1, 10.83), (1000, 5.25), (2000, 4.25))]
    told = {"tokens_per_step": 1000} | ({"tokenizer": tokenizer} if tokenizer else {})
    files: dict[str, str | bytes] = {"trainer_state.json": state(*rows)}
    whole = settled(tmp_path, files, **told)
    assert whole.losses.is_empty()
    assert whole.said.questions["losses.loss.divide_by"].options == (str(factor), "1")
    answered = settled(tmp_path, files, losses={"loss": {"divide_by": factor}}, **told)
    assert column(answered.losses, "loss") == [10.83, 5.25, 4.25]
    assert "losses.loss.divide_by" not in answered.said.questions


@pytest.mark.parametrize("first", [10.83, 10.95, 9.1, 12.4])
def test_a_first_loss_about_a_guess_is_one(tmp_path: Path, first: float) -> None:
    rows = [{"step": s, "loss": v} for s, v in ((1, first), (1000, 5.25), (2000, 4.25))]
    whole = settled(tmp_path, {"trainer_state.json": state(*rows)}, tokens_per_step=1000)
    assert len(whole.losses) == 3
    assert (whole.said.notes, whole.said.questions) == ([], {})


def test_a_first_loss_that_is_part_of_a_guess_is_said(tmp_path: Path) -> None:
    rows = [{"step": s, "loss": v / 4} for s, v in ((1, 10.83), (1000, 5.25), (2000, 4.9))]
    whole = settled(tmp_path, {"trainer_state.json": state(*rows)}, tokens_per_step=1000)
    assert any("ln(vocabulary) divided by 4" in note for note in whole.said.notes)


def test_a_first_loss_too_low_for_nats_is_said(tmp_path: Path) -> None:
    rows = [{"step": s, "loss": v} for s, v in ((1, 1.1), (1000, 0.9))]
    whole = settled(tmp_path, {"trainer_state.json": state(*rows)}, tokens_per_step=1000)
    assert any("low for nats per token" in note for note in whole.said.notes)


def test_each_run_of_a_chart_is_its_own(tmp_path: Path) -> None:
    whole = settled(
        tmp_path,
        {"wandb_export.csv": tables.CHART},
        corpus="c4_en",
        step_counts="steps",
        tokens_per_step=1000,
    )
    assert sorted(set(column(whole.losses, "run"))) == ["a - b", "calm-run-3"]
    assert column(whole.losses, "tokens", run="calm-run-3") == [500_000, 1_000_000]


def test_calls_of_a_logger_are_asked_about_and_not_taken_for_steps(tmp_path: Path) -> None:
    history = "_step,_runtime,val/loss\n0,1.5,5.0\n1,2.5,4.0\n"
    whole = settled(tmp_path, {"history.csv": history}, corpus="c4_en", tokens_per_step=1000)
    assert whole.losses.is_empty()
    assert list(whole.said.questions) == ["step_counts"]
    calls = settled(
        tmp_path,
        {"history.csv": history},
        corpus="c4_en",
        tokens_per_step=1000,
        step_counts="calls",
        steps_per_call=200,
    )
    assert column(calls.losses, "tokens") == [0, 200_000]


def test_two_folders_of_events_that_differ_are_asked_about(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        f"logs/{name}/events": curve(1.0, "eval/loss", [(10, value)])
        for name, value in (("a", 5.0), ("b", 6.0))
    }
    whole = settled(tmp_path, files, corpus="c4_en", tokens_per_step=1000)
    assert list(whole.said.questions) == ["runs"]
    several = settled(tmp_path, files, corpus="c4_en", tokens_per_step=1000, runs="several")
    assert sorted(column(several.losses, "loss")) == [5.0, 6.0]


def test_a_restart_in_another_file_is_one_run(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "events.1": curve(1000.0, "eval/loss", [(10, 5.0), (20, 4.5), (30, 4.2)]),
        "events.2": curve(2000.0, "eval/loss", [(20, 4.6), (40, 4.0)]),
    }
    whole = settled(tmp_path, files, corpus="c4_en", tokens_per_step=1000)
    assert column(whole.losses, "loss") == [5.0, 4.6, 4.0]
    gathered = gather([own_file(tmp_path, name, body) for name, body in files.items()], check_card({}))
    assert [file.path for file in gathered.used] == ["events.1", "events.2"]


def test_scores_that_a_log_prints_come_with_its_losses(tmp_path: Path) -> None:
    whole = settled(tmp_path, {"log.txt": logs.BUILD_FILE}, corpus="c4_en", tokens_per_step=524288)
    assert column(whole.scores, "task_as_published") == ["hellaswag", "hellaswag"]
    assert column(whole.scores, "metric") == ["acc_norm_by_tokens", "acc_norm_by_tokens"]
    assert column(whole.scores, "n_items") == [10042, 10042]


def test_bits_per_byte_are_told_from_nats(tmp_path: Path) -> None:
    whole = settled(tmp_path, {"nanochat.log": logs.NANOCHAT}, corpus="c4_en")
    assert set(column(whole.losses, "unit", held_out=True)) == {"bits_per_byte"}
    assert set(column(whole.losses, "unit", held_out=False)) == {"nats_per_token"}
