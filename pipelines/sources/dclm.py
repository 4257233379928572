"""Li et al. 2024, "DataComp-LM": evaluations of models trained on many data recipes, and of public models."""

import re
from collections import Counter
from pathlib import PurePosixPath

import polars as pl

from pipelines.intake.reading import number, read_json, whole_number
from pipelines.intake.spec import Intake, Origin, RawFile, Source, Tables
from pipelines.intake.task_table import TASKS, read_tasks

MODELS = {
    "run": pl.String,
    "uuid": pl.String,
    "dataset_name": pl.String,
    "architecture": pl.String,
    "params": pl.Int64,
    "params_no_embed": pl.Int64,
    "tokens": pl.Int64,
    "seed": pl.Int64,
    "commit": pl.String,
    "file": pl.String,
}
VALIDATIONS = {
    "run": pl.String,
    "val_data": pl.String,
    "loss": pl.Float64,
    "loss_low": pl.Float64,
    "loss_high": pl.Float64,
    "n_tokens": pl.Int64,
    "file": pl.String,
    "place": pl.String,
}
EVALUATIONS = {
    "stem": pl.String,
    "named_run": pl.String,
    "model_uuid": pl.String,
    "model": pl.String,
    "perplexity": pl.Float64,
    "commit": pl.String,
    "file": pl.String,
}
SCORES = {
    "kind": pl.String,
    "task": pl.String,
    "value": pl.Float64,
    "file": pl.String,
    "place": pl.String,
}
REPO = "mlfoundations/dclm"
# The first spelling is the publisher's.
TASK_LOSSES = ("downstream_perpexity", "downstream_perplexity")
# evaluation_<run>_heavy, evaluation_<run>_heavy_copy
AROUND_THE_RUN = re.compile(r"^evaluation_|(_heavy)?(_copy)?$")
SIZES = ("params", "params_no_embed", "tokens")
Rows = list[dict[str, object]]


def parse(files: list[RawFile], intake: Intake) -> Tables:
    """Read one JSON a model, one JSON an evaluation, and the tables that describe the tasks."""
    rows: dict[str, Rows] = {"models": [], "validations": [], "evaluations": [], "scores": []}
    tasks = [pl.DataFrame(schema=TASKS)]
    for file in files:
        if file.path.endswith(".csv"):
            tasks.append(read_tasks(file, REPO, intake))
        elif "/models/" in file.path:
            _read_model(file, intake, rows)
        else:
            _read_evaluation(file, intake, rows)
    _note_missing_models(rows, intake)
    schemas = {"models": MODELS, "validations": VALIDATIONS, "evaluations": EVALUATIONS, "scores": SCORES}
    tables = {name: pl.DataFrame(rows[name], schema=schema, orient="row") for name, schema in schemas.items()}
    return tables | {"tasks": pl.concat(tasks)}


def _read_model(file: RawFile, intake: Intake, rows: dict[str, Rows]) -> None:
    document = read_json(file, intake)
    if document is None:
        return
    sizes = document.get("hyperparameters")
    uuid = document.get("uuid")
    if not isinstance(sizes, dict) or not isinstance(uuid, str):
        intake.reject(file.path, "", "missing_field", None, "expected a uuid and hyperparameters")
        return
    run = PurePosixPath(file.path).stem
    model: dict[str, object] = {
        "run": run,
        "uuid": uuid,
        "dataset_name": _text(document.get("dataset_name")),
        "architecture": _text(sizes.get("model")),
        "seed": None
        if sizes.get("seed") is None
        else whole_number(sizes["seed"], file, "hyperparameters.seed", intake),
        "commit": file.commit,
        "file": file.path,
    }
    for name in SIZES:
        model[name] = whole_number(sizes.get(name), file, f"hyperparameters.{name}", intake)
    rows["models"].append(model)
    results = document.get("results")
    for index, result in enumerate(results if isinstance(results, list) else []):
        _read_validation(result, run, file, f"results[{index}]", intake, rows["validations"])


def _read_validation(
    result: object, run: str, file: RawFile, place: str, intake: Intake, validations: Rows
) -> None:
    data = result.get("val_data") if isinstance(result, dict) else None
    if not isinstance(result, dict) or not isinstance(data, list) or not data:
        intake.reject(file.path, place, "missing_field", data, "expected val_data, the path of the text")
        return
    loss = number(result.get("loss"), file, f"{place}.loss", intake)
    if loss is None:
        return
    validations.append(
        {
            "run": run,
            "val_data": str(data[0]),
            "loss": loss,
            "loss_low": number(result.get("loss_sequences_lower_95"), file, f"{place}.lower", intake),
            "loss_high": number(result.get("loss_sequences_upper_95"), file, f"{place}.upper", intake),
            "n_tokens": whole_number(result.get("tokens"), file, f"{place}.tokens", intake),
            "file": file.path,
            "place": place,
        }
    )


def _read_evaluation(file: RawFile, intake: Intake, rows: dict[str, Rows]) -> None:
    document = read_json(file, intake)
    if document is None:
        return
    metrics = document.get("eval_metrics")
    icl = metrics.get("icl") if isinstance(metrics, dict) else None
    if not isinstance(metrics, dict) or not isinstance(icl, dict):
        intake.reject(file.path, "eval_metrics.icl", "missing_field", None, "expected a score a task")
        return
    uuid, model = _text(document.get("model_uuid")), _text(document.get("model"))
    loss = metrics.get("perplexity")
    if loss is not None:
        loss = number(loss, file, "eval_metrics.perplexity", intake)
    if loss is not None and uuid is None:
        message = "the evaluation names no model, so that its size, tokens and data are unknown"
        intake.reject(file.path, "eval_metrics.perplexity", "no_model", loss, message)
        loss = None
    stem = PurePosixPath(file.path).stem
    rows["evaluations"].append(
        {
            "stem": stem,
            "named_run": AROUND_THE_RUN.sub("", stem),
            "model_uuid": uuid,
            "model": model,
            "perplexity": loss,
            "commit": file.commit,
            "file": file.path,
        }
    )
    _read_scores(icl, "icl", file, intake, rows["scores"])
    for spelling in TASK_LOSSES:
        losses = metrics.get(spelling)
        if isinstance(losses, dict):
            _read_scores(losses, spelling, file, intake, rows["scores"])


def _note_missing_models(rows: dict[str, Rows], intake: Intake) -> None:
    """Record each evaluation whose uuid leads to no one model, nor its name to any; its scores are kept."""
    runs = {model["run"] for model in rows["models"]}
    files = Counter(model["uuid"] for model in rows["models"])
    for evaluation in rows["evaluations"]:
        uuid = evaluation["model_uuid"]
        if uuid is not None and files[uuid] != 1 and evaluation["named_run"] not in runs:
            found = f"{files[uuid]} model files have this uuid and none the evaluation's name"
            message = f"{found}, so that its size, tokens and data are unknown"
            intake.reject(str(evaluation["file"]), "model_uuid", "no_model", uuid, message)


def _read_scores(
    published: dict[str, object], kind: str, file: RawFile, intake: Intake, scores: Rows
) -> None:
    for task, value in published.items():
        place = f"eval_metrics.{kind}.{task}"
        score = number(value, file, place, intake)
        if score is not None:
            meaning = "score" if kind == "icl" else "task_loss"
            scores.append({"kind": meaning, "task": task, "value": score, "file": file.path, "place": place})


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


SOURCE = Source(
    name="dclm",
    title="DataComp-LM: in search of the next generation of training sets for language models",
    address="https://github.com/mlfoundations/dclm",
    origins=(
        Origin(
            repo=REPO,
            commit="361714bdd60bb9b7f4b2d8354cebbf0dec0c329e",
            include=("exp_data/models/*.json", "exp_data/evals/*.json", "eval/eval_meta_data*.csv"),
            expects=(
                "exp_data/models/*.json",
                "exp_data/evals/*.json",
                "eval/eval_meta_data.csv",
                "eval/eval_meta_data_v1.csv",
            ),
        ),
    ),
    licence="MIT",
    citation="Li et al. 2024, arXiv:2406.11794",
    redistribute=True,
    tables={
        "models": MODELS,
        "validations": VALIDATIONS,
        "evaluations": EVALUATIONS,
        "scores": SCORES,
        "tasks": TASKS,
    },
    parse=parse,
    dirt={"no_model": 0.0005},
)
