"""Every heavy model gives, cut as its head allows, row by row what it gives whole."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import duckdb
import polars as pl
import pytest

from benchmarks.generate import generate, lineage, marts_in_order, run_marts
from pipelines.engines import Here
from pipelines.release.repair import clear_leftovers
from pipelines.warehouse import catalog
from pipelines.warehouse.apart import PUBLISHED
from pipelines.warehouse.catalog import Model
from pipelines.warehouse.connect import Bounds, MemoryShortError, connect, engine_in, spill_folder
from pipelines.warehouse.heads import HeadError, parse_head
from pipelines.warehouse.partitions import split
from pipelines.warehouse.run_sql import run_model
from pipelines.warehouse.store import Store, file_digest

T = TypeVar("T")
HEAVY = {"staged", "observations", "losses", "scores", "loss_scores"}
"""What grows with every checkpoint."""


class Cutting(Here):
    """Cuts everything in two, and works where it is."""

    def pieces(self, rows: int, megabytes: int) -> int:
        return 2

    def side_by_side(
        self, work: Callable[..., T], tasks: Sequence[tuple[Any, ...]], *, megabytes: int = 0
    ) -> Iterator[T]:
        return (work(*task) for task in tasks)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Made-up trainings with unequal steps on three corpora, and a joint source, brought to the marts."""
    made = Store(tmp_path_factory.mktemp("generated"))
    generate(made, 3000, corpora=3, tasks=10, public=30)
    run_marts(made, Here())
    return made


def test_every_model_that_grows_says_what_it_may_be_cut_by() -> None:
    silent = [
        model.name
        for model in catalog.models().values()
        if model.room == "marts" and HEAVY & set(model.parents) and "-- partition: " not in model.text
    ]
    assert silent == []


def test_what_a_head_needs_whole_is_what_its_query_reads() -> None:
    for model in catalog.models().values():
        if cut := model.head.partition:
            assert set(cut.whole) < set(model.parents), model.name


@pytest.mark.parametrize("text", ["run of scores", "run; all", "none", "run within"])
def test_a_head_that_cannot_be_read_is_told(text: str) -> None:
    with pytest.raises(HeadError, match="`partition:` says neither"):
        parse_head("a", f"-- A row.\n-- grain: b\n-- use: none\n-- partition: {text}\nselect 1 as b")


def test_generated_tables_have_what_a_cut_could_lose(store: Store) -> None:
    joined = pl.read_parquet(store.path("marts", "loss_scores"))
    assert joined.filter(source="bpc_obs").height > 100
    assert 0 < joined.filter(pl.col("loss_tokens_gap") > 0).height < joined.height / 2
    assert set(pl.read_parquet(store.path("marts", "observations"))["status"]) == {
        "kept",
        "duplicate",
        "rejected",
    }


def test_cut_and_whole_are_equal_row_by_row_and_byte_by_byte_where_rows_have_an_order(store: Store) -> None:
    unlike = [
        model.name for model in marts_in_order() if model.head.partition and not _is_alike(model, store)
    ]
    assert unlike == []


def _is_alike(model: Model, store: Store) -> bool:
    path = store.path(model.room, model.name)
    whole, digest = pl.read_parquet(path), file_digest(path)
    made = run_model(model, store, lineage(), force=True, engine=Cutting())
    if model.name != "observations":
        return made.digest == digest and made.rows == whole.height
    cut = pl.read_parquet(path)
    # Its rows have no order; no two are one.
    run_model(model, store, lineage(), force=True)
    return (
        cut.height == whole.height
        and not cut.join(whole, on=whole.columns, how="anti", nulls_equal=True).height
    )


def test_a_cut_that_loses_the_sense_of_a_query_would_be_seen(store: Store) -> None:
    text = "-- A row.\n-- grain: n\n-- use: internal\n-- partition: task\nselect count(*) as n from scores order by n"
    model = Model("counted", "marts", text, parse_head("counted", text), ("scores",))
    whole = run_model(model, store, lineage())
    cut = run_model(model, store, lineage(), force=True, engine=Cutting())
    assert (whole.rows, cut.rows) == (1, 2)


def test_a_piece_that_is_done_is_not_done_again_and_none_is_left_over(store: Store) -> None:
    model = catalog.models()["scores"]
    folder = store.path("marts", f"scores/{PUBLISHED}").parent
    done = []

    class Ending(Cutting):
        def side_by_side(
            self, work: Callable[..., T], tasks: Sequence[tuple[Any, ...]], *, megabytes: int = 0
        ) -> Iterator[T]:
            yield work(*tasks[0])
            done.extend(folder.glob("*/data.parquet"))
            raise duckdb.IOException("the power went out")

    with pytest.raises(duckdb.IOException):
        run_model(model, store, lineage(), force=True, engine=Ending())
    (piece,) = done
    made = piece.stat().st_mtime_ns
    seen: list[int] = []

    class Going(Cutting):
        def side_by_side(
            self, work: Callable[..., T], tasks: Sequence[tuple[Any, ...]], *, megabytes: int = 0
        ) -> Iterator[T]:
            for task in tasks:
                yield work(*task)
            seen.append(piece.stat().st_mtime_ns)

    run_model(model, store, lineage(), force=True, engine=Going())
    assert seen == [made]
    assert list(folder.glob("*/")) == []


def test_what_does_not_fit_is_cut_finer_until_it_does(store: Store) -> None:
    """The first piece fits; of the others none does until it was halved twice, and the first is not done again."""
    model, tried = catalog.models()["scores"], []
    whole = file_digest(store.path("marts", "scores"))

    class Short(Cutting):
        def side_by_side(
            self, work: Callable[..., T], tasks: Sequence[tuple[Any, ...]], *, megabytes: int = 0
        ) -> Iterator[T]:
            tried.append(len(tasks))
            yield work(*tasks[0])
            if len(tasks) < 5:
                raise duckdb.OutOfMemoryException("could not allocate")
            yield from super().side_by_side(work, tasks[1:])

    made = run_model(model, store, lineage(), force=True, engine=Short())
    assert tried == [2, 3, 5]
    assert made.digest == whole


def test_what_cannot_go_to_disk_as_a_whole_is_cut(store: Store) -> None:
    """A median holds all of its values; those of one task fit where those of all tasks do not."""
    text = (
        "-- A row.\n-- grain: task\n-- use: internal\n-- partition: task\n"
        "select task, median(score + range) as n from scores, range(10_000) group by task order by task"
    )
    model = Model("gathered", "marts", text, parse_head("gathered", text), ("scores",))
    uncut = replace(model, head=replace(model.head, partition=None))
    with pytest.raises(MemoryShortError, match="gathered needs more than"):
        run_model(uncut, store, lineage(), engine=Here(megabytes=110))
    made = run_model(model, store, lineage(), force=True, engine=Here(megabytes=110))
    rows = pl.read_parquet(store.path("marts", "gathered"))
    assert made.rows == rows.height > 5
    assert rows["n"].is_between(4999, 5001).all()


def test_what_never_fits_is_not_cut_for_ever(store: Store) -> None:
    tried = []

    class NeverEnough(Cutting):
        def side_by_side(
            self, work: Callable[..., T], tasks: Sequence[tuple[Any, ...]], *, megabytes: int = 0
        ) -> Iterator[T]:
            tried.append(len(tasks))
            raise duckdb.OutOfMemoryException("could not allocate")

    with pytest.raises(MemoryShortError, match="scores needs more than"):
        run_model(catalog.models()["scores"], store, lineage(), force=True, engine=NeverEnough())
    assert tried == sorted(set(tried))
    assert len(tried) < 10


def test_what_does_not_fit_in_memory_spills_to_the_disk_of_the_home_and_is_cleared(store: Store) -> None:
    spilled = store.home / "tmp"
    with connect(store, lineage(), (), Bounds(40)) as con:
        con.execute(
            "create temp table wide as select hash(range) as a, hash(range, 1) as b from range(4000000)"
        )
        assert sum(path.stat().st_size for path in spilled.rglob("*") if path.is_file()) > 1e6
        con.execute("drop table wide")
    (spilled / "elsewhere-1").mkdir()
    clear_leftovers(store.home)
    assert list(spilled.rglob("*")) == [spill_folder(store.home)]


def test_a_query_that_groups_rows_reads_a_file_once(tmp_path: Path) -> None:
    """Read once for every few millions of its rows, a file's footer is held as many times, beyond any bound."""
    keys = "select format('{:03}', range // 100_000) as key, range as n from range(8_000_000)"
    file = tmp_path / "keys.parquet"
    grouped = f"explain select key, count(*) from read_parquet('{file}') group by key"
    with duckdb.connect() as con:
        con.execute(f"copy ({keys}) to '{file}'")
    with engine_in(tmp_path, Bounds(500, threads=1)) as con:
        ((_, plan),) = con.sql(grouped).fetchall()
    assert re.sub("_", " ", plan.upper()).count("HASH GROUP BY") == 1


@pytest.mark.parametrize(
    ("sizes", "pieces"), [([3] * 104, 29), ([1, 1, 1, 9, 1, 1], 3), ([5, 5], 9), ([7], 2)]
)
def test_parts_are_as_even_as_values_allow(sizes: list[int], pieces: int) -> None:
    counted = [(f"{place:03}", n) for place, n in enumerate(sizes)]
    parts = list(split(counted, pieces))
    held = [sum(n for value, n in counted if part.holds(value)) for part in parts]
    assert sum(held) == sum(sizes)
    assert len(parts) == min(pieces, len(sizes))
    assert max(held) <= sum(sizes) / pieces + max(sizes)


def test_a_query_that_may_use_too_little_is_told_with_its_name(store: Store) -> None:
    text = "-- A row.\n-- grain: n\n-- use: internal\nselect list(a.score) as n from scores as a, scores as b"
    model = Model("wide", "marts", text, parse_head("wide", text), ("scores",))
    with pytest.raises(MemoryShortError, match="wide needs more than the 50 MB"):
        run_model(model, store, lineage(), engine=Here(megabytes=50))
