"""Writes a map of a table's columns with its guesses filled in, and reads one."""

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from emergence.errors import InputError
from pipelines.own.card.fields import why_wrong_map
from pipelines.own.card.text import Answer
from pipelines.own.reading.found import Counter, OwnFile
from pipelines.own.reading.mapping import COUNTERS, SINGLE, TableMap, guess_map, read_map
from pipelines.own.reading.rows import columns_of, is_table

_HEAD = """# Which column of {file} is what. Correct it, then: emergence add {file} --map {target}
# Its columns: {columns}
"""


def template(file: OwnFile, target: Path) -> str:
    """Return the text of a map of a table, as guessed; raises InputError for a file that is no table."""
    if not is_table(file):
        raise InputError(f"{file.path} is no table (CSV with a header, JSON rows or Parquet)")
    names = columns_of(file)
    mapped = guess_map(names)
    lines = [_HEAD.format(file=file.path, target=target, columns=", ".join(names)).rstrip()]
    for name in SINGLE:
        column = mapped.columns.get(name)
        lines.append(f"{name} = {json.dumps(column, ensure_ascii=False)}" if column else f'# {name} = "…"')
    lines.append(_counts(mapped))
    lines += [
        "",
        "# A column of losses: corpus, unit (nats_per_token, bits_per_byte, …), held_out",
        "[losses]",
    ]
    lines += [f"{_text(name)} = {_inline(told)}" for name, told in mapped.losses.items()]
    lines += [
        "",
        "# A column of scores: task, metric, n_shot, format (rc, mc, generate), scale (1 or 100), stderr",
        "[scores]",
    ]
    lines += [f"{_text(name)} = {_inline(told)}" for name, told in mapped.scores.items()]
    lines += ["", *(f"# not taken: {_text(name)}: {why}" for name, why in mapped.unknown)]
    return "\n".join(lines).rstrip() + "\n"


def _counts(mapped: TableMap) -> str:
    names = {counter: name for name, counter in COUNTERS.items()}
    told = names[mapped.counts or Counter.STEP]
    mark = "" if mapped.counts else "# "
    return f'{mark}counts = "{told}"  # what the step column counts: {", ".join(COUNTERS)}'


def _inline(told: Mapping[str, Any]) -> str:
    return (
        "{"
        + ", ".join(f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in told.items())
        + "}"
    )


def _text(name: str) -> str:
    return json.dumps(name, ensure_ascii=False)


def map_answers(path: Path, table: str) -> dict[str | tuple[str, ...], Answer]:
    """Return what a map says as answers for the card, under the table's path."""
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{path} is not TOML: {error}") from error
    read_map(told, str(path))
    if why := why_wrong_map(told):
        raise InputError(f"{path}: {why}")
    answers: dict[str | tuple[str, ...], Answer] = {}
    for name, value in told.items():
        if name not in ("losses", "scores"):
            answers["tables", table, name] = value
            continue
        for column, fields in value.items():
            for field_name, inner in fields.items():
                answers["tables", table, name, column, field_name] = inner
            if not fields:
                answers["tables", table, name, column, "use"] = True
    return answers
