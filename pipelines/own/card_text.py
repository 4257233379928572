"""Writes answers into a card and leaves every other line of it as its user wrote it."""

import json
import re
import tomllib
from typing import Any

from emergence.errors import InputError

Answer = str | int | float | bool | list[Any]
_BARE = re.compile(r"^[A-Za-z0-9_-]+$")
_SECTION = re.compile(r"^\s*\[")


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


def with_answer(text: str, key: str | tuple[str, ...], answer: Answer) -> str:
    """Return the text of a card with one more answer, in its section; raises InputError if it is no TOML."""
    parts = split_key(key) if isinstance(key, str) else key
    line = f"{_quoted(parts[-1])} = {_value(answer)}"
    header = f"[{'.'.join(_quoted(part) for part in parts[:-1])}]"
    lines = [old for old in text.splitlines() if old or text]
    lines = _without(lines, parts)
    if len(parts) == 1:
        at = next((i for i, old in enumerate(lines) if _SECTION.match(old)), len(lines))
        while at > 0 and not lines[at - 1].strip():
            at -= 1
        lines.insert(at, line)
    elif header in [old.strip() for old in lines]:
        at = [old.strip() for old in lines].index(header)
        lines.insert(at + 1, line)
    else:
        lines += ["", header, line] if lines else [header, line]
    made = "\n".join(lines) + "\n"
    try:
        tomllib.loads(made)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"the answer to {key} cannot be written into the card: {error}") from error
    return made


def _without(lines: list[str], parts: tuple[str, ...]) -> list[str]:
    """Return the lines but for an older answer of the same place."""
    section: tuple[str, ...] = ()
    kept = []
    for line in lines:
        if _SECTION.match(line):
            section = _parsed_header(line)
        name = line.partition("=")[0].strip().strip('"')
        if section == parts[:-1] and "=" in line and name == parts[-1] and _is_whole_entry(line):
            continue
        kept.append(line)
    return kept


def _parsed_header(line: str) -> tuple[str, ...]:
    try:
        table: Any = tomllib.loads(line)
    except tomllib.TOMLDecodeError:
        return ("",)
    path: list[str] = []
    while isinstance(table, dict) and table:
        name = next(iter(table))
        path.append(name)
        table = table[name]
    return tuple(path)


def _is_whole_entry(line: str) -> bool:
    try:
        tomllib.loads(line)
    except tomllib.TOMLDecodeError:
        return False
    return True


def _quoted(name: str) -> str:
    return name if _BARE.match(name) else json.dumps(name, ensure_ascii=False)


def _value(answer: Answer) -> str:
    if isinstance(answer, bool):
        return "true" if answer else "false"
    # Texts and lists of JSON are those of TOML, but for an escaped slash, which json never writes.
    return json.dumps(answer, ensure_ascii=False)


def parsed(text: str) -> Answer:
    """Return an answer as typed: a number, true or false, a list, else the text itself."""
    try:
        value = json.loads(text.replace("_", "") if re.fullmatch(r"[\d_]+", text) else text)
    except ValueError:
        return text
    return value if isinstance(value, str | int | float | bool | list) else text
