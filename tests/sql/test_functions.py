"""Functions that staging files share: the size that a name says, and how the harness asked a task."""

import duckdb
import pytest

from pipelines.intake.facts import read_facts
from pipelines.warehouse import catalog
from pipelines.warehouse.catalog import definition, functions, functions_in, models


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    con.register("facts_harness_formats", read_facts("harness_formats").to_arrow())
    for function in functions().values():
        con.execute(definition(function))
    return con


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("opt-125m", 125_000_000),
        ("falcon-7b", 7_000_000_000),
        ("bloom-1b1", 1_100_000_000),
        ("GPT-Neo 2.7B", 2_700_000_000),
        ("stablelm-base-alpha-7b-v2", 7_000_000_000),
        ("open_llama_13b", 13_000_000_000),
        ("Mamba-2-130M", 130_000_000),
        ("gpt2-xl", None),
        ("Mixtral-8x7B", None),
        ("GPT-3 Ada", None),
        ("a-1.2.3b", None),
        ("", None),
    ],
)
def test_a_name_says_its_size_or_none(con: duckdb.DuckDBPyConnection, name: str, params: int | None) -> None:
    assert con.execute("select params_named($1)", [name]).fetchall() == [(params,)]


@pytest.mark.parametrize(
    ("task", "version", "asked"),
    [
        ("hendrycksTest-anatomy", 0, "rc"),
        ("hendrycksTest-anatomy", 1, "mc"),
        ("lambada_openai", 0, "generate"),
        ("lambada_openai", None, "generate"),
        ("piqa", None, "rc"),
    ],
)
def test_a_task_was_asked_as_its_name_and_version_say(
    con: duckdb.DuckDBPyConnection, task: str, version: int | None, asked: str
) -> None:
    assert con.execute("select harness_format($1, $2)", [task, version]).fetchall() == [(asked,)]


def test_what_a_function_reads_stands_behind_the_models_that_call_it() -> None:
    callers = [model for model in models().values() if functions_in(model.text)]
    assert {"stg_harness_03", "stg_stablelm", "stg_pythia", "stg_geov"} <= {model.name for model in callers}
    for model in callers:
        for function in functions_in(model.text):
            assert set(function.parents) <= set(model.parents), (model.name, function.name)


def test_every_function_is_called() -> None:
    called = {function.name for model in catalog.models().values() for function in functions_in(model.text)}
    assert called == set(functions())
