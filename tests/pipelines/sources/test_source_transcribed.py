"""Tables transcribed from papers: each value names its table, percent become fractions, unlike losses stay apart."""

import csv
import math
import re

import pytest

from pipelines.intake.fetch import FACTS
from pipelines.sources import SOURCES
from tests.tools.built import Built

NAMES = (
    "datablations",
    "deepseek_pile",
    "deepseekmoe",
    "delphi",
    "engram",
    "gated_deltanet",
    "gpt_neo",
    "mamba2",
    "xlstm",
)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("transcribed")
    return (
        Built(folder / "home", folder, [source for source in SOURCES if source.name in NAMES]).ingest().run()
    )


def test_every_printed_figure_is_a_value_a_repeat_or_a_declared_reject(built: Built) -> None:
    """A filled cell of a column of figures is one value; the long tables hold a score a row, and a loss a model."""
    wide = {
        "gated_deltanet": r"ppl|acc",
        "gpt_neo": r"bpb|ppl|acc",
        "mamba2": r"^ppl|last_word|acc",
        "xlstm": r"ppl|acc",
    }
    counted = dict(
        built.sql(
            "select source, rows_kept + rows_duplicate + rows_rejected from sources where files > 0"
        ).rows()
    )
    for name, columns in wide.items():
        with (FACTS / f"{name}.csv").open(newline="") as file:
            rows = list(csv.DictReader(file))
        pattern = re.compile(columns)
        printed = sum(bool(row[column]) for row in rows for column in row if pattern.search(column))
        assert counted[name] == printed, name
    for name, losses in {
        "deepseek_pile": 13,
        "deepseekmoe": 12,
        "engram": 8,
        "delphi": 0,
        "datablations": 0,
    }.items():
        with (FACTS / f"{name}.csv").open(newline="") as file:
            assert counted[name] == len(list(csv.DictReader(file))) + losses, name


def test_rejects_are_those_declared(built: Built) -> None:
    rejects = built.sql("select source, rule, count(*) from rejects group by all order by all").rows()
    assert rejects == [("datablations", "unfinished_run", 9), ("deepseek_pile", "conflicting_duplicate", 18)]
    shares = built.sql(
        "select source, rows_rejected / (rows_kept + rows_rejected) from sources where rows_rejected > 0"
    ).rows()
    declared = {source.name: max(source.dirt.values()) for source in SOURCES if source.dirt}
    assert all(share <= declared[source] for source, share in shares)


def test_a_perplexity_becomes_a_loss_and_percent_a_fraction(built: Built) -> None:
    loss, printed = built.sql(
        "select loss, loss_as_published from losses where source = 'mamba2' and checkpoint_id like '%/Mamba-2.8B@%'"
    ).row(0)
    assert (loss, printed) == (pytest.approx(math.log(6.22)), 6.22)
    scores = dict(
        built.sql(
            "select task || ' ' || metric, score from scores where source = 'mamba2' "
            "and checkpoint_id like '%/Mamba-2.8B@%'"
        ).rows()
    )
    assert scores["hellaswag acc_norm"] == pytest.approx(0.661)
    assert scores["piqa acc"] == pytest.approx(0.752)
    assert scores["lambada last_word_perplexity"] == 4.23


def test_every_value_names_its_table_and_row(built: Built) -> None:
    places = built.sql("select distinct source, place from observations").rows()
    for source, place in places:
        assert "row " in place, (source, place)
        assert (
            source in ("delphi", "datablations") or "able" in place or "README" in place or "Model" in place
        )


def test_losses_of_other_tokens_or_texts_never_share_an_axis(built: Built) -> None:
    """Only the Pile's test set in bits per byte is one axis of several sources."""
    shared = built.sql(
        "select comparability_group, string_agg(distinct source, ' ' order by source) from losses "
        "group by comparability_group having count(distinct source) > 1"
    ).rows()
    assert shared == [("pile_test bits_per_byte", "deepseek_pile gpt_neo")]
    moe = built.sql("select distinct comparability_group from losses where source = 'deepseekmoe'").height
    assert moe == 2
    unstated = built.sql("select distinct source from losses where unit = 'unstated' order by source").rows()
    assert unstated == [("gated_deltanet",), ("gpt_neo",)]


def test_a_model_in_two_papers_is_counted_once_and_the_later_counts(built: Built) -> None:
    rows = built.sql(
        "select score, place from scores where source = 'deepseek_pile' and task = 'hellaswag' "
        "and checkpoint_id like '%/DeepSeek-V2@%'"
    ).rows()
    assert len(rows) == 1
    assert rows[0][0] == pytest.approx(0.871)
    assert rows[0][1].startswith("DeepSeek-V3 README")
    assert built.sql("select count(*) from runs where source = 'deepseek_pile'").item() == 11


def test_fresh_and_repeated_tokens_are_two_families(built: Built) -> None:
    families = dict(
        built.sql("select family, count(*) from runs where source = 'datablations' group by family").rows()
    )
    assert families["datablations"] == 21
    assert families["datablations, repeated data"] == 198
    assert sum(families.values()) == 308


def test_no_task_comes_without_a_chance_or_a_reason(built: Built) -> None:
    silent = built.sql(
        "select distinct scores.source, scores.task from scores join metrics using (metric) "
        "left join facts_tasks using (task) where metrics.role = 'accuracy' and metrics.chance_rule = 'task' "
        "and scores.chance is null and (facts_tasks.chance_kind is distinct from 'unknown' or facts_tasks.chance_reason is null)"
    ).rows()
    assert silent == []
