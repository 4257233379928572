"""Finds how far training had come in a name: checkpoint-500, step1000-tokens4B, iter_0001000, main."""

import re

from pipelines.own.found import Counter, Position

_STEP = re.compile(
    r"(?:^|[^a-z0-9])(?:global[_-]?)?(?:checkpoint|step|iter|ckpt)[_-]?(\d{1,12})(?![\d.])", re.I
)
_EPOCH = re.compile(r"(?:^|[^a-z0-9])epoch[_-]?(\d{1,6})(?![\d.])", re.I)
_LAST = re.compile(r"(?:^|[/_=-])(?:main|final)(?:$|[/,-])", re.I)


def position_in_name(name: str) -> Position | None:
    """Return the position that a name tells: the last number after a word for a step; ``main`` is the last.

    None where it tells none. Names such as ``tokens4B`` beside a step are rounded and not taken.
    """
    found = _STEP.findall(name)
    if found:
        return Position(Counter.STEP, float(found[-1]))
    epochs = _EPOCH.findall(name)
    if epochs:
        return Position(Counter.EPOCH, float(epochs[-1]))
    return Position(Counter.LAST) if _LAST.search(name) else None
