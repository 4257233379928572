"""What a step left is used again only as it was made, and a path is never a pattern."""

import ast
import itertools
import json
import os
from collections.abc import Callable
from pathlib import Path

import duckdb
import polars as pl
import pyarrow as pa
import pytest

from pipelines.sources import SOURCES
from pipelines.warehouse.quoting import read_parquet
from pipelines.warehouse.run_sql import run_model
from pipelines.warehouse.store import ROW_GROUP, Store
from tests.test_house import ROOT
from tests.tools.built import Built, put
from tests.tools.synthetic import FILES

FRAME = pl.DataFrame({"x": range(1000)})


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path)
    store.write("marts", "made", "key", FRAME, lambda _: None)
    return store


def edit(path: Path) -> None:
    FRAME.with_columns(x=pl.col("x") + 1).write_parquet(path)


def rot(path: Path) -> None:
    """Change one byte and nothing that a look from outside would tell."""
    seen, content = path.stat(), bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))
    os.utime(path, ns=(seen.st_atime_ns, seen.st_mtime_ns))


DAMAGE: dict[str, Callable[[Path], object]] = {
    "edited": edit,
    "cut": lambda path: os.truncate(path, path.stat().st_size // 2),
    "emptied": lambda path: path.write_bytes(b""),
    "gone": lambda path: path.unlink(),
    "a folder": lambda path: (path.unlink(), path.mkdir()),
    "a link to nowhere": lambda path: (path.unlink(), path.symlink_to("/nowhere")),
    "record cut": lambda path: os.truncate(path.with_name("record.json"), 20),
    "record of other digest": lambda path: path.with_name("record.json").write_text(
        json.dumps({"key": "key", "digest": "0" * 64, "rows": 1000})
    ),
    "record no text": lambda path: path.with_name("record.json").write_bytes(b"\xff\xfe"),
    "record a list": lambda path: path.with_name("record.json").write_text("[]"),
}


@pytest.mark.parametrize("how", DAMAGE)
def test_a_relation_that_is_not_as_it_was_made_counts_as_not_made(store: Store, how: str) -> None:
    assert store.record("marts", "made") is not None
    DAMAGE[how](store.path("marts", "made"))
    assert store.record("marts", "made") is None
    assert Store(store.home).record("marts", "made") is None


def test_bytes_that_rot_unseen_are_found_where_every_file_is_read(store: Store) -> None:
    rot(store.path("marts", "made"))
    assert Store(store.home).record("marts", "made") is not None
    assert Store(store.home, is_thorough=True).record("marts", "made") is None


def test_a_copy_with_other_times_and_a_record_of_before_are_read_once(store: Store) -> None:
    path = store.path("marts", "made")
    os.utime(path, ns=(1, 1))
    assert store.record("marts", "made") is not None
    note = json.loads(path.with_name("record.json").read_text())
    path.with_name("record.json").write_text(json.dumps({k: note[k] for k in ("key", "digest", "rows")}))
    assert Store(store.home).record("marts", "made") is not None


def test_a_damaged_mart_is_made_again_by_the_next_run(tmp_path: Path) -> None:
    source = next(source for source in SOURCES if source.name == "gadre")
    put(tmp_path / "mirror", source, FILES["gadre"]())
    built = Built(tmp_path / "home", tmp_path / "mirror", [source]).ingest().run("observations")
    store, model = built.store, built.lineage.models["observations"]
    whole = store.path("marts", "observations").read_bytes()
    for how in ("edited", "cut", "gone"):
        DAMAGE[how](store.path("marts", "observations"))
        assert not run_model(model, Store(store.home), built.lineage).reused
        assert store.path("marts", "observations").read_bytes() == whole
    assert run_model(model, Store(store.home), built.lineage).reused


NAMES = ["[ab]", "*", "?", "**", "{a,b}", "a b", "it's", 'qu"ote', "back\\slash", "[!a]", "[]", "%41", "ü"]


@pytest.mark.parametrize("name", NAMES)
def test_a_path_is_read_literally_whatever_lies_beside_it(tmp_path: Path, name: str) -> None:
    for folder in ("a", "b", "A", name):
        Store(tmp_path / folder).write("marts", "made", "", pl.DataFrame({"x": [folder]}), lambda _: None)
    path = Store(tmp_path / name).path("marts", "made")
    with duckdb.connect() as con:
        assert read_parquet(con, path).fetchall() == [(name,)]
        assert read_parquet(con, path, path, union_by_name=True).fetchall() == [(name,), (name,)]
    assert pl.scan_parquet(path, glob=False).collect().rows() == [(name,)]


def test_nothing_reads_a_path_as_a_pattern() -> None:
    """Every call that would take a path for a pattern says that it is none, or goes through the one that does."""
    asked = {"scan_parquet", "read_parquet", "read_csv", "scan_csv", "read_json_auto", "read_ipc", "scan_ipc"}
    found = []
    for file in (ROOT / "pipelines").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            of = ast.unparse(node.func.value)
            literal = any(word.arg == "glob" for word in node.keywords) or "BytesIO" in ast.unparse(node)
            if node.func.attr in asked and of in ("pl", "con", "files", "duckdb") and not literal:
                found.append(f"{file.relative_to(ROOT)}: {ast.unparse(node)[:80]}")
    assert [line for line in found if "warehouse/quoting.py" not in line] == []


def test_a_file_does_not_depend_on_how_its_rows_arrive(store: Store) -> None:
    """Texts, gaps and numbers, some of which repeat and some never, over three groups of rows and a rest."""
    rows = pl.select(n=pl.int_range(3 * ROW_GROUP + 17)).with_columns(
        text=pl.concat_str(pl.lit("name "), pl.col("n") % 1000),
        place=pl.concat_str(pl.lit("a long name, and no dictionary holds all: "), pl.col("n")),
        half_empty=pl.when(pl.col("n") % 2 == 0).then(pl.col("n") / 7),
        never=pl.lit(None, pl.String),
    )
    table = rows.to_arrow()

    def digest(*sizes: int) -> str:
        cut = itertools.chain.from_iterable(itertools.repeat(sizes))
        batches, start = [], 0
        while start < table.num_rows:
            piece = table.slice(start, next(cut)).combine_chunks()
            batches += piece.to_batches()
            start += piece.num_rows
        reader = pa.RecordBatchReader.from_batches(table.schema, batches)
        return store.write("marts", "cut", "", reader, lambda _: None).digest

    found = {digest(ROW_GROUP), digest(1 << 16), digest(50_000, 3), digest(2048, 77, 1), digest(10**9)}
    assert len(found) == 1
