"""Logs of trainings: a checkpoint every 250 steps, its loss and its score on two lines."""

from pathlib import Path

from pipelines.sources import nanogpt_forks
from tests.tools.built import Built, Files, put
from tests.tools.synthetic_runs import NANOGPT

LOG = b"0 val 10.9\n0 hella 0.25\n0 train 10.8\n250 val 6.1\n250 hella 0.26\n"


def build(tmp_path: Path, files: Files) -> Built:
    put(tmp_path / "mirror", nanogpt_forks.SOURCE, files)
    return Built(tmp_path / "home", tmp_path / "mirror", [nanogpt_forks.SOURCE]).ingest().run()


def test_steps_become_tokens_and_the_score_has_a_metric_of_its_own(tmp_path: Path) -> None:
    built = build(tmp_path, {NANOGPT: LOG})
    pairs = built.sql(
        "select run_id, tokens, loss, score, metric, chance, n_items, is_final from loss_scores order by tokens"
    )
    run = "nanogpt_forks/AGNDM/build-nanogpt/log_half_dataset"
    assert pairs.rows() == [
        (run, 0, 10.9, 0.25, "acc_norm_by_tokens", 0.25, 10042, False),
        (run, 250 * 524288, 6.1, 0.26, "acc_norm_by_tokens", 0.25, 10042, True),
    ]
    assert built.sql("select place from scores order by place").rows() == [("line 2",), ("line 5",)]


def test_a_log_cut_in_mid_line_loses_that_line_and_says_so(tmp_path: Path) -> None:
    built = build(tmp_path, {NANOGPT: LOG + b"500 val 5.1\n500 hella 0.2"})
    assert built.sql("select rule, place, value from rejects").rows() == [
        ("cut_line", "line 7", "500 hella 0.2")
    ]
    assert built.sql("select count(*) from scores").item() == 2
    assert built.sql("select max(tokens) from checkpoints").item() == 500 * 524288


def test_a_log_of_one_checkpoint_is_left_alone(tmp_path: Path) -> None:
    built = build(tmp_path, {NANOGPT: LOG, "log/log.txt": b"0 val 10.9\n0 hella 0.25\n1 train 10.7\n"})
    assert built.sql("select count(*) from runs").item() == 1
    skipped = built.sql("select file, skipped from raw_files where skipped is not null").rows()
    assert skipped == [("log/log.txt", "one checkpoint: a training given up")]


def test_sizes_that_no_file_tells_stay_empty(tmp_path: Path) -> None:
    built = build(tmp_path, {NANOGPT: LOG, "log_bigger/log.txt": LOG})
    sizes = built.sql("select split_part(run, '/', 3), params from runs order by all").rows()
    assert sizes == [("log_bigger", None), ("log_half_dataset", 124475904)]


def test_lines_of_another_form_are_rejects(tmp_path: Path) -> None:
    built = build(tmp_path, {NANOGPT: LOG + b"nan val x\n500 val -3.1\n"})
    assert [row[0] for row in built.sql("select rule from rejects").rows()] == ["unknown_line"] * 2


def test_849_real_checkpoints_of_nine_trainings_have_both(real: Built) -> None:
    counts = real.sql(
        "select count(distinct run_id), count(distinct checkpoint_id), count(*) from loss_scores "
        "where source = 'nanogpt_forks'"
    ).row(0)
    assert counts[0] >= 9
    assert counts[1] == counts[2] >= 849
    first = real.sql(
        "select min(step) from checkpoints where run_id like '%epoch-2' and source = 'nanogpt_forks'"
    ).item()
    assert first == 19080
