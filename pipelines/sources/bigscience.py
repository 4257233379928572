"""BigScience: scores of the 1.3B runs by tokens, and of BLOOM and OPT at their end."""

from collections.abc import Iterable, Iterator
from typing import Any

import polars as pl

from pipelines.intake.harness import VALUES, Row, read_metrics, read_results, shots, whole
from pipelines.intake.reading import read_json
from pipelines.intake.spec import Intake, Origin, RawFile, Schema, Source, Tables

SCORES: Schema = {
    **VALUES,
    "commit": pl.String,
    "step": pl.Int64,
    "tokens": pl.Int64,
    "n_shot": pl.Int64,
}
HUMANEVAL = "humaneval"


def parse(files: list[RawFile], intake: Intake) -> Tables:
    """Read one JSON a run (scores as arrays over its checkpoints) or an evaluation (scores at the end)."""
    scores: list[Row] = []
    for file in files:
        document = read_json(file, intake)
        if document is not None:
            scores.extend({"commit": file.commit} | row for row in _read(document, file, intake))
    return {"scores": pl.DataFrame(scores, schema=SCORES, orient="row")}


def _read(document: dict[str, Any], file: RawFile, intake: Intake) -> Iterable[Row]:
    stem = file.path.rsplit("/", 1)[-1].removesuffix(".json")
    if "tokens" in document:
        return _read_trajectory(document, file, intake)
    if stem.startswith(HUMANEVAL):
        return read_metrics(document, stem, None, file, "", intake)
    return _read_evaluation(document, file, intake)


def _read_evaluation(document: dict[str, Any], file: RawFile, intake: Intake) -> Iterator[Row]:
    """Read an evaluation; one that says its number of shots says a number."""
    config = document.get("config")
    n_shot = shots(config)
    if n_shot is None and isinstance(config, dict) and "num_fewshot" in config:
        message = "expected the number of examples in the prompt"
        intake.reject(file.path, "config.num_fewshot", "missing_field", config["num_fewshot"], message)
        return
    key = "table_results" if "table_results" in document else "results"
    for row in read_results(document, file, intake, key):
        yield row | {"n_shot": n_shot}


def _read_trajectory(document: dict[str, Any], file: RawFile, intake: Intake) -> Iterator[Row]:
    """Read arrays that run in parallel: tokens, checkpoints (steps), and each metric of each task."""
    tokens, steps, results = (document.get(name) for name in ("tokens", "checkpoints", "results"))
    if not (isinstance(tokens, list) and isinstance(steps, list) and isinstance(results, dict)):
        intake.reject(file.path, "", "missing_field", None, "expected tokens, checkpoints and results")
        return
    if len(steps) != len(tokens):
        message = f"tokens has {len(tokens)} entries, checkpoints {len(steps)}"
        intake.reject(file.path, "checkpoints", "ragged_array", len(steps), message)
        return
    positions = [_position(at, tokens[at], steps[at], file, intake) for at in range(len(tokens))]
    for task, metrics in results.items():
        arrays = _arrays(metrics, len(tokens), f"results.{task}", file, intake)
        for at, position in enumerate(positions):
            if position is not None:
                taken = {metric: array[at] for metric, array in arrays.items()}
                for row in read_metrics(taken, task, None, file, f"results.{task}.", intake, f"[{at}]"):
                    yield row | position


def _position(at: int, tokens: object, step: object, file: RawFile, intake: Intake) -> Row | None:
    """Return a checkpoint's step and tokens; a step sees at least one token, else the unit is another."""
    seen, taken = whole(tokens), whole(step)
    if seen is None or taken is None or seen < taken or taken < 0:
        message = f"expected tokens (not millions or billions of them) at step {step}"
        intake.reject(file.path, f"tokens[{at}]", "no_position", tokens, message)
        return None
    return {"tokens": seen, "step": taken}


def _arrays(metrics: object, length: int, place: str, file: RawFile, intake: Intake) -> dict[str, list[Any]]:
    """Return the metrics of a task that have one value for each checkpoint."""
    if not isinstance(metrics, dict):
        intake.reject(file.path, place, "missing_field", metrics, "expected a metric a key")
        return {}
    whole_ones = {}
    for metric, array in metrics.items():
        if isinstance(array, list) and len(array) == length:
            whole_ones[metric] = array
        else:
            found = len(array) if isinstance(array, list) else type(array).__name__
            message = f"expected {length} values, one a checkpoint"
            intake.reject(file.path, f"{place}.{metric}", "ragged_array", found, message)
    return whole_ones


SOURCE = Source(
    name="bigscience",
    title="BigScience: evaluations of the 1.3B runs, of BLOOM and of OPT",
    address="https://github.com/bigscience-workshop/bigscience",
    origins=(
        Origin(
            repo="bigscience-workshop/bigscience",
            commit="9e64edec2ad1fb9263bf39ba616a84ff64b4d947",
            include=(
                "evaluation/results/tr*/*agg.json",
                "evaluation/results/tr*/*harness-eval.json",
                "evaluation/results/tr11/*/*.json",
                "evaluation/results/tr11/*/bslmevalfiles/*.json",
            ),
            expects=(
                "evaluation/results/tr*/*agg.json",
                "evaluation/results/tr*/*harness-eval.json",
                "evaluation/results/tr11/*/bslmeval.json",
                "evaluation/results/tr11/*/humaneval*.json",
            ),
        ),
    ),
    licence="Apache-2.0",
    citation="BigScience Workshop 2022, arXiv:2211.05100; Le Scao et al. 2022, arXiv:2210.15424",
    redistribute=True,
    tables={"scores": SCORES},
    parse=parse,
)
