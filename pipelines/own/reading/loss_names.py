"""What the name of a logged number says: a loss on held-out text, a training loss, a score, or neither.

A name is read whole and never in part: a name that no writer is known to give is left alone and named, so
that the user maps it. The same words serve text logs, TensorBoard, Weights & Biases, MLflow and CSV.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from pipelines.own.reading import known
from pipelines.own.reading.cells import read_whole
from pipelines.own.reading.score_names import read_score_name
from pipelines.own.reading.task_names import take_apart

NATS, BITS_PER_BYTE = "nats_per_token", "bits_per_byte"
PERPLEXITY = (
    "a perplexity is no loss: only of a perplexity per token of a named text is ln(perplexity) one; "
    "the loss stands beside it"
)
OVER_THE_RUN = "a mean over the run, not the loss at a step"
OVER_AN_EPOCH = "a mean over an epoch, not the loss at a step"
SMOOTHED = "smoothed over steps"
OVER_SETS = "a mean over several texts"
OVER_TASKS = "a mean over several tasks"
BY_OTHERS = "the same values by samples or tokens"
NOT_AT_A_STEP = "a best, a start, a change, a weight or a count by its name, and not the loss at a step"
NO_CROSS_ENTROPY = "not the cross-entropy of a text, by its name"
OF_ANSWERS = "a loss of answers, not of a text"
CENTRED = "centred on chance and averaged over tasks: no accuracy of a task"
UNKNOWN_LOSS = "may be a loss, but no known writer names one so: map it with --map"
UNKNOWN = "not known to be a loss or a score"
# Settings and clocks of training, which nobody takes for a measurement: not even said.
NO_MEASURE = "no measurement"
MAX_NAME = 200


@dataclass(frozen=True, slots=True)
class Name:
    """What a name says. ``left`` is why it is neither a loss nor a score; ``text`` names a set of texts."""

    left: str | None = None
    held_out: bool = False
    unit: str = NATS
    text: str | None = None
    task: str | None = None
    metric: str | None = None
    format: str | None = None
    n_shot: int | None = None
    n_items: int | None = None
    facts: tuple[tuple[str, str], ...] = ()


_EVAL = r"(?:eval|evaluation|val|valid|validation|dev|test)"
_TRAIN = re.compile(
    r"(?:train(?:ing)?[/_ .-])?(?:lm[ _])?loss(?:[/_]step)?|loss[/_]train(?:ing)?"
    r"|train/crossentropyloss|train/ce loss|train[/_](?:ce|cross_?entropy)(?:_loss)?"
    r"|loss_metrics/global_avg_loss|train/samples/train_loss|trl"
    r"|metrics/train/languagecrossentropy|loss/train/total"
)
_HELD_OUT = re.compile(
    rf"{_EVAL}[/_ .-](?:lm[ _]|ce[ _])?loss(?:[/_]epoch)?|loss[/_]{_EVAL}|validation_metrics/loss|tel"
    rf"|metrics/{_EVAL}/(?:(?P<set>.+)/)?languagecrossentropy"
    rf"|lm loss (?:validation|test)(?:-(?P<chart>.+))?|eval[/_](?P<hf>.+)_loss"
    rf"|{_EVAL}/(?:lm/)?(?P<folder>.+)/(?:crossentropyloss|ce loss|loss)"
    rf"|(?P<title>.+?)[ _](?:val|validation)[ _]loss"
)
_BITS = re.compile(rf"{_EVAL}[/_ ](?:(?P<folder>.+)/)?bpb|(?P<title>.+?)[ _](?:val|validation)[ _]bpb")
_OTHER_AIMS = (
    r"rewards?|policy|aux|auxiliary|z|balanc\w+|router|moe|mtp\w*|distill\w*|kl|contrastive|mse|mlm|sop"
)
_OTHER_LOSSES = rf"{_OTHER_AIMS}|value|max"
_OTHER_COLUMN = re.compile(
    rf"(?:.*_)?(?:{_OTHER_LOSSES})_(?:.*_)?loss(?:_.*)?|(?:.*_)?loss_(?:{_OTHER_AIMS})(?:_.*)?"
)
_NOT_AT_A_STEP = r"best|lowest|initial|prev|previous|delta|improvement|ratio|weight|count|coeff?"
_BESIDE_A_LOSS = re.compile(
    rf"(?=.*(?:loss|bpb|nll|cross_?entropy))(?:.*[/_ .-])?(?:{_NOT_AT_A_STEP})(?:[/_ .-].*)?"
)
_LEFT = (
    (r"(?:.*[^a-z])?(?:ppl|(?:language)?perplexity|perpexity)(?:[^a-z].*)?", PERPLEXITY),
    (r".* vs (?:samples|tokens|seconds)", BY_OTHERS),
    (r"train_loss_epoch|train/loss_epoch|.*train_runtime", OVER_AN_EPOCH),
    (r".*(?:[/_ .-](?:ema|smooth|smoothed)|train_?ema)", SMOOTHED),
    (r"eval/(?:.*/)?(?:macro|micro)_(?:loss|bpb)|.*/all_loss", OVER_SETS),
    (r"eval/downstream/.+ \((?:ce loss|bpb|(?:log )?soft loss)(?: v2)?\)", OF_ANSWERS),
    (r"eval/downstream_(?:ce_loss|bpb|soft.*)/.*|lm_eval/.+/(?:bpb|\w*prob\w*)", OF_ANSWERS),
    (r"lm_eval/averages/.*", OVER_TASKS),
    (r"core_metric|core metric|icl/metrics/eval_gauntlet/.*", CENTRED),
    (rf"(?:.*[/_ .-])?(?:{_OTHER_LOSSES})(?:[/_ .-].*)?", NO_CROSS_ENTROPY),
)
_NO_MEASURE = re.compile(
    r"(?:.*[/_ .-])?(?:lr|learning[_ -]rate|grad(?:ient)?[_ -]?norm|epochs?|steps?|iter|runtime|timestamp"
    r"|time|wall|flops|tflops|mfu|memory|throughput|per[_ ]second|tokens?|samples|seen|loss[_ -]scale"
    r"|batch[_ -]size|weight[_ -]decay|momentum|params[_ -]norm|num[_ -]zeros|seed|(?<!acc_)(?<!len_)norm)"
    r"(?:[/_ .-].*)?"
)
# A number called so is named even beside a word such as step: `step_loss` is no count of steps.
_OF_LOSS = re.compile(r".*(?:loss(?![_ -]scale)|bpb).*")
_LEFT_NAMES = tuple((re.compile(shape), why) for shape, why in _LEFT)
_OLMO_TASK = re.compile(
    r"eval/downstream/(?P<task>[^()]+?)[_ ]\(?"
    r"(?P<metric>len_norm|acc|pmi_dc|f1|length-normalized accuracy|PMI-DC accuracy|accuracy)(?: v2)?\)?"
)
_OLMO_METRICS = {"length-normalized accuracy": "len_norm", "PMI-DC accuracy": "pmi_dc", "accuracy": "acc"}
_GAUNTLET = re.compile(
    r"metrics/(?P<task>[^/]+)/(?P<shots>\d+)-shot(?P<sub>/[^/]+)?/(?:incontextlearning\w*)?accuracy"
)

# What transformers puts before whatever an evaluation returns.
_OF_A_TRAINER = re.compile(r"^eval_", re.I)
# Levanter's callback of the harness: the shots stand in the name of the task, or nowhere.
_LEVANTER = re.compile(
    r"lm_eval/(?P<task>(?!averages/)[^/]+?)(?:_(?P<shots>\d+)shot)?/(?P<metric>acc|acc_norm)"
)


def is_beside_a_loss(name: str) -> bool:
    """Say whether a number called so (in lower case) is made of a loss or counts it, and is none itself."""
    return bool(_BESIDE_A_LOSS.fullmatch(name))


def is_of_another_aim(column: str) -> bool:
    """Say whether a column called so (lower case, _ between words) is a loss, but no cross-entropy."""
    return bool(_OTHER_COLUMN.fullmatch(column))


@lru_cache(maxsize=65_536)
def describe(key: str) -> Name:
    """Return what the name of a logged number says."""
    if len(key) > MAX_NAME:
        return Name(left=UNKNOWN)
    name = key.strip().lower()
    for shape, why in _LEFT_NAMES:
        if shape.fullmatch(name):
            return Name(left=why)
    if is_beside_a_loss(name):
        return Name(left=NOT_AT_A_STEP)
    score = _score(key.strip())
    if score is not None:
        return score
    if _TRAIN.fullmatch(name):
        return Name()
    for shape, unit in ((_BITS, BITS_PER_BYTE), (_HELD_OUT, NATS)):
        if match := shape.fullmatch(name):
            text = _text(key.strip(), match)
            if text is not None and known.is_task(text.rpartition("/")[2].lower()):
                return Name(left=OF_ANSWERS)
            return Name(held_out=True, unit=unit, text=text)
    if _OF_LOSS.fullmatch(name):
        return Name(left=UNKNOWN_LOSS)
    return Name(left=NO_MEASURE if _NO_MEASURE.fullmatch(name) else UNKNOWN)


def _text(key: str, match: re.Match[str]) -> str | None:
    """Return the name of the set of texts as it is spelled in the key."""
    return next((key[match.start(g) : match.end(g)] for g, found in match.groupdict().items() if found), None)


def _score(key: str) -> Name | None:
    if match := _OLMO_TASK.fullmatch(key):
        metric = _OLMO_METRICS.get(match["metric"], match["metric"])
        return _olmo_setting(match["task"], metric)
    if match := _GAUNTLET.fullmatch(key.lower()):
        task = key[match.start("task") : match.end("task")]
        sub = key[match.start("sub") : match.end("sub")] if match["sub"] else ""
        return Name(task=task + sub, metric="acc", n_shot=read_whole(match["shots"]))
    if match := _LEVANTER.fullmatch(key):
        shots = read_whole(match["shots"]) if match["shots"] else None
        return Name(task=match["task"], metric=match["metric"], n_shot=shots)
    return _called_as_in_a_table(_OF_A_TRAINER.sub("", key))


def _called_as_in_a_table(key: str) -> Name | None:
    """Return the score that a column of a table would be by this name, where its task is one that is known.

    A trainer's own accuracy (`eval_accuracy`, `val/acc`) names none.
    """
    told = read_score_name(key) or {}
    if "task" not in told or "metric" not in told:
        return None
    name = take_apart(told["task"])
    if not known.is_task(name.task):
        return None
    return Name(task=name.task, metric=told["metric"], format=name.format, n_shot=name.n_shot)


def _olmo_setting(task: str, metric: str) -> Name:
    told = take_apart(task)
    # Its MMLU is the validation set unless a name says `test`: both stand in one log.
    is_validation = re.fullmatch(r"mmlu_(?!.*_(?:test|val)$)\w+", told.task)
    name = f"{told.task}_val" if is_validation and known.task_called(f"{told.task}_val") else told.task
    return Name(task=name, metric=metric, format=told.format, n_shot=told.n_shot)
