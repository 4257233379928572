"""A filled cell that cannot be read never vanishes, nor does what it would have said: cell by cell."""

import json
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from emergence.errors import InputError
from pipelines.own.reading.found import Reading, Record
from tests.pipelines.own.reading import own_file
from tests.tools.own_mutants import EVALUATED, WHOLE

NO_NUMBER = "0,4x"
DOCUMENTS = sorted({*EVALUATED, "trainer_state", "megatron_golden"} - {"opencompass", "gauntlet", "table"})


def numbers(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield (holder, key) of every number in a document."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, held in list(inside):
        if isinstance(held, int | float) and not isinstance(held, bool):
            yield value, key
        yield from numbers(held)


def measured(reading: Reading) -> list[Record]:
    """Return its records without their facts, which hold what was written as text."""
    return [replace(record, facts=()) for record in reading.records]


def read_changed(name: str, folder: Path, number: int, value: Any) -> tuple[Reading, Any]:
    """Read a document whose so-many-th number is another value; return what came and the key that held it."""
    reader, make, path = WHOLE[name]
    document = deepcopy(json.loads(make(folder)))
    holder, key = list(numbers(document))[number]
    holder[key] = value
    file = own_file(folder, path, json.dumps(document))
    return (reader.read(file) if reader.recognise(file) else Reading()), key


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_number_that_cannot_be_read_is_said_where_anything_rests_on_it(name: str, tmp_path: Path) -> None:
    reader, make, path = WHOLE[name]
    whole = make(tmp_path)
    before = reader.read(own_file(tmp_path, path, whole))
    missed, rested = [], 0
    for number, _ in enumerate(numbers(json.loads(whole))):
        try:
            reading, key = read_changed(name, tmp_path, number, NO_NUMBER)
        except InputError:
            continue
        if measured(reading) != measured(before):
            rested += 1
            if not any(broken.value == NO_NUMBER for broken in reading.broken):
                missed.append(key)
    assert missed == []
    assert rested


@pytest.mark.parametrize("name", DOCUMENTS)
def test_nothing_in_the_place_of_a_number_is_no_fault(name: str, tmp_path: Path) -> None:
    reader, make, path = WHOLE[name]
    whole = make(tmp_path)
    before = reader.read(own_file(tmp_path, path, whole))
    for number, _ in enumerate(numbers(json.loads(whole))):
        try:
            reading, key = read_changed(name, tmp_path, number, None)
        except InputError:
            continue
        assert [b for b in reading.broken if b not in before.broken] == [], key


@pytest.mark.parametrize("name", sorted(set(DOCUMENTS) & set(EVALUATED)))
def test_nothing_in_the_place_of_a_score_is_said(name: str, tmp_path: Path) -> None:
    reader, make, path = WHOLE[name]
    whole = make(tmp_path)
    before = reader.read(own_file(tmp_path, path, whole))
    silent = []
    for number, _ in enumerate(numbers(json.loads(whole))):
        try:
            reading, key = read_changed(name, tmp_path, number, None)
        except InputError:
            continue
        is_fewer = len(reading.records) < len(before.records)
        if is_fewer and not [left for left in reading.left if left not in before.left]:
            silent.append(key)
    assert silent == []
