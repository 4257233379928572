"""Runs of one's own come in by the command line, and bad ones are refused or rejected by place."""

import os
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from emergence.errors import InputError
from pipelines.intake.ingest import ingest
from pipelines.own.settling.settle import Settled
from pipelines.release import verify_code
from pipelines.release.open_release import Release, latest_release
from pipelines.settings import Settings
from pipelines.sources import own
from pipelines.warehouse.store import Store
from tests.pipelines.assets.test_operate import put_run
from tests.pipelines.commands.test_cli import emergence
from tests.tools.answers import answers
from tests.tools.built import Built
from tests.tools.own_files import drop, planned, said


@pytest.fixture
def built(tmp_path: Path) -> Built:
    return Built(tmp_path / "home", tmp_path / "nowhere", [own.SOURCE])


def test_a_run_is_placed_by_tokens_and_joined(built: Built, tmp_path: Path) -> None:
    drop(put_run(tmp_path / "mine"), built.settings.home)
    built.ingest().run()
    rows = built.sql("select checkpoint_id, loss, score, unit from loss_scores order by tokens").rows()
    assert rows == [
        ("own/tiny@10", 4.0, 0.5, "nats_per_token"),
        ("own/tiny@20", 3.5, 0.55, "nats_per_token"),
        ("own/tiny@30", 3.0, 0.6, "nats_per_token"),
    ]


def test_adding_a_run_again_replaces_it(built: Built, tmp_path: Path) -> None:
    drop(put_run(tmp_path / "mine"), built.settings.home)
    drop(put_run(tmp_path / "mine", loss=2.0), built.settings.home)
    built.ingest().run()
    assert built.sql("select min(loss) from losses").item() == 2.0
    assert built.sql("select count(*) from losses where unit = 'nats_per_token'").item() == 3


def test_a_run_that_cannot_be_put_in_place_leaves_the_older_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = drop(put_run(tmp_path / "mine"), tmp_path / "home")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    replace = os.replace

    def refuse_the_new(source: Path, target: Path) -> None:
        if source.name == "new":
            raise OSError("no room")
        replace(source, target)

    monkeypatch.setattr(os, "replace", refuse_the_new)
    with pytest.raises(OSError, match="no room"):
        drop(put_run(tmp_path / "mine", loss=2.0), tmp_path / "home")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert [path.name for path in (tmp_path / "home").iterdir()] == [folder.parent.name]


def test_taking_a_run_away_takes_its_rows_away(built: Built, tmp_path: Path) -> None:
    folder = drop(put_run(tmp_path / "mine"), built.settings.home)
    built.ingest()
    for path in folder.iterdir():
        path.unlink()
    records = ingest(own.SOURCE, built.settings, built.store)
    assert records["raw_own_runs"].rows == 0


def test_a_card_that_is_no_toml_is_refused(tmp_path: Path) -> None:
    folder = put_run(tmp_path / "mine")
    (folder / "emergence.toml").write_text("run = ")
    with pytest.raises(InputError, match="is not TOML"):
        drop(folder, tmp_path / "home")
    assert not (tmp_path / "home" / "drop").exists()


def test_a_card_that_was_broken_where_it_lies_keeps_its_folder_out_and_no_other(
    built: Built, tmp_path: Path
) -> None:
    for name in ("kept", "out"):
        drop(put_run(tmp_path / name, run=name), built.settings.home)
    (built.settings.home / "drop" / "out" / "emergence.toml").write_text("run = \n")
    (built.settings.home / "drop" / "out" / "losses.csv").write_text("step,tokens,loss\n1,1000000,3.2\n")
    built.ingest().run()
    assert built.sql("select distinct run_id from checkpoints").rows() == [("own/kept",)]
    assert built.sql("select file, rule from rejects").rows() == [("out/emergence.toml", "unreadable_file")]


def test_what_is_asked_of_a_dropped_run_is_a_sentence_by_itself(built: Built, tmp_path: Path) -> None:
    folder = drop(put_run(tmp_path / "mine"), built.settings.home)
    (folder / "emergence.toml").write_text('run = "a"\n')
    built.ingest().run()
    asked = built.sql("select message from rejects where place = 'tokens_per_step'").item()
    assert asked.endswith("wait for it. Answer tokens_per_step in emergence.toml")


def test_what_a_card_does_not_say_is_asked(tmp_path: Path) -> None:
    folder = put_run(tmp_path / "mine")
    (folder / "emergence.toml").write_text('run = "a"\n')
    assert [q.key for q in planned(folder).open_questions()] == ["tokens_per_step", "corpus", "unit"]


def test_a_name_never_leaves_the_drop_folder(tmp_path: Path) -> None:
    folder = drop(put_run(tmp_path / "mine", run="../../etc/x"), tmp_path / "home")
    assert folder.parent == tmp_path / "home" / "drop"


def test_a_bad_row_is_rejected_by_place_and_the_others_stay(built: Built, tmp_path: Path) -> None:
    mine = put_run(tmp_path / "mine")
    (mine / "losses.csv").write_text("step,loss\n1,nan\n2,-3\n3,3.0\n")
    drop(mine, built.settings.home)
    built.ingest().run()
    rules = built.sql("select place, rule from rejects order by place").rows()
    assert ("line 2, column loss", "not_a_number") in rules
    assert ("line 3, column loss", "loss_not_positive") in rules
    assert built.sql("select loss from losses").rows() == [(3.0,)]


def test_a_size_that_is_not_whole_and_tokens_that_fall_are_rejected_by_place(
    built: Built, tmp_path: Path
) -> None:
    mine = put_run(tmp_path / "mine")
    card = (mine / "emergence.toml").read_text()
    (mine / "emergence.toml").write_text(card.replace("params = 1000", "params = 1000.5"))
    (mine / "losses.csv").write_text("step,tokens,loss\n1000,900000,3.2\n5000,500000,3.0\n")
    (mine / "scores.csv").unlink()
    drop(mine, built.settings.home)
    built.ingest().run()
    assert set(built.sql("select place, rule from rejects").rows()) == {
        ("params", "not_a_number"),
        ("line 3, column loss", "tokens_out_of_order"),
    }
    assert built.sql("select tokens, loss from losses join checkpoints using (checkpoint_id)").rows() == [
        (900_000, 3.2)
    ]


def test_a_name_that_is_no_text_does_not_stop_the_look_into_the_drop_folder(tmp_path: Path) -> None:
    folder = drop(put_run(tmp_path / "mine"), tmp_path / "home")
    before = own.drop_digest(tmp_path / "home")
    (folder / os.fsdecode(b"\xff.csv")).write_text("step,loss\n")
    assert own.drop_digest(tmp_path / "home") == before
    assert "unsafe_name" in said(planned(folder).settled.said.broken)


def test_a_run_is_published_by_the_next_run_and_gone_with_the_one_after(
    release: Path, tmp_path: Path
) -> None:
    """What is kept from run to run comes out as a fresh build has it: byte for byte the site, all tables."""
    home = tmp_path / "home"
    shutil.copytree(release.parent.parent, home)
    shutil.rmtree(home / "releases" / release.name)  # else it would be published once more as it stands
    (home / "latest").unlink()
    added = emergence("--home", str(home), "add", str(put_run(tmp_path / "mine")))
    assert added.exit_code == 0, added.output
    run(home)
    asked = emergence(
        "--home", str(home), "query", "select run_id from runs where source = 'own'", "--format", "csv"
    )
    assert asked.output == "run_id\nown/tiny\n"
    shutil.rmtree(home / "drop" / "tiny")
    run(home)
    again = latest_release(home)
    assert again is not None
    assert again.manifest()["inputs"] == Release(release).manifest()["inputs"]
    for file in sorted((release / "tables").iterdir()):  # of two names, where midnight has passed
        assert pq.read_table(again.folder / "tables" / file.name).equals(pq.read_table(file)), file.name
    assert answers(again.database) == answers(Release(release).database)
    assert list((home / "kept").iterdir())
    assert list(verify_code.site(again, again.manifest())) == []


def run(home: Path) -> None:
    """Run as the shared release was made."""
    result = emergence("--home", str(home), "run", EMERGENCE_REPLICATES="200", EMERGENCE_OFFLINE="1")
    assert result.exit_code == 0, result.output


def test_a_source_of_ones_own_is_never_unreachable(tmp_path: Path) -> None:
    records = ingest(own.SOURCE, Settings(home=tmp_path, offline=True), Store(tmp_path))
    assert records["raw_own_runs"].rows == 0


def test_only_a_folder_that_changed_is_read_again_and_gives_what_reading_all_gives(
    built: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, read = built.settings.home, list[str]()
    for run in ("a", "b", "c"):
        folder = drop(put_run(tmp_path / run, run=run), home)
        # Each has something that is skipped, and something that is rejected.
        (folder / "notes.docx").write_bytes(b"PK")
        (folder / "scores.csv").write_text((folder / "scores.csv").read_text() + "4,piqa,rc,acc,0,high\n")
    settled = own._settled

    def noted(folder: str, *rest: object) -> Settled:
        read.append(folder)
        return settled(folder, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(own, "_settled", noted)
    built.ingest()
    assert read == ["a", "b", "c"]
    drop(put_run(tmp_path / "b", run="b", loss=2.0), home)
    shutil.rmtree(home / "drop" / "c")
    read.clear()
    built.ingest()
    assert read == ["b"]
    assert len(list((home / "read").iterdir())) == 2
    names = [name for name, _ in own.SOURCE.relations()] + ["intake_own_rejects", "intake_own_files"]

    def standing() -> list[bytes]:
        return [built.store.path("staging", name).read_bytes() for name in names]

    kept = standing()
    shutil.rmtree(home / "read")
    shutil.rmtree(home / "staging")
    built.ingest()
    assert standing() == kept
    assert any(b"not_a_number" in held for held in kept)
    shutil.rmtree(home / "drop")
    built.ingest()
    assert not list((home / "read").iterdir())
