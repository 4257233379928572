"""The card of a run, ``emergence.toml``: what a user says of a run that its files do not."""

import difflib
import fnmatch
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from emergence.errors import InputError
from pipelines.intake.safe_text import safe_text
from pipelines.own.reading.mapping import COUNTERS, TableMap, read_map

CARD = "emergence.toml"
TEXTS = ("run", "family", "recipe", "tokenizer", "training_corpus", "corpus", "unit", "step_counts", "runs")
WHOLE = (
    "params",
    "seed",
    "sequence_length",
    "tokens_per_epoch",
    "training_tokens",
    "vocabulary",
    "micro_steps_per_step",
    "steps_per_call",
)
NUMBERS = ("tokens_per_day",)
TABLES = ("losses", "scores", "files", "tables")
OTHER = ("tokens_per_step", "accept")
FIELDS = {
    "losses": ("corpus", "unit", "held_out", "use", "divide_by"),
    "scores": ("format", "metric", "n_shot", "scale", "use"),
    "files": (
        *("step", "tokens", "run", "accept", "skip", "step_counts", "n_shot", "format", "corpus", "unit"),
        "pattern",
    ),
}


@dataclass(frozen=True)
class Card:
    """What the card says, checked by type; what it does not say is None or empty.

    ``steps`` are pairs (from this step on, so many tokens a step), in order. ``trouble`` are the fields that
    say something else than they may, as (field, value, what is expected).
    """

    told: Mapping[str, Any] = field(default_factory=dict)
    steps: tuple[tuple[int, int], ...] = ()
    trouble: tuple[tuple[str, str, str], ...] = ()
    notes: tuple[str, ...] = ()

    def text(self, name: str) -> str | None:
        """Return a text of the card."""
        value = self.told.get(name)
        return safe_text(value.strip()) if isinstance(value, str) and value.strip() else None

    def whole(self, name: str) -> int | None:
        """Return a whole number of the card."""
        value = self.told.get(name)
        return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else None

    def number(self, name: str) -> float | None:
        """Return a number of the card."""
        value = self.told.get(name)
        return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None

    def of(self, table: str, name: str) -> Mapping[str, Any]:
        """Return what ``[table."name"]`` says; of files, what every pattern that fits says, in order."""
        told = self.told.get(table, {})
        if table != "files":
            found = told.get(name, {})
            return found if isinstance(found, dict) else {}
        merged: dict[str, Any] = {}
        for pattern, inner in told.items():
            if isinstance(inner, dict) and (pattern == name or fnmatch.fnmatchcase(name, pattern)):
                merged |= inner
        return merged

    def table_map(self, path: str) -> TableMap | None:
        """Return the map of the columns of a table, where the card has one for this path."""
        for pattern, told in self.told.get("tables", {}).items():
            if pattern == path or fnmatch.fnmatchcase(path, pattern):
                return read_map(told, f'{CARD}: tables."{pattern}"')
        return None

    def patterns(self) -> dict[str, Any]:
        """Return the patterns of home-made logs, by the files that they are for."""
        told = self.told.get("files", {})
        return {name: f["pattern"] for name, f in told.items() if isinstance(f, dict) and "pattern" in f}

    def accepts(self, what: str) -> bool:
        """Say whether the user confirmed something that was asked."""
        accepted = self.told.get("accept", [])
        return what in accepted if isinstance(accepted, list) else accepted == what


def read_card(path: Path) -> dict[str, Any]:
    """Return what a card says, unchecked; raises InputError where it is no TOML."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{path} is not TOML: {error}") from error


def check_card(told: Mapping[str, Any]) -> Card:
    """Return a card with what it says by type; what is of another type is in its ``trouble`` and left out."""
    kept: dict[str, Any] = {}
    trouble: list[tuple[str, str, str]] = []
    notes: list[str] = []
    for name, value in told.items():
        expected = _expected(name, value)
        if expected is None:
            near = difflib.get_close_matches(name, [*TEXTS, *WHOLE, *NUMBERS, *TABLES, *OTHER], n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            notes.append(f"{CARD}: nothing is called {safe_text(name)!r}{hint}")
        elif expected:
            trouble.append((name, safe_text(str(value))[:200], expected))
        else:
            kept[name] = value
    steps, wrong = _steps(kept.get("tokens_per_step"))
    if wrong:
        trouble.append(("tokens_per_step", str(kept.pop("tokens_per_step"))[:200], wrong))
    return Card(kept, steps, tuple(trouble), tuple(notes))


def _expected(name: str, value: object) -> str | None:
    """Return nothing where a field may say this, what it may say instead, or None for an unknown field."""
    if name == "step_counts":
        return "" if value in COUNTERS else f"expected one of {', '.join(COUNTERS)}"
    if name in TEXTS:
        return "" if isinstance(value, str) and value.strip() else "expected a text"
    if name in WHOLE:
        return "" if _is_whole(value) else "expected a whole number above 0"
    if name in NUMBERS:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return "" if is_number and 0 < float(value) < float("inf") else "expected a number above 0"  # type: ignore[arg-type]
    if name in TABLES:
        return "" if isinstance(value, dict) else "expected a table of TOML"
    return "" if name in OTHER else None


def _is_whole(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return 0 <= value < 2**63 and value == int(value)


def _steps(told: object) -> tuple[tuple[tuple[int, int], ...], str]:
    """Return (from step, tokens a step) pairs and what is wrong with them."""
    if told is None:
        return (), ""
    pairs: list[Any] = told if isinstance(told, list) else [[0, told]]
    found = [
        (int(p[0]), int(p[1]))
        for p in pairs
        if isinstance(p, list) and len(p) == 2 and all(map(_is_whole, p))
    ]
    in_order = all(a[0] < b[0] for a, b in pairwise(found))
    if (
        len(found) < len(pairs)
        or not found
        or found[0][0] != 0
        or not in_order
        or min(n for _, n in found) <= 0
    ):
        return (), "expected a whole number, or a list of [from_step, tokens] that begins at step 0"
    return tuple(found), ""
