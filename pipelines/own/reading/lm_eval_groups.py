"""Means over parts in the harness's results: their shots, items and standard error are those of the parts."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from pipelines.own.reading.found import Kind, Left, Reading, Record

# Published with four digits and more; parts weighted rightly give the mean to that.
AGREES = 6e-4
TOO_LARGE = 3.0


@dataclass(frozen=True)
class _Group:
    """One score of a group and the same score of its parts."""

    record: Record
    parts: list[Record]


def settle_groups(reading: Reading, document: dict[str, Any]) -> Reading:
    """Give each group's score what its parts say, and leave alone means over unlike things."""
    children = _children(document)
    if not children:
        return reading
    scores: dict[tuple[str | None, str], Record] = {
        (r.task, r.key): r for r in reading.records if r.kind is Kind.SCORE
    }
    settled: list[Record] = []
    for record in reading.records:
        leaves = _leaves(record.task or "", children)
        if record.kind is Kind.LOSS or not leaves:
            settled.append(record)
            continue
        parts = [scores[task, record.key] for task in leaves if (task, record.key) in scores]
        group = _Group(record, parts)
        why = _unlike(group)
        if why:
            reading.left.append(Left(record.file, record.place, why))
        else:
            settled.append(_settled(group, reading))
    reading.records = settled
    return reading


def _children(document: dict[str, Any]) -> dict[str, list[str]]:
    """Return the parts of every group: as listed, else by the indents of the printed names."""
    listed = document.get("group_subtasks")
    found = {
        group: [part for part in parts if isinstance(part, str)]
        for group, parts in (listed.items() if isinstance(listed, dict) else ())
        if isinstance(parts, list) and parts
    }
    groups, results = document.get("groups"), document["results"]
    for group in groups if isinstance(groups, dict) else ():
        if group not in found and group in results:
            found[group] = _indented_below(group, results)
    return {group: parts for group, parts in found.items() if parts}


def _indented_below(group: str, results: dict[str, Any]) -> list[str]:
    names = list(results)
    depth = _indent(results[group])
    below: list[str] = []
    for name in names[names.index(group) + 1 :]:
        if _indent(results[name]) <= depth:
            break
        below.append(name)
    return below


def _indent(metrics: object) -> int:
    alias = metrics.get("alias") if isinstance(metrics, dict) else None
    return len(alias) - len(alias.lstrip(" -")) if isinstance(alias, str) else 0


def _leaves(task: str, children: dict[str, list[str]], depth: int = 0) -> list[str]:
    """Return the parts of a group that are no groups; groups nest, and a file may nest one in itself."""
    if depth > 8:
        return []
    leaves: list[str] = []
    for part in children.get(task, ()):
        leaves += _leaves(part, children, depth + 1) if part in children else [part]
    return list(dict.fromkeys(leaves))


def _unlike(group: _Group) -> str | None:
    if not group.parts:
        return "a group's mean whose parts are not in the file under this metric"
    if len({part.metric for part in group.parts}) > 1:
        return "a mean over unlike metrics"
    if len({part.format for part in group.parts}) > 1:
        return "a mean over tasks asked in unlike formats"
    return None


def _settled(group: _Group, reading: Reading) -> Record:
    record, parts = group.record, group.parts
    shots = {part.n_shot for part in parts}
    if len(shots) > 1:
        reading.notes.append(f"{record.task}: its parts have unlike numbers of shots; the mean gets none")
    sizes = [part.n_items for part in parts]
    items = sum(n for n in sizes if n) if all(sizes) else None
    weights, how = _weights(record, parts)
    return replace(
        record,
        format=parts[0].format,
        metric=parts[0].metric,
        n_shot=shots.pop() if len(shots) == 1 else None,
        n_items=items,
        stderr=_stderr(record, parts, weights, items, reading),
        facts=(*record.facts, ("is_group", "true"), ("weighted", how)),
    )


def _weights(record: Record, parts: list[Record]) -> tuple[list[float], str]:
    """Return the weights of the parts whose mean is the group's score, and their name.

    By size, equal or unknown; sizes are those published, else those that the parts' standard errors imply.
    """
    equal = [1.0] * len(parts)
    ways = [
        ([float(p.n_items or 0) for p in parts], "size"),
        ([_implied(p) for p in parts], "size"),
        (equal, "equal"),
    ]
    for weights, how in ways:
        if all(weights) and abs(_mean(weights, [p.value for p in parts]) - record.value) < AGREES:
            return [w / sum(weights) for w in weights], how
    return [1 / len(parts)] * len(parts), "unknown"


def _implied(part: Record) -> float:
    """Return the number of items that a standard error tells of an accuracy; 0 where there is none."""
    return part.value * (1 - part.value) / part.stderr**2 if part.stderr and 0 < part.value < 1 else 0.0


def _mean(weights: Sequence[float], values: Sequence[float]) -> float:
    return sum(w * v for w, v in zip(weights, values, strict=True)) / sum(weights)


def _stderr(
    record: Record, parts: list[Record], weights: list[float], items: int | None, reading: Reading
) -> float | None:
    """Return the published error of a mean, or that of its parts where it is the spread of them instead."""
    told, p = record.stderr, record.value
    if told is None or items is None or not 0 < p < 1 or told < TOO_LARGE * math.sqrt(p * (1 - p) / items):
        return told
    errors = [part.stderr for part in parts if part.stderr is not None]
    own = (
        math.sqrt(sum((w * e) ** 2 for w, e in zip(weights, errors, strict=True)))
        if len(errors) == len(parts)
        else None
    )
    reading.notes.append(
        f"{record.task}: its standard error {told:.4g} is the spread of its parts; "
        + (f"{own:.4g} is taken, from the parts" if own is not None else "none is taken")
    )
    return own
