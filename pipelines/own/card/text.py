"""Writes answers into a card and leaves every other line of it as its user wrote it."""

import json
import re
import tomllib
from collections.abc import Mapping, MutableMapping
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import InlineTable, Table

from emergence.errors import InputError

Answer = str | int | float | bool | list[Any]
Key = str | tuple[str, ...]
# Of these a name is a path or a pattern, with dots in it.
_QUOTED = ("files", "tables")


def split_key(key: str) -> tuple[str, ...]:
    """Return the parts of where an answer goes: ``losses.eval/c4.loss.corpus`` names a field of a loss.

    The first part names the table, the last the field, and all between is one name, with quotes or without.
    """
    table, dot, rest = key.partition(".")
    if not dot:
        return (key,)
    name, dot, last = rest.rpartition(".")
    if not dot:
        return (table, rest)
    return (table, name[1:-1] if len(name) > 1 and name[0] == name[-1] == '"' else name, last)


def key_of(parts: tuple[str, ...]) -> str:
    """Return the key whose parts these are: the way back from ``split_key``."""
    table, *rest = parts
    if table in _QUOTED and len(rest) > 1:
        rest[0] = f'"{rest[0]}"'
    return ".".join([table, *rest])


def with_answer(text: str, key: Key, answer: Answer) -> str:
    """Return the text of a card with one more answer: see ``with_answers``."""
    return with_answers(text, {key: answer})


def with_answers(text: str, answers: Mapping[Key, Answer]) -> str:
    """Return the text of a card with more answers, each in its section and in the place of an older one.

    Raises InputError where the card is no TOML, or has something else where an answer's section would be.
    """
    if not answers:
        return text
    refused = "the answer cannot be written into the card"
    try:
        wanted, card = tomllib.loads(text), tomlkit.parse(text)
        for key, answer in answers.items():
            parts = split_key(key) if isinstance(key, str) else key
            refused = f"the answer to {key_of(parts)} cannot be written into the card"
            for told in (wanted, card):
                _put(told, parts, _plain(answer))
        made = tomlkit.dumps(card)
        is_as_wanted = tomllib.loads(made) == wanted
    except (TOMLKitError, tomllib.TOMLDecodeError, TypeError, ValueError) as error:
        raise InputError(f"{refused}: {error}") from error
    if not is_as_wanted:
        raise InputError(f"{refused}: write it there by hand")
    return made if made.endswith("\n") else f"{made}\n"


def _plain(answer: Any) -> Any:
    """Return an answer as TOML gives it back: a tuple, which a program may give, is a list there."""
    return [_plain(item) for item in answer] if isinstance(answer, list | tuple) else answer


def _put(card: MutableMapping[str, Any], parts: tuple[str, ...], answer: Answer) -> None:
    """Put an answer into a parsed card; raises TypeError where something else than a table is on its way."""
    table: Any = card
    for depth, part in enumerate(parts[:-1], start=1):
        if part not in table:
            table[part] = _new_table(table, has_header=depth == len(parts) - 1)
        table = table[part]
        if not isinstance(table, MutableMapping):
            raise TypeError(f"{key_of(parts[:depth])} is no table there")
    if isinstance(table, Table) and table.is_super_table():
        # It gets a header of its own, and would take the comment of the first section below it.
        table.trivia.comment = ""
    table[parts[-1]] = answer


def _new_table(parent: object, *, has_header: bool) -> MutableMapping[str, Any]:
    """Return an empty table of the parent's kind; only the section that holds the answer gets a header."""
    if type(parent) is dict:
        return {}
    if isinstance(parent, InlineTable):
        return tomlkit.inline_table()
    return tomlkit.table(is_super_table=not has_header)


def parsed(text: str) -> Answer:
    """Return an answer as typed: a number, true or false, a list, else the text itself."""
    try:
        value = json.loads(text.replace("_", "") if re.fullmatch(r"[\d_]+", text) else text)
    except ValueError:
        return text
    return value if isinstance(value, str | int | float | bool | list) else text
