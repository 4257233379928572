"""Files of every tool whose results can be added, changed at random and given to the readers of one's own runs.

A reader refuses a file or gives records of finite numbers that say where they stand, losses above zero; a file
that no reader foresaw never sinks those beside it.
"""

import json
import math
import random
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import polars as pl

from emergence.errors import InputError
from pipelines.own.card.card import Card
from pipelines.own.formats import (
    bigbench,
    bigcode,
    every_eval_ever,
    gauntlet,
    helm,
    inspect_ai,
    lighteval,
    lm_eval,
    lm_eval_old,
    megatron_golden,
    metrics_csv,
    mlflow_search,
    mlflow_sqlite,
    mlflow_store,
    olmes,
    olmo_eval,
    open_lm,
    opencompass,
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
from pipelines.own.formats import tables as tables_reader
from pipelines.own.read_run import gather
from pipelines.own.reading.found import Kind, OwnFile, Reader
from tests.pipelines.own import test_bigbench as big
from tests.pipelines.own import test_evaluators as evaluators
from tests.pipelines.own import test_log_versions as versions
from tests.pipelines.own import test_mlflow_trackio as stores
from tests.pipelines.own import test_olmo_eval as ole
from tests.pipelines.own import test_tables
from tests.pipelines.own import test_text_logs as logs
from tests.pipelines.own import test_tracker_tables as tables
from tests.pipelines.own.event_files import curve, event, restart, scalar, tensor, text
from tests.pipelines.own.reading import own_file
from tests.pipelines.own.test_megatron_golden import GOLDEN
from tests.pipelines.own.test_misread import OLMES
from tests.tools.own_files import harness, old_harness

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
        "log_history": [
            {
                "step": s,
                "loss": 5.0 - s,
                "eval_c4_loss": 4.5,
                "grad_norm": 1.0,
                "num_input_tokens_seen": 4096 * s,
            }
            for s in (1, 2)
        ],
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
SCORES = {"piqa": {"acc,none": 0.6, "acc_stderr,none": 0.01}, "mmlu": {"acc,none": "N/A"}}
LIGHTEVAL = {"leaderboard|arc:challenge|25": {"acc": 0.3, "acc_stderr": 0.01}, "mmlu:anatomy|5": {"acc": 0.4}}
OPEN_LM = {"eval_metrics": {"perplexity": 2.7, "icl": {"piqa": 0.7, "boolq": "bad"}}, "model": "m/step5"}


def _json(document: Any) -> Callable[[Path], bytes]:
    return lambda _: json.dumps(document).encode()


def _helm(folder: Path) -> bytes:
    evaluators.helm(folder)
    return (folder / "stats.json").read_bytes()


EVALUATED: dict[str, tuple[Reader, Callable[[Path], bytes], str]] = {
    "lm_eval": (lm_eval.READER, _json(harness(SCORES, more={"config": {"limit": 50}})), "results.json"),
    "lm_eval_old": (
        lm_eval_old.READER,
        _json(old_harness({"piqa": {"acc": 0.6, "acc_stderr": 0.02}}, limit=50)),
        "x.json",
    ),
    "lighteval": (
        lighteval.READER,
        _json(evaluators.lighteval(LIGHTEVAL)),
        "results_2025-03-04T05-06-07.json",
    ),
    "inspect_ai": (inspect_ai.READER, _json(evaluators.INSPECT_LOG), "log.json"),
    "every_eval_ever": (
        every_eval_ever.READER,
        _json(evaluators.every_eval(metric_unit="percent")),
        "a.json",
    ),
    "olmes": (olmes.READER, _json(OLMES), "a-metrics.json"),
    "open_lm": (open_lm.READER, _json(OPEN_LM), "a.json"),
    "helm": (helm.READER, _helm, "stats.json"),
    "opencompass": (opencompass.READER, _bytes(evaluators.COMPASS), "summary_20250304_050607.csv"),
    "olmo_eval": (olmo_eval.READER, _json(ole.metrics(ole.arc())), "metrics.json"),
    "bigbench": (bigbench.READER, _json(big.bigbench(big.score(0.3), big.MEAN)), "scores.json"),
    "bigcode": (bigcode.READER, _json(evaluators.BIGCODE), "evaluation_results.json"),
    "gauntlet": (gauntlet.READER, _bytes(evaluators.GAUNTLET), "out.md"),
    "table": (tables_reader.READER, _bytes(test_tables.LONG), "scores.csv"),
}
LOGGED: dict[str, tuple[Reader, Callable[[Path], bytes], str]] = {
    **{
        f"log {name}": (text_logs.READER, _bytes(body), "x.log")
        for name, body in {**logs.ALL, "nemo": versions.NEMO, "composer": versions.COMPOSER}.items()
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


WHOLE = LOGGED | EVALUATED
ODD = (
    None,
    True,
    -1,
    0,
    2**70,
    1e308,
    -0.5,
    float("nan"),
    float("inf"),
    "x",
    "",
    "N/A",
    "9" * 500,
    [],
    {},
    [None],
    {"a": {}},
)
ODD_NAMES = ("", " ", "acc", "acc,none", "loss", "a/b", "|", "\x00", "\ud800", "9" * 50)


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


def mutate_document(content: bytes, rng: random.Random) -> bytes:
    """Return a JSON document with one to four of its values replaced, taken out or doubled."""
    document = json.loads(content)
    for _ in range(rng.randint(1, 4)):
        places = list(_places(document))
        if not places:
            break
        holder, key = rng.choice(places)
        match rng.randrange(4):
            case 0:
                del holder[key]
            case 1 if isinstance(holder, dict):
                holder[rng.choice(ODD_NAMES)] = holder.pop(key)
            case 2:
                holder[key] = [holder[key]] * 2
            case _:
                holder[key] = deepcopy(rng.choice(ODD))  # one that is put into itself has no end
    return json.dumps(document).encode()


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, held in list(inside):
        yield value, key
        yield from _places(held)


def attack(mutations: int, seed: int, folder: Path) -> dict[str, int]:
    """Do it so often and count what came of it; raises AssertionError, or whatever came out, if it broke."""
    rng = random.Random(seed)
    whole = {name: make(folder) for name, (_, make, _) in WHOLE.items()}
    good = own_file(folder, "good.log", logs.MEGATRON_DEEPSPEED)
    counts: Counter[str] = Counter()
    for turn in range(mutations):
        name = rng.choice(sorted(WHOLE))
        reader, _, path = WHOLE[name]
        is_document = whole[name][:1] in (b"{", b"[") and rng.random() < 0.7
        try:
            is_document = is_document and bool(json.loads(whole[name]))
        except ValueError:
            is_document = False
        mutant = (mutate_document if is_document else mutate)(whole[name], rng)
        try:
            counts[_read(reader, own_file(folder, path, mutant))] += 1
            if turn % 6 == 0:
                _beside(own_file(folder, path, mutant), good)
        except BaseException:
            print(f"BROKEN at turn {turn}: {name} {mutant[:2000]!r}")
            raise
    return dict(sorted(counts.items()))


def _read(reader: Reader, file: OwnFile) -> str:
    """Read a file as its reader does; return what came of it."""
    try:
        reading = reader.read(file) if reader.recognise(file) else None
    except InputError:
        return "refused"
    for record in reading.records if reading else ():
        assert math.isfinite(record.value), record
        assert record.kind is Kind.SCORE or record.value > 0, record
        assert record.at.number is None or math.isfinite(record.at.number), record
        assert record.stderr is None or (math.isfinite(record.stderr) and record.stderr >= 0), record
        assert record.n_items is None or 0 < record.n_items < 2**63, record
        assert record.place
    return "not recognised" if reading is None else "taken" if reading.records else "nothing taken"


def _beside(bad: OwnFile, good: OwnFile) -> None:
    """Read a folder of two files and settle it: the good one is there, and nothing was unforeseen."""
    files = [OwnFile(file.local, file.path, file.size) for file in (bad, good)]
    card = Card({"tokenizer": "gpt2"})
    settled = gather(files, card).settle(card, "mine")
    assert "good.log" in {*settled.losses["file"], *(left.file for left in settled.said.left)}
    assert not [broken for broken in settled.said.broken if "cannot be read (" in broken.fix]
