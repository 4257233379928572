"""Every source is fed bad input: it is rejected or fails by itself, and nothing good is lost."""

import os
import random
from dataclasses import replace
from functools import cache
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines.intake import facts, fetch
from pipelines.intake.ingest import ingest, ingest_facts
from pipelines.intake.spec import Source
from pipelines.sources import SOURCES
from pipelines.warehouse import catalog
from pipelines.warehouse.quoting import read_parquet
from pipelines.warehouse.run_sql import run_model
from tests.tools.built import Built, Files, put
from tests.tools.spoil import VALUES, WHOLE_FILE, without_each_name
from tests.tools.synthetic import FILES

BY_NAME = {source.name: source for source in SOURCES}
NAMES = sorted(FILES)
HARMLESS = ("unknown columns",)
VALUE = ["file", "place", "value"]


class Bench:
    """Feeds files to one source, each time in a home of its own."""

    def __init__(self, folder: Path, shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.shared = shared
        self.monkeypatch = monkeypatch
        self.times = 0

    def feed(self, source: Source, files: Files) -> Built:
        self.times += 1
        place = self.folder / str(self.times)
        self.serve(source, files, place)
        built = Built(place / "home", place / "mirror", [source])
        (place / "home" / "staging").mkdir(parents=True)
        for relation in (self.shared / "staging").iterdir():
            (place / "home" / "staging" / relation.name).symlink_to(relation)
        ingest(source, built.settings, built.store)
        return built

    def serve(self, source: Source, files: Files, place: Path) -> None:
        """Put files where the source looks for them; those of an embedded source stand in the package."""
        if source.origins:
            put(place / "mirror", source, files)
            return
        for name, content in files.items():
            (place / "facts").mkdir(parents=True, exist_ok=True)
            (place / "facts" / name).write_bytes(content)
        self.monkeypatch.setattr(fetch, "FACTS", place / "facts")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The facts and the common shape, which every home of this module shares."""
    built = Built(tmp_path_factory.mktemp("shared"), Path(), [])
    for table in facts.TABLES:
        ingest_facts(table, built.store)
    run_model(catalog.models()["stg_shape"], built.store, built.lineage)
    return built.settings.home


@pytest.fixture
def bench(tmp_path: Path, shared: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    return Bench(tmp_path, shared, monkeypatch)


def one_of_each_kind(files: Files) -> list[str]:
    """Return one path of each folder and ending."""
    return list({(Path(path).parent, Path(path).suffix): path for path in sorted(files)}.values())


@cache
def bench_of_marts() -> duckdb.DuckDBPyConnection:
    """One database for all feeds, with the facts: a feed asks for its own rows to be judged, not for files."""
    con = duckdb.connect()
    for table in facts.TABLES:
        con.from_arrow(facts.read_facts(table).to_arrow()).create(f"facts_{table}")
    for function in catalog.functions().values():
        con.execute(catalog.definition(function))
    con.sql(catalog.models()["known_names"].text).create("known_names")
    return con


def judged(built: Built) -> pl.DataFrame:
    """Return what reached the observations, each value with its place and its fate."""
    staged = [f"stg_{source.name}" for source in built.sources]
    built.run("stg_shape", *staged)
    con = bench_of_marts()
    paths = [built.store.path("staging", name) for name in ("stg_shape", *staged)]
    read_parquet(con, *paths, union_by_name=True).create_view("staged", replace=True)
    for name in ("names", "files_out_of_scale", "steps_out_of_order", "observations"):
        con.execute(f"create or replace table {name} as {catalog.models()[name].text}")
    return con.table("observations").pl()


def complaints(built: Built, rows: pl.DataFrame) -> int:
    """Return how many rejects there are, whoever rejected."""
    source = built.sources[0].name
    staging = pl.read_parquet(built.store.path("staging", f"stg_{source}_rejects"))
    return built.report("rejects", source).height + staging.height + (rows["status"] == "rejected").sum()


def check(built: Built, good: pl.DataFrame, spoiled: set[str], what: str, gone: str | None = None) -> None:
    """A source fails, or says what it lost; it keeps other files' values and makes none up.

    Values under a name that is ``gone`` from the file are not missed: nothing says they were there.
    """
    if built.status(built.sources[0].name) == "failed":
        assert built.report("sources", built.sources[0].name)["message"].item(), what
        return
    rows = judged(built)
    kept = rows.filter(pl.col("status") == "kept")
    missing = good.join(kept, on=VALUE, how="anti", nulls_equal=True)
    if gone is not None:
        missing = missing.filter(~pl.col("place").str.contains(gone, literal=True))
    assert not missing.height or complaints(built, rows), f"{what}: lost without a word: {missing.height}"
    assert kept["value"].is_finite().all(), what
    made_up = kept.filter(~pl.col("file").is_in(spoiled)).join(good, on=VALUE, how="anti")
    assert not made_up.height, f"{what}: values that no file holds: {made_up.rows()}"
    fractions = kept.filter(pl.col("metric").is_in(["acc", "acc_norm", "soft", "f1"]))
    assert fractions["value"].is_between(0, 1).all(), what
    is_positive = (pl.col("kind") == "loss") & (pl.col("unit") != "nats_per_token_over_unigram")
    assert (kept.filter(is_positive)["value"] > 0).all(), what


def test_every_source_is_fed() -> None:
    assert {name for name, source in BY_NAME.items() if source.local is None} == set(FILES)


@pytest.mark.parametrize("name", NAMES)
def test_the_made_up_files_are_good(bench: Bench, name: str) -> None:
    built = bench.feed(BY_NAME[name], FILES[name]())
    rows = judged(built)
    assert built.status(name) in ("ok", "partial")
    # A source may state chance levels, and measure nothing.
    assert rows.height + built.report("claims", name).height > 0
    assert set(rows["status"]) <= {"kept", "duplicate"}
    assert not complaints(built, rows)


@pytest.mark.parametrize("name", NAMES)
def test_spoiled_files_are_rejected_or_fail(bench: Bench, name: str) -> None:
    """One file of each kind, then all of them: each source spoiled in a third of the ways, each way in a third of them.

    `benchmarks/torture_inputs.py` mutates every source at length.
    """
    source, files = BY_NAME[name], FILES[name]()
    good = judged(bench.feed(source, files))
    for how, spoil in list((WHOLE_FILE | VALUES).items())[NAMES.index(name) % 3 :: 3]:
        spoiled = {path: spoil(content) for path, content in files.items()}
        ones = one_of_each_kind(files) if how in VALUES else [min(files)]
        for chosen in {frozenset(files), *(frozenset([one]) for one in ones)}:
            bad = {path: spoiled[path] if path in chosen else content for path, content in files.items()}
            built = bench.feed(source, bad)
            check(built, good, set(chosen), f"{name}, {how}, {len(chosen)} of {len(files)} files")
            # A column more in the manner of a CSV breaks a table in another notation.
            if how in HARMLESS and all(path.endswith((".csv", ".json")) for path in chosen):
                assert good.join(judged(built), on=VALUE, how="anti", nulls_equal=True).height == 0


@pytest.mark.parametrize("name", NAMES)
def test_a_name_gone_is_rejected_or_fails(bench: Bench, name: str) -> None:
    source, files = BY_NAME[name], FILES[name]()
    good = judged(bench.feed(source, files))
    for path in one_of_each_kind(files):
        for gone, content in without_each_name(files[path]):
            built = bench.feed(source, files | {path: content})
            check(built, good, {path}, f"{name}, {path} without {gone}", gone)


@pytest.mark.parametrize("name", NAMES)
def test_random_damage_never_gets_out(bench: Bench, name: str) -> None:
    source, files = BY_NAME[name], FILES[name]()
    dice = random.Random(20240323)
    for _ in range(15):
        bad: Files = {}
        for path, content in files.items():
            letters = bytearray(content)
            for _ in range(dice.randint(1, 6)):
                letters[dice.randrange(len(letters))] = dice.randrange(256)
            bad[path] = bytes(letters)
        built = bench.feed(source, bad)
        assert built.status(name) in ("ok", "partial", "failed")


@pytest.mark.parametrize("how", ["html", "truncated", "empty"])
@pytest.mark.parametrize("name", NAMES)
def test_the_last_good_data_stand_and_are_called_stale(bench: Bench, name: str, how: str) -> None:
    """A later edition of a source comes spoiled: a new commit, or new bytes in the package."""
    source, files = BY_NAME[name], FILES[name]()
    built = bench.feed(source, files)
    good = {relation: built.store.record("staging", relation) for relation, _ in source.relations()}
    spoil = WHOLE_FILE[how]
    later = replace(source, origins=tuple(replace(o, commit="f" * 40) for o in source.origins))
    bench.serve(later, {p: spoil(c) for p, c in files.items()}, built.settings.home.parent)
    ingest(later, built.settings, built.store)
    assert built.status(name) == "stale"
    assert built.report("sources", name)["message"].item().startswith("older data stands: ")
    assert {relation: built.store.record("staging", relation) for relation in good} == good
    again = replace(source, origins=tuple(replace(o, commit="e" * 40) for o in source.origins))
    bench.serve(again, files, built.settings.home.parent)
    ingest(again, built.settings, built.store)
    assert built.status(name) in ("ok", "partial")


@pytest.mark.parametrize("name", [name for name in NAMES if BY_NAME[name].origins])
def test_changed_bytes_at_a_pinned_commit_are_refused(bench: Bench, name: str) -> None:
    source, files = BY_NAME[name], FILES[name]()
    built = bench.feed(source, files)
    for local in (built.settings.home / "raw" / name).rglob("files/**/*"):
        if local.is_file():
            local.write_bytes(b"{}")
    put(built.settings.home.parent / "mirror", source, dict.fromkeys(files, b'{"changed": true}'))
    ingest(source, built.settings, built.store)
    assert built.status(name) == "stale"
    assert "a pinned version does not change" in built.report("sources", name)["message"].item()


@pytest.mark.parametrize("damage", [b"", b"[]", b"{}", b'{"files": 3}', b'{"files": {"a": 1}}', b"\xff"])
def test_a_damaged_manifest_never_gets_out(bench: Bench, damage: bytes) -> None:
    source, files = BY_NAME["gadre"], FILES["gadre"]()
    built = bench.feed(source, files)
    for manifest in (built.settings.home / "raw").rglob("manifest.json"):
        manifest.write_bytes(damage)
    ingest(source, built.settings, built.store, force=True)
    assert built.status("gadre") in ("ok", "partial", "stale")
    assert built.store.need("staging", "raw_gadre_scores").rows == 4


def test_a_name_that_is_no_text_costs_that_file_alone(bench: Bench) -> None:
    source, files = BY_NAME["gadre"], FILES["gadre"]()
    good = judged(bench.feed(source, files))
    odd = os.fsdecode(b"exp_data/models/\xff\xfe.json")
    built = bench.feed(source, files | {odd: b"{}"})
    assert built.status("gadre") == "partial"
    assert r"exp_data/models/\xff\xfe.json" in built.report("sources", "gadre")["message"].item()
    assert judged(built).sort(VALUE).equals(good.sort(VALUE), null_equal=True)


def test_a_source_that_cannot_be_named_by_a_key_fails_alone(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> str:
        raise UnicodeEncodeError("utf-8", "\udcff", 0, 1, "surrogates not allowed")

    monkeypatch.setattr("pipelines.intake.ingest.source_code", broken)
    built = bench.feed(BY_NAME["gadre"], FILES["gadre"]())
    assert built.status("gadre") == "failed"
    assert "UnicodeEncodeError" in built.report("sources", "gadre")["message"].item()


def test_half_a_character_in_bytes_makes_a_file_unreadable(bench: Bench) -> None:
    odd = {"exp_data/evals/evaluation_odd_heavy.json": b'{"eval_metrics": {"icl": {"a\xed\xa0\x80": "x"}}}'}
    built = bench.feed(BY_NAME["gadre"], FILES["gadre"]() | odd)
    assert built.status("gadre") == "partial"
    assert built.report("rejects", "gadre")["rule"].to_list() == ["unreadable_file"]


def test_bad_sources_leave_the_others_alone(tmp_path: Path) -> None:
    """All sources together, every other one spoiled, then the rest: the others give the rows of the good run."""
    with_origins = [source for source in SOURCES if source.origins]
    for source in with_origins:
        put(tmp_path / "good", source, FILES[source.name]())
    good = judged(Built(tmp_path / "home", tmp_path / "good", SOURCES).ingest())
    for half in (0, 1):
        bad = {source.name for source in with_origins[half::2]}
        mirror = tmp_path / f"bad_{half}"
        for source in with_origins:
            files = FILES[source.name]()
            put(mirror, source, dict.fromkeys(files, b"<html>") if source.name in bad else files)
        built = Built(tmp_path / f"home_{half}", mirror, SOURCES).ingest()
        rows = judged(built)
        assert {built.status(name) for name in bad} == {"failed"}
        assert not bad & set(rows["source"])
        others = good.filter(~pl.col("source").is_in(bad))
        order = ["source", "file", "place", "revision"]
        assert rows.sort(order).equals(others.sort(order), null_equal=True)
