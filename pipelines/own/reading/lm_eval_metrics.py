"""What the harness's names mean: which metrics are losses, which restate one, how a score was asked for."""

import math
import re
from functools import cache

from pipelines.own.reading.known import harness_formats

RESTATED = {
    "word_perplexity": "a perplexity a word is no loss of an axis; bits_per_byte beside it is taken",
    "byte_perplexity": "2 to the power of bits_per_byte, which is taken",
}

_QUOTED = re.compile(r"(?<![\w\]])['\"]([^'\"]*)['\"]")
_CODE = re.compile(r"^\s*(?:def |lambda|<)|!function|\blabels?\b|\bletters?\b")
"""Choices of which only the program knows what they are: a function, or labels of the item."""
_LETTERS_BY_CODE = re.compile(r"ascii_(?:upper|lower)case|\bchr\(|['\"]ABCD\w*['\"]")


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


def full_score(task: str) -> float:
    """Return what a full score of a task is: 100 where the harness asks a metric that gives percent."""
    return 100.0 if task.startswith(("squadv2", "squad2")) else 1.0


def metric_of(task: str, name: str) -> str:
    """Return a metric's name; TruthfulQA's two are both called acc since 0.4, and are not one metric."""
    if name == "acc" and task.startswith("truthfulqa_mc"):
        return task.removeprefix("truthfulqa_")
    return name


def metric_named(task: str, name: str) -> str:
    """Return a metric as the harness names it in a column or a cell, `acc,none`: with its filter, if any."""
    metric, _, filtered = name.partition(",")
    metric = metric_of(task, metric)
    return metric if filtered.strip() in ("", "none") else f"{metric},{filtered.strip()}"


def score_format(task: str, config: object, version: object) -> str | None:
    """Return how a task was asked: mc (a letter), rc (the whole answer) or generate; None if untold."""
    known = _known(task, str(version))
    kind = config.get("output_type") if isinstance(config, dict) else None
    if kind == "multiple_choice" and isinstance(config, dict):
        choices = config.get("doc_to_choice")
        if choices is None:
            return known or "rc"
        return _format_of_choices(choices) if _is_told(choices) else known
    if kind == "generate_until":
        return "generate"
    if kind == "loglikelihood":
        return known or "rc"
    return known


def _is_told(choices: object) -> bool:
    """Say whether choices tell what is compared: a list, or a template that takes them from the item."""
    return not isinstance(choices, str) or _format_of_choices(choices) == "mc" or not _CODE.search(choices)


def _format_of_choices(choices: object) -> str:
    """Return mc for choices that are letters, as a list, as text or as code that makes them; else rc."""
    if isinstance(choices, str):
        if _LETTERS_BY_CODE.search(choices):
            return "mc"
        choices = _QUOTED.findall(choices) or choices.split(",")
    are_letters = isinstance(choices, list) and len(choices) > 1 and all(map(_is_letter, choices))
    return "mc" if are_letters else "rc"


def _is_letter(choice: object) -> bool:
    bare = choice.strip(" ().:[]") if isinstance(choice, str) else ""
    return len(bare) == 1 and bare.isalpha()


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
