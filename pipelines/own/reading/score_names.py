"""What the name of a column says of scores: their task and metric."""

import re
from typing import Any

from pipelines.own.reading import known
from pipelines.own.reading.lm_eval_metrics import metric_named
from pipelines.own.reading.task_names import take_apart

_METRIC = r"acc_norm|acc|accuracy|exact_match|em|f1|pass@1|mc1|mc2"
# The harness writes its filter behind a comma, where `none` is none.
_SCORE = re.compile(rf"^(?P<task>.+?)[/_.: -](?P<metric>{_METRIC})(?:,(?P<filter>[\w-]+))?$", re.I)
_BARE = re.compile(rf"(?P<metric>{_METRIC})(?:,none)?", re.I)
_AROUND = re.compile(r"^(?:metrics?|results?|scores?|eval|evaluation|lm_eval|downstream)[/.:]+", re.I)
# Words before a metric that name no task.
NO_TASK = frozenset(
    (
        *(
            "metrics",
            "metric",
            "results",
            "scores",
            "eval",
            "evaluation",
            "val",
            "valid",
            "validation",
            "test",
        ),
        *(
            "dev",
            "train",
            "training",
            "token",
            "masked_token",
            "model",
            "overall",
            "average",
            "avg",
            "mean",
            "all",
        ),
        *("macro_avg", "micro_avg", "macro_average", "micro_average"),
    )
)


def read_score_name(name: str) -> dict[str, Any] | None:
    """Return metric and task of a column, the task with all that its name says; none where it names none."""
    found = _SCORE.match(name)
    if found is None:
        return _task_alone(name)
    task = found["task"]
    while (inner := _AROUND.sub("", task)) != task:
        task = inner
    metric = metric_named(task, ",".join(filter(None, (_called(found["metric"]), found["filter"]))))
    told: dict[str, Any] = {"metric": metric}
    # Under `averages/` or whatever folder, a mean is of no task.
    if re.sub(r"[^a-z0-9@/]+", "_", task.lower()).rpartition("/")[2].strip("_") not in NO_TASK:
        told["task"] = task
    return told


def _task_alone(name: str) -> dict[str, Any] | None:
    """Return the task of `hellaswag_10shot`, or the metric of `acc`, which names no task."""
    if bare_metric(name) is not None:
        return {"metric": bare_metric(name)}
    told = take_apart(name)
    return {"task": name} if told.task != name and known.is_task(told.task) else None


def bare_metric(name: str) -> str | None:
    """Return the metric that a column is called by alone, beside a column of tasks."""
    found = _BARE.fullmatch(name.strip())
    return _called(found["metric"]) if found else None


def _called(metric: str) -> str:
    return {"accuracy": "acc"}.get(metric.lower(), metric.lower())
