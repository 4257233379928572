"""Chance levels that a publisher states, without a score: settings in YAML, a description in Markdown."""

from pathlib import Path

from pipelines.sources import gauntlet
from tests.tools.built import Built, Files, put
from tests.tools.synthetic_evaluations import GAUNTLET
from tests.tools.synthetic_evaluations import gauntlet as made_up

OURS = "select task, n_choices, chance, n_items, note, agrees from chance_claims where publisher like '%{}' order by task"


def build(tmp_path: Path, files: Files) -> Built:
    put(tmp_path / "mirror", gauntlet.SOURCE, files)
    return Built(tmp_path / "home", tmp_path / "mirror", [gauntlet.SOURCE]).ingest().run()


def test_settings_and_description_are_claims_and_a_wrong_one_is_disputed(tmp_path: Path) -> None:
    built = build(tmp_path, made_up())
    settings = {row[0]: row[1:] for row in built.sql(OURS.format("/eval_gauntlet.yaml")).rows()}
    assert settings["arc_easy"] == (4, 0.25, None, "3-shot", True)
    described = built.sql(OURS.format("/EVAL_GAUNTLET.md")).rows()
    assert described == [("agi_eval_lsat_rc", 4, 0.25, 268, "5-shot", False)]
    assert built.sql("select rows_kept, rows_rejected from sources where source = 'gauntlet'").row(0) == (
        0,
        0,
    )


def test_a_baseline_that_is_no_fraction_is_a_reject(tmp_path: Path) -> None:
    text = "- name: a\n  num_fewshot: 1\n  random_baseline: 25\n- name: b\n  random_baseline: none\n- name: piqa\n  random_baseline: 0.5\n"
    built = build(tmp_path, {GAUNTLET[0]: text.encode()})
    assert sorted(built.sql("select rule, place, value from rejects").rows()) == [
        ("not_a_number", "line 3", "25"),
        ("not_a_number", "line 5", "none"),
    ]


def test_a_file_without_a_baseline_is_a_reject(tmp_path: Path) -> None:
    built = build(tmp_path, made_up() | {GAUNTLET[1]: b"<html>"})
    assert built.sql("select file, rule from rejects").rows() == [(GAUNTLET[1], "unreadable_file")]
    assert built.status("gauntlet") == "partial"


def test_thirty_real_tasks_are_described_and_lsat_is_called_of_four_choices(real: Built) -> None:
    described = real.sql(OURS.format("/EVAL_GAUNTLET.md"))
    assert described.height >= 30
    lsat = described.filter(described["task"].str.starts_with("agi_eval_lsat"))
    assert lsat.select("n_choices", "chance", "agrees").unique().rows() == [(4, 0.25, False)]
    tasks = set(real.sql("select task from facts_tasks")["task"])
    assert set(described["task"]) <= tasks
