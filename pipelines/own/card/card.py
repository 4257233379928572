"""The card of a run, ``emergence.toml``: what a user says of a run that its files do not."""

import fnmatch
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from emergence.errors import InputError
from pipelines.intake.safe_text import safe_text
from pipelines.own.card.fields import (
    A_TABLE,
    MAPS,
    SECTIONS,
    TOP,
    Trouble,
    check_section,
    check_value,
    did_you_mean,
    shown_value,
    steps_of,
    why_wrong_map,
)
from pipelines.own.card.text import Answer, split_key
from pipelines.own.reading.mapping import TableMap, read_map

CARD = "emergence.toml"


@dataclass(frozen=True)
class Card:
    """What the card says, checked field by field; what it does not say is None or empty.

    ``steps`` are pairs (from this step on, so many tokens a step), in order. ``trouble`` are the fields that
    say something else than they may: they are not in ``told``, so that what they should say is asked.
    """

    told: Mapping[str, Any] = field(default_factory=dict)
    steps: tuple[tuple[int, int], ...] = ()
    trouble: tuple[Trouble, ...] = ()
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
            # In [scores] fields of all tasks stand beside the tasks.
            return found if isinstance(found, dict) else {}
        merged: dict[str, Any] = {}
        for pattern, inner in told.items():
            if fits(pattern, name):
                merged |= inner
        return merged

    def table_map(self, path: str) -> TableMap | None:
        """Return the map of the columns of a table, where the card has one for this path."""
        for pattern, told in self.told.get("tables", {}).items():
            if fits(pattern, path):
                where = f'{CARD}: tables."{pattern}"'
                if not isinstance(told, dict):
                    raise InputError(f"{where}: {A_TABLE}, found {told!r}")
                mapped = read_map(told, where)
                if why := why_wrong_map(told):
                    raise InputError(f"{where}: {why}")
                return replace(mapped, losses=_used(mapped.losses), scores=_used(mapped.scores))
        return None

    def patterns(self) -> dict[str, Any]:
        """Return the patterns of home-made logs, by the files that they are for."""
        told = self.told.get("files", {})
        return {name: f["pattern"] for name, f in told.items() if "pattern" in f}

    def accepts(self, what: str) -> bool:
        """Say whether the user confirmed something that was asked."""
        accepted = self.told.get("accept", [])
        return what in accepted if isinstance(accepted, list) else accepted == what


def _used(columns: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Mapping[str, Any]]:
    return {name: told for name, told in columns.items() if told.get("use") is not False}


def fits(pattern: str, path: str) -> bool:
    """Say whether the name of a file in the card is that of a path, or a pattern that fits it."""
    return pattern == path or fnmatch.fnmatchcase(path, pattern)


def read_card(path: Path) -> dict[str, Any]:
    """Return what a card says, unchecked; raises InputError where it is no TOML or cannot be read."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{path} is not TOML: {error}") from error
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from error


def check_card(told: Mapping[str, Any]) -> Card:
    """Return a card with what can be read of it; the rest is in its ``trouble`` and left out."""
    kept: dict[str, Any] = {}
    trouble: list[Trouble] = []
    notes: list[str] = []
    names = [*TOP, *SECTIONS, MAPS]
    for name, value in told.items():
        if name not in names:
            notes.append(f"{CARD}: nothing is called {safe_text(name)!r}{did_you_mean(name, names)}")
        elif name in TOP:
            wrong = check_value((name,), TOP[name], value, names)
            if wrong is None:
                kept[name] = value
            else:
                trouble.append(wrong)
        elif not isinstance(value, dict):
            trouble.append(Trouble((name,), "bad_field", shown_value(value), A_TABLE))
        elif name == MAPS:
            kept[name] = value  # held against the columns of each table when that is read
        else:
            kept[name], wrongs = check_section(name, value)
            trouble += wrongs
    return Card(kept, steps_of(kept.get("tokens_per_step")), tuple(trouble), tuple(notes))


def why_wrong(key: str, answer: Answer) -> str:
    """Return why the card cannot take an answer at a place; nothing where it can."""
    told: Any = answer
    for part in reversed(split_key(key)):
        told = {part: told}
    card = check_card(told)
    return next((item.expected for item in card.trouble), next(iter(card.notes), ""))
