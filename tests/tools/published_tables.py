"""Published tables in the shape of `loss_scores`, parsed for the tests alone from the mirror folder."""

import json
import os
import re
from functools import cache
from pathlib import Path

import polars as pl
import pytest

MIRROR = os.environ.get("EMERGENCE_MIRROR")
needs_mirror = pytest.mark.skipif(not MIRROR, reason="EMERGENCE_MIRROR is not set")
SIZES = {
    "190M": 190354176,
    "370M": 371262464,
    "760M": 758220288,
    "1B": 1279395840,
    "3B": 3169537280,
    "7B": 6887575552,
}
CHANCE = {"csqa": 0.2, "boolq": 0.5, "piqa": 0.5, "winogrande": 0.5, "socialiqa": 1 / 3}
BY = ["source", "corpus", "task", "format", "metric"]


def _paths(pattern: str) -> list[Path]:
    return sorted(Path(str(MIRROR)).glob(pattern))


@cache
def olmo(corpus: str = "c4_en") -> pl.DataFrame:
    """All runs of the ladder and the 7B, every score against one corpus."""
    frames = []
    for path in _paths("allenai/OLMo-ladder/*/src/scripts/*/data/*/*.csv"):
        folder = path.parent.name
        if not (folder == "ladder-runs" or folder.startswith("peteish-seed-")):
            continue
        if not (path.stem.split("-")[0] in SIZES or path.stem == "peteish7_eval_full"):
            continue
        run = path.stem if folder == "ladder-runs" else f"{folder}/{path.stem}"
        size = "7B" if path.stem.startswith("peteish7") else path.stem.split("-")[0]
        frames.append(_olmo_run(path, corpus, run, size))
    return pl.concat(frames, how="vertical").drop_nulls(["loss", "score"])


def _olmo_run(path: Path, corpus: str, run: str, size: str) -> pl.DataFrame:
    raw = pl.read_csv(path, infer_schema_length=None)
    loss = f"eval/{corpus}-validation/CrossEntropyLoss"
    tokens = (
        pl.col("throughput/total_tokens").cast(pl.Float64)
        if "throughput/total_tokens" in raw.columns
        else pl.col("_step").cast(pl.Float64) * 4194304
    )
    scores = [c for c in raw.columns if c.startswith("eval/downstream")]
    long = raw.select(
        tokens.alias("tokens"), pl.col(loss).alias("loss"), *[pl.col(c).cast(pl.Float64) for c in scores]
    )
    long = long.unpivot(index=["tokens", "loss"], variable_name="column", value_name="score")
    parts = pl.col("column").str.extract_groups(
        r"/(?<task>[a-z_0-9]+?)_(?<format>rc|mc)_5shot_(?<metric>[a-z_]+)$"
    )
    task = pl.col("parts").struct.field("task")
    return long.with_columns(parts=parts).select(
        pl.lit("olmo_ladder").alias("source"),
        pl.lit(run).alias("run_id"),
        pl.lit("olmo").alias("family"),
        pl.lit(float(SIZES[size])).alias("params"),
        pl.lit("olmo-mix").alias("training_corpus"),
        "tokens",
        pl.lit(corpus).alias("corpus"),
        "loss",
        task.alias("task"),
        pl.col("parts").struct.field("format").alias("format"),
        pl.col("parts").struct.field("metric").alias("metric"),
        "score",
        task.str.split("_").list.first().replace_strict(CHANCE, default=0.25).alias("chance"),
    )


@cache
def gadre() -> pl.DataFrame:
    """About 100 runs, one checkpoint each, every score by every corpus, with the loss's 95 % interval."""
    rows = []
    for path in _paths("mlfoundations/scaling/*/exp_data/models/*.json"):
        model = json.loads(path.read_text())
        found = path.parent.parent / "evals" / f"evaluation_{path.stem}_heavy.json"
        if not found.exists():
            continue
        icl = json.loads(found.read_text())["eval_metrics"]["icl"]
        hyper = model["hyperparameters"]
        for result in model["results"]:
            for task, score in icl.items():
                rows.append(
                    {
                        "source": "gadre",
                        "run_id": path.stem,
                        "family": model["dataset_name"],
                        "params": float(hyper["params"]),
                        "training_corpus": model["dataset_name"],
                        "tokens": float(hyper["tokens"]),
                        "corpus": result["val_data"][0].split("/")[-2],
                        "loss": result["loss"],
                        "loss_low": result.get("loss_sequences_lower_95"),
                        "loss_high": result.get("loss_sequences_upper_95"),
                        "task": task,
                        "format": "mc",
                        "metric": "accuracy",
                        "score": score,
                    }
                )
    return pl.DataFrame(rows, infer_schema_length=None).drop_nulls(["loss", "score"])


@cache
def dclm() -> pl.DataFrame:
    """Data recipes at three sizes: one loss (open_lm's validation set), one checkpoint a run."""
    models = {}
    for path in _paths("mlfoundations/dclm/*/exp_data/models/*.json"):
        model = json.loads(path.read_text())
        models[model.get("uuid")] = model
    rows = []
    for path in _paths("mlfoundations/dclm/*/exp_data/evals/*_heavy.json"):
        text = json.loads(re.sub(r"\bNaN\b", "null", path.read_text()))
        metrics = text["eval_metrics"]
        loss = metrics.get("perplexity", metrics.get("downstream_perpexity"))
        model = models.get(text.get("model_uuid"))
        if model is None or not isinstance(loss, float):
            continue
        hyper = model["hyperparameters"]
        for task, score in metrics["icl"].items():
            rows.append(
                {
                    "source": "dclm",
                    "run_id": path.stem,
                    "family": hyper["model"],
                    "params": float(hyper["params"]),
                    "training_corpus": model["dataset_name"],
                    "tokens": float(hyper["tokens"]),
                    "corpus": "openlm",
                    "loss": loss,
                    "task": task,
                    "format": "mc",
                    "metric": "accuracy",
                    "score": score,
                }
            )
    return pl.DataFrame(rows, infer_schema_length=None).drop_nulls(["loss", "score"])
