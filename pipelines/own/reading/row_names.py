"""What the names in the rows of a table say: of which run they are, of training or not, or of none at all."""

import re
from collections.abc import Iterable

from pipelines.own.reading.found import PARTS_ALONE, Position
from pipelines.own.reading.known import plain
from pipelines.own.reading.positions import position_in_name, without_position

# A file called so holds the trainer's own loss, unless it names a validation, too.
_TRAINING = re.compile(r"^(?!.*(?:val|eval|test|dev))(?:.*[^a-z])?train(?:ing)?(?:[^a-z]|$)")
_OVER = re.compile(r"(?i)mean|average|avg|averaged|median|std|stderr|overall|all|ensemble")
# A column called so may say of each row whether it is of training or of validation.
_SPLITS = ("split", "phase", "set", "subset", "mode", "stage", "event", "type")


def is_of_training(name: str) -> bool:
    """Say whether a file holds the trainer's own losses by its name."""
    return bool(_TRAINING.search(name.lower()))


def split_column(columns: Iterable[str]) -> str | None:
    """Return the column that says of each row whether it is of training."""
    return next((name for name in columns if plain(name) in _SPLITS), None)


def says_training(cell: object) -> bool:
    """Say whether a cell of such a column says training."""
    return str(cell).strip().lower() in ("train", "training")


def without_own_step(run: str | None, at: Position) -> str | None:
    """Return a run's name without the very step that its row tells: `m-step1000` is a checkpoint of `m`."""
    told = position_in_name(run) if run else None
    is_own = told is not None and told.number is not None and told.number == at.number
    return without_position(run) or run if run and is_own else run


def over_others(run: str | None, task: str | None) -> str | None:
    """Return why a row is of no run or task: it is a mean or spread over those of others."""
    if run is not None and _OVER.fullmatch(run):
        return f"{run}: a mean or spread over runs, it seems, and no run"
    return f"{task}: over several tasks; {PARTS_ALONE}" if task and _OVER.fullmatch(task) else None
