"""Where the rows of a table stand: what its columns, and the names of its models, say and do not say."""

import re
from collections.abc import Iterable

from pipelines.own.reading.found import OwnFile, Question, Reading
from pipelines.own.reading.mapping import TableMap, plain
from pipelines.own.reading.positions import file_key, position_in_name
from pipelines.own.reading.rows import rows_of

_COUNTED = ("step", "tokens", "samples", "n_items")
_IN_MILLIONS = re.compile(
    r"(?:^|_)(?:tokens?|steps?|iters?|iterations?)_(?:in_)?(?:[kmbtg]|bn|\w+illions?|thousands?)$"
    r"|(?:illions?|thousands?)_(?:of_)?(?:tokens?|steps?)$|^[kmbg](?:tokens|steps|iters)$"
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
    tokens = [r.at.tokens for r in reading.records if r.at.tokens is not None]
    if tokens and 0 < max(tokens) < FEWEST_TOKENS:
        text = (
            f"the tokens of {file.path} end at {max(tokens):g}: in thousands, millions or billions? "
            "Write them out in the file and add it again (false), or take them as they are (true)"
        )
        reading.questions.append(Question(file_key(file, "accept"), text, ("false", "true"), file.path))


def is_counted(mapped: TableMap, column: str | None) -> bool:
    """Say whether a column holds whole numbers: steps, tokens, samples or items."""
    return any(mapped.columns.get(name) == column for name in _COUNTED)
