"""Which column of a table is what: told (``[tables."file"]`` in the card) or guessed from its name."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from emergence.errors import InputError
from pipelines.own.reading import known
from pipelines.own.reading.found import Counter
from pipelines.own.reading.known import plain
from pipelines.own.reading.loss_names import (
    NO_CROSS_ENTROPY,
    NOT_AT_A_STEP,
    OF_ANSWERS,
    OVER_SETS,
    SMOOTHED,
    is_beside_a_loss,
    is_of_another_aim,
)
from pipelines.own.reading.score_names import bare_metric, read_score_name
from pipelines.own.reading.task_names import read_task_name

COUNTERS = {
    "steps": Counter.STEP,
    "micro_steps": Counter.MICRO_STEP,
    "calls": Counter.CALL,
    "tokens": Counter.TOKENS,
    "samples": Counter.SAMPLES,
    "epochs": Counter.EPOCH,
}
NOTHING = "nothing known is called so"
MOST_WORDS = 100
SINGLE = (
    "step",
    "tokens",
    "samples",
    "run",
    "seed",
    "task",
    "metric",
    "value",
    "stderr",
    "n_shot",
    "n_items",
    "format",
    "corpus",
    "unit",
    "filter",
)
LOSS_FIELDS = ("corpus", "unit", "held_out", "use")
SCORE_FIELDS = ("task", "metric", "n_shot", "format", "n_items", "scale", "stderr", "use")
# What a column called so is, lower case and with _ for all that is no letter or digit.
_MEANT = {
    # A counter of the trainer's own before `step`, as a logger's `_step` counts its calls.
    "step": (
        "global_step",
        "trainer_global_step",
        "train_global_step",
        "step",
        "steps",
        "iteration",
        "iter",
        "train_step",
        "training_step",
        "current_steps",
        "checkpoint",
        "ckpt",
        "revision",
        "train_steps",
        "training_steps",
    ),
    "tokens": (
        *("tokens", "total_tokens", "tokens_seen", "consumed_tokens", "num_tokens", "train_tokens"),
        *("n_tokens", "training_tokens", "optim_total_tokens", "throughput_total_tokens"),
        *("tokens_trained", "trained_tokens", "tokens_processed"),
    ),
    "samples": ("samples", "consumed_samples", "sequences"),
    "run": ("run", "run_name", "runname", "model", "model_name"),
    "task": ("task", "benchmark", "dataset", "task_name", "eval"),
    "metric": ("metric", "metric_name", "tag", "variable"),
    "value": ("score", "value", "metric_value"),
    "stderr": ("stderr", "metric_stderr", "std_err", "se"),
    "n_shot": (
        *("n_shot", "num_fewshot", "shots", "nshot", "n_shots", "num_shots", "fewshot", "k_shot", "setting"),
    ),
    "n_items": ("n_items", "num_items", "n_samples", "num_samples"),
    "format": ("format",),
    "corpus": ("corpus",),
    "unit": ("unit",),
    "filter": ("filter",),
}
_BITS = re.compile(r"(?:^|_)(?:bpb|bits_per_byte)(?:_|$)")
_LOSS = re.compile(r"(?:^|_)(?:loss(?:es)?|cross_?entropy(?:loss)?|nll|ce)(?:_|$)")
# As OLMES calls the correct answer.
_ANSWER = re.compile(r"_(?:corr|uncond|answer)$")
_PERPLEXITY = re.compile(r"(?:^|_)(?:ppl|perplexity)(?:_|$)")
_TRAIN = re.compile(r"(?:^|_)(?:train|training)(?:_|$)")
_OVER_SEEDS = re.compile(r"_(?:mean|std|avg|min|max|median|var|(?:lower|upper)_\d+)$")
_SMOOTHED = re.compile(r"(?:^|_)(?:ema|sma|ma|smooth\w*|rolling|running|moving)(?:_|$)")
_EVAL = re.compile(r"(?:^|_)(?:eval|val|valid|validation|test|dev|held_out)(?:_|$)")
# What a trainer logs beside its own loss, and nobody beside that of a text.
_OF_TRAINING = re.compile(r"(?:^|_)(?:lr|learning_rate|grad_norm|gradient_norm|gradnorm)(?:_|$)")
_BITS_OF = re.compile(r"(?:^|_)bits?(?:_|$)")
_ERROR = re.compile(r"_(?:stderr|std_err)(?:_\w+)?$")
_ERROR_IN_NAME = re.compile(r"[_ ]?std_?err(?![^\W_])", re.I)
_OF_SEVERAL = "a standard error of no score that stands beside it under its name: a map can say of which"
# What half precision multiplies a loss by.
_SCALE = re.compile(r"(?:^|_)loss_scal(?:e|er|ing)(?:_|$)")
# A mean over several texts, as levanter names it.
_OVER_SETS = re.compile(r"(?:^|_)(?:macro|micro)_(?:loss|bpb)$")
# Words beside `loss` that name no text.
_BESIDE = re.compile(
    r"(?:^|_)(?:lm_eval|\d+_?shot|loss|bpb|bits_per_byte|ce|nll|eval|val|valid|validation|test|corr|answer)(?=_|$)"
)
_NO_MEASURE = re.compile(
    r"(?:^|_)(?:lr|learning_rate|grad_norm|gradnorm|time|timestamp|date|mfu|flops|memory|runtime|wall|epoch|seed|throughput|tps|"
    r"params|version|notes?|scale|per_sec\w*)(?:_|$)"
)


@dataclass(frozen=True)
class TableMap:
    """Columns by what they are. ``counts`` says of what the step column counts; None is not known.

    ``losses`` and ``scores`` give, for each column that holds values by itself, what it is of.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    counts: Counter | None = None
    losses: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    scores: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    unknown: tuple[tuple[str, str], ...] = ()

    def has_values(self) -> bool:
        """Say whether any column holds a loss or a score."""
        return bool(self.losses or self.scores or "value" in self.columns)


def is_validation(name: str) -> bool:
    """Say whether a column is of a validation by its name."""
    return bool(_EVAL.search(plain(name)))


def is_clock(name: str) -> bool:
    """Say whether a column is a setting or a clock of training by its name, and no measurement."""
    return bool(_NO_MEASURE.search(plain(name)))


def is_perplexity(name: str) -> bool:
    """Say whether a column is a perplexity by its name."""
    return bool(_PERPLEXITY.search(plain(name)))


def read_map(told: Mapping[str, Any], where: str) -> TableMap:
    """Return a map that a user wrote; raises InputError for a field that a map does not have."""
    allowed = {*SINGLE, "counts", "losses", "scores"}
    for name in told:
        if name not in allowed:
            raise InputError(f"{where}: no field is called {name!r}; there are {', '.join(sorted(allowed))}")
    counts = told.get("counts")
    if counts is not None and counts not in COUNTERS:
        raise InputError(f"{where}: counts = {counts!r}; expected one of {', '.join(COUNTERS)}")
    for group, fields in (("losses", LOSS_FIELDS), ("scores", SCORE_FIELDS)):
        for column, inner in _table(told.get(group, {}), f"{where}.{group}").items():
            strange = set(_table(inner, f"{where}.{group}.{column}")) - set(fields)
            if strange:
                words = f"{where}.{group}.{column}: no field is called {min(strange)!r}"
                raise InputError(f"{words}; there are {', '.join(fields)}")
    columns = {name: str(told[name]) for name in SINGLE if name in told}
    if "stderr" in columns and "value" not in columns and len(told.get("scores", {})) != 1:
        raise InputError(f"{where}: stderr is that of value, or of one score: say it below each of several")
    return TableMap(columns, COUNTERS.get(str(counts)), told.get("losses", {}), told.get("scores", {}))


def _table(value: object, where: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise InputError(f"{where}: expected a table of TOML, found {value!r}")
    return value


def known_columns(names: list[str]) -> TableMap:
    """Return what columns are, by their names alone, and no word of the others."""
    return _guess(names)[0]


def guess_map(names: list[str]) -> TableMap:
    """Return what columns are, by their names alone; those that mean nothing are in ``unknown``, with a word.

    A column called as the warehouse's own tables call it (``step``, in lower case) counts optimizer steps;
    whatever else is called a step is asked about.
    """
    mapped, unknown = _guess(names)
    return replace(mapped, unknown=_in_words(unknown))


def _guess(names: list[str]) -> tuple[TableMap, list[tuple[str, str]]]:
    """Return what columns are, and those that are nothing known."""
    columns: dict[str, str] = {}
    for field_name, words in _MEANT.items():
        found = sorted((n for n in names if plain(n) in words), key=lambda n: words.index(plain(n)))
        if found:
            columns[field_name] = found[0]
    taken = set(columns.values())
    if "value" in columns and "task" not in columns and "metric" not in columns:
        # TensorBoard's export and its like: a value of what stands in the name of the file, if anywhere.
        taken.discard(columns.pop("value"))
    losses: dict[str, dict[str, Any]] = {}
    scores: dict[str, dict[str, Any]] = {}
    unknown: list[tuple[str, str]] = []
    for name in names:
        if name not in taken:
            _guess_value(name, losses, scores, unknown)
    _tell_training(names, losses)
    if "value" not in columns:
        _of_row(names, columns, losses, scores, unknown)
        _pair_errors(columns, scores, unknown)
    own = {"step", "tokens", "loss", "task", "score"} & set(names)
    is_own = columns.get("step") == "step" and bool(own & {"loss", "score"})
    counts = Counter.STEP if is_own or plain(columns.get("step", "")) == "global_step" else None
    return TableMap(columns, counts, losses, scores), unknown


@lru_cache(maxsize=4096)
def guessed(name: str) -> TableMap:
    """Return what one name says that stands in a cell: of a loss, a score, or of neither, with the reason."""
    losses: dict[str, dict[str, Any]] = {}
    scores: dict[str, dict[str, Any]] = {}
    unknown: list[tuple[str, str]] = []
    if bare_metric(name) is None and plain(name) not in known.metrics():
        _guess_value(name, losses, scores, unknown)
    return TableMap(losses=losses, scores=scores, unknown=_in_words(unknown))


def _tell_training(names: list[str], losses: dict[str, dict[str, Any]]) -> None:
    """Take a plain `loss` for the training's own beside a learning rate or a validation loss."""
    words = {name: plain(name) for name in names}
    is_log = any(_OF_TRAINING.search(word) for word in words.values())
    if is_log or any(_EVAL.search(words[name]) for name in losses):
        for name, told in losses.items():
            if words[name] in ("loss", "losses", "lm_loss", "ce_loss", "loss_out", "learning_loss"):
                told["held_out"] = False


def _of_row(
    names: list[str],
    columns: dict[str, str],
    losses: dict[str, dict[str, Any]],
    scores: dict[str, dict[str, Any]],
    unknown: list[tuple[str, str]],
) -> None:
    """Let a column of tasks say of what the metrics beside it are; of losses alone it names the texts."""
    if "task" not in columns:
        return
    metrics = {name: metric for name in names if (metric := bare_metric(name)) is not None}
    for name, metric in metrics.items():
        scores[name] = {"metric": metric}
    unknown[:] = [(name, why) for name, why in unknown if name not in metrics]
    if losses and not scores and "corpus" not in columns and plain(columns["task"]) == "dataset":
        columns["corpus"] = columns.pop("task")


def _pair_errors(
    columns: dict[str, str], scores: dict[str, dict[str, Any]], unknown: list[tuple[str, str]]
) -> None:
    """Give each score the column of its error: `piqa_stderr` is of `piqa`, a bare one of the only score."""
    if "stderr" in columns and len(scores) != 1:
        unknown.append((columns.pop("stderr"), _OF_SEVERAL))
    paired = set()
    for name, _ in unknown:
        whose = _ERROR_IN_NAME.sub("", name)
        if whose != name and whose in scores:
            scores[whose]["stderr"] = name
            paired.add(name)
    unknown[:] = [(name, why) for name, why in unknown if name not in paired]


def _guess_value(
    name: str,
    losses: dict[str, dict[str, Any]],
    scores: dict[str, dict[str, Any]],
    unknown: list[tuple[str, str]],
) -> None:
    word = plain(name)
    score = read_score_name(name)
    if _PERPLEXITY.search(word):
        unknown.append((name, "a perplexity is no loss: give ln(perplexity a token) in a column of its own"))
    elif _OVER_SEEDS.search(word):
        unknown.append((name, "a mean or spread over runs, it seems, and no value of one run"))
    elif _ERROR.search(word):
        unknown.append((name, _OF_SEVERAL))
    elif _OVER_SETS.search(word):
        unknown.append((name, OVER_SETS))
    elif _of_answers(word):
        unknown.append((name, OF_ANSWERS))
    elif _SMOOTHED.search(word) and (_LOSS.search(word) or _BITS.search(word)):
        unknown.append((name, SMOOTHED))
    elif _SCALE.search(word):
        return
    elif is_beside_a_loss(word):
        unknown.append((name, NOT_AT_A_STEP))
    elif is_of_another_aim(word):
        unknown.append((name, NO_CROSS_ENTROPY))
    elif _BITS.search(word):
        losses[name] = {"unit": "bits_per_byte"}
    elif _LOSS.search(word) and _BITS_OF.search(word):
        unknown.append((name, "a loss in bits of what, a byte, a character or a token? Map it with its unit"))
    elif _LOSS.search(word):
        losses[name] = {"held_out": False} if _TRAIN.search(word) else {}
    elif score and score.get("task") is None:
        unknown.append((name, "a score that names no task: map it, or add a column `task`"))
    elif score:
        scores[name] = score
    elif known.task_called(read_task_name(name).task):
        scores[name] = {"task": name}
    elif not _NO_MEASURE.search(word):
        unknown.append((name, NOTHING))


def _of_answers(word: str) -> bool:
    """Say whether a loss is of the answers to a task, by its name: of a task that is no text, too."""
    if not _LOSS.search(word) and not _BITS.search(word):
        return False
    rest = _BESIDE.sub("_", word).strip("_")
    return known.is_task(re.sub(r"_+", "_", rest)) or bool(_ANSWER.search(word))


def _may_be(word: str) -> str:
    """Say what a column of an unknown name may be."""
    words = {w: field_name for field_name, names in _MEANT.items() for w in names}
    near = known.nearest(word, [*words, *known.tasks()]) if word else []
    if not near:
        return NOTHING
    what = f"the column of {words[near[0]]}" if near[0] in words else f"scores of {near[0]}"
    return f"{NOTHING}; it may be {what}"


def _in_words(unknown: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Return columns that mean nothing with what each may be; of many only the first, as it takes time."""
    return tuple(
        (name, _may_be(plain(name)) if why == NOTHING and index < MOST_WORDS else why)
        for index, (name, why) in enumerate(unknown)
    )
