"""A slice of the OLMo ladder ships with the project: the first run shows something, and never counts it twice."""

import csv
import shutil
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from pipelines.assets import inputs
from pipelines.assets.inputs import code_digest
from pipelines.intake import fetch as fetching
from pipelines.intake.fetch import FACTS
from pipelines.intake.ingest import ingest
from pipelines.settings import Settings
from pipelines.sources import olmo_ladder
from pipelines.warehouse.store import Store
from tests.tools.built import Built, put
from tests.tools.synthetic import FILES

SOURCE = olmo_ladder.SOURCE
SLICE = FACTS / SOURCE.shipped


def rows(built: Built) -> int:
    return built.sql("select count(*) from raw_olmo_ladder_rows").item()


def test_without_a_mirror_the_slice_stands_and_says_what_it_is(tmp_path: Path) -> None:
    built = Built(tmp_path / "home", tmp_path / "nothing", [SOURCE]).ingest()
    assert built.status("olmo_ladder") == "partial"
    assert "slice that ships with the project" in built.report("sources", "olmo_ladder")["message"].item()
    assert built.report("rejects", "olmo_ladder").height == 0
    assert rows(built) > 3000
    again = ingest(SOURCE, built.settings, built.store)
    assert all(record.reused for record in again.values())
    assert built.status("olmo_ladder") == "partial"


def test_a_slice_that_nobody_asked_for_is_left_out_and_one_that_stands_stays(tmp_path: Path) -> None:
    built = Built(tmp_path / "home", tmp_path / "nothing", [SOURCE])
    elsewhere = replace(built.settings, only=("chinchilla",))
    ingest(SOURCE, elsewhere, built.store)
    assert built.status("olmo_ladder") == "unreachable"
    built.ingest()
    ingest(SOURCE, elsewhere, built.store)
    assert built.status("olmo_ladder") == "partial"
    assert rows(built) > 3000


def test_the_published_files_supersede_the_slice_and_stay(tmp_path: Path) -> None:
    built = Built(tmp_path / "home", tmp_path / "mirror", [SOURCE]).ingest()
    sliced = rows(built)
    put(tmp_path / "mirror", SOURCE, FILES["olmo_ladder"]())
    built.ingest()
    assert (rows(built), sliced > 3) == (3, True)
    for cached in sorted((tmp_path / "home" / "raw").rglob("*"), reverse=True):
        cached.rmdir() if cached.is_dir() else cached.unlink()
    alone = Settings(home=tmp_path / "home", offline=True)
    ingest(SOURCE, alone, Store(tmp_path / "home"))
    assert built.status("olmo_ladder") == "stale"
    assert rows(built) == 3


def test_it_is_small_and_names_its_terms() -> None:
    assert sum(path.stat().st_size for path in SLICE.rglob("*") if path.is_file()) <= 2 << 20
    notice = (SLICE / "NOTICE").read_text()
    assert SOURCE.origins[0].commit in notice
    assert "Apache License, Version 2.0" in notice
    assert "What was changed" in notice


def test_every_cell_stands_as_published(mirror: Path) -> None:
    published = mirror / SOURCE.origins[0].repo / SOURCE.origins[0].commit
    for path in SLICE.rglob("*.csv"):
        with path.open(newline="") as part, (published / path.relative_to(SLICE)).open(newline="") as whole:
            ours, theirs = list(csv.DictReader(part)), list(csv.DictReader(whole))
        assert len(ours) == len(theirs)
        assert all(mine.items() <= their.items() for mine, their in zip(ours, theirs, strict=True)), path.name


def test_the_first_run_shows_one_of_each_kind(release: Path) -> None:
    with duckdb.connect(str(release / "emergence.duckdb"), read_only=True) as con:
        verdicts = dict(
            con.execute(
                "select concat_ws(' ', task, format, metric), verdict from thresholds where source = 'olmo_ladder'"
            ).fetchall()
        )
    assert verdicts == {
        "hellaswag mc acc": "sharp",
        "hellaswag rc acc_norm": "gradual",
        "hellaswag rc answer_bpb": "smooth",
        "boolq rc acc": "smooth",
        "mmlu_stem_val rc acc_norm": "at_floor",
    }


def test_other_bytes_of_a_slice_are_another_release_and_supersede_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = tmp_path / "facts"
    shutil.copytree(FACTS, facts)
    monkeypatch.setattr(fetching, "FACTS", facts)
    monkeypatch.setattr(inputs, "FACTS", facts)
    built = Built(tmp_path / "home", tmp_path / "nothing", [SOURCE]).ingest()
    was, before = rows(built), code_digest()
    shortened = next((facts / SOURCE.shipped).rglob("*.csv"))
    shortened.write_text("".join(shortened.read_text().splitlines(keepends=True)[:-1]))
    monkeypatch.setattr(fetching, "SHIPPED", "in other words")
    ingest(SOURCE, built.settings, built.store)
    assert (rows(built), built.status("olmo_ladder")) == (was - 1, "partial")
    assert code_digest() != before
