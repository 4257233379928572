"""Reads ``trainer_state.json`` of transformers: the log of a run, in the order in which it was logged."""

import glob
import json
import re
from functools import lru_cache
from math import nan
from pathlib import Path
from typing import Any

from emergence.errors import InputError
from pipelines.own.reading.cells import is_not_finite, read_number
from pipelines.own.reading.curves import NOT_A_NUMBER, Curves
from pipelines.own.reading.found import Broken, Left, OwnFile, Reader, Reading
from pipelines.own.reading.loss_names import OVER_THE_RUN, Name
from pipelines.own.reading.settle_curves import settle

LOG = "log_history"
TOKENS = "num_input_tokens_seen"
# A trainer that learns from rewards logs a `loss` that is no cross-entropy of a text.
_REWARD = re.compile(
    r"(?:.*/)?(?:policy|objective|completions?)(?:[/_].*)?|(?:.*[/_])?rewards?(?:[/_].*)?", re.I
)
_CHECKPOINT = re.compile(r"checkpoint-\d+")
_NAMES = {"train_loss": Name(left=OVER_THE_RUN)}


def recognise(file: OwnFile) -> bool:
    """Say whether a file is one: an object with a list of what was logged."""
    named = any(key in file.head for key in (b'"log_history"', b'"global_step"'))
    document = file.document if named else None
    return isinstance(document, dict) and isinstance(document.get(LOG), list)


def read(file: OwnFile) -> Reading:
    """Read the losses of one run; the log of a checkpoint that a later one repeats is left alone."""
    document: dict[str, Any] = file.document
    rows: list[Any] = document[LOG]
    _refuse_rewards(file, rows)
    longer = _longer(file, rows)
    if longer:
        return Reading(left=[Left(file.path, LOG, f"{longer} holds the same log, and more of it", len(rows))])
    curves = Curves(file.path, lambda row, key: f"{LOG}[{row}].{key}", names=_NAMES)
    broken = [found for index, row in enumerate(rows) if (found := _row(file, curves, index, row))]
    reading = settle(curves)
    reading.broken += broken
    reading.notes += _stand_ins(file, rows)
    reading.written = read_number(document.get("global_step"))
    return reading


def _row(file: OwnFile, curves: Curves, index: int, row: Any) -> Broken | None:
    """Take what one entry says; return what is wrong with it as a whole."""
    place = f"{LOG}[{index}]"
    if not isinstance(row, dict):
        return Broken(
            file.path, place, "unreadable_row", str(row)[:200], "expected an object: its steps and losses"
        )
    for counter in ("step", TOKENS):
        told = row.get(counter)
        if told is not None and read_number(told) is None:
            return Broken(file.path, f"{place}.{counter}", NOT_A_NUMBER, str(told)[:200], "expected a number")
    step, seen = read_number(row.get("step")), read_number(row.get(TOKENS))
    for key, cell in row.items():
        if step is not None:
            # 0 is written where tokens are not counted.
            curves.add(key, cell, step, index, tokens=seen or nan)
        elif curves.name(key).left is None:
            curves.leave(key, index, "its entry tells no step")
    return None


def _refuse_rewards(file: OwnFile, rows: list[Any]) -> None:
    keys = {key for row in rows if isinstance(row, dict) for key in row}
    rewarded = sorted(key for key in keys if _REWARD.fullmatch(key))
    if rewarded:
        raise InputError(
            f"{file.path} is the log of a training by rewards ({rewarded[0]} beside loss): its loss is "
            "no cross-entropy of a text; take the file away, and evaluate the checkpoints instead"
        )


def _stand_ins(file: OwnFile, rows: list[Any]) -> list[str]:
    """Warn of losses beside a gradient that is not finite: they may stand in for NaN."""
    count = sum(
        is_not_finite(row.get("grad_norm")) and read_number(row.get("loss")) is not None
        for row in rows
        if isinstance(row, dict)
    )
    if not count:
        return []
    return [
        f"{file.path}: grad_norm is not finite at {count:,} entries with a finite loss, which may stand in "
        "for NaN (logging_nan_inf_filter)"
    ]


def _longer(file: OwnFile, rows: list[Any]) -> str | None:
    """Return the path of the largest log nearby, where it begins with all of this one and goes on."""
    root = _root(file)
    others = (root / file.name, *root.glob(f"checkpoint-*/{glob.escape(file.name)}"))
    regular = (path for path in others if path.is_file() and not path.is_symlink())
    near = [path for path in regular if path.stat().st_size > file.size]
    if not near:
        return None
    largest = max(near, key=lambda path: (path.stat().st_size, str(path)))
    state = largest.stat()
    entries = _entries(str(largest), state.st_size, state.st_mtime_ns)
    mine = tuple(_entry(row) for row in rows)
    if len(entries) <= len(mine) or entries[: len(mine)] != mine:
        return None
    return largest.relative_to(root).as_posix()


def _root(file: OwnFile) -> Path:
    """Return the folder of a run: of a file in a checkpoint's, the one above, if that was given, too."""
    is_inside = _CHECKPOINT.fullmatch(file.path.rpartition("/")[0].rpartition("/")[2])
    return file.local.parent.parent if is_inside else file.local.parent


@lru_cache(maxsize=4)
def _entries(path: str, size: int, changed: int) -> tuple[str, ...]:
    """Return the entries of a log as text, for a file of this size and time; none where it is no log."""
    try:
        document = OwnFile(Path(path), path, size).document
    except (InputError, OSError):
        return ()
    rows = document.get(LOG) if isinstance(document, dict) else None
    return tuple(_entry(row) for row in rows) if isinstance(rows, list) else ()


def _entry(row: Any) -> str:
    return json.dumps(row, sort_keys=True)


READER = Reader("trainer_state", "trainer_state.json of transformers", recognise, read)
