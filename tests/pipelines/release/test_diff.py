"""The difference of two releases, on made-up databases whose difference is known."""

from dataclasses import replace
from pathlib import Path

import duckdb
import polars as pl
import pytest

from emergence.errors import InputError
from pipelines.release.diff import diff_releases
from pipelines.warehouse.questions import ROOT

RELEASE = """
create table {0}.sources as select * from (values
    ('gadre', 'c1', 'ok', 3, 500), ('pythia', 'c7', 'ok', 9, 70000)) as t(source, version, status, files, rows_kept);
create table {0}.runs as select 'gadre/r' || i as run_id, 1000 * i as params from range(1, 4) as t(i);
create table {0}.checkpoints as
    select run_id || '@' || s as checkpoint_id, 10 * s as tokens from {0}.runs, range(4) as t(s);
create table {0}.tasks as
    select * from (values ('arc', 0.25), ('boolq', 0.5), ('lambada', null)) as t(task, chance);
create table {0}.losses as
    select checkpoint_id, 'c4_en' as corpus, 'nats_per_token' as unit, 3 - tokens / 100 as loss
    from {0}.checkpoints;
create table {0}.scores as
    select checkpoint_id, task, 'rc' as format, 'acc' as metric, 0 as n_shot, 0.3::double as score
    from {0}.checkpoints, {0}.tasks;
create table {0}.thresholds as select * from (values
    ('gadre', 'arc', 'rc', 'acc', 0, 'c4_en', 2.5::double, 2.4::double, 2.6::double, 'leaves_floor', 'leaves it'),
    ('gadre', 'arc', 'rc', 'acc', null, 'c4_en', 2.3, 2.2, 2.4, 'smooth', 'rises'),
    ('gadre', 'boolq', 'rc', 'acc', 0, 'c4_en', null, null, null, 'at_floor', 'never leaves it'),
    ('gadre', 'lambada', 'rc', 'acc', 0, 'c4_en', 2.9, 2.8, 3.0, 'smooth', 'rises'),
    ('pythia', 'arc', 'rc', 'acc', 0, 'pile', 2.2, 2.2, 2.2, 'not_identified', 'no width')
    ) as t(source, task, format, metric, n_shot, corpus, eta, eta_low, eta_high, verdict, reason);
alter table {0}.thresholds add column unit varchar default 'nats_per_token';
alter table {0}.thresholds add column comparability_group varchar default 'c4, gpt2';
alter table {0}.thresholds add column confidence double default 0.95;
alter table {0}.thresholds add column n_checkpoints integer default 12;
create table {0}.claims as select * from (values
    ('du_threshold', 'gadre', 'any', 'undetermined', 0.1::double, 12, 'spans it', 'the test'),
    ('du_threshold', 'pythia', 'any', 'supported', 0.4, 20, 'all of it', 'the test'),
    ('du_one', 'pythia', 'mc', 'not testable here', null, 0, 'no tasks', 'the test')
    ) as t(claim_id, source, format, verdict, value, n, reason, test);
-- The same series on a loss in another unit, and pooled over tokenizers: three fits, not one.
insert into {0}.thresholds select * replace ('bits_per_byte' as unit, 0.9 as eta, 0.8 as eta_low, 1.0 as eta_high)
    from {0}.thresholds where task = 'arc' and source = 'gadre' and n_shot = 0;
insert into {0}.thresholds select * replace ('c4, mixed' as comparability_group, 2.8 as eta)
    from {0}.thresholds where unit = 'bits_per_byte';
"""

CHANGES = """
update r.sources set version = 'c2' where source = 'gadre';
update r.sources set status = 'partial', files = 8, rows_kept = 61000 where source = 'pythia';
insert into r.sources values ('dclm', 'c1', 'ok', 2, 40);
insert into r.runs values ('dclm/big', 7000);
delete from r.checkpoints where checkpoint_id = 'gadre/r3@3';
update r.tasks set chance = 0.2 where task = 'arc';
update r.scores set score = 0.31 where checkpoint_id = 'gadre/r1@0' and task = 'arc';
insert into r.losses
    select checkpoint_id, corpus, unit, loss from r.losses where checkpoint_id = 'gadre/r1@0';
update r.thresholds set eta = 2.2, eta_low = 2.0, eta_high = 2.4
    where task = 'arc' and n_shot = 0 and source = 'gadre' and unit = 'nats_per_token';
update r.thresholds set eta = 2.3001 where n_shot is null;
update r.thresholds set eta = eta + 1e-7 where unit = 'bits_per_byte';
update r.thresholds set eta = 2.0, eta_low = 1.9, eta_high = 2.1, verdict = 'leaves_floor', reason = 'left it'
    where task = 'boolq';
update r.thresholds set eta = null, eta_low = null, eta_high = null, verdict = 'at_floor'
    where task = 'lambada';
update r.thresholds set eta = 2.1, eta_low = 2.1, eta_high = 2.1 where source = 'pythia';
insert into r.thresholds values
    ('dclm', 'arc', 'rc', 'acc', 0, 'c4_en', 2.4, 2.3, 2.5, 'smooth', 'rises', 'nats_per_token', 'c4', 0.95, 20);
alter table r.tasks add column title varchar;
update r.claims set verdict = 'contradicted', value = 0.02, n = 40, reason = 'none of it' where source = 'gadre';
insert into r.claims values ('du_threshold', 'dclm', 'any', 'supported', 0.5, 9, 'all of it', 'the test');
insert into r.claims values ('mine', 'pythia', 'any', 'not testable here', null, 0, 'no such test', 'mine');
create table r.clocks as select 1 as clock;
"""


def made(path: Path, *changes: str) -> Path:
    with duckdb.connect() as connection:
        connection.execute(f"attach '{path}' as r")
        connection.execute(RELEASE.format("r"))
        for change in changes:
            connection.execute(change)
    return path


@pytest.fixture(scope="module")
def a(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("diff") / "a.duckdb")


@pytest.fixture(scope="module")
def b(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("diff") / "b.duckdb", CHANGES)


def test_a_release_does_not_differ_from_itself(a: Path, tmp_path: Path) -> None:
    report = diff_releases(a, made(tmp_path / "again.duckdb"))
    assert report.is_empty
    assert report.lines() == ["Nothing changed."]


def test_of_rows_of_one_key_those_that_are_alike_are_left_out(tmp_path: Path) -> None:
    twice = """insert into r.losses select checkpoint_id, corpus, unit, {0} from r.losses
        where checkpoint_id = 'gadre/r1@0' limit 1"""
    older = made(tmp_path / "older.duckdb", twice.format("loss + 1"))
    newer = made(tmp_path / "newer.duckdb", twice.format("loss + 2"), twice.format("loss"))
    assert diff_releases(older, newer).rows.rows() == [("losses", 1, 0, 1)]
    assert diff_releases(newer, older).rows.rows() == [("losses", 0, 1, 1)]


def test_rows_that_came_went_and_changed(a: Path, b: Path) -> None:
    rows = {row["table_name"]: list(row.values())[1:] for row in diff_releases(a, b).rows.to_dicts()}
    assert rows == {
        "checkpoints": [0, 1, 0],
        "losses": [1, 0, 0],
        "runs": [1, 0, 0],
        "scores": [0, 0, 1],
        "tasks": [0, 0, 1],
    }
    back = {row["table_name"]: list(row.values())[1:] for row in diff_releases(b, a).rows.to_dicts()}
    assert back == {name: [gone, added, changed] for name, (added, gone, changed) in rows.items()}


def test_sources_that_came_and_were_updated(a: Path, b: Path) -> None:
    sources = {row["source"]: row["change"] for row in diff_releases(a, b).sources.to_dicts()}
    assert sources == {"dclm": "added", "gadre": "updated", "pythia": "status"}
    assert {r["source"]: r["change"] for r in diff_releases(b, a).sources.to_dicts()}["dclm"] == "gone"


def test_a_source_that_shrank_is_a_warning_with_numbers(a: Path, b: Path) -> None:
    assert diff_releases(a, b).warnings() == [
        "Source pythia shrank: 70,000 → 61,000 values kept, 9 → 8 files."
    ]
    assert diff_releases(b, a).warnings() == ["Source dclm shrank: 40 → 0 values kept, 2 → 0 files."]


def test_thresholds_by_their_standard_errors(a: Path, b: Path) -> None:
    thresholds = diff_releases(a, b).thresholds
    found = {(r["source"], r["task"], r["n_shot"]): r for r in thresholds.to_dicts()}
    assert {key: row["change"] for key, row in found.items()} == {
        ("gadre", "arc", 0): "moved",
        ("gadre", "arc", None): "moved",
        ("gadre", "boolq", 0): "found",
        ("gadre", "lambada", 0): "lost",
        ("pythia", "arc", 0): "moved",
        ("dclm", "arc", 0): "added",
    }
    moved = found["gadre", "arc", 0]
    # Half-widths 0.1 and 0.2 at 95 %: standard errors 0.1 / 1.96 and 0.2 / 1.96.
    error = (0.1**2 + 0.2**2) ** 0.5 / 1.959964
    assert moved["shift"] == pytest.approx(-0.3)
    assert moved["standard_error"] == pytest.approx(error)
    assert moved["n_standard_errors"] == pytest.approx(-0.3 / error)
    assert found["pythia", "arc", 0]["n_standard_errors"] is None
    assert found["gadre", "boolq", 0]["shift"] is None
    assert thresholds["n_standard_errors"].abs().drop_nulls().is_sorted(descending=True)


def test_thresholds_that_did_not_move_are_not_said_to_have_moved_by_little(a: Path, b: Path) -> None:
    report = diff_releases(a, b)
    still = replace(report, thresholds=report.thresholds.filter(pl.col("change") != "moved"))
    assert "Thresholds: 1 added, 1 found, 1 lost." in still.lines()


def test_verdicts_with_both_reasons(a: Path, b: Path) -> None:
    verdicts = diff_releases(a, b).verdicts.to_dicts()
    assert [(row["task"], row["verdict_a"], row["verdict_b"]) for row in verdicts] == [
        ("boolq", "at_floor", "leaves_floor"),
        ("lambada", "smooth", "at_floor"),
    ]
    assert (verdicts[0]["reason_a"], verdicts[0]["reason_b"]) == ("never leaves it", "left it")


def test_verdicts_on_claims_with_what_changed_of_their_source(a: Path, b: Path) -> None:
    claims = {(r["claim_id"], r["source"]): r for r in diff_releases(a, b).claims.to_dicts()}
    assert {key: (row["verdict_a"], row["verdict_b"]) for key, row in claims.items()} == {
        ("du_threshold", "dclm"): (None, "supported"),
        ("du_threshold", "gadre"): ("undetermined", "contradicted"),
    }
    back = {r["source"]: r["verdict_b"] for r in diff_releases(b, a).claims.to_dicts()}
    assert back == {"dclm": None, "gadre": "undetermined"}


def test_tables_and_columns(a: Path, b: Path) -> None:
    report = diff_releases(a, b)
    tables = {row["table_name"]: row for row in report.tables.to_dicts()}
    assert tables["clocks"]["rows_a"] is None
    assert tables["clocks"]["rows_b"] == 1
    assert tables["tasks"]["columns_added"] == "title"
    assert tables["runs"]["columns_added"] is None
    assert tables["scores"]["rows_a"] == tables["scores"]["rows_b"] == 36


def test_the_lines_say_it_all(a: Path, b: Path) -> None:
    text = "\n".join(diff_releases(a, b).lines())
    for said in (
        "Table clocks: added.",
        "Table tasks: columns added: title.",
        "Source dclm: added.",
        "Source gadre: version c1 → c2.",
        "Source pythia: ok (9 files) → partial (8 files).",
        "Rows of scores: 1 changed.",
        "Thresholds: 1 added, 1 found, 1 lost, 3 moved; 1 by 2 standard errors or more.",
        "gadre arc (acc, c4_en): 2.500 → 2.200, -2.6 standard errors",
        "Verdicts changed: 2.",
        "Verdicts on claims changed: 2.",
        "  du_threshold on dclm: none → supported; its source is new. none → 0.5 (n 9); all of it.",
        "  du_threshold on gadre: undetermined → contradicted; its source went from version c1 to c2."
        " 0.1 (n 12) → 0.02 (n 40); none of it.",
        "  smooth → at_floor: 1",
    ):
        assert said in text, said


def test_a_release_of_an_older_schema_is_compared_as_far_as_it_goes(b: Path, tmp_path: Path) -> None:
    older = made(
        tmp_path / "older.duckdb", "drop table r.sources; alter table r.thresholds drop column confidence"
    )
    report = diff_releases(older, b)
    assert set(report.skipped) == {"claims", "shrunk", "sources", "thresholds"}
    assert not report.verdicts.is_empty()
    assert any(line.startswith("Not compared: sources (") for line in report.lines())


def test_what_is_no_release_is_said(a: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="release b: there is no database"):
        diff_releases(a, tmp_path)
    (tmp_path / "emergence.duckdb").write_bytes(b"torn")
    with pytest.raises(InputError, match=r"release b: .* is no database of a release"):
        diff_releases(a, tmp_path)


def test_every_query_runs_by_itself(a: Path, b: Path) -> None:
    with duckdb.connect() as connection:
        for name, path in (("a", a), ("b", b)):
            connection.execute(f"attach '{path}' as {name} (read_only)")
        frames = {file.stem: connection.sql(file.read_text()).pl() for file in (ROOT / "diff").glob("*.sql")}
    report = diff_releases(a, b)
    assert set(frames) == {"tables", "rows", "shrunk", "sources", "thresholds", "verdicts", "claims"}
    for name, frame in frames.items():
        assert isinstance(getattr(report, name), pl.DataFrame)
        assert frame.equals(getattr(report, name)), name
