"""Fits are kept until something they read changes: a part for itself, a whole as a whole."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from pipelines.fits import part_digests as parts
from pipelines.fits.by_source import ALL, BySource, fit_by_source
from pipelines.fits.part_digests import part_digests
from pipelines.fits.registry import drop_gone
from pipelines.fits.run_fits import Fit, Part, Read, fit_in_parts
from pipelines.settings import Settings
from pipelines.warehouse.home import Warehouse
from pipelines.warehouse.store import Store


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return Warehouse(Settings(home=tmp_path), ())


def put(warehouse: Warehouse, **scores: float) -> None:
    """Write the join of a source `s` with one row a corpus."""
    rows = {"source": ["s"] * len(scores), "corpus": list(scores), "score": list(scores.values())}
    frame = pl.DataFrame(rows, schema={"source": pl.String, "corpus": pl.String, "score": pl.Float64})
    warehouse.store.write("marts", "loss_scores", str(scores), frame, lambda _: None)


def doubled(seen: list[str]) -> Fit:
    def fit_part(part: Part) -> Sequence[pl.DataFrame]:
        seen.extend(part.rows["corpus"])
        return [part.rows.with_columns(pl.col("score") * 2), part.rows.select("source", "corpus")]

    outputs = {"double_fits": "twice", "corpus_fits": "names"}
    return Fit(outputs, ["source", "corpus", "score"], fit_part, lambda fits: fits.with_row_index("row"))


def read(warehouse: Warehouse, name: str) -> pl.DataFrame:
    return pl.read_parquet(warehouse.store.path("fits", name))


def test_only_a_part_that_changed_is_fitted_again(warehouse: Warehouse, tmp_path: Path) -> None:
    seen: list[str] = []
    put(warehouse, a=1.0, b=2.0)
    records = fit_in_parts(warehouse, doubled(seen))
    assert seen == ["a", "b"]
    assert {name: record.rows for name, record in records.items()} == {"double_fits": 2, "corpus_fits": 2}
    assert read(warehouse, "double_fits")["score"].to_list() == [2.0, 4.0]
    assert all(r.reused for r in fit_in_parts(warehouse, doubled(seen)).values())
    assert seen == ["a", "b"]
    put(warehouse, a=1.0, b=3.0, c=4.0)
    records = fit_in_parts(warehouse, doubled(seen))
    assert seen == ["a", "b", "b", "c"]
    assert not records["double_fits"].reused
    assert read(warehouse, "double_fits").rows() == [
        (0, "s", "a", 2.0),
        (1, "s", "b", 6.0),
        (2, "s", "c", 8.0),
    ]
    fresh = Warehouse(Settings(home=tmp_path / "fresh"), ())
    put(fresh, a=1.0, b=3.0, c=4.0)
    assert [r.digest for r in fit_in_parts(fresh, doubled([])).values()] == [
        r.digest for r in records.values()
    ]


def test_a_run_of_ones_own_that_comes_or_goes_leaves_the_fits_of_others_as_they_lie(
    warehouse: Warehouse,
) -> None:
    def fitted(*sources: str) -> list[str]:
        rows = pl.DataFrame({"source": sources, "corpus": "c", "score": 1.0})
        warehouse.store.write("marts", "loss_scores", str(sources), rows, lambda _: None)
        fit_in_parts(warehouse, doubled([]))
        return read(warehouse, "corpus_fits")["source"].to_list()

    published = warehouse.store.path("fits", "corpus_fits/published")
    assert fitted("a", "z") == ["a", "z"]
    before = published.stat().st_mtime_ns
    assert fitted("a", "own", "z") == ["a", "z", "own"]
    assert fitted("a", "z") == ["a", "z"]
    assert published.stat().st_mtime_ns == before
    assert fitted("own") == ["own"]
    assert fitted("a", "own", "z") == ["a", "z", "own"]


def test_a_part_is_known_by_its_rows_in_their_order_wherever_they_stand(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, columns = warehouse.store, ["source", "corpus", "score"]

    def digest_of_a(rows: list[tuple[str, float]]) -> str:
        frame = pl.DataFrame([("s", *row) for row in rows], schema=columns, orient="row")
        store.write("marts", "loss_scores", "", frame, lambda _: None)
        rows_of, digest = part_digests(store, "marts", "loss_scores", columns)["s", "a"]
        assert rows_of == 2
        return digest

    known = digest_of_a([("a", 1.0), ("a", 2.0), ("b", 3.0)])
    assert digest_of_a([("a", 2.0), ("a", 1.0), ("b", 3.0)]) != known
    monkeypatch.setattr("pipelines.warehouse.store.ROW_GROUP", 2)
    assert digest_of_a([("b", 4.0), ("a", 1.0), ("b", 5.0), ("a", 2.0)]) == known


@pytest.mark.parametrize(("damaged", "read_again"), [(False, 101), (True, 301)])
def test_only_groups_of_rows_from_the_first_that_differs_on_are_read_again(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, damaged: bool, read_again: int
) -> None:
    monkeypatch.setattr("pipelines.warehouse.store.ROW_GROUP", 100)
    sums, reads = parts._sums, []

    def counted(rows: pl.DataFrame, by: Sequence[str], before: parts.Sums | None) -> parts.Sums:
        reads.append(rows.height)
        return sums(rows, by, before)

    def digests(rows: list[tuple[str, str, float]], store: Store) -> parts.Digests:
        frame = pl.DataFrame(rows, schema=["source", "corpus", "score"], orient="row")
        store.write("marts", "loss_scores", "", frame, lambda _: None)
        return part_digests(store, "marts", "loss_scores", frame.columns)

    rows = [("s", "ab"[k % 2], float(k)) for k in range(300)]
    digests(rows, warehouse.store)
    (note,) = (warehouse.settings.home / "digests").iterdir()
    if damaged:
        note.write_bytes(note.read_bytes()[:-1])
    monkeypatch.setattr(parts, "_sums", counted)
    changed = [*rows[:250], ("s", "c", 0.0), *rows[250:]]
    found = digests(changed, warehouse.store)
    assert sum(reads) == read_again
    assert found == digests(changed, Store(tmp_path / "fresh"))
    assert {part: n for part, (n, _) in found.items()} == {("s", "a"): 150, ("s", "b"): 150, ("s", "c"): 1}


def test_a_setting_that_changes_numbers_and_force_fit_all_again(warehouse: Warehouse) -> None:
    seen: list[str] = []
    put(warehouse, a=1.0)
    fit_in_parts(warehouse, doubled(seen))
    for settings in (replace(warehouse.settings, seed=1), replace(warehouse.settings, force=True)):
        fit_in_parts(Warehouse(settings, ()), doubled(seen))
    assert seen == ["a", "a", "a"]


def test_what_is_gone_is_deleted(warehouse: Warehouse) -> None:
    put(warehouse, a=1.0, b=2.0)
    fit_in_parts(warehouse, doubled([]))
    folder = warehouse.store.path("fits", "double_fits").parent
    assert len(list(folder.glob("*/"))) == 2
    put(warehouse, b=2.0)
    seen: list[str] = []
    fit_in_parts(warehouse, doubled(seen))
    assert len(list(folder.glob("*/"))) == 1
    assert read(warehouse, "double_fits")["score"].to_list() == [4.0]
    assert seen == []


def test_a_fit_that_is_in_the_list_no_longer_is_deleted(warehouse: Warehouse) -> None:
    put(warehouse, a=1.0)
    fit_in_parts(warehouse, doubled([]))
    kept = warehouse.store.write("fits", "threshold_fits", "", pl.DataFrame({"eta": [1.0]}), lambda _: None)
    drop_gone(warehouse)
    assert warehouse.store.record("fits", "double_fits") is None
    assert warehouse.store.record("fits", "threshold_fits") == kept


def test_other_code_fits_all_again(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    put(warehouse, a=1.0)
    fit_in_parts(warehouse, doubled(seen))
    monkeypatch.setattr("pipelines.fits.run_fits.library_code", lambda: "a file was touched")
    fit_in_parts(warehouse, doubled(seen))
    assert seen == ["a", "a"]


def test_a_fit_that_needs_another_follows_its_part(warehouse: Warehouse) -> None:
    seen: list[str] = []

    def after(part: Part) -> Sequence[pl.DataFrame]:
        seen.extend(part.rows["corpus"])
        return [part.others["double_fits"]]

    follower = Fit({"after_fits": "after"}, ["source", "corpus"], after, needs=("double_fits",))
    assert follower.parents == ["loss_scores", "double_fits"]
    for scores in ({"a": 1.0, "b": 2.0}, {"a": 1.0, "b": 3.0}):
        put(warehouse, **scores)
        fit_in_parts(warehouse, doubled([]))
        fit_in_parts(warehouse, follower)
    # The rows that the follower reads are the same; what the other fit made of `b` is not.
    assert seen == ["a", "b", "b"]
    assert read(warehouse, "after_fits")["score"].to_list() == [2.0, 6.0]


def test_without_rows_every_output_is_there_and_empty(warehouse: Warehouse) -> None:
    put(warehouse)
    records = fit_in_parts(warehouse, doubled([]))
    assert {name: record.rows for name, record in records.items()} == {"double_fits": 0, "corpus_fits": 0}


def test_without_rows_a_fit_reads_what_another_made_of_none(warehouse: Warehouse) -> None:
    put(warehouse)
    fit_in_parts(warehouse, doubled([]))
    seen: list[pl.Schema] = []

    def after(part: Part) -> Sequence[pl.DataFrame]:
        seen.append(part.others["double_fits"].schema)
        return [part.rows]

    follower = Fit({"after_fits": "after"}, ["source", "corpus"], after, needs=("double_fits",))
    assert fit_in_parts(warehouse, follower)["after_fits"].rows == 0
    assert "score" in seen[0]


def put_sources(warehouse: Warehouse, **scores: float) -> None:
    """Write the join with one row a source."""
    frame = pl.DataFrame({"source": list(scores), "score": list(scores.values())})
    warehouse.store.write("marts", "loss_scores", str(scores), frame, lambda _: None)


def test_a_source_is_asked_again_only_when_a_row_of_it_changed(warehouse: Warehouse) -> None:
    asked: list[list[str]] = []

    def total(read_one: Read, settings: Settings) -> pl.DataFrame:
        rows = read_one("loss_scores").collect()
        asked.append(rows["source"].to_list())
        return rows.group_by("source").agg(pl.col("score").sum())

    def numbered(totals: pl.DataFrame, read_one: Read, settings: Settings) -> pl.DataFrame:
        return totals.with_columns(of=read_one("loss_scores").collect().height)

    fit = BySource({"total_fits": "sum"}, {"loss_scores": ALL}, total, numbered, in_order=False)
    put_sources(warehouse, b=2.0, a=1.0)
    fit_by_source(warehouse, fit)
    assert fit_by_source(warehouse, fit)["total_fits"].reused
    put_sources(warehouse, b=3.0, c=1.0, a=1.0)
    assert not fit_by_source(warehouse, fit)["total_fits"].reused
    assert asked == [["b", "a"], ["b", "c"]]
    assert read(warehouse, "total_fits").rows() == [("a", 1.0, 3), ("b", 3.0, 3), ("c", 1.0, 3)]
    put_sources(warehouse, a=1.0, c=1.0, b=3.0)
    fit_by_source(warehouse, fit)
    assert len(asked) == 2, "rows in another order are the same"
    put_sources(warehouse, c=1.0)
    fit_by_source(warehouse, fit)
    assert read(warehouse, "total_fits").rows() == [("c", 1.0, 1)]
    put_sources(warehouse)
    assert fit_by_source(warehouse, fit)["total_fits"].rows == 0
    assert len(asked) == 3


def test_only_the_named_columns_of_the_asked_sources_are_read(warehouse: Warehouse) -> None:
    def seen(read_one: Read, settings: Settings) -> pl.DataFrame:
        with pytest.raises(KeyError):
            read_one("threshold_fits")
        return read_one("loss_scores").collect()

    fit = BySource({"seen_fits": "x"}, {"loss_scores": ["source"]}, seen, lambda found, *_: found)
    put_sources(warehouse, a=1.0)
    fit_by_source(warehouse, fit)
    assert read(warehouse, "seen_fits").columns == ["source"]


def test_a_kept_answer_that_was_damaged_is_made_again(warehouse: Warehouse) -> None:
    fit = BySource(
        {"same_fits": "x"},
        {"loss_scores": ALL},
        lambda read_one, _: read_one("loss_scores").collect(),
        lambda found, *_: found,
    )
    put_sources(warehouse, a=1.0, b=2.0)
    fit_by_source(warehouse, fit)
    for file in (warehouse.settings.home / "fits" / "same_fits").rglob("data.parquet"):
        file.write_bytes(file.read_bytes()[:-9])
    fit_by_source(warehouse, fit)
    assert read(warehouse, "same_fits").rows() == [("a", 1.0), ("b", 2.0)]
