"""Biderman et al. 2023, "Pythia": both editions of the suite, with OPT and BLOOM evaluated beside them."""

import re
from typing import Any

import polars as pl

from pipelines.intake.harness import VALUES, Row, read_results, shots, whole
from pipelines.intake.reading import read_json
from pipelines.intake.spec import Intake, Origin, RawFile, Source, Tables

EVALUATIONS = {
    "file": pl.String,
    "commit": pl.String,
    "suite": pl.String,
    "model": pl.String,
    "named_model": pl.String,
    "layers": pl.Int64,
    "hidden": pl.Int64,
    "heads": pl.Int64,
    "train_steps": pl.Int64,
    "is_deduped": pl.Boolean,
    "n_shot": pl.Int64,
    "named_n_shot": pl.Int64,
    "step": pl.Int64,
    "evaluated_at": pl.String,
}
_STEP = re.compile(r"step(\d+)")
_WHEN = re.compile(r"_(\d\d)-(\d\d)-(\d{4})-(\d\d-\d\d-\d\d)\.json$")
_SHOTS = {"zero-shot": 0, "five-shot": 5}
_MARKS_OF_DEDUPLICATION = ("train_data_paths", "eval_results_prefix", "load")


def parse(files: list[RawFile], intake: Intake) -> Tables:
    """Read one JSON an evaluation: model and shots from its configuration, the step from its name."""
    evaluations: list[Row] = []
    values: list[Row] = []
    for file in files:
        document = read_json(file, intake)
        if document is None:
            continue
        config = document.get("config")
        if not isinstance(config, dict) or shots(config) is None:
            found = config.get("num_fewshot") if isinstance(config, dict) else None
            message = "expected the number of examples in the prompt"
            intake.reject(file.path, "config.num_fewshot", "missing_field", found, message)
            continue
        found = read_results(document, file, intake)
        if found:
            evaluations.append(_evaluation(file, config))
            values.extend(found)
    return {
        "evaluations": pl.DataFrame(evaluations, schema=EVALUATIONS, orient="row"),
        "values": pl.DataFrame(values, schema=VALUES, orient="row"),
    }


def _evaluation(file: RawFile, config: dict[str, Any]) -> Row:
    """Return what the configuration says of the model, and what the path says of the rest."""
    parts = file.path.split("/")
    step, when = _STEP.search(parts[-1]), _WHEN.search(parts[-1])
    row: Row = {
        "file": file.path,
        "commit": file.commit,
        "suite": parts[1] if len(parts) > 2 else None,
        "named_model": parts[2] if len(parts) > 3 else parts[-1].removesuffix(".json"),
        "n_shot": shots(config),
        "named_n_shot": _SHOTS.get(parts[-2]),
        "step": int(step[1]) if step else None,
        "evaluated_at": f"{when[3]}-{when[1]}-{when[2]}-{when[4]}" if when else None,
    }
    arguments = config.get("model_args")
    return row | (_trained(arguments) if isinstance(arguments, dict) else _released(str(arguments)))


def _trained(arguments: dict[str, Any]) -> Row:
    """Read a training configuration (GPT-NeoX): it has no name for the model, but its shape and its data."""
    marks = " ".join(str(arguments.get(name)) for name in _MARKS_OF_DEDUPLICATION)
    return {
        "model": None,
        "layers": whole(arguments.get("num_layers")),
        "hidden": whole(arguments.get("hidden_size")),
        "heads": whole(arguments.get("num_attention_heads")),
        "train_steps": whole(arguments.get("train_iters")),
        "is_deduped": "dedup" in marks,
    }


def _released(arguments: str) -> Row:
    """Read the arguments of a released model: ``pretrained=<owner>/<name>,revision=step<n>``."""
    pairs = dict(part.split("=", 1) for part in arguments.split(",") if "=" in part)
    return {"model": pairs["pretrained"].rsplit("/", 1)[-1] if "pretrained" in pairs else None}


SOURCE = Source(
    name="pythia",
    title="Pythia: a suite for analyzing large language models across training and scaling",
    address="https://github.com/EleutherAI/pythia",
    origins=(
        Origin(
            repo="EleutherAI/pythia",
            commit="a19eecb807ec2c79a39ebf18108816e6ffffc1d5",
            include=("evals/pythia-v*/**/*.json", "evals/opt/*.json", "evals/bloom/*.json"),
            expects=(
                "evals/pythia-v0/*/zero-shot/*.json",
                "evals/pythia-v0/*/five-shot/*.json",
                "evals/pythia-v1/*/zero-shot/*.json",
                "evals/pythia-v1/*/five-shot/*.json",
                "evals/opt/*.json",
                "evals/bloom/*.json",
            ),
        ),
    ),
    licence="Apache-2.0",
    citation="Biderman et al. 2023, arXiv:2304.01373",
    redistribute=True,
    tables={"evaluations": EVALUATIONS, "values": VALUES},
    parse=parse,
    dirt={"conflicting_duplicate": 0.002},
)
