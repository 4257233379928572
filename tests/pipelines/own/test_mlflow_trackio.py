"""What MLflow and trackio keep on disk: text lines, SQLite files, a Parquet copy."""

import json
import sqlite3
from pathlib import Path

import polars as pl
import pytest

from emergence.errors import InputError
from pipelines.own.formats import mlflow_sqlite, mlflow_store, trackio, trackio_parquet
from pipelines.own.reading.found import Counter, OwnFile
from tests.pipelines.own.reading import losses, own_file, read_with, why_left

LINES = "1741000000000 5.5 100\n1741000001000 5.1 200\n1741000002000 5.2 100\n1741000003000 5.0 200\n1741000004000 nan 300\n"
LOGGED = [
    ("calm", 0, {"train/loss": 5.5, "lr": 0.1}),
    ("calm", 1, {"train/loss": "NaN", "val/loss": 5.6}),
    ("windy", 0, {"train/loss": "Infinity", "val/loss": 6.0, "val/bpb": 1.25}),
]


def test_a_metric_of_the_file_store_is_named_by_its_path_and_its_run_by_its_tag(tmp_path: Path) -> None:
    own_file(tmp_path, "mlruns/0/ab12/tags/mlflow.runName", "calm-run")
    reading = read_with(mlflow_store.READER, tmp_path, LINES, "mlruns/0/ab12/metrics/eval/loss")
    assert [(r.run, r.key, r.at.number, r.value, r.held_out) for r in reading.records] == [
        ("calm-run", "eval/loss", 100, 5.2, True),
        ("calm-run", "eval/loss", 200, 5.0, True),
    ]
    assert {r.at.counter for r in reading.records} == {Counter.UNKNOWN}
    assert [(b.place, b.rule) for b in reading.broken] == [("line 5", "loss_not_finite")]
    assert "2 × logged again" in why_left(reading)


def test_steps_that_nobody_gave_are_no_position(tmp_path: Path) -> None:
    text = "1741000000000 5.5 0\n1741000001000 5.1 0\n"
    reading = read_with(mlflow_store.READER, tmp_path, text, "mlruns/0/ab12/metrics/val_loss")
    assert reading.records == []
    assert "2 × val_loss: no step was given" in why_left(reading)


@pytest.mark.parametrize("text", ["", "5.5 100\n", "1741000000000 5.5 100\nhello\n", "a b c\n"])
def test_other_lines_are_no_metric(tmp_path: Path, text: str) -> None:
    assert not mlflow_store.READER.recognise(own_file(tmp_path, "metrics/loss", text))


def base(path: Path, table: str, rows: list[tuple[object, ...]]) -> OwnFile:
    with sqlite3.connect(path) as made:
        made.executescript(table)
        marks = ", ".join("?" * len(rows[0]))
        made.executemany(f"insert into metrics values ({marks})", rows)
    made.close()
    return OwnFile(path, path.name, path.stat().st_size)


TRACKIO = (
    "create table metrics (id integer primary key, timestamp text, run_name text, step integer, metrics text)"
)
MLFLOW = """create table metrics (key text, value double, timestamp bigint, run_uuid text, step bigint, is_nan boolean);
create table runs (run_uuid text, name text);
insert into runs values ('ab12', 'calm'), ('cd34', 'windy'), ('ef56', 'windy');"""


def test_trackio_keeps_what_a_call_logged_as_json(tmp_path: Path) -> None:
    rows = [(i, "t", run, step, json.dumps(logged)) for i, (run, step, logged) in enumerate(LOGGED, start=1)]
    file = base(tmp_path / "x.db", TRACKIO, [*rows, (9, "t", "calm", 2, "{")])
    assert trackio.READER.recognise(file)
    assert not mlflow_sqlite.READER.recognise(file)
    reading = trackio.READER.read(file)
    assert [(r.run, r.key, r.at.number, r.value, r.unit) for r in reading.records] == [
        ("calm", "train/loss", 0, 5.5, "nats_per_token"),
        ("calm", "val/loss", 1, 5.6, "nats_per_token"),
        ("windy", "val/loss", 0, 6.0, "nats_per_token"),
        ("windy", "val/bpb", 0, 1.25, "bits_per_byte"),
    ]
    assert {r.at.counter for r in reading.records} == {Counter.UNKNOWN}
    assert [(b.place, b.rule) for b in reading.broken] == [
        ("metrics, row 2, train/loss", "loss_not_finite"),
        ("metrics, row 3, train/loss", "loss_not_finite"),
        ("metrics, row 9", "not_a_number"),
    ]


@pytest.mark.parametrize("flat", [True, False])
def test_the_parquet_copy_of_trackio(tmp_path: Path, flat: bool) -> None:
    rows = [
        {
            "run_name": run,
            "step": step,
            "timestamp": "t",
            **(logged if flat else {"metrics": json.dumps(logged)}),
        }
        for run, step, logged in LOGGED[:1]
    ]
    pl.DataFrame(rows).write_parquet(tmp_path / "x.parquet")
    file = own_file(tmp_path, "x.parquet", (tmp_path / "x.parquet").read_bytes())
    assert trackio_parquet.READER.recognise(file)
    reading = trackio_parquet.READER.read(file)
    assert [(r.run, *row) for r, row in zip(reading.records, losses(reading), strict=True)] == [
        ("calm", "train/loss", 0, 5.5)
    ]


def test_mlflow_in_sqlite_tells_runs_of_one_name_apart(tmp_path: Path) -> None:
    rows: list[tuple[object, ...]] = [
        ("eval_loss", 5.0, 1, "ab12", 100, 0),
        ("eval_loss", 4.5, 2, "ab12", 200, 0),
        ("eval_loss", 0.0, 3, "ab12", 300, 1),
        ("eval_loss", 6.0, 1, "cd34", 100, 0),
        ("eval_loss", 6.1, 1, "ef56", 0, 0),
        ("eval_loss", 6.0, 2, "ef56", 0, 0),
    ]
    file = base(tmp_path / "mlflow.db", MLFLOW, rows)
    assert mlflow_sqlite.READER.recognise(file)
    assert not trackio.READER.recognise(file)
    reading = mlflow_sqlite.READER.read(file)
    assert [(r.run, r.at.number, r.value) for r in reading.records] == [
        ("calm", 100, 5.0),
        ("calm", 200, 4.5),
        ("cd34", 100, 6.0),
    ]
    assert [(b.place, b.rule) for b in reading.broken] == [("metrics, row 3, eval_loss", "loss_not_finite")]
    assert "2 × eval_loss: no step was given" in why_left(reading)


def test_a_view_is_no_table_of_metrics(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "v.db") as made:
        made.execute("create view metrics as select 1 as run_name, 2 as step, 3 as metrics")
    made.close()
    path = tmp_path / "v.db"
    assert not trackio.READER.recognise(OwnFile(path, "v.db", path.stat().st_size))


def test_a_cut_sqlite_file_is_refused(tmp_path: Path) -> None:
    rows = [(i, "t", "calm", i, json.dumps({"train/loss": 5.5, "x": "y" * 3000})) for i in range(1, 50)]
    whole = base(tmp_path / "x.db", TRACKIO, rows)
    content = whole.local.read_bytes()
    cut = own_file(tmp_path, "cut.db", content[: len(content) // 2])
    assert not trackio.READER.recognise(cut) or _refuses(cut)


def _refuses(file: OwnFile) -> bool:
    try:
        trackio.READER.read(file)
    except InputError:
        return True
    return False


def test_reading_changes_nothing(tmp_path: Path) -> None:
    rows: list[tuple[object, ...]] = [(1, "t", "calm", 0, json.dumps({"train/loss": 5.5}))]
    file = base(tmp_path / "x.db", TRACKIO, rows)
    before = file.local.read_bytes()
    trackio.READER.read(file)
    assert file.local.read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["x.db"]
