"""Reads results of lm-evaluation-harness 0.4 and later: ``{"results": {task: {"acc,none": 0.4}}, …}``."""

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pipelines.own.reading.cells import is_empty, read_number, read_whole
from pipelines.own.reading.checked_numbers import read_count, read_error, read_limit, read_value
from pipelines.own.reading.found import Broken, Kind, Left, OwnFile, Position, Reader, Reading, Record
from pipelines.own.reading.lm_eval_groups import settle_groups
from pipelines.own.reading.lm_eval_metrics import RESTATED, full_score, loss_of, metric_of, score_format
from pipelines.own.reading.lm_eval_model import model_names, weights_of
from pipelines.own.reading.positions import told_position, without_position

STDERR = "_stderr"
MARKS = ("configs", "n-shot", "group_subtasks", "n-samples", "higher_is_better", "lm_eval_version")
# Beside the metrics of a task, and none of them.
NO_METRICS = frozenset({"alias", "name", "sample_len", "sample_count", "samples", "", " "})
_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d)[-:](\d\d)[-:](\d\d)")


def recognise(file: OwnFile) -> bool:
    """Say whether a file is one: results by task, and what only these versions write beside them."""
    document = file.document
    if not isinstance(document, dict) or not isinstance(document.get("results"), dict):
        return False
    if "config_general" in document or "eval" in document:
        return False
    return any(mark in document for mark in MARKS) or any(
        isinstance(task, dict) and any("," in key for key in task) for task in document["results"].values()
    )


def read(file: OwnFile) -> Reading:
    """Read one results file: every metric of every task and group."""
    document = file.document
    reading = Reading(written=written(document, file))
    at, questions = told_position(file, model_names(document))
    reading.questions += questions
    frame = _Frame(file, document, at, reading)
    for task, metrics in document["results"].items():
        frame.read_task(task, metrics)
    if "chat_template" not in document:
        reading.notes.append("results do not say whether a chat template was used; taken as plain prompts")
    return settle_groups(reading, document)


@dataclass(frozen=True)
class _Task:
    """What is alike for all metrics of one task."""

    name: str
    metrics: dict[str, Any]
    format: str | None
    n_shot: int | None
    n_items: int | None
    facts: tuple[tuple[str, str], ...]


class _Frame:
    """What is alike for all records of one file."""

    def __init__(self, file: OwnFile, document: dict[str, Any], at: Position, reading: Reading) -> None:
        self.file, self.document, self.at, self.reading = file, document, at, reading
        self.run = next(
            (without_position(n) for n in model_names(document) if n and without_position(n)), None
        )
        self.facts = facts_of(document)
        self.limit = read_limit(file, "config.limit", _of(document, "config", "limit"), reading)

    def read_task(self, name: str, metrics: object) -> None:
        place = f"results.{name}"
        if not isinstance(metrics, dict):
            self._broken(place, "missing_field", metrics, "expected the metrics of a task")
            return
        task = self._task(name, metrics)
        for key, value in metrics.items():
            metric, _, filtered = key.partition(",")
            if metric.endswith(STDERR) or key in NO_METRICS:
                continue
            number = read_value(self.file, f"{place}.{key}", value, self.reading)
            if number is not None:
                self._record(task, key, metric, filtered, number)

    def _task(self, name: str, metrics: dict[str, Any]) -> _Task:
        version = _of(self.document, "versions", name)
        return _Task(
            name,
            metrics,
            score_format(name, _of(self.document, "configs", name), version),
            self._shots(name),
            self._items(name, metrics),
            self._facts(name) if is_empty(version) else (*self._facts(name), ("version", str(version))),
        )

    def _record(self, task: _Task, key: str, metric: str, filtered: str, value: float) -> None:
        place = f"results.{task.name}.{key}"
        loss = loss_of(task.name, metric, value, task.n_shot)
        if loss:
            corpus, unit, number = loss
            if self._disagrees(metric, value, task.metrics, place):
                return
            self.reading.records.append(
                Record(
                    Kind.LOSS, key, number, self.at, self.file.path, place, self.run,
                    corpus=corpus, unit=unit, held_out=True, facts=self.facts,
                )
            )  # fmt: skip
        elif metric in RESTATED:
            self.reading.left.append(Left(self.file.path, place, RESTATED[metric]))
        else:
            self.reading.records.append(
                Record(
                    Kind.SCORE, key, value, self.at, self.file.path, place, self.run,
                    task=task.name,
                    metric=metric_of(task.name, metric),
                    filter=None if filtered in ("", "none") else filtered,
                    format=task.format,
                    n_shot=task.n_shot,
                    n_items=task.n_items,
                    stderr=self._stderr(task.name, metric, filtered, task.metrics),
                    scale=full_score(task.name),
                    facts=task.facts,
                )
            )  # fmt: skip

    def _disagrees(self, name: str, value: float, metrics: dict[str, Any], place: str) -> bool:
        """Hold bits per byte against the perplexity a byte beside it: of two that differ neither is taken."""
        other = next(
            (read_number(v) for k, v in metrics.items() if k.partition(",")[0] == "byte_perplexity"), None
        )
        if (
            name == "bits_per_byte"
            and other
            and other > 0
            and abs(math.log2(other) - value) > 0.01 * abs(value)
        ):
            self._broken(
                place, "losses_disagree", value, f"log2 of byte_perplexity is {math.log2(other):.4g}"
            )
            return True
        return False

    def _shots(self, task: str) -> int | None:
        config = _of(self.document, "configs", task)
        inner = config.get("metadata") if isinstance(config, dict) else None
        told = (
            inner.get("num_fewshot") if isinstance(inner, dict) else None,
            _of(self.document, "n-shot", task),
            config.get("num_fewshot") if isinstance(config, dict) else None,
            _of(self.document, "config", "num_fewshot"),
        )
        filled = next((cell for cell in told if not is_empty(cell)), None)
        shots = read_whole(filled)
        if filled is not None and (shots is None or shots < 0):
            # Another place that says a number is no answer to a cell that says something else.
            self._broken(f"n-shot.{task}", "not_a_number", filled, "expected a number of examples")
            return None
        return shots

    def _items(self, task: str, metrics: dict[str, Any]) -> int | None:
        told = _of(self.document, "n-samples", task)
        effective = (
            read_count(self.file, f"n-samples.{task}.effective", told.get("effective"), 0, self.reading)
            if isinstance(told, dict)
            else None
        )
        length = f"results.{task}.sample_len"
        own = read_count(self.file, length, metrics.get("sample_len"), 0, self.reading)
        return next((n for n in (own, effective, self.limit) if n is not None and n > 0), None)

    def _facts(self, task: str) -> tuple[tuple[str, str], ...]:
        """Return the facts of a task: a limit that it has no more items than left none of them out."""
        told = _of(self.document, "n-samples", task)
        counts = (
            [read_whole(told.get(name)) for name in ("original", "effective")]
            if isinstance(told, dict)
            else []
        )
        is_whole = len(set(counts)) == 1 and None not in counts
        return tuple(fact for fact in self.facts if fact[0] != "limit" or not is_whole)

    def _stderr(self, task: str, name: str, filtered: str, metrics: dict[str, Any]) -> float | None:
        key = name + STDERR + (f",{filtered}" if filtered else "")
        return read_error(self.file, f"results.{task}.{key}", metrics.get(key), self.reading)

    def _broken(self, place: str, rule: str, value: object, fix: str) -> None:
        self.reading.broken.append(Broken(self.file.path, place, rule, str(value)[:200], fix))


def written(document: dict[str, Any], file: OwnFile) -> float | None:
    """Return when a file was written: its date, else the one in its name."""
    date = read_number(document.get("date"))
    match = _DATE.search(file.name)
    if date is not None or match is None:
        return date
    try:
        return datetime(*map(int, match.groups()), tzinfo=UTC).timestamp()  # type: ignore[misc,arg-type]
    except ValueError:
        return None


def facts_of(document: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return what else tells scores apart: the prompt's form, the seed of its examples, a limit."""
    config = document.get("config")
    told = config if isinstance(config, dict) else {}
    names = ("fewshot_seed", "limit", "gen_kwargs")
    facts = {name: told.get(name) for name in names} | {"weights": weights_of(document)}
    pairs = [(name, str(value)) for name, value in facts.items() if not is_empty(value) and value != {}]
    if document.get("chat_template") or document.get("fewshot_as_multiturn"):
        pairs.append(("prompt", "chat"))
    elif document.get("system_instruction"):
        pairs.append(("prompt", "system"))
    return tuple(pairs)


def _of(document: dict[str, Any], part: str, name: str) -> Any:
    found = document.get(part)
    return found.get(name) if isinstance(found, dict) else None


READER = Reader("lm_eval", "lm-evaluation-harness, 0.4 and later", recognise, read)
