"""Tables of facts: one name a task, chance with its reason, what publishers claim, what a user overrides."""

from pathlib import Path

import polars as pl
import pytest

from emergence.errors import InputError
from pipelines.assets.inputs import inputs_digest
from pipelines.intake.facts import TABLES, read_facts
from pipelines.intake.ingest import ingest_facts
from pipelines.settings import Settings
from pipelines.sources import cerebras_gpt
from pipelines.warehouse.store import Store
from tests.tools.built import Built

KEYS = {
    "tasks": ["task"],
    "task_aliases": ["source", "task_as_published"],
    "metrics": ["metric"],
    "metric_aliases": ["metric_as_published"],
    "corpora": ["source", "corpus_as_published"],
    "corpus_aliases": ["corpus_as_published"],
    "tokenizers": ["tokenizer_as_published"],
    "chance_publishers": ["publisher"],
    "circular": ["corpus", "task"],
    "chance_published": ["source", "task"],
    "model_aliases": ["source", "model_as_published"],
    "joint_sources": ["source"],
}


@pytest.mark.parametrize("table", KEYS)
def test_a_table_of_facts_has_one_row_a_key(table: str) -> None:
    facts = read_facts(table)
    assert facts.filter(facts.select(KEYS[table]).is_duplicated()).is_empty()


def test_every_task_has_a_chance_with_a_source_and_a_reason_or_says_why_it_has_none() -> None:
    tasks = read_facts("tasks")
    chosen = tasks.filter(pl.col("chance").is_not_null())
    assert chosen.filter(pl.col("chance_source").is_null() | ~pl.col("chance").is_between(0, 1)).is_empty()
    majority = pl.col("chance_kind") == "majority"
    assert chosen.filter(~majority & (pl.col("chance") > 0.5)).is_empty()
    assert chosen.filter(majority & (pl.col("chance") < 1 / pl.col("n_choices"))).is_empty()
    assert tasks.filter(pl.col("chance").is_null() & (pl.col("chance_kind") != "unknown")).is_empty()
    assert tasks.filter(pl.col("chance").is_null() & pl.col("chance_reason").is_null()).is_empty()
    uniform = tasks.filter(pl.col("chance_kind") == "uniform")
    assert uniform.filter((pl.col("chance") - 1 / pl.col("n_choices")).abs() > 1e-9).is_empty()


@pytest.mark.parametrize(
    ("task", "n_choices"),
    [
        ("agi_eval_lsat_ar", 5),
        ("agi_eval_lsat_lr", 5),
        ("agi_eval_lsat_rc", 5),
        ("math_qa", 5),
        ("csqa", 5),
        ("socialiqa", 3),
        ("bigbench_language_identification", 11),
    ],
)
def test_an_arguable_chance_is_chosen_and_explained(task: str, n_choices: int) -> None:
    row = read_facts("tasks").row(by_predicate=pl.col("task") == task, named=True)
    assert (row["n_choices"], row["chance"]) == (n_choices, pytest.approx(1 / n_choices))
    assert row["chance_reason"]
    assert row["chance_kind"] == "uniform"


def test_every_alias_leads_to_a_known_name() -> None:
    tasks = set(read_facts("tasks")["task"])
    assert sorted(set(read_facts("task_aliases")["task"]) - tasks) == []
    metrics = set(read_facts("metrics")["metric"])
    assert sorted(set(read_facts("metric_aliases")["metric"]) - metrics) == []


def build(tmp_path: Path, overrides: str = "") -> Built:
    if overrides:
        folder = tmp_path / "home" / "overrides"
        folder.mkdir(parents=True)
        (folder / "tasks.csv").write_text(overrides)
    return Built(tmp_path / "home", tmp_path / "mirror", [cerebras_gpt.SOURCE]).ingest().run()


def test_a_user_overrides_a_chance_and_an_alias(tmp_path: Path) -> None:
    rows = "task,source,task_as_published,chance,why\n"
    with pytest.raises(InputError, match="why"):
        build(tmp_path / "wrong", rows)
    built = build(
        tmp_path,
        "task,source,task_as_published,chance,chance_reason\n"
        "piqa,,,0.48,measured on a random model\n"
        "hellaswag_own,cerebras_gpt,hellaswag,,\n"
        "hellaswag_own,,,0.3,\n",
    )
    tasks = built.sql(
        "select task, chance, chance_kind, chance_reason, n_items from tasks order by task"
    ).rows()
    by_task = {row[0]: row[1:] for row in tasks}
    assert by_task["piqa"] == (0.48, "override", "measured on a random model", 1838)
    assert by_task["hellaswag_own"] == (0.3, "override", "set by the user", None)
    assert "hellaswag" not in by_task
    assert built.sql("select distinct chance from scores where task = 'piqa'").item() == 0.48
    assert by_task["winogrande"][:2] == (0.5, "uniform")


@pytest.mark.parametrize(
    "rows",
    [
        "task,chance\npiqa,1.5\n",
        "task,chance\npiqa,half\n",
        "task,chance\n,0.5\n",
        "chance\n0.5\n",
        "task,source,task_as_published\npiqa,,physics\n",
    ],
)
def test_an_unusable_override_is_an_error_that_names_the_file(tmp_path: Path, rows: str) -> None:
    (tmp_path / "tasks.csv").write_text(rows)
    with pytest.raises(InputError, match=r"tasks\.csv"):
        read_facts("tasks", tmp_path)


def test_facts_are_written_anew_only_when_an_override_changes_them(tmp_path: Path) -> None:
    store = Store(tmp_path)
    first = ingest_facts("tasks", store)
    assert ingest_facts("tasks", store).reused
    (tmp_path / "overrides").mkdir()
    (tmp_path / "overrides" / "tasks.csv").write_text("task,chance\npiqa,0.4\n")
    second = ingest_facts("tasks", store)
    assert not second.reused
    assert second.digest != first.digest


def test_an_override_is_an_input_of_the_release(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, offline=True)
    before = inputs_digest((cerebras_gpt.SOURCE,), settings)
    (tmp_path / "overrides").mkdir()
    (tmp_path / "overrides" / "tasks.csv").write_text("task,chance\npiqa,0.4\n")
    assert inputs_digest((cerebras_gpt.SOURCE,), settings) != before


def test_tables_of_facts_are_all_known() -> None:
    assert set(KEYS) <= set(TABLES)


def test_publishers_claims_stand_beside_the_choice(real: Built) -> None:
    assert real.sql("select count(*) from chance_claims").item() >= read_facts("chance_published").height
    boolq = dict(real.sql("select distinct chance, agrees from chance_claims where task = 'boolq'").rows())
    assert boolq.items() >= {0.5: False, 0.62: True}.items()
    disputed = set(real.sql("select distinct task from chance_claims where not agrees")["task"])
    assert {"csqa", "socialiqa", "math_qa", "agi_eval_lsat_ar", "bigbench_logical_deduction"} <= disputed
    # Two tables give ARC-Challenge the number of questions of ARC-Easy; the scores are multiples of 1/1172.
    items = real.sql(
        "select distinct n_items from chance_claims where task = 'arc_challenge' and not n_items_agree"
    )
    assert 2376 in items["n_items"].to_list()
    whole = real.sql(
        "select avg(cast(abs(score * n_items - round(score * n_items)) < 1e-3 as integer)) from scores "
        "where source in ('gadre', 'dclm') and task = 'arc_challenge' and n_items = 1172 "
        "and metric = 'acc_norm_by_tokens'"
    ).item()
    assert whole == 1


def test_every_real_task_has_a_category_and_its_chance_is_used(real: Built) -> None:
    assert real.sql("select task from tasks where category is null").is_empty()
    lsat = real.sql(
        "select distinct chance from scores where task = 'agi_eval_lsat_ar' and chance is not null"
    ).item()
    assert lsat == 0.2
    formats = real.sql(
        "select format from scores where source in ('gadre', 'dclm') and metric like 'acc%' and task in "
        "('mmlu', 'hellaswag', 'squad') group by task, format order by task"
    )["format"].to_list()
    assert formats == ["rc", "mc", "generate"]
    generated = dict(
        real.sql(
            "select distinct task, chance from scores where format = 'generate' and metric = 'acc' "
            "and task in ('squad', 'pubmed_qa_labeled', 'bigbench_cs_algorithms')"
        ).rows()
    )
    assert generated == {
        "squad": 0,
        "pubmed_qa_labeled": pytest.approx(0.552),
        "bigbench_cs_algorithms": None,
    }
