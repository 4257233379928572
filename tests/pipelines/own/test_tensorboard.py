"""Event files of TensorBoard: decoded by hand, several of a folder as one run, restarts replaced."""

from pathlib import Path

import pytest

from pipelines.own.formats.tensorboard_events import READER
from pipelines.own.reading.found import Counter
from tests.pipelines.own.event_files import curve, event, head, restart, scalar, tensor, text
from tests.pipelines.own.reading import losses, own_file, read_with, why_left

NAME = "events.out.tfevents.1741000000.host.1.0"


def test_scalars_of_either_kind_are_read_and_rounded_to_their_digits(tmp_path: Path) -> None:
    body = head(1.0) + event(2.0, 10, scalar("train/loss", 4.4742) + scalar("train/learning_rate", 0.1))
    body += event(3.0, 10, tensor("eval/loss", 4.5) + text("notes") + scalar("eval/perplexity", 90.0))
    body += event(4.0, 20, tensor("eval/loss", 4.25, packed=False))
    reading = read_with(READER, tmp_path, body, NAME)
    assert losses(reading) == [("train/loss", 10, 4.4742), ("eval/loss", 10, 4.5), ("eval/loss", 20, 4.25)]
    assert [r.held_out for r in reading.records] == [False, True, True]
    assert [r.place for r in reading.records] == [
        "record 2, train/loss",
        "record 3, eval/loss",
        "record 4, eval/loss",
    ]
    assert "eval/perplexity: a perplexity is no loss" in why_left(reading)
    assert {r.at.counter for r in reading.records} == {Counter.STEP}


def test_files_of_one_folder_are_one_run_in_order_of_time(tmp_path: Path) -> None:
    late = own_file(tmp_path, "a-late", curve(2000.0, "train/loss", [(25, 3.0), (35, 2.0)]))
    early = own_file(
        tmp_path, "b-early", curve(1000.0, "train/loss", [(10, 5.0), (20, 4.5), (30, 4.0), (40, 3.5)])
    )
    held_out = own_file(tmp_path, "c-eval", curve(3000.0, "eval/loss", [(20, 4.6)]))
    reading = READER.read(early)
    assert losses(reading, "train/loss") == [
        ("train/loss", s, v) for s, v in ((10, 5.0), (20, 4.5), (25, 3.0), (35, 2.0))
    ]
    assert losses(reading, "eval/loss") == [("eval/loss", 20, 4.6)]
    assert "2 × train/loss: left behind by a restart" in why_left(reading)
    assert reading.records[2].place == "a-late, record 2, train/loss"
    for other in (late, held_out):
        left = READER.read(other)
        assert left.records == []
        assert "read with b-early" in why_left(left)


def test_sub_folders_are_other_runs(tmp_path: Path) -> None:
    first = own_file(tmp_path, "logs/a/events", curve(1.0, "eval/loss", [(10, 5.0)]))
    second = own_file(tmp_path, "logs/b/events", curve(1.0, "eval/loss", [(10, 6.0)]))
    assert [r.run for file in (first, second) for r in READER.read(file).records] == ["logs/a", "logs/b"]


def test_a_session_that_starts_anew_replaces_later_steps_of_every_tag(tmp_path: Path) -> None:
    body = curve(1.0, "train/loss", [(10, 5.0), (20, 4.0)]) + event(3.0, 20, scalar("eval/loss", 4.1))
    body += restart(4.0, 15) + event(5.0, 30, scalar("train/loss", 3.0))
    assert losses(read_with(READER, tmp_path, body, NAME)) == [
        ("train/loss", 10, 5.0),
        ("train/loss", 30, 3.0),
    ]


def test_the_same_step_again_in_one_file_replaces(tmp_path: Path) -> None:
    body = curve(1.0, "train/loss", [(10, 5.0), (20, 4.0), (30, 3.5), (20, 4.1), (30, 3.6)])
    assert losses(read_with(READER, tmp_path, body, NAME)) == [
        ("train/loss", 10, 5.0),
        ("train/loss", 20, 4.1),
        ("train/loss", 30, 3.6),
    ]


def test_more_points_than_tensorboard_itself_would_keep(tmp_path: Path) -> None:
    body = curve(1.0, "train/loss", [(step, 5.0) for step in range(25_000)])
    assert len(losses(read_with(READER, tmp_path, body, NAME))) == 25_000


def test_means_over_the_run_and_values_by_samples(tmp_path: Path) -> None:
    body = head(1.0) + event(2.0, 10, scalar("train/train_loss", 5.0) + scalar("lm loss", 4.5))
    body += event(2.0, 320, scalar("lm loss vs samples", 4.5) + scalar("Train/Samples/train_loss", 4.5))
    reading = read_with(READER, tmp_path, body, NAME)
    assert [(r.key, r.at.counter, r.at.number, r.at.samples) for r in reading.records] == [
        ("lm loss", Counter.STEP, 10, None),
        ("Train/Samples/train_loss", Counter.SAMPLES, 320, 320),
    ]
    assert "train/train_loss: a mean over the run" in why_left(reading)


@pytest.mark.parametrize("cut", [1, 5, 20])
def test_what_stands_before_a_cut_record_is_read(tmp_path: Path, cut: int) -> None:
    body = curve(1.0, "train/loss", [(10, 5.0), (20, 4.0)])
    reading = read_with(READER, tmp_path, body[:-cut], NAME)
    assert losses(reading) == [("train/loss", 10, 5.0)]
    assert [b.rule for b in reading.broken] == ["cut_record"]


def test_a_length_that_cannot_be_is_no_reason_to_fill_the_memory(tmp_path: Path) -> None:
    body = curve(1.0, "train/loss", [(10, 5.0)]) + (1 << 60).to_bytes(8, "little") + b"\0" * 100
    reading = read_with(READER, tmp_path, body, NAME)
    assert losses(reading) == [("train/loss", 10, 5.0)]
    assert [b.rule for b in reading.broken] == ["cut_record"]


@pytest.mark.parametrize("content", [b"", b"brain.Event:2", b"\x00" * 200, b"hello world " * 20])
def test_other_bytes_are_no_event_file(tmp_path: Path, content: bytes) -> None:
    assert not READER.recognise(own_file(tmp_path, NAME, content))


def test_a_value_that_is_not_finite_is_broken_by_its_record(tmp_path: Path) -> None:
    body = curve(1.0, "train/loss", [(10, float("nan")), (20, 0.0), (30, 4.0)])
    reading = read_with(READER, tmp_path, body, NAME)
    assert losses(reading) == [("train/loss", 30, 4.0)]
    assert [(b.place, b.rule) for b in reading.broken] == [
        ("record 2, train/loss", "loss_not_finite"),
        ("record 3, train/loss", "loss_not_positive"),
    ]
