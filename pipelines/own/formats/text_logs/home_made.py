"""A log that nobody else writes, by a pattern of the user's: ``step {step} ({tokens} tok) loss {loss}``."""

import json
import re
from collections.abc import Iterable, Sequence
from itertools import islice
from math import nan

from emergence.errors import InputError
from pipelines.own.formats.text_logs.lines import clean_lines
from pipelines.own.reading.cells import read_rounded
from pipelines.own.reading.curves import Curves
from pipelines.own.reading.found import BEGINS_JSON, Broken, Counter, OwnFile, Question, Reading
from pipelines.own.reading.log_lines import NamedLines, is_log_line, losses_in, step_in
from pipelines.own.reading.loss_names import describe
from pipelines.own.reading.settle_curves import settle

COUNTERS = ("step", "tokens", "samples")
SKIP = "skip"
# More names in a row than a line has numbers would only cost time.
MOST_NAMES = 8
LINES_TO_TELL, LINES_ALIKE = 2_000, 3
UNFITTED = "looks like a loss, and fits no pattern: `pattern` may be a list of several"
_NAME = re.compile(r"\{([^{}]+)\}")
_CELL = r"([^\s;|()\[\]{}]{1,40}?)"
_NUMBER = re.compile(r"(?<![\w.{])\d(?:[\d.,]*\d)?(?:[eE][+-]?\d+)?[KMBT]?(?=( tok)?)")


def read_pattern(file: OwnFile, told: str | Sequence[str]) -> Reading:
    """Read the lines of a log that a pattern fits, the first of several that does.

    Raises InputError for a pattern that says too little, or that no line fits.
    """
    patterns = (told,) if isinstance(told, str) else tuple(told)
    shapes = [_compiled(pattern) for pattern in patterns]
    curves = Curves(file.path, lambda line, _: f"line {line}", counter=Counter.UNKNOWN)
    broken: list[Broken] = []
    fitted: set[int] = set()
    unread = NamedLines()
    for line, rank, text in clean_lines(file):
        for index, (shape, names) in enumerate(shapes):
            if found := shape.search(text):
                fitted.add(index)
                wrong = _add(curves, dict(zip(names, found.groups(), strict=True)), line, rank)
                if wrong is not None:
                    fix = "expected a whole number of steps, tokens or samples"
                    broken.append(Broken(file.path, f"line {line}", "not_a_number", wrong, fix))
                break
        else:
            unread.see(line, text)
    idle = [pattern for index, pattern in enumerate(patterns) if index not in fitted]
    if idle:
        raise InputError(f"no line of {file.path} fits the pattern {idle[0]!r}")
    reading = settle(curves)
    reading.broken += broken
    reading.left += unread.left(file.path, UNFITTED)
    return reading


def _add(curves: Curves, cells: dict[str, str], line: int, rank: int) -> str | None:
    """Take the values of one line; return the cell of a position that is no whole number, if any."""
    at = {name: read_rounded(cells.pop(name)) if name in cells else (nan, False) for name in COUNTERS}
    for name, told in at.items():
        if told is None or told[0] % 1 > 0:
            return name if told is None else f"{name} = {told[0]:g}"
    (step, _), (tokens, is_rounded), (samples, _) = (told or (nan, False) for told in at.values())
    if is_rounded and step == step:
        # Tokens such as 0.06M tell no two checkpoints apart; the step does.
        tokens, is_rounded = nan, False
    for key, cell in cells.items():
        curves.add(key, cell, step, line, tokens=tokens, samples=samples, rank=rank, is_rounded=is_rounded)
    return None


def _compiled(pattern: str) -> tuple[re.Pattern[str], list[str]]:
    """Return a pattern as an expression, and its names but for those that are skipped."""
    names = [name.strip() for name in _NAME.findall(pattern)]
    kept = [name for name in names if name != SKIP]
    losses = [name for name in kept if name not in COUNTERS]
    doubtful = [name for name in losses if describe(name).left is not None]
    if doubtful:
        raise InputError(
            f"the pattern's {{{doubtful[0]}}} is no name of a loss: {{loss}} is, or {{val_loss}}"
        )
    if len(set(kept)) < len(kept) or not losses or len(losses) == len(kept) or len(names) > MOST_NAMES:
        needed = "{step} or {tokens}, and {loss} or {val_loss}, each once"
        raise InputError(f"the pattern {pattern!r} needs {needed}, and at most {MOST_NAMES} names")
    if "}{" in pattern:
        raise InputError(f"the pattern {pattern!r} needs something between two names")
    parts = _NAME.split(pattern)
    made = [_literal(part) if i % 2 == 0 else _cell(part.strip()) for i, part in enumerate(parts)]
    return re.compile("".join(made) + r"(?=[\s,;|)\]]|$)"), kept


def _literal(text: str) -> str:
    return r"\s+".join(re.escape(word) for word in re.split(r"\s+", text))


def _cell(name: str) -> str:
    return _CELL.replace("(", "(?:", 1) if name == SKIP else _CELL


def question(file: OwnFile) -> Question | None:
    """Return the question for the pattern of a text that looks like a log; None where it does not."""
    if b"\0" in file.head or BEGINS_JSON.match(file.head.lstrip()):
        return None
    lines = [text for _, _, text in islice(clean_lines(file), LINES_TO_TELL) if is_log_line(text)]
    if len(lines) < LINES_ALIKE:
        return None
    text = f"{file.path} looks like a log, of no trainer that is known; which part of a line is what?"
    # A validation may stand on lines of its own.
    kinds = {tuple(name for name, _ in losses_in(line)): line for line in reversed(lines)}
    patterns = [_suggested(kinds[names]) for names in sorted(kinds) if not _within(names, kinds)]
    told = patterns[0] if len(patterns) == 1 else json.dumps(patterns)
    return Question(f'files."{file.path}".pattern', text, (told,), file.path, is_needed=False)


def _within(names: tuple[str, ...], kinds: Iterable[tuple[str, ...]]) -> bool:
    """Say whether lines of another kind tell the same losses, and more."""
    return any(set(names) < set(other) for other in kinds)


def _suggested(line: str) -> str:
    """Return a line from its step to its last loss, with names in place of its numbers."""
    step, losses = step_in(line), losses_in(line)
    if step is None or not losses:
        return "step {step} loss {loss}"
    spans = {step: "step"} | {span: name for name, span in losses}
    start = line.rfind(" ", 0, max(step[0] - 1, 0)) + 1
    end = max(last for _, last in spans)

    def named(match: re.Match[str]) -> str:
        at = next((name for span, name in spans.items() if match.start() + start == span[0]), None)
        return f"{{{at or ('tokens' if match[1] else SKIP)}}}"

    return _NUMBER.sub(named, line[start:end]).strip()
