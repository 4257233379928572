"""Reads results of lighteval: ``{"config_general": …, "results": {"leaderboard|arc:challenge|25": …}}``."""

import re
from dataclasses import dataclass
from typing import Any

from pipelines.own.formats.lm_eval import STDERR, written
from pipelines.own.reading.cells import read_whole
from pipelines.own.reading.checked_numbers import read_count, read_error, read_limit, read_value
from pipelines.own.reading.found import (
    PARTS_ALONE,
    Broken,
    Kind,
    Left,
    OwnFile,
    Position,
    Reader,
    Reading,
    Record,
)
from pipelines.own.reading.lm_eval_metrics import RESTATED, loss_of
from pipelines.own.reading.positions import told_position, without_position

_SUITES = frozenset(
    ("lighteval", "leaderboard", "helm", "custom", "community", "extended", "harness", "original", "bigbench")
)
_AVERAGE = re.compile(r":_average(?:\b|$)")


@dataclass(frozen=True)
class _Key:
    """What the key of a result says."""

    suite: str
    task: str
    n_shot: int | None


def recognise(file: OwnFile) -> bool:
    """Say whether a file is one: a general configuration beside results by task."""
    document = file.document
    return (
        isinstance(document, dict)
        and isinstance(document.get("config_general"), dict)
        and isinstance(document.get("results"), dict)
    )


def read(file: OwnFile) -> Reading:
    """Read one results file; means over tasks are left alone, and their parts taken."""
    document = file.document
    general = document["config_general"]
    reading = Reading(written=written(document, file))
    model = general.get("model_config") if isinstance(general.get("model_config"), dict) else {}
    names = (general.get("model_name"), model.get("model_name"))
    name = next((name for name in names if isinstance(name, str) and name), None)
    revision = model.get("revision")
    at, questions = told_position(
        file, [f"{name or ''}/{revision}" if isinstance(revision, str) else None, name]
    )
    reading.questions += questions
    run = without_position(name) if name else None
    for key, metrics in document["results"].items():
        place = f"results.{key}"
        if key == "all" or _AVERAGE.search(key):
            reading.left.append(Left(file.path, place, f"a plain mean over tasks; {PARTS_ALONE}"))
        elif not isinstance(metrics, dict):
            told = str(metrics)[:200]
            reading.broken.append(
                Broken(file.path, place, "missing_field", told, "expected the metrics of a task")
            )
        else:
            _read_task(file, document, _parted(key), key, metrics, at, run, reading)
    return reading


def _parted(key: str) -> _Key:
    """Take a key apart: ``suite|task|shots|truncate`` of old, ``task|shots`` now."""
    parts = key.split("|")
    suite = parts.pop(0) if len(parts) > 2 or (len(parts) == 2 and parts[0] in _SUITES) else ""
    shots = read_whole(parts[1]) if len(parts) > 1 else None
    return _Key(suite, parts[0].replace(":", "_"), shots if shots is not None and shots >= 0 else None)


def _read_task(
    file: OwnFile,
    document: dict[str, Any],
    key: _Key,
    published: str,
    metrics: dict[str, Any],
    at: Position,
    run: str | None,
    reading: Reading,
) -> None:
    config = _config(document, published)
    where = f"config_tasks.{published}"
    # -1 says that nothing was counted.
    counted = config.get("effective_num_docs")
    items = read_count(file, f"{where}.effective_num_docs", None if counted == -1 else counted, 0, reading)
    shots = key.n_shot
    if shots is None:
        shots = read_count(file, f"{where}.num_fewshots", config.get("num_fewshots"), 0, reading)
    told = document["config_general"].get("max_samples")
    limit = read_limit(file, "config_general.max_samples", told, reading)
    facts = (("limit", str(limit)),) if limit is not None else ()
    for name, value in metrics.items():
        if name.endswith(STDERR):
            continue
        place = f"results.{published}.{name}"
        number = read_value(file, place, value, reading)
        if number is None:
            continue
        if name in RESTATED:
            reading.left.append(Left(file.path, place, RESTATED[name]))
            continue
        loss = loss_of(key.task, name, number, shots)
        if loss:
            corpus, unit, value = loss
            reading.records.append(
                Record(
                    Kind.LOSS, f"{published} {name}", value, at, file.path, place, run,
                    corpus=corpus, unit=unit, held_out=True, facts=facts,
                )
            )  # fmt: skip
            continue
        error = read_error(file, f"results.{published}.{name}{STDERR}", metrics.get(name + STDERR), reading)
        reading.records.append(
            Record(
                Kind.SCORE, f"{published} {name}", number, at, file.path, place, run,
                task=key.task, metric=name, n_shot=shots, n_items=items if items and items > 0 else None,
                format=_format(config), stderr=error,
                facts=facts,
            )
        )  # fmt: skip


def _config(document: dict[str, Any], published: str) -> dict[str, Any]:
    """Return the configuration of a task, whose key lacks the shots."""
    configs = document.get("config_tasks")
    if not isinstance(configs, dict):
        return {}
    parts = published.split("|")
    for name in (published, "|".join(parts[:2]), parts[0]):
        if isinstance(configs.get(name), dict):
            found: dict[str, Any] = configs[name]
            return found
    return {}


def _format(config: dict[str, Any]) -> str | None:
    """Return how a task was asked, where its configuration says that answers are generated."""
    size = read_whole(config.get("generation_size"))
    return "generate" if size is not None and size > 1 else None


READER = Reader("lighteval", "lighteval", recognise, read)
