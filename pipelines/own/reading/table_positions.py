"""Where the rows of a table stand: what its columns, and the names of its models, say and do not say."""

import re
from collections.abc import Iterable

from pipelines.own.reading.found import OwnFile, Position, Question, Reading
from pipelines.own.reading.known import plain
from pipelines.own.reading.mapping import TableMap
from pipelines.own.reading.positions import file_key, names_nothing, position_in_name, without_position
from pipelines.own.reading.rows import rows_of

_COUNTED = ("step", "tokens", "samples", "n_items")
_IN_MILLIONS = re.compile(
    r"(?:^|_)(?:tokens?|steps?|iters?|iterations?)_(?:in_)?(?:[kmbtg]|bn|\w+illions?|thousands?)$"
    r"|(?:illions?|thousands?)_(?:of_)?(?:tokens?|steps?)$|^[kmbg](?:tokens|steps|iters)$"
)
# What changes from one checkpoint of a training to the next, beside its step.
_OF_CHECKPOINT = re.compile(
    r"(?:tokens?|epochs?|ep|updates?)[-_=]?\d+(?:\.\d+)?[kmbt]*|\d{4}-\d\d-\d\d", re.I | re.A
)
# Fewer than a step or two of any training that is evaluated.
FEWEST_TOKENS = 100_000


def of_checkpoints(file: OwnFile, mapped: TableMap) -> bool:
    """Say whether the names of models tell their steps: `m-step1000` in the first row."""
    row = next((row for _, row in rows_of(file, Reading())), {})
    name = row.get(mapped.columns.get("run", ""))
    return isinstance(name, str) and position_in_name(name) is not None


def nearest(names: Iterable[str]) -> str:
    """Say what comes near a position and is none."""
    for name in names:
        if _IN_MILLIONS.search(plain(name)):
            return f": {name!r} counts thousands or more; write whole numbers into `step` or `tokens`"
        if plain(name) in ("epoch", "epochs"):
            return f": {name!r} can be mapped, where it counts epochs that are over"
    return ""


def ask_small(file: OwnFile, reading: Reading) -> None:
    """Ask where a table's tokens all are fewer than a training's first steps take: written in billions?"""
    tokens = [r.at.tokens for r in reading.records if r.at.tokens is not None and not r.at.is_rounded]
    if tokens and 0 < max(tokens) < FEWEST_TOKENS:
        text = (
            f"the tokens of {file.path} end at {max(tokens):g}: in thousands, millions or billions? "
            "Write them out in the file and add it again (false), or take them as they are (true)"
        )
        reading.questions.append(Question(file_key(file, "accept"), text, ("false", "true"), file.path))


def is_counted(mapped: TableMap, column: str | None) -> bool:
    """Say whether a column holds whole numbers: steps, tokens, samples or items."""
    return any(mapped.columns.get(name) == column for name in _COUNTED)


class Parts:
    """What stands before the steps of a table, as `stage2` in `stage2-step1000`: steps of two begin anew."""

    def __init__(self) -> None:
        """Begin with none."""
        self._of_runs: dict[str, dict[str, None]] = {}

    def run_of(self, run: str | None, cell: object, at: Position) -> str | None:
        """Return the run of a row whose step is spelled so; tokens say by themselves where it stands."""
        told = position_in_name(cell) if isinstance(cell, str) else None
        is_told = at.tokens is not None and not at.is_rounded
        if told is None or told.number is None or is_told or not isinstance(cell, str):
            return run
        part = _OF_CHECKPOINT.sub("", without_position(cell) or "").strip("-_/. ")
        if names_nothing(part) or not re.search("[a-z]", part, re.I):
            part = ""
        self._of_runs.setdefault(run or "", {})[part] = None
        if not part or (run or "").endswith(part):
            return run
        return part if run is None or part.startswith(run) else f"{run}/{part}"

    def ask(self, file: OwnFile, reading: Reading) -> None:
        """Ask where the steps of one run stand after unlike names: never the later of two that are equal."""
        unlike = next((parts for parts in self._of_runs.values() if len(parts) > 1), None)
        if unlike is None:
            return
        shown = ", ".join(part or "nothing" for part in list(unlike)[:4])
        text = (
            f"before the steps of {file.path} stand unlike names ({shown}): is each a training of its own, "
            "whose steps count from its own start (true), or shall the file stay out (false)? "
            "Stages of one training need a column `tokens` that counts from the very start"
        )
        reading.questions.append(Question(file_key(file, "accept"), text, ("true", "false"), file.path))
