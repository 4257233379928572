"""No reader of training logs raises anything but a refusal, whatever its file holds, nor takes what is no loss."""

import json
import math
import random
import sqlite3
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from emergence.errors import InputError
from pipelines.own.card import Card
from pipelines.own.formats import (
    megatron_golden,
    metrics_csv,
    mlflow_search,
    mlflow_sqlite,
    mlflow_store,
    tensorboard_csv,
    tensorboard_events,
    text_logs,
    trackio,
    trackio_parquet,
    trainer_state,
    wandb_chart,
    wandb_history,
    wandb_runs,
)
from pipelines.own.read_run import gather
from pipelines.own.reading.found import Kind, OwnFile, Reader
from tests.pipelines.own import test_mlflow_trackio as stores
from tests.pipelines.own import test_text_logs as logs
from tests.pipelines.own import test_tracker_tables as tables
from tests.pipelines.own.event_files import curve, event, restart, scalar, tensor, text
from tests.pipelines.own.reading import own_file
from tests.pipelines.own.test_megatron_golden import GOLDEN

MUTANTS = 60
STRANGE = (
    *(b"NaN", b"-Infinity", b"1e999", b"-1.0", b"0.0", b"9" * 500, b"1,234.5", b"4.19B", b"null", b"true"),
    *(
        b"{}",
        b"[]",
        b'"',
        b"\n",
        b"\r",
        b"\x00",
        b"\xff\xfe",
        b",",
        b"|",
        b"[step=9/9]",
        b"\x1b[31m",
        b"1e308",
    ),
    *(b"\xd9\xa3", b"-9223372036854775809", b"99999999999999999999", b"[default0]:", b"\\ud800"),
)
STATE = json.dumps(
    {
        "global_step": 3,
        "log_history": [{"step": s, "loss": 5.0 - s, "eval_c4_loss": 4.5, "grad_norm": 1.0} for s in (1, 2)],
    }
)
EVENTS = (
    curve(1.0, "train/loss", [(10, 5.0), (20, 4.0)])
    + event(3.0, 20, tensor("eval/loss", 4.1) + text("notes"))
    + restart(4.0, 15)
    + event(5.0, 30, scalar("train/loss", 3.0))
)


def _sqlite(table: str, rows: list[tuple[object, ...]]) -> Callable[[Path], bytes]:
    def make(folder: Path) -> bytes:
        path = folder / "made.db"
        with sqlite3.connect(path) as base:
            base.executescript(table)
            base.executemany(f"insert into metrics values ({', '.join('?' * len(rows[0]))})", rows)
        base.close()
        content = path.read_bytes()
        path.unlink()
        return content

    return make


def _parquet(folder: Path) -> bytes:
    rows = [
        {"run_name": run, "step": step, "timestamp": "t", "metrics": json.dumps(m)}
        for run, step, m in stores.LOGGED
    ]
    pl.DataFrame(rows).write_parquet(folder / "made.parquet")
    content = (folder / "made.parquet").read_bytes()
    (folder / "made.parquet").unlink()
    return content


def _bytes(content: str | bytes) -> Callable[[Path], bytes]:
    return lambda _: content.encode() if isinstance(content, str) else content


TRACKIO = [(i, "t", run, step, json.dumps(m)) for i, (run, step, m) in enumerate(stores.LOGGED)]
MLFLOW: list[tuple[object, ...]] = [("eval_loss", 5.0 - i, i, "ab12", i, 0) for i in range(4)]
WHOLE: dict[str, tuple[Reader, Callable[[Path], bytes], str]] = {
    **{
        f"log {name}": (text_logs.READER, _bytes(body), "x.log")
        for name, body in logs.ALL.items()
        if name != "modded_nanogpt"
    },
    "trainer_state": (trainer_state.READER, _bytes(STATE), "trainer_state.json"),
    "megatron_golden": (megatron_golden.READER, _bytes(GOLDEN), "golden.json"),
    "wandb_chart": (wandb_chart.READER, _bytes(tables.CHART), "x.csv"),
    "wandb_history": (wandb_history.READER, _bytes(tables.HISTORY), "x.csv"),
    "wandb_runs": (wandb_runs.READER, _bytes(tables.RUNS), "x.csv"),
    "lightning": (metrics_csv.READER, _bytes(tables.LIGHTNING), "metrics.csv"),
    "litgpt": (metrics_csv.READER, _bytes(tables.LITGPT), "metrics.csv"),
    "mlflow_search": (mlflow_search.READER, _bytes(tables.SEARCH), "x.csv"),
    "mlflow_store": (mlflow_store.READER, _bytes(stores.LINES), "mlruns/0/ab/metrics/eval_loss"),
    "tensorboard_csv": (tensorboard_csv.READER, _bytes(tables.ALL["tensorboard_csv"]), "run-a-tag-loss.csv"),
    "tensorboard_events": (tensorboard_events.READER, _bytes(EVENTS), "events.out.tfevents.1.h"),
    "trackio": (trackio.READER, _sqlite(stores.TRACKIO, TRACKIO), "x.db"),
    "mlflow_sqlite": (mlflow_sqlite.READER, _sqlite(stores.MLFLOW, MLFLOW), "mlflow.db"),
    "trackio_parquet": (trackio_parquet.READER, _parquet, "x.parquet"),
}


def mutate(content: bytes, rng: random.Random) -> bytes:
    """Return a content with one to four places changed: cut, doubled, turned, or filled with what is strange."""
    for _ in range(rng.randint(1, 4)):
        start = rng.randrange(len(content) + 1)
        end = min(len(content), start + rng.choice((1, 2, 8, 64, 512)))
        piece = content[start:end]
        middle = rng.choice(
            (
                b"",
                piece * 2,
                bytes(rng.randrange(256) for _ in piece),
                piece[::-1],
                rng.choice(STRANGE),
                rng.choice(STRANGE) + piece,
            )
        )
        content = content[:start] + middle + content[end:]
    return content[: rng.randrange(len(content) + 1)] if rng.random() < 0.1 else content


@pytest.mark.parametrize("name", list(WHOLE))
def test_a_mutant_is_read_or_refused(tmp_path: Path, name: str) -> None:
    reader, make, path = WHOLE[name]
    whole = make(tmp_path)
    assert reader.recognise(own_file(tmp_path, path, whole))
    for seed in range(MUTANTS):
        file = own_file(tmp_path, path, mutate(whole, random.Random(seed)))
        try:
            reading = reader.read(file) if reader.recognise(file) else None
        except InputError:
            continue
        for record in reading.records if reading else ():
            assert math.isfinite(record.value), (seed, record)
            assert record.kind is Kind.SCORE or record.value > 0, (seed, record)
            assert record.at.number is None or math.isfinite(record.at.number), (seed, record)
            assert record.place


@pytest.mark.parametrize("name", list(WHOLE))
def test_a_mutant_never_sinks_the_files_beside_it(tmp_path: Path, name: str) -> None:
    _, make, path = WHOLE[name]
    whole = make(tmp_path)
    good = own_file(tmp_path, "good.log", logs.MEGATRON_DEEPSPEED)
    for seed in range(MUTANTS // 6):
        bad = own_file(tmp_path, path, mutate(whole, random.Random(1000 + seed)))
        files = [OwnFile(file.local, file.path, file.size) for file in (bad, good)]
        card = Card({"tokenizer": "gpt2"})
        settled = gather(files, card).settle(card, "mine")
        assert "good.log" in {*settled.losses["file"], *(left.file for left in settled.said.left)}
        assert not [broken for broken in settled.said.broken if "cannot be read (" in broken.fix]
