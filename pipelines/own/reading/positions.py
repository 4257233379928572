"""Finds how far training had come in names: checkpoint-500, step1000-tokens4B, iter_0001000, main."""

import re
from collections.abc import Sequence

from pipelines.own.reading.found import Counter, OwnFile, Position, Question

_STEP = re.compile(
    r"(?:^|[^a-z0-9])(?:global[_-]?)?(?:checkpoint|step|iter|ckpt)[_-]?(\d{1,12})(?!\d|\.\d)", re.I
)
_EPOCH = re.compile(r"(?:^|[^a-z0-9])epoch[_-]?(\d{1,6})(?!\d|\.\d)", re.I)
_LAST = re.compile(r"(?:^|[/_=-])(?:main|final)(?:$|[/,-])", re.I)
_REST = re.compile(r"[-_/. ]+(?:tokens?\d+[kmbt]?|unsharded|hf)?$", re.I)


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


def without_position(name: str) -> str | None:
    """Return a model's name without the step in it (``./ck/step8000`` is ``ck``); None where none is left."""
    text = name.replace("\\", "/")
    for pattern in (_STEP, _EPOCH, _LAST):
        matches = list(pattern.finditer(text))
        if matches:
            text = text[: matches[-1].start()]
            break
    parts = [part for part in _REST.sub("", text).split("/") if part not in ("", ".", "..")]
    return "/".join(parts[-2:]) if parts else None


def told_position(file: OwnFile, names: Sequence[str | None]) -> tuple[Position, list[Question]]:
    """Return the position that ``names`` tell, else the file's folders and name; a question if two disagree.

    A name for the last checkpoint (``main``) gives way to any number.
    """
    folders = file.path.split("/")
    told = [position_in_name(name) for name in names if name]
    told += [position_in_name(part) for part in reversed(folders)]
    numbers = [p for p in told if p is not None and p.number is not None]
    distinct = list(dict.fromkeys(numbers))
    if len({(p.counter, p.number) for p in distinct}) > 1:
        options = tuple(f"{p.number:.0f}" for p in distinct if p.number is not None)
        words = f"its names tell different steps ({', '.join(options)}): which is it?"
        return Position(), [Question(file_key(file, "step"), words, options, file.path)]
    if distinct:
        return distinct[0], []
    return next((p for p in told if p is not None), Position()), []


def file_key(file: OwnFile, field: str) -> str:
    """Return where an answer about one file goes in the card."""
    return f'files."{file.path}".{field}'
