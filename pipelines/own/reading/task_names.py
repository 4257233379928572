"""What a task's name in a user's file says: the task, how many examples stood in the prompt, the format.

Writers put the setting into the name: `mmlu_zeroshot`, `hellaswag_10shot`, `gsm8k (8-shot)`, and OLMo's
`arc_challenge_test_mc_5shot_fast`. Upper and lower case, spaces, `-` and `_` never make another task.
"""

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from pipelines.own.reading import known

_WORDS = {"zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "eight": 8, "ten": 10}
# Behind a separator or a bracket, at the end but for the split and the way of computing, as OLMo writes them.
_SHOTS = re.compile(
    rf"(?P<task>.*[^\s_.:/(\[-])(?:[\s_.:/-]+[(\[]?|[(\[])(?:(?P<number>\d{{1,3}})|(?P<word>{'|'.join(_WORDS)}|few))"
    r"[\s_-]?shots?[)\]]?(?P<after>(?:_(?:test|val|validation|train|fast))*)",
    re.IGNORECASE | re.DOTALL,
)
_ALONE = re.compile(rf"(?:(?P<number>\d{{1,3}})|(?P<word>{'|'.join(_WORDS)}))[\s_-]?shots?", re.IGNORECASE)
_FORMAT = re.compile(r"(?P<task>.+)[_:](?P<format>mc|rc)", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class TaskName:
    """A task, and what else its name says: None where it says nothing."""

    task: str
    n_shot: int | None = None
    format: str | None = None


def read_shots(cell: str) -> int | None:
    """Return the number in `3-shot` or `zero-shot`; None where a cell says none so."""
    match = _ALONE.fullmatch(cell.strip())
    return None if match is None else _count(match)


def _count(match: re.Match[str]) -> int | None:
    return int(match["number"]) if match["number"] else _WORDS.get(match["word"].lower())


def take_apart(name: str) -> TaskName:
    """Take the number of examples, and the format before it, out of a name."""
    match = _SHOTS.fullmatch(name)
    if match is None:
        return TaskName(name)
    splits = [part for part in match["after"].split("_") if part and part.lower() != "fast"]
    asked = _FORMAT.fullmatch(match["task"])
    told = TaskName(
        "_".join([asked["task"] if asked else match["task"], *splits]),
        _count(match),
        asked["format"].lower() if asked else None,
    )
    if asked and known.task_called(match["task"]):  # `agi_eval_lsat_rc` is a task
        return replace(told, task="_".join([match["task"], *splits]), format=None)
    return told


@lru_cache(maxsize=65_536)
def read_task_name(published: str) -> TaskName:
    """Return what a name says, under the warehouse's name of the task where it has one."""
    told = take_apart(published)
    if task := known.task_called(told.task):
        return replace(told, task=task)
    if task := known.task_called(published):
        return TaskName(task)
    asked = _FORMAT.fullmatch(told.task)
    if told.format is None and asked and (task := known.task_called(asked["task"])):
        return replace(told, task=task, format=asked["format"].lower())
    return told
