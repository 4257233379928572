"""What a line of a training log looks like, whoever wrote it: a step, then a loss, each with its number."""

import re

from pipelines.own.reading.found import Left

_VALUE = r"\D{0,3}?(\d+\.\d+)"
# `step 10`, or a number that begins a line before a bar: `10 | loss 9.4`.
_STEP = re.compile(
    r"(?:(?<![a-z])(?:step|iter(?:ation)?|batch|update)s?\D{0,3}?|^\s*(?=\d+ \| ))(\d{1,12})\b", re.I
)
# A word before `loss`, with what joins it, tells of which loss the number is; or one behind: `loss train: 2`.
_BEHIND = r"(?: (?P<behind>train|val|valid|validation|eval|test)\b)?"
_LOSS = re.compile(rf"(?<![a-z])(?:(?P<of>[a-z]+)[_/ .-])?loss{_BEHIND}{_VALUE}", re.I)
_VALIDATION = frozenset({"val", "valid", "validation", "eval", "evaluation", "dev", "test"})
_TRAINING = frozenset({"train", "training", "lm", "ce", "entropy"})


def step_in(line: str) -> tuple[int, int] | None:
    """Return where the number of a line's step stands; None where it has none before a loss."""
    found = _STEP.search(line)
    return None if found is None or not _LOSS.search(line, found.end()) else found.span(1)


def losses_in(line: str) -> list[tuple[str, tuple[int, int]]]:
    """Return the losses of a line, `loss` or `val_loss`, with where their numbers stand; each name once."""
    found: dict[str, tuple[int, int]] = {}
    step = step_in(line)
    for match in _LOSS.finditer(line, step[1] if step else 0):
        of, behind = match["of"], match["behind"]
        # `val_loss valid: 3.1` beside a training loss repeats the last validation.
        name = None if of and behind else _name(of or behind)
        if name is not None:
            found.setdefault(name, match.span(match.lastindex or 0))
    return list(found.items())


def _name(of: str | None) -> str | None:
    word = (of or "").lower()
    if word in _VALIDATION:
        return "val_loss"
    # `| loss` and `,loss` have no word of their own; `aux_loss` has another.
    return "loss" if not word or word in _TRAINING else None


def is_log_line(line: str) -> bool:
    """Say whether a line tells a step and a loss behind it."""
    return step_in(line) is not None and bool(losses_in(line))


class NamedLines:
    """Counts lines that look like those of a log and that its reader does not know: what is lost is said."""

    def __init__(self, known: re.Pattern[str] | None = None) -> None:
        """Begin with none; ``known`` is the shape of lines that are read, though nothing may come of one."""
        self.first = self.count = 0
        self._known = known

    def see(self, line: int, text: str) -> None:
        """Take a line that nothing was read of."""
        # Most lines hold no loss, and are spared the search.
        if "oss" in text and is_log_line(text) and not (self._known and self._known.search(text)):
            self.first = self.first or line
            self.count += 1

    def left(self, file: str, why: str) -> list[Left]:
        """Return them, said once, at the first."""
        return [Left(file, f"line {self.first}", why, self.count)] if self.count else []
