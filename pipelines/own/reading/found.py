"""What a reader finds in a file of a user's own tools: records, and all that did not become one.

A reader says what its file says and no more: what the file does not say stays ``None`` (or ``UNKNOWN``) and
is asked of the user, once, by those who settle a run. A reader never guesses, nor falls back to a default.
"""

import json
import re
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any

from emergence.errors import InputError

HEAD_BYTES = 65_536
MAX_BYTES = 1 << 30
MAX_JSON_BYTES = 1 << 28
PARTS_ALONE = "only its parts count, where the file has them"
"""Why a mean over tasks is no score."""
BEGINS_JSON = re.compile(rb'\{|\[\s*(?:[{\["\]]|$)')


class Kind(StrEnum):
    """What was measured."""

    LOSS = "loss"
    SCORE = "score"


class Counter(StrEnum):
    """What the number of a position counts."""

    STEP = "step"  # optimizer steps
    MICRO_STEP = "micro_step"  # batches before accumulation (litgpt's and Lightning's ``step``)
    CALL = "call"  # calls of a logger (the ``_step`` of Weights & Biases)
    TOKENS = "tokens"
    NAMED_TOKENS = "named_tokens"  # of a name that tells nothing else (`hf-4B-tokens`), however rounded
    SAMPLES = "samples"
    EPOCH = "epoch"
    LAST = "last"  # named `main` or `final`: the end of training, wherever that is
    UNKNOWN = (
        "unknown"  # a number under a name such as `step`, and the file does not tell of what; or no number
    )


@dataclass(frozen=True, slots=True)
class Position:
    """How far training had come: a number of a counter, and tokens and samples where the file says them too.

    ``is_rounded`` marks tokens such as 4.19B, which tell no two checkpoints apart; ``rounded_to`` is the unit
    of their last digit where a name tells it (a billion in ``step1000-tokens4B``).
    """

    counter: Counter = Counter.UNKNOWN
    number: float | None = None
    tokens: float | None = None
    samples: float | None = None
    is_rounded: bool = False
    rounded_to: float | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """One measured value of one checkpoint, as the file says it; ``None`` is "the file does not say".

    ``key`` is the name as published (``eval_c4_loss``, ``acc_norm,none``). ``run`` is the name of the run or
    model where the file tells it. ``task`` and ``metric`` belong to scores (metric without its filter);
    ``unit``, ``corpus`` and ``held_out`` (False for a training loss) to losses. ``stderr`` and ``n_items``
    are the file's own. ``scale`` is what a full score would be: 1, or 100 for percent; None is not said.
    ``facts`` are pairs that no other field holds: prompt=chat, fewshot_seed=7, version=1, limit=100,
    is_group=true, gen_kwargs=…, weights=model_sha and how they were loaded.
    """

    kind: Kind
    key: str
    value: float
    at: Position
    file: str
    place: str
    run: str | None = None
    task: str | None = None
    metric: str | None = None
    filter: str | None = None
    format: str | None = None
    n_shot: int | None = None
    n_items: int | None = None
    stderr: float | None = None
    scale: float | None = 1.0
    corpus: str | None = None
    unit: str | None = None
    held_out: bool | None = None
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Left:
    """Something left alone on purpose, with the reason in words; ``count`` of alike things are said once."""

    file: str
    place: str
    why: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class Broken:
    """A filled cell, row or file that cannot be used: where, by which rule, what stood there, how to mend."""

    file: str
    place: str
    rule: str
    value: str | None
    fix: str


@dataclass(frozen=True, slots=True)
class Question:
    """What a file does not say, in words, with the likely answer first among ``options``.

    ``key`` is where the answer goes in ``emergence.toml`` (``step_counts``, ``losses.eval_loss.corpus``).
    Whoever settles a run asks by itself for every empty field of the records; a reader adds a question only
    for what no field shows, or to say which answer is likely (it replaces the general one of its key).
    What rests on an answer that ``is_needed`` stays out until it is given.
    """

    key: str
    text: str
    options: tuple[str, ...] = ()
    file: str = ""
    is_needed: bool = True


@dataclass
class Reading:
    """All that came of one file.

    ``in_time_order`` says that records stand in the order in which they were logged, so that a position that
    goes back is a restart and replaces what was logged from there on. ``written`` is when the file says that
    it was written (seconds since 1970, or any number that grows), to tell which of two files is newer.
    ``notes`` are warnings, each in one sentence. ``read_with`` are other files that its records rest
    on: a copy of the run needs them, too.
    """

    records: list[Record] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    broken: list[Broken] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    read_with: list["OwnFile"] = field(default_factory=list)
    in_time_order: bool = False
    written: float | None = None


@dataclass(frozen=True)
class OwnFile:
    """A regular file of a user: where it lies, its path below what was given (with /), and its size."""

    local: Path
    path: str
    size: int

    @property
    def name(self) -> str:
        """The last part of its path."""
        return self.path.rsplit("/", 1)[-1]

    @cached_property
    def head(self) -> bytes:
        """Its first bytes, of which it is recognised."""
        with self.local.open("rb") as stream:
            return stream.read(HEAD_BYTES)

    def read(self, limit: int = MAX_BYTES) -> bytes:
        """Return all its bytes; raises InputError where they are more than ``limit``."""
        with self.local.open("rb") as stream:
            content = stream.read(limit + 1)
        if len(content) > limit:
            raise InputError(f"{self.path} holds more than {limit:,} bytes; cut it to the run in question")
        return content

    @cached_property
    def document(self) -> Any:
        """The value of a file that is one JSON document; None for any other file.

        Raises InputError where it begins like one and is none: cut, too large, nested too deep. A line of a
        log may begin with a bracket, too: [1/1000] loss 10.9.
        """
        start = self.head.removeprefix(b"\xef\xbb\xbf").lstrip()
        if not BEGINS_JSON.match(start) or _is_json_lines(start):
            return None
        try:
            return json.loads(self.read(MAX_JSON_BYTES).decode("utf-8-sig"))
        except (ValueError, RecursionError) as error:
            how = "write it again, or take it away"
            if start.startswith((b"{'", b"[{'")):
                how = "dictionaries as Python prints them: write each with json.dumps"
            raise InputError(f"{self.path} is no whole JSON ({error}): {how}") from error

    def forget(self) -> None:
        """Let go of what was read of it."""
        for name in ("head", "document"):
            self.__dict__.pop(name, None)

    def beside(self, name: str) -> "OwnFile | None":
        """Return the regular file of that name in the same folder, or None; a link is none."""
        local = self.local.parent / name
        try:
            found = local.lstat()
        except OSError:
            return None
        if not stat.S_ISREG(found.st_mode):
            return None
        return OwnFile(local, self.path[: len(self.path) - len(self.name)] + name, found.st_size)

    def text(self) -> str:
        """Return all its text, bytes that are no UTF-8 replaced."""
        return self.read().decode("utf-8-sig", errors="replace")

    def lines(self) -> Iterator[str]:
        """Yield its lines without their ends, one at a time, however large it is."""
        with self.local.open(encoding="utf-8-sig", errors="replace", newline=None) as stream:
            for line in stream:
                yield line.rstrip("\n")


@dataclass(frozen=True)
class Reader:
    """How one format is recognised, by content, and read.

    ``read`` raises InputError only for a file of this format that cannot be read as a whole (cut, empty,
    half a record): the sentence says why and what to do.
    """

    name: str
    title: str
    recognise: Callable[[OwnFile], bool]
    read: Callable[[OwnFile], Reading]


def _is_json_lines(start: bytes) -> bool:
    """Say whether the first line is a JSON value by itself and another follows."""
    first, _, rest = start.partition(b"\n")
    if not rest.strip():
        return False
    try:
        json.loads(first)
    except (ValueError, RecursionError):
        return False
    return True
