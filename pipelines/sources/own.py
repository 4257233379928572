"""Runs of one's own: folders below ``<home>/drop``, each with an ``emergence.toml`` beside its tables."""

import hashlib
import tomllib
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.intake.drop import CARD, DROP, NEEDED, NEEDED_IN_CARD
from pipelines.intake.reading import cast_columns, read_csv, whole_number
from pipelines.intake.spec import Intake, RawFile, Source, Tables

RUNS = {
    "folder": pl.String,
    "run": pl.String,
    "params": pl.Int64,
    "tokens_per_step": pl.Int64,
    "corpus": pl.String,
    "unit": pl.String,
    "tokenizer": pl.String,
    "family": pl.String,
    "training_corpus": pl.String,
    "file": pl.String,
}
LOSSES = {
    "folder": pl.String,
    "row": pl.Int64,
    "step": pl.Int64,
    "tokens": pl.Int64,
    "corpus": pl.String,
    "unit": pl.String,
    "loss": pl.Float64,
    "file": pl.String,
}
SCORES = {
    "folder": pl.String,
    "row": pl.Int64,
    "step": pl.Int64,
    "tokens": pl.Int64,
    "task": pl.String,
    "format": pl.String,
    "metric": pl.String,
    "n_shot": pl.Int64,
    "score": pl.Float64,
    "n_items": pl.Int64,
    "stderr": pl.Float64,
    "file": pl.String,
}


def parse(files: list[RawFile], intake: Intake) -> Tables:
    """Read every dropped folder: its card, and the tables ``losses.csv`` and ``scores.csv``."""
    runs: list[dict[str, Any]] = []
    losses, scores = [pl.DataFrame(schema=LOSSES)], [pl.DataFrame(schema=SCORES)]
    carded = {_folder(file) for file in files if file.path.endswith(f"/{CARD}")}
    for file in files:
        name = file.path.rsplit("/", 1)[-1]
        if name == CARD:
            _read_card(file, intake, runs)
        elif name not in NEEDED:
            intake.skip(file.path, f"not {CARD}, losses.csv or scores.csv")
        elif _folder(file) not in carded:
            intake.reject(file.path, "", "no_card", None, f"put an {CARD} beside it: run, corpus, unit, …")
        elif name == "losses.csv":
            losses.extend(_read_table(file, LOSSES, NEEDED[name], intake))
        else:
            scores.extend(_read_table(file, SCORES, NEEDED[name], intake))
    return {
        "runs": pl.DataFrame(runs, schema=RUNS, orient="row"),
        "losses": pl.concat(losses),
        "scores": pl.concat(scores),
    }


def _folder(file: RawFile) -> str:
    return file.path.rsplit("/", 1)[0]


def _read_card(file: RawFile, intake: Intake, runs: list[dict[str, Any]]) -> None:
    try:
        card = tomllib.loads(file.read().decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        intake.reject(file.path, "", "unreadable_file", None, f"not TOML: {error}")
        return
    missing = [key for key in NEEDED_IN_CARD if not isinstance(card.get(key), str) or not card[key]]
    if missing:
        intake.reject(file.path, missing[0], "missing_field", card.get(missing[0]), "expected a text")
        return
    run: dict[str, Any] = {"folder": _folder(file), "file": file.path}
    for key in ("run", "corpus", "unit", "tokenizer", "family", "training_corpus"):
        run[key] = str(card[key]) if key in card else None
    for key in ("params", "tokens_per_step"):
        run[key] = whole_number(card[key], file, key, intake) if key in card else None
    runs.append(run)


def _read_table(
    file: RawFile, schema: dict[str, Any], needed: list[str], intake: Intake
) -> list[pl.DataFrame]:
    frame = read_csv(file, needed, intake)
    if frame is None:
        return []
    frame = cast_columns(frame, schema, file, intake)
    frame = frame.with_columns(folder=pl.lit(_folder(file)), file=pl.lit(file.path))
    absent = [pl.lit(None, dtype=t).alias(name) for name, t in schema.items() if name not in frame.columns]
    return [frame.with_columns(absent).select(list(schema))]


def dropped_files(home: Path) -> list[RawFile]:
    """Return every file below the drop folder, in the order of their paths."""
    root = home / DROP
    files = []
    for local in sorted(p for p in root.rglob("*") if p.is_file() and not p.name.startswith(".")):
        content = local.read_bytes()
        path = local.relative_to(root).as_posix()
        files.append(RawFile(path, "own", local, len(content), hashlib.sha256(content).hexdigest()))
    return files


def drop_digest(home: Path | None) -> str:
    """Digest of all that lies in the drop folder of a home; of an empty one for None."""
    files = dropped_files(home) if home else []
    return hashlib.sha256(
        "\n".join(f"{f.path} {f.sha256}" for f in files).encode(errors="surrogateescape")
    ).hexdigest()


SOURCE = Source(
    name="own",
    title="Runs of one's own",
    origins=(),
    local=dropped_files,
    licence="private",
    citation="own runs, not published",
    redistribute=False,
    tables={"runs": RUNS, "losses": LOSSES, "scores": SCORES},
    parse=parse,
)
