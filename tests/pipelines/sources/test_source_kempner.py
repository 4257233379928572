"""Finished runs of six training corpora: eight losses and the scores of one row are one checkpoint."""

from pathlib import Path

from pipelines.sources import kempner
from tests.tools.built import Built, put
from tests.tools.synthetic_runs import KEMPNER, kempner_row, table


def build(tmp_path: Path, content: bytes) -> Built:
    put(tmp_path / "mirror", kempner.SOURCE, {KEMPNER: content})
    return Built(tmp_path / "home", tmp_path / "mirror", [kempner.SOURCE]).ingest().run()


def test_a_row_is_a_run_at_its_end_with_losses_and_scores(tmp_path: Path) -> None:
    built = build(tmp_path, table(kempner_row()))
    run = built.sql(
        "select run, params, tokens, compute_flop, training_corpus from runs join checkpoints using (run_id)"
    )
    assert run.row(0) == (
        "smollm-corpus-N1000000000-C1.2e20-poogh2lo",
        10**9,
        2 * 10**10,
        1.2e20,
        "smollm-corpus",
    )
    scores = built.sql("select task, format, metric, n_shot, score, chance from scores order by all").rows()
    assert scores == [
        ("hellaswag", "rc", "acc_norm", 0, 0.41, 0.25),
        ("hellaswag", "rc", "answer_loss", 0, 2.55, None),
        ("mmlu_stem", "mc", "acc_norm", 5, 0.26, 0.25),
    ]
    losses = built.sql("select corpus, tokenizer, loss, place from losses order by all").rows()
    assert losses == [
        ("kempner_c4", "llama-2", 2.96, "row 1, column eval/c4_val/CrossEntropyLoss"),
        ("kempner_fineweb_100b", "llama-2", 2.91, "row 1, column eval/fineweb_100b_val/CrossEntropyLoss"),
    ]


def test_a_run_that_is_not_finished_is_rejected_as_declared(tmp_path: Path) -> None:
    built = build(tmp_path, table(kempner_row(), kempner_row(id="b", state="crashed")))
    assert built.sql("select rule, place, value from rejects").rows() == [
        ("unfinished_run", "row 2", "crashed")
    ]
    assert built.sql("select count(*) from runs").item() == 1


def test_a_cell_that_is_no_number_is_a_reject_and_an_empty_one_is_nothing(tmp_path: Path) -> None:
    spoiled = {"eval/c4_val/CrossEntropyLoss": "n/a", "eval/fineweb_100b_val/CrossEntropyLoss": ""}
    built = build(tmp_path, table(kempner_row(**spoiled)))
    assert built.sql("select rule, place from rejects").rows() == [
        ("not_a_number", "row 1, column eval/c4_val/CrossEntropyLoss")
    ]
    assert built.sql("select count(*) from losses").item() == 0


def test_losses_of_short_contexts_meet_no_other_source(tmp_path: Path) -> None:
    built = build(tmp_path, table(kempner_row()))
    others = built.sql("select corpus from facts_corpora where source <> 'kempner'")["corpus"]
    assert not set(built.sql("select corpus from losses")["corpus"]) & set(others)


def test_529_real_runs_have_eight_losses_and_no_score_is_missing(real: Built) -> None:
    a_run = real.sql(
        "select run_id, count(distinct corpus) as corpora from losses where source = 'kempner' group by run_id"
    )
    assert a_run.height >= 529
    assert set(a_run["corpora"]) == {8}
    a_task = real.sql(
        "select task, format, metric, count(*) as n from scores "
        "where source = 'kempner' and not is_aggregate group by all"
    )
    assert (
        a_task.filter(a_task["metric"] == "acc_norm").height + a_task.filter(a_task["metric"] == "acc").height
        == 19
    )
    assert set(a_task["n"]) == {a_run.height}
    assert real.sql("select count(*) from rejects where source = 'kempner'").item() == 0


def test_real_scores_are_whole_numbers_of_the_items_of_the_standard_tasks(real: Built) -> None:
    """The file writes single precision: seven digits."""
    off = real.sql(
        "select task, max(abs(score * n_items - round(score * n_items))) as off from scores "
        "join (select task, n_items as items from tasks) using (task) where source = 'kempner' "
        "and metric in ('acc', 'acc_norm') and task in ('arc_easy', 'boolq', 'piqa', 'sciq', 'winogrande') group by task"
    )
    assert off.height == 5
    assert off["off"].max() < 0.01  # type: ignore[operator]
