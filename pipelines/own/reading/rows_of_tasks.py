"""What a metric beside a task is, in a table of one value a row: a score, a loss on a text, or neither."""

from typing import Any

from pipelines.own.reading import known
from pipelines.own.reading.known import plain
from pipelines.own.reading.lm_eval_metrics import RESTATED, loss_of
from pipelines.own.reading.loss_names import OF_ANSWERS

LOSSES = frozenset(
    (
        "loss",
        "cross_entropy",
        "bits_per_byte",
        "bpb",
        "nll",
        "val_loss",
        "valid_loss",
        "validation_loss",
        "eval_loss",
    )
)
_OF_UNKNOWN = "a loss of what no text and no task is called: put the name of the text in a column corpus"
_ERROR = "a standard error in a row of its own: put it beside its score, in a column stderr"


def why_no_score(task: str, metric: str) -> str | None:
    """Say why a metric of a task is neither a score nor a loss on a text; None where it is one."""
    name = _without_filter(metric)
    if name.endswith("_stderr"):
        return _ERROR
    if _is_loss(name) and task not in known.corpora():
        return OF_ANSWERS if known.is_task(task) else _OF_UNKNOWN
    return RESTATED.get(name)


def loss_beside_task(
    task: str, metric: str, value: float, n_shot: int | None
) -> tuple[float, dict[str, Any]] | None:
    """Return a loss, its text and unit where a metric is one: as the harness has it, or of a known text."""
    name = _without_filter(metric)
    if _is_loss(name):
        return (value, {"corpus": task}) if task in known.corpora() else None
    found = loss_of(task, name, value, n_shot)
    return None if found is None else (found[2], {"corpus": found[0], "unit": found[1]})


def _is_loss(name: str) -> bool:
    # Bits per byte are the harness's loss of any task that is a text.
    return plain(name) in LOSSES - {"bits_per_byte"}


def _without_filter(metric: str) -> str:
    return metric.partition(",")[0].strip()
