"""Rows of one's own runs are made by themselves, and a run that is added leaves the others' as they lie."""

from itertools import pairwise
from pathlib import Path

import duckdb
import polars as pl
import pyarrow.parquet as pq
import pytest

from benchmarks.generate import SOURCES, generate, lineage, marts_in_order
from pipelines.engines import Here
from pipelines.keys import OWN
from pipelines.warehouse import catalog
from pipelines.warehouse.apart import PUBLISHED, SHARES, Share
from pipelines.warehouse.catalog import Model
from pipelines.warehouse.heads import HeadError, parse_head
from pipelines.warehouse.lineage import Lineage
from pipelines.warehouse.reports import REPORTS, report_relation
from pipelines.warehouse.row_groups import row_groups
from pipelines.warehouse.run_sql import run_model
from pipelines.warehouse.store import Store, file_digest
from tests.pipelines.warehouse.test_partitions import Cutting
from tests.tools.apart import compare_with_whole, rows_of

APART = [model for model in marts_in_order() if model.head.is_apart]


def with_own() -> Lineage:
    """What stands behind the marts of generated tables and of runs of one's own."""
    own = {"stg_own": catalog.models()["stg_own"]}
    return Lineage(lineage().models | own, [*SOURCES, OWN])


def stage_own(store: Store, runs: int) -> None:
    """Stage some of the made-up trainings as one's own: with tasks, corpora and steps of the others."""
    others = pl.read_parquet(store.path("staging", "stg_olmo_ladder"))
    mine = others.filter(pl.col("run").is_in(others["run"].unique().sort()[:runs].to_list()))
    store.write("staging", "stg_own", str(runs), mine.with_columns(source=pl.lit(OWN)), lambda _: None)
    for report, schema in REPORTS.items():
        store.write("staging", report_relation(OWN, report), "", pl.DataFrame(schema=schema), lambda _: None)
    rejects = pl.DataFrame(schema=REPORTS["rejects"])
    store.write("staging", "stg_own_rejects", "", rejects, lambda _: None)


def run_all(store: Store, engine: Here) -> None:
    """Run every mart that is made apart, and what these read."""
    for model in marts_in_order():
        run_model(model, store, with_own(), engine=engine)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = Store(tmp_path)
    generate(made, 3000, corpora=3, tasks=10, public=30)
    stage_own(made, 1)
    run_all(made, Here())
    return made


@pytest.mark.parametrize("engine", [Here(), Cutting()])
def test_both_shares_together_are_the_rows_of_the_whole(store: Store, engine: Here) -> None:
    run_all(store, engine)
    assert compare_with_whole(APART, store, with_own()) == [model.name for model in APART]


def test_a_run_that_is_added_leaves_the_rows_of_others_as_they_lie(store: Store) -> None:
    before = {model.name: groups_of(model, store) for model in APART}
    times = {model.name: made_at(model, store) for model in APART}
    stage_own(store, 3)
    run_all(store, Here())
    for model in APART:
        assert groups_of(model, store)[:-1] == before[model.name][:-1], model.name
        assert made_at(model, store)[PUBLISHED] == times[model.name][PUBLISHED], model.name
        assert made_at(model, store)[OWN] > times[model.name][OWN], model.name
        told = pq.read_metadata(store.path(model.room, model.name))
        assert (
            told.num_rows
            == store.need(model.room, model.name).rows
            == rows_of(model, store, with_own()).height
        )


def groups_of(model: Model, store: Store) -> list[tuple[int, bytes]]:
    return list(row_groups(store.path(model.room, model.name)))


def made_at(model: Model, store: Store) -> dict[str, int]:
    return {share: store.path(model.room, f"{model.name}/{share}").stat().st_mtime_ns for share in SHARES}


def test_without_a_run_of_ones_own_the_file_is_that_of_what_is_published(store: Store) -> None:
    stage_own(store, 0)
    run_all(store, Here())
    for model in APART:
        shares = [f"{model.name}/{share}" for share in SHARES]
        store.stack(model.room, model.name, "again", *shares)
        assert not list(store.path(model.room, model.name).parent.rglob("*.partial"))
        place = f"{model.name}/{PUBLISHED}"
        assert file_digest(store.path(model.room, model.name)) == store.need(model.room, place).digest


def test_stacked_rows_are_read_by_every_reader(tmp_path: Path) -> None:
    store = Store(tmp_path)
    parts = [
        pl.DataFrame({"n": range(start, end), "name": [f"row {n}" for n in range(start, end)]})
        for start, end in pairwise((0, 300_000, 300_007))
    ]
    for name, part in zip("ab", parts, strict=True):
        store.write("marts", name, name, part, {"n": "a number"}.get)
    made = store.stack("marts", "both", "key", "a", "b")
    path, both = store.path("marts", "both"), pl.concat(parts)
    assert made.rows == both.height
    assert pl.read_parquet(path).equals(both)
    assert pl.DataFrame(pq.read_table(path)).equals(both)
    assert duckdb.read_parquet(str(path)).filter("n >= 299990").order("n").pl().equals(both[299_990:])
    assert pq.read_schema(path).field("n").metadata == {b"description": b"a number"}
    assert store.stack("marts", "again", "key", "both", "b").rows == both.height + 7
    assert pl.read_parquet(store.path("marts", "again")).equals(pl.concat([both, parts[1]]))


@pytest.mark.parametrize("sources", [["a", OWN, "z"], [OWN, "z"], ["a", OWN]])
def test_what_others_see_of_a_table_hangs_on_their_rows_alone(tmp_path: Path, sources: list[str]) -> None:
    store, line = Store(tmp_path), lineage()
    text = "-- A row.\n-- grain: n\n-- use: internal\nselect n from runs"
    head = parse_head("counted", text)
    others, mine = (Share("counted", "marts", text, head, ("runs",), share) for share in SHARES)

    def seen(share: Share, values: dict[str, int]) -> list[str]:
        rows = pl.DataFrame({"source": sources, "n": [values.get(name, 0) for name in sources]})
        store.write("marts", "runs", "", rows, lambda _: None)
        return list(share.made_from(store, line))

    other = next(name for name in sources if name != OWN)
    assert seen(others, {OWN: 1}) == seen(others, {OWN: 2}) != seen(others, {other: 1})
    assert seen(mine, {other: 1}) == seen(mine, {other: 2}) != seen(mine, {OWN: 1})


def test_a_head_that_names_others_is_told() -> None:
    with pytest.raises(HeadError, match="`apart:` says `own`"):
        parse_head("a", "-- A row.\n-- grain: b\n-- use: none\n-- apart: gadre\nselect 1 as b")
