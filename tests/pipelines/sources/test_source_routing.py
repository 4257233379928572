"""Curves of dense and routed models from a gzipped table: positions are steps, losses are on six texts."""

import gzip
from pathlib import Path

from pipelines.intake import reading
from pipelines.sources import routing
from tests.tools.built import Built, put
from tests.tools.synthetic_runs import ROUTING, routing_row, table


def build(tmp_path: Path, content: bytes) -> Built:
    put(tmp_path / "mirror", routing.SOURCE, {ROUTING: content})
    return Built(tmp_path / "home", tmp_path / "mirror", [routing.SOURCE]).ingest().run()


def test_checkpoints_stand_at_their_steps_without_tokens(tmp_path: Path) -> None:
    rows = table(routing_row(), routing_row(step=20000, loss_pile="", loss_c4=3.03))
    built = build(tmp_path, gzip.compress(rows))
    checkpoints = built.sql(
        "select checkpoint_id, step, tokens, is_final from checkpoints order by step"
    ).rows()
    assert checkpoints == [
        ("routing/Dense-370M-1experts-0@step 10000", 10000, None, False),
        ("routing/Dense-370M-1experts-0@step 20000", 20000, None, True),
    ]
    assert built.sql("select count(*) from losses").item() == 11
    assert "routing_europarl" in set(built.sql("select corpus from losses")["corpus"])
    assert built.sql("select count(*) from rejects").item() == 0


def test_a_row_without_its_step_is_rejected(tmp_path: Path) -> None:
    built = build(tmp_path, gzip.compress(table(routing_row(step=""), routing_row(step="x"), routing_row())))
    assert sorted(built.sql("select rule, place from rejects").rows()) == [
        ("missing_field", "row 1"),
        ("missing_field", "row 2"),
        ("not_a_number", "row 2, column step"),
    ]
    assert built.sql("select count(*) from checkpoints").item() == 1


def test_a_bomb_makes_the_source_fail_and_is_not_unfolded(tmp_path: Path) -> None:
    bomb = gzip.compress(b"0" * (reading.MAX_UNPACKED + 1), compresslevel=1)
    put(tmp_path / "mirror", routing.SOURCE, {ROUTING: bomb})
    built = Built(tmp_path / "home", tmp_path / "mirror", [routing.SOURCE]).ingest()
    assert built.status("routing") == "failed"
    assert built.report("rejects", "routing")["rule"].to_list() == ["unreadable_file"]


def test_5799_real_checkpoints_of_223_runs(real: Built) -> None:
    rows, runs = real.sql(
        "select count(*), count(distinct run_id) from checkpoints where source = 'routing'"
    ).row(0)
    assert rows >= 5799
    assert runs >= 223
    nulls = real.sql(
        "select count(*) from (select count(*) as n from losses where source = 'routing' group by checkpoint_id) where n < 6"
    ).item()
    assert nulls >= 23
    assert real.sql("select count(*) from rejects where source = 'routing'").item() == 0
