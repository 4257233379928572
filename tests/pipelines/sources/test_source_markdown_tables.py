"""Scores in Markdown tables: GeoV at four checkpoints, TinyLlama through three trillion tokens."""

from pathlib import Path

from pipelines.intake.spec import Source
from pipelines.sources import geov, tinyllama
from tests.tools.built import Built, Files, put
from tests.tools.synthetic_evaluations import HEADING

NAME = "TinyLlama-1.1B-intermediate-step"


def build(tmp_path: Path, source: Source, files: Files) -> Built:
    put(tmp_path / "mirror", source, files)
    return Built(tmp_path / "home", tmp_path / "mirror", [source]).ingest().run()


def test_the_tokens_are_those_of_the_file_whatever_its_heading_says(tmp_path: Path) -> None:
    text = "## results at [117B tokens trained](https://x/117B)\n\n" + HEADING + "|piqa|0|acc|0.75|±|0.01|\n"
    built = build(tmp_path, geov.SOURCE, {"results.098B.md": text.encode()})
    row = built.sql(
        "select tokens, task, score, stderr from scores join checkpoints using (checkpoint_id)"
    ).row(0)
    assert row == (98 * 10**9, "piqa", 0.75, 0.01)


def test_a_task_stands_above_its_further_metrics(tmp_path: Path) -> None:
    text = (
        HEADING
        + "| | |acc|0.1|±|0.01|\n|piqa|0|acc|0.75|±|0.01|\n| | |acc_norm|0.76|±|0.01|\n|sciq|0|acc|x|±| |\n|a|b|\n"
    )
    built = build(tmp_path, geov.SOURCE, {"results.074B.md": text.encode()})
    assert built.sql("select task, metric, score from scores order by metric").rows() == [
        ("piqa", "acc", 0.75),
        ("piqa", "acc_norm", 0.76),
    ]
    assert sorted(built.sql("select rule, place from rejects").rows()) == [
        ("missing_field", "row 1"),
        ("not_a_number", "row 4, column Value"),
        ("ragged_row", "row 5"),
    ]


def test_a_table_without_tokens_finds_them_by_the_step(tmp_path: Path) -> None:
    text = (
        "| Model | Pretrain Tokens | HellaSwag | avg |\n|---|---|---|---|\n"
        f"| {NAME}-480k-1007B | 1007B | 52.54 | 52 |\n| {NAME}-1431k-3T | 3T | 59.2 | 59 |\n\n"
        f"| Model | MMLU |\n|---|---|\n| {NAME}-480K-1T | 24.65 |\n"
    )
    built = build(tmp_path, tinyllama.SOURCE, {"EVAL.md": text.encode()})
    scores = built.sql(
        "select task, format, metric, n_shot, tokens, is_final, round(score, 6) from scores "
        "join checkpoints using (checkpoint_id) order by task, tokens"
    ).rows()
    assert scores == [
        ("hellaswag", "rc", "acc_norm", 0, 1007 * 10**9, False, 0.5254),
        ("hellaswag", "rc", "acc_norm", 0, 3 * 10**12, True, 0.592),
        ("mmlu", "mc", "acc", 5, 1007 * 10**9, False, 0.2465),
    ]
    assert built.sql("select count(distinct run_id) from runs").item() == 1


def test_what_is_no_number_of_tokens_or_no_score_is_a_reject(tmp_path: Path) -> None:
    text = (
        "| Model | Pretrain Tokens | HellaSwag |\n|---|---|---|\n"
        f"| {NAME}-50K-104b | many | 43.5 |\n| {NAME}-240k-503b | 503B | n/a |\n| | 1T | 50 |\n| a | 1T |\n"
    )
    built = build(tmp_path, tinyllama.SOURCE, {"EVAL.md": text.encode()})
    assert sorted(built.sql("select rule, place from rejects").rows()) == [
        ("missing_field", "table 1, row 3, column Model"),
        ("no_position", "table 1, row 1, column HellaSwag"),
        ("not_a_number", "table 1, row 1, column Pretrain Tokens"),
        ("not_a_number", "table 1, row 2, column HellaSwag"),
        ("ragged_row", "row 4"),
    ]


def test_real_mmlu_of_tinyllama_stays_at_chance_through_two_and_a_half_trillion_tokens(real: Built) -> None:
    low, high, tokens = real.sql(
        "select min(score), max(score), max(tokens) from scores join checkpoints using (checkpoint_id) "
        "where scores.source = 'tinyllama' and task = 'mmlu' and checkpoints.run_id like '%TinyLlama%'"
    ).row(0)
    assert (round(low, 4), round(high, 4)) == (0.2465, 0.2645)
    assert tokens >= 2.5e12


def test_real_checkpoints_of_geov_are_four_and_none_is_taken_for_another(real: Built) -> None:
    rows = real.sql(
        "select tokens, count(*) from scores join checkpoints using (checkpoint_id) "
        "where scores.source = 'geov' group by tokens order by tokens"
    ).rows()
    assert [(tokens // 10**9, n) for tokens, n in rows][:4] == [(74, 13), (80, 13), (98, 13), (117, 13)]
    assert real.sql("select count(*) from rejects where source in ('geov', 'tinyllama')").item() == 0
