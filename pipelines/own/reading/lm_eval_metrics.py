"""What the harness's names mean: which metrics are losses, which restate one, how a score was asked for."""

import math
from functools import cache

from pipelines.own.reading.known import harness_formats

RESTATED = {
    "word_perplexity": "a perplexity a word is no loss of an axis; bits_per_byte beside it is taken",
    "byte_perplexity": "2 to the power of bits_per_byte, which is taken",
}


def loss_of(task: str, name: str, value: float, n_shot: int | None) -> tuple[str, str, float] | None:
    """Return (corpus, unit, loss) where a metric is a loss on a text, else None."""
    if name == "bits_per_byte":
        return task, "bits_per_byte", value
    if name in ("perplexity", "ppl") and task.startswith("lambada") and value > 0:
        corpus = "lambada" if task == "lambada_openai" else task
        return corpus + _shot_suffix(n_shot), "nats_per_last_word", math.log(value)
    return None


def _shot_suffix(n_shot: int | None) -> str:
    if not n_shot:
        return ""
    return "_five_shot" if n_shot == 5 else f"_{n_shot}_shot"


def metric_of(task: str, name: str) -> str:
    """Return a metric's name; TruthfulQA's two are both called acc since 0.4, and are not one metric."""
    if name == "acc" and task.startswith("truthfulqa_mc"):
        return task.removeprefix("truthfulqa_")
    return name


def score_format(task: str, config: object, version: object) -> str | None:
    """Return how a task was asked: mc (a letter), rc (the whole answer) or generate; None if untold."""
    kind = config.get("output_type") if isinstance(config, dict) else None
    if kind == "multiple_choice" and isinstance(config, dict):
        choices = config.get("doc_to_choice")
        if choices is not None:
            return "mc" if _are_letters(choices) else "rc"
        return _known(task, str(version)) or "rc"
    if kind == "generate_until":
        return "generate"
    if kind == "loglikelihood":
        return _known(task, str(version)) or "rc"
    return _known(task, str(version))


def _are_letters(choices: object) -> bool:
    if isinstance(choices, str):
        choices = [part.strip(" '\"[]") for part in choices.split(",")]
    return (
        isinstance(choices, list)
        and len(choices) > 1
        and all(isinstance(c, str) and len(c.strip(" ()")) == 1 and c.strip(" ()").isalpha() for c in choices)
    )


@cache
def _known(task: str, version: str) -> str | None:
    """Return the format that the facts give for a task of this name and version."""
    return next(
        (
            row["format"]
            for row in harness_formats()
            if task.startswith(row["task_prefix"]) and row["version"] in ("", version)
        ),
        None,
    )
