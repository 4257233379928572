"""Finds how far training had come in names: checkpoint-500, epoch=0-step=500, step1000-tokens4B, main."""

import re
from collections.abc import Sequence
from dataclasses import replace

from pipelines.own.reading.found import Counter, OwnFile, Position, Question

# A number with all that is written on to it, as it is read whole or not at all: 8000, 5k, 1e3, 1_000, 5a3f.
_NUMBER = r"(\d[a-z0-9]*(?:\.\d[a-z0-9]*)*(?:_\d{3}(?![a-z0-9]))*)"
# With a sign between, as Lightning writes it, only where no other argument may stand; Composer's batches.
_STEP = re.compile(
    r"(?:(?:^|[^a-z0-9])(?:global[_-]?)?(?:checkpoint|step|iter|ckpt)[_-]?"
    r"|(?:^|[/\\]|epoch=\d+[-_])(?:global_)?step="
    rf"|(?:^|[/\\]|(?<![a-z0-9])ep\d+-)ba(?=\d+(?![a-z0-9]))){_NUMBER}",
    re.I | re.A,
)
_EPOCH = re.compile(rf"(?:^|[^a-z0-9])epoch[_-]?{_NUMBER}", re.I | re.A)
_LAST = re.compile(r"(?:^|[/_=-])(?:main|final)(?:$|[/,-])", re.I)
_REST = re.compile(r"[-_/. ]+(?:tokens?\d+[kmbt]?|unsharded|hf)?$", re.I)
# Names of folders and of nothing in them, as a run within calls its weights.
_NO_NAMES = frozenset(
    (
        *("out", "output", "outputs", "checkpoint", "checkpoints", "ckpt", "ckpts", "model", "models"),
        *("result", "results", "run", "runs", "weights", "save", "saves", "saved", "tmp", "hf", "global"),
        *("last", "last.ckpt", "latest", "best", "main", "final", "unsharded"),
    )
)
_TOKENS = re.compile(r"[-_. ]?tokens?[-_]?\d+(?:\.\d+)?[kmbt]*(?![a-z0-9])", re.I | re.A)
# Tokens that stand without a step: hf-4B-tokens, tokens_4B.
_TOKENS_ALONE = re.compile(
    r"(?<![a-z0-9])(?:tokens?[-_=]?(\d+(?:\.\d+)?)([kmbt]?)|(\d+(?:\.\d+)?)([kmbt]?)[-_]?tokens?)(?![a-z0-9])",
    re.I | re.A,
)
# `tokens4B` beside a step in a name: to the nearest, or as OLMo writes it up to the next (2.1 is 3B).
_TOKENS_BESIDE = re.compile(
    r"(?:^|[^a-z0-9])tokens?[-_]?(\d{1,15})(?:\.(\d{1,6}))?([kmbt]?)(?![a-z0-9])", re.I | re.A
)
_SCALE = {"": 1.0, "k": 1e3, "m": 1e6, "b": 1e9, "t": 1e12}
_PLAIN = re.compile(r"\d{1,12}", re.A)
_DECIMAL = re.compile(r"\d+(?:\.\d+)+", re.A)
_IN_THOUSANDS = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)k", re.I | re.A)
_POWER = re.compile(r"\d(?:\.\d{1,3})?e\d{1,2}", re.I | re.A)
_GROUPED = re.compile(r"(\d+)((?:_\d{3})+)", re.A)


def position_in_name(name: str) -> Position | None:
    """Return the position that a name tells: the last number after a word for a step; ``main`` is the last.

    None where it tells none, or one that cannot be read whole (``step10M`` may be steps or tokens). Tokens
    beside a step (``step1000-tokens4B``) are rounded: they are held against those that the step becomes.
    """
    for pattern, counter in ((_STEP, Counter.STEP), (_EPOCH, Counter.EPOCH)):
        found = _found(pattern, name)
        if found:
            number = _whole(found[-1].group(1))
            if number is None:
                return None
            at = Position(counter, number)
            return _with_tokens(at, name, found[-1].end(1)) if counter is Counter.STEP else at
    return Position(Counter.LAST) if _LAST.search(name) else None


def _with_tokens(at: Position, name: str, end: int) -> Position:
    """Return a step with the tokens that the same part of a path tells; ``end`` is where its number ends."""
    first = max(name.rfind(mark, 0, end) for mark in "/\\") + 1
    found = _TOKENS_BESIDE.search(re.split(r"[/\\]", name[first:], maxsplit=1)[0])
    if found is None:
        return at
    whole, parts, scale = found[1], found[2] or "", _SCALE[found[3].lower()]
    return replace(
        at,
        tokens=float(f"{whole}.{parts or 0}") * scale,
        is_rounded=True,
        rounded_to=scale / 10 ** len(parts),
    )


def unread_number(name: str) -> str | None:
    """Return the number after a name's last word for a step, where it cannot be read whole; else None."""
    found = _found(_STEP, name) or _found(_EPOCH, name)
    return found[-1].group(1) if found and _whole(found[-1].group(1)) is None else None


def _found(pattern: re.Pattern[str], name: str) -> list[re.Match[str]]:
    """Return where a name tells a number; 1.5 is that of a version."""
    return [match for match in pattern.finditer(name) if not _DECIMAL.fullmatch(match.group(1))]


def tokens_in_name(name: str) -> float | None:
    """Return the tokens that a name without a step tells (`hf-4B-tokens`), however rounded; else None."""
    found = list(_TOKENS_ALONE.finditer(name))
    if not found:
        return None
    number, scale, before, scale_before = found[-1].groups()
    return float(number or before) * _SCALE[(scale or scale_before or "").lower()]


def _whole(text: str) -> float | None:
    """Return a whole number: plain, in thousands (5k), as a power (1e3) or grouped (1_000); else None."""
    number: float | None = None
    grouped = _GROUPED.fullmatch(text)
    if _PLAIN.fullmatch(text) or _POWER.fullmatch(text):
        number = float(text)
    elif in_thousands := _IN_THOUSANDS.fullmatch(text):
        number = round(float(in_thousands.group(1)) * 1000, 3)
    elif grouped:
        first, rest = grouped.groups()
        if len(first) > 3 or first.startswith("0"):
            number = _whole(first)
        elif not rest.strip("_0"):
            # 1_500 may be update 500 of epoch 1.
            number = float(text.replace("_", ""))
    return number if number is not None and number.is_integer() else None


def without_position(name: str) -> str | None:
    """Return a model's name without the step in it (``./ck/step8000`` is ``ck``); None where none is left."""
    text = name.replace("\\", "/")
    for matches in (_found(_STEP, text), _found(_EPOCH, text), list(_LAST.finditer(text))):
        if matches:
            text = text[: matches[-1].start()]
            break
    parts = [part for part in _REST.sub("", text).split("/") if part not in ("", ".", "..")]
    return "/".join(parts[-2:]) if parts else None


def names_nothing(run: str) -> bool:
    """Say whether a run's name is what weights are called in any run: `out`, `checkpoints`."""
    return all(part.lower() in _NO_NAMES for part in run.split("/"))


def without_steps(part: str) -> str:
    """Return one part of a path without numbers of steps, epochs and tokens: what its checkpoints share."""
    for pattern in (_STEP, _EPOCH):
        for match in reversed(_found(pattern, part)):
            part = part[: match.start()] + part[match.end() :]
    return _TOKENS.sub("", part)


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
        return next((at for at in distinct if at.tokens is not None), distinct[0]), []
    unread = [text for name in (*names, *reversed(folders)) if name and (text := unread_number(name))]
    if unread:
        words = f"a name of {file.path} tells {unread[0]!r}, which cannot be read whole: of which step is it?"
        return Position(), [Question(file_key(file, "step"), words, (), file.path)]
    if any(told):
        return next(p for p in told if p is not None), []
    tokens = [found for name in (*names, *reversed(folders)) if name and (found := tokens_in_name(name))]
    return (Position(Counter.NAMED_TOKENS, tokens[0]) if len(set(tokens)) == 1 else Position()), []


def file_key(file: OwnFile, field: str) -> str:
    """Return where an answer about one file goes in the card."""
    return f'files."{file.path}".{field}'
