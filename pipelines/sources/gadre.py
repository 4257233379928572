"""Gadre et al. 2024, "Language models scale reliably with over-training and on downstream tasks"."""

import polars as pl

from pipelines.intake.reading import number, read_json, whole_number
from pipelines.intake.spec import Intake, Origin, RawFile, Source, Tables
from pipelines.intake.task_table import TASKS, read_tasks

MODELS = {
    "run": pl.String,
    "dataset_name": pl.String,
    "params": pl.Int64,
    "params_no_embed": pl.Int64,
    "tokens": pl.Int64,
    "commit": pl.String,
    "file": pl.String,
}
LOSSES = {
    "run": pl.String,
    "val_data": pl.String,
    "loss": pl.Float64,
    "loss_low": pl.Float64,
    "loss_high": pl.Float64,
    "n_tokens": pl.Int64,
    "file": pl.String,
    "place": pl.String,
}
SCORES = {
    "run": pl.String,
    "task": pl.String,
    "score": pl.Float64,
    "file": pl.String,
    "place": pl.String,
}
REPO = "mlfoundations/scaling"


def parse(files: list[RawFile], intake: Intake) -> Tables:
    """Read one JSON a model (its losses), one JSON an evaluation (its scores), and the table of tasks."""
    models: list[dict[str, object]] = []
    losses: list[dict[str, object]] = []
    scores: list[dict[str, object]] = []
    tasks = pl.DataFrame(schema=TASKS)
    for file in files:
        stem = file.path.rsplit("/", 1)[-1].removesuffix(".json")
        if file.path.endswith("eval_metadata.csv"):
            tasks = read_tasks(file, REPO, intake)
        elif "/models/" in file.path:
            _read_model(file, stem, intake, models, losses)
        else:
            _read_evaluation(file, stem.removeprefix("evaluation_").removesuffix("_heavy"), intake, scores)
    _note_missing_models(models, scores, intake)
    return {
        "models": pl.DataFrame(models, schema=MODELS, orient="row"),
        "losses": pl.DataFrame(losses, schema=LOSSES, orient="row"),
        "scores": pl.DataFrame(scores, schema=SCORES, orient="row"),
        "tasks": tasks,
    }


def _read_model(
    file: RawFile, run: str, intake: Intake, models: list[dict[str, object]], losses: list[dict[str, object]]
) -> None:
    document = read_json(file, intake)
    if document is None:
        return
    sizes, results = document.get("hyperparameters"), document.get("results")
    if not isinstance(sizes, dict) or not isinstance(results, list):
        intake.reject(file.path, "", "missing_field", None, "expected hyperparameters and results")
        return
    model: dict[str, object] = {"run": run, "commit": file.commit, "file": file.path}
    model["dataset_name"] = _text(document.get("dataset_name"), file, "dataset_name", intake)
    for name in ("params", "params_no_embed", "tokens"):
        model[name] = whole_number(sizes.get(name), file, f"hyperparameters.{name}", intake)
    models.append(model)
    for index, result in enumerate(results):
        place = f"results[{index}]"
        data = result.get("val_data") if isinstance(result, dict) else None
        if not isinstance(data, list) or not data:
            intake.reject(file.path, place, "missing_field", data, "expected val_data, the path of the text")
            continue
        loss = number(result.get("loss"), file, f"{place}.loss", intake)
        if loss is not None:
            losses.append(
                {
                    "run": run,
                    "val_data": str(data[0]),
                    "loss": loss,
                    "loss_low": number(result.get("loss_sequences_lower_95"), file, f"{place}.lower", intake),
                    "loss_high": number(
                        result.get("loss_sequences_upper_95"), file, f"{place}.upper", intake
                    ),
                    "n_tokens": whole_number(result.get("tokens"), file, f"{place}.tokens", intake),
                    "file": file.path,
                    "place": place,
                }
            )


def _text(value: object, file: RawFile, place: str, intake: Intake) -> str | None:
    """Return a text that is not empty, or None after a reject."""
    if isinstance(value, str) and value:
        return value
    intake.reject(file.path, place, "missing_field", value, "expected a name")
    return None


def _read_evaluation(file: RawFile, run: str, intake: Intake, scores: list[dict[str, object]]) -> None:
    document = read_json(file, intake)
    if document is None:
        return
    metrics = document.get("eval_metrics")
    icl = metrics.get("icl") if isinstance(metrics, dict) else None
    if not isinstance(icl, dict):
        intake.reject(file.path, "eval_metrics.icl", "missing_field", None, "expected a score a task")
        return
    for task, published in icl.items():
        place = f"eval_metrics.icl.{task}"
        score = number(published, file, place, intake)
        if score is not None:
            scores.append({"run": run, "task": task, "score": score, "file": file.path, "place": place})


def _note_missing_models(
    models: list[dict[str, object]], scores: list[dict[str, object]], intake: Intake
) -> None:
    """Record each evaluation without a model file of its name; its scores are kept."""
    runs = {model["run"] for model in models}
    for file, run in dict.fromkeys((str(score["file"]), score["run"]) for score in scores):
        if run not in runs:
            message = "no model file has the evaluation's name, so that its size, tokens and data are unknown"
            intake.reject(file, "", "no_model", run, message)


SOURCE = Source(
    name="gadre",
    title="Language models scale reliably with over-training and on downstream tasks",
    address="https://github.com/mlfoundations/scaling",
    origins=(
        Origin(
            repo=REPO,
            commit="a003c4913793ac2ae7ef87b28ecb562955d026d5",
            include=("exp_data/models/*.json", "exp_data/evals/*_heavy.json", "exp_data/eval_metadata.csv"),
            expects=("exp_data/models/*.json", "exp_data/evals/*_heavy.json", "exp_data/eval_metadata.csv"),
        ),
    ),
    licence="MIT",
    citation="Gadre et al. 2024, arXiv:2403.08540",
    redistribute=True,
    tables={"models": MODELS, "losses": LOSSES, "scores": SCORES, "tasks": TASKS},
    parse=parse,
)
