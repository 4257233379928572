"""Ways to corrupt a home folder with a release: each takes the home and its release's folder."""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyarrow.parquet as pq

from pipelines.release.footer import read_notes
from pipelines.release.open_release import Release
from pipelines.release.package import data_package, dataset_card
from pipelines.warehouse.catalog import public_models

Corrupt = Callable[[Path, Path], object]
DATABASE = "emergence.duckdb"


@contextmanager
def manifest_of(folder: Path) -> Iterator[dict[str, Any]]:
    """Give the manifest to change, and write it again."""
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    yield manifest
    path.write_text(json.dumps(manifest, indent=1))


def sign(folder: Path, *names: str) -> None:
    """Put the digests on record right, as who hides a change would."""
    with manifest_of(folder) as manifest:
        for name in names:
            content = (folder / name).read_bytes()
            manifest["files"][name] = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def set_field(name: str, value: object) -> Corrupt:
    def corrupt(_: Path, folder: Path) -> None:
        with manifest_of(folder) as manifest:
            manifest[name] = value

    return corrupt


def drop_field(name: str) -> Corrupt:
    def corrupt(_: Path, folder: Path) -> None:
        with manifest_of(folder) as manifest:
            del manifest[name]

    return corrupt


def change_entry(part: str, name: str, entry: object) -> Corrupt:
    def corrupt(_: Path, folder: Path) -> None:
        with manifest_of(folder) as manifest:
            if entry is None:
                del manifest[part][name]
            else:
                manifest[part][name] = entry

    return corrupt


def statement(text: str, *, signed: bool = True) -> Corrupt:
    """Run a statement on the released database; signed, its digest and the top file are put right, too."""

    def corrupt(home: Path, folder: Path) -> None:
        with duckdb.connect(str(folder / DATABASE)) as con:
            con.execute(text)
        if signed:
            sign(folder, DATABASE)
            shutil.copyfile(folder / DATABASE, home / DATABASE)

    return corrupt


def page(name: str, change: Callable[[bytes], bytes], *, signed: bool) -> Corrupt:
    def corrupt(_: Path, folder: Path) -> None:
        path = folder / name
        path.write_bytes(change(path.read_bytes()))
        if signed:
            sign(folder, name)

    return corrupt


def table(name: str, change: Callable[[pl.DataFrame], pl.DataFrame]) -> Corrupt:
    """Change a Parquet file, its digest and its count of rows put right."""

    def corrupt(_: Path, folder: Path) -> None:
        path = folder / "tables" / f"{name}.parquet"
        said = read_notes(path)
        frame = change(pl.read_parquet(path))
        pq.write_table(frame.to_arrow().replace_schema_metadata(said), path)
        sign(folder, f"tables/{name}.parquet")
        with manifest_of(folder) as manifest:
            manifest["tables"][name]["rows"] = frame.height

    return corrupt


def both(name: str, column: str, value: str) -> Corrupt:
    """Change one column in Parquet and database alike, manifest and top file put right."""

    def corrupt(home: Path, folder: Path) -> None:
        path = folder / "tables" / f"{name}.parquet"
        said = read_notes(path)
        statement(f"update {name} set {column} = {value}")(home, folder)
        with duckdb.connect(str(folder / DATABASE), read_only=True) as con:
            pq.write_table(con.table(name).to_arrow_table().replace_schema_metadata(said), path)
        sign(folder, f"tables/{name}.parquet")

    return corrupt


def both_and_papers(name: str, column: str, value: str) -> Corrupt:
    """Change one column as ``both`` does, the papers that tell of its file put right, too."""

    def corrupt(home: Path, folder: Path) -> None:
        both(name, column, value)(home, folder)
        release = Release(folder)
        with manifest_of(folder) as manifest:
            models = [model for model in public_models() if model.name in manifest["tables"]]
            tables = {model.name: release.table(model.name) for model in models}
            made = {
                "README.md": dataset_card(folder.name, models, tables),
                "datapackage.json": data_package(folder.name, models, tables, manifest["files"]),
            }
        for paper, text in made.items():
            (folder / paper).write_text(text)
        sign(folder, *made)

    return corrupt


def at(place: str, do: Callable[[Path], object]) -> Corrupt:
    """Do something to a path below the release, or below the home where it begins with ``home/``."""

    def corrupt(home: Path, folder: Path) -> None:
        do(home / place.removeprefix("home/") if place.startswith("home/") else folder / place)

    return corrupt


def replaced(make: Callable[[Path], object]) -> Callable[[Path], object]:
    def do(path: Path) -> None:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
        make(path)

    return do


def linked(path: Path) -> None:
    """Put a link to the very same bytes in the place of a file or a folder."""
    kept = path.with_name(f".{path.name}.kept") if path.parent.name != "releases" else Path(f"{path}-kept")
    away = path.parents[3] / kept.name if len(path.parents) > 3 else kept
    shutil.move(path, away)
    path.symlink_to(away)


def doubled(path: Path) -> None:
    """Give a file a second name outside."""
    os.link(path, path.parents[3] / f"{path.name}-too")


CUT: Callable[[Path], object] = lambda path: os.truncate(path, path.stat().st_size // 2)  # noqa: E731
ADDED = b"<p>It is all emergent.</p>"
GONE = replaced(lambda _: None)
ENTRY = {"bytes": 1, "sha256": "0" * 64}
CORRUPTIONS: dict[str, Corrupt] = {
    # What points at the release.
    "latest gone astray": at("home/latest", lambda p: p.write_text("2020-01-01-gone\n")),
    "latest empty": at("home/latest", lambda p: p.write_text("")),
    "latest no text": at("home/latest", lambda p: p.write_bytes(b"\xff\x00")),
    "latest outside": at("home/latest", lambda p: p.write_text("../../etc\n")),
    "latest a path": at("home/latest", lambda p: p.write_text("/etc\n")),
    "latest hidden": at("home/latest", lambda p: p.write_text(".partial\n")),
    "latest twice": at("home/latest", lambda p: p.write_text(p.read_text() * 2)),
    "latest long": at("home/latest", lambda p: p.write_text("x" * 9000)),
    "top gone": at(f"home/{DATABASE}", GONE),
    "top cut": at(f"home/{DATABASE}", CUT),
    "top garbled": at(f"home/{DATABASE}", lambda p: p.write_bytes(b"x" * 9000)),
    "top a folder": at(f"home/{DATABASE}", replaced(lambda p: p.mkdir())),
    "top a pipe": at(f"home/{DATABASE}", replaced(lambda p: os.mkfifo(p))),
    "top a link": lambda home, folder: (
        (home / DATABASE).unlink(),
        (home / DATABASE).symlink_to(folder / DATABASE),
    ),
    "top the released file": lambda home, folder: (
        (home / DATABASE).unlink(),
        os.link(folder / DATABASE, home / DATABASE),
    ),
    "top log": at(f"home/{DATABASE}.wal", lambda p: p.write_bytes(b"x")),
    "top log empty": at(f"home/{DATABASE}.wal", lambda p: p.write_bytes(b"")),
    "top log a link": at(f"home/{DATABASE}.wal", lambda p: p.symlink_to("/nowhere")),
    # Files.
    "README gone": at("README.md", GONE),
    "README longer": page("README.md", lambda b: b + b"x", signed=False),
    "README of other bytes": page("README.md", lambda b: b[:-2] + b"?\n", signed=False),
    "README a folder": at("README.md", replaced(lambda p: p.mkdir())),
    "README a pipe": at("README.md", replaced(lambda p: os.mkfifo(p))),
    "README a link to its like": at("README.md", linked),
    "README a link to nowhere": at("README.md", replaced(lambda p: p.symlink_to("/nowhere"))),
    "README a link to itself": at("README.md", replaced(lambda p: p.symlink_to(p))),
    "README of two names": at("README.md", doubled),
    "a file too many": at("note.txt", lambda p: p.write_text("mine")),
    "a hidden file": at(".note", lambda p: p.write_text("mine")),
    "a folder too many": at("more", lambda p: p.mkdir()),
    "a pipe too many": at("tables/more", lambda p: os.mkfifo(p)),
    "a link too many": at("site/more", lambda p: p.symlink_to("/etc")),
    "a log beside the database": at(f"{DATABASE}.wal", lambda p: p.write_bytes(b"x")),
    "a name that is no text": at(os.fsdecode(b"\xff\xfe"), lambda p: p.write_text("x")),
    "tables a link to its like": at("tables", linked),
    "site gone": at("site", GONE),
    "plots gone": at("plots", GONE),
    "a table's file gone": at("tables/scores.parquet", GONE),
    "a table's file cut": at("tables/scores.parquet", CUT),
    "a table's file no Parquet": at("tables/scores.parquet", lambda p: p.write_bytes(b"PAR1")),
    "two tables in each other's place": lambda _, f: (
        (f / "tables/scores.parquet").rename(f / "x"),
        (f / "tables/losses.parquet").rename(f / "tables/scores.parquet"),
        (f / "x").rename(f / "tables/losses.parquet"),
    ),
    "database gone": at(DATABASE, GONE),
    "database cut": at(DATABASE, CUT),
    "database empty": at(DATABASE, lambda p: p.write_bytes(b"")),
    "database no database": at(DATABASE, lambda p: p.write_bytes(b"x" * 9000)),
    "database a folder": at(DATABASE, replaced(lambda p: p.mkdir())),
    "database a pipe": at(DATABASE, replaced(lambda p: os.mkfifo(p))),
    # The manifest.
    "manifest empty": at("manifest.json", lambda p: p.write_text("")),
    "manifest cut": at("manifest.json", CUT),
    "manifest no text": at("manifest.json", lambda p: p.write_bytes(b"\xff\xfe\x00")),
    "manifest a list": at("manifest.json", lambda p: p.write_text("[]")),
    "manifest a number": at("manifest.json", lambda p: p.write_text("7")),
    "manifest null": at("manifest.json", lambda p: p.write_text("null")),
    "manifest deep": at("manifest.json", lambda p: p.write_text("[" * 100_000)),
    "manifest of lists": at("manifest.json", lambda p: p.write_text('{"files": [], "tables": []}')),
    "manifest of nulls": at("manifest.json", lambda p: p.write_text('{"files": null, "tables": null}')),
    "manifest of numbers": at(
        "manifest.json", lambda p: p.write_text('{"files": {"a": 1}, "tables": {"b": 2}}')
    ),
    **{
        f"manifest without {name}": drop_field(name)
        for name in ("release", "schema_version", "created_at", "inputs", "problems", "warnings")
    },
    "manifest without files": drop_field("files"),
    "manifest without tables": drop_field("tables"),
    "manifest without catalog": drop_field("catalog"),
    "manifest without previous": drop_field("previous"),
    "manifest of another release": set_field("release", "2020-01-01-abcdef"),
    "manifest of a number as release": set_field("release", 7),
    "manifest of another schema": set_field("schema_version", 99),
    "manifest of another time": set_field("created_at", "2020-01-01T00:00:00+00:00"),
    "manifest of no time": set_field("created_at", "yesterday"),
    "manifest of a time to come": set_field("created_at", "2999-01-01T00:00:00+00:00"),
    "manifest of other inputs": set_field("inputs", "0" * 64),
    "manifest of a text as problems": set_field("problems", "none"),
    "manifest of numbers as warnings": set_field("warnings", [1]),
    "manifest with a field more": set_field("approved", True),
    "manifest with a table more": change_entry("tables", "extra", {"rows": 0, "grain": []}),
    "manifest with a table less": change_entry("tables", "scores", None),
    "manifest with other rows": change_entry("tables", "metrics", {"rows": 1, "grain": ["metric"]}),
    "manifest with rows below zero": change_entry("tables", "metrics", {"rows": -1, "grain": ["metric"]}),
    "manifest with rows as text": change_entry("tables", "metrics", {"rows": "9", "grain": ["metric"]}),
    "manifest with another grain": lambda _, f: change_entry(
        "tables", "metrics", {"rows": pl.read_parquet(f / "tables/metrics.parquet").height, "grain": ["x"]}
    )(_, f),
    "manifest with a file more": change_entry("files", "gone.txt", ENTRY),
    "manifest with a file outside": change_entry("files", "../../latest", ENTRY),
    "manifest with a file less": change_entry("files", "README.md", None),
    "manifest with a null file": change_entry("files", "README.md", {"bytes": None, "sha256": None}),
    "manifest with a text as file": change_entry("files", "README.md", "fine"),
    # The database, its digest put right.
    "database with a number changed": statement("update thresholds set loss_min = loss_min + 1e-9"),
    "database with a row less": statement("delete from scores where score = (select min(score) from scores)"),
    "database with a row twice": statement("insert into scores select * from scores limit 1"),
    "database with a column of another name": statement("alter table tasks rename column title to name"),
    "database with a column more": statement("alter table metrics add column extra int"),
    "database with a column of another type": statement("alter table metrics alter column metric type blob"),
    "database with a table less": statement("drop table runs cascade"),
    "database with a table more": statement("create table extra (i int)"),
    "database with a view more": statement("create view extra as select 1 as one"),
    "database with a view that fails": statement("create view broken as select error('x') as x"),
    "database with a view less": statement("drop view leaderboard"),
    "database with another view": statement("create or replace view leaderboard as select 1 as one"),
    "database with a macro less": statement("drop macro table tasks_above_chance"),
    "database with another macro": statement(
        "create or replace macro tasks_above_chance(asked_corpus, asked_loss) as table select 1 as one"
    ),
    "database with a macro more": statement("create macro extra(a) as a + 1"),
    "database with a macro that hides a function": statement("create macro abs(a) as a"),
    "database with another comment": statement("comment on table thresholds is 'all sharp'"),
    "database without a comment": statement("comment on column thresholds.eta is null"),
    "database with a schema more": statement("create schema extra"),
    "database with a sequence more": statement("create sequence extra"),
    "database with a type more": statement("create type extra as enum ('a')"),
    "database with an index more": statement("create index extra on metrics (metric)"),
    # Parquet, its digest and rows put right.
    "Parquet with a number changed": table("thresholds", lambda f: f.with_columns(pl.col("loss_min") + 1e-9)),
    "Parquet with a row less": table("scores", lambda f: f.head(-1)),
    "Parquet with a row twice": table("scores", lambda f: pl.concat([f, f.head(1)])),
    "Parquet with a column less": table("metrics", lambda f: f.drop(f.columns[-1])),
    # Everything but the site put right.
    "a threshold changed everywhere": both("thresholds", "loss_at_2_points", "1.0"),
    "a verdict changed everywhere": both("thresholds", "verdict", "'sharp'"),
    "a citation changed everywhere": both("sources", "citation", "'nobody'"),
    # Papers and site, digests put right.
    "README signed": page("README.md", lambda b: b + b"x\n", signed=True),
    "data package signed": page("datapackage.json", lambda b: b.replace(b"1", b"2", 1), signed=True),
    "a page signed": page("site/index.html", lambda b: b + ADDED, signed=True),
    "a page cut, signed": page("site/index.html", lambda b: b[: len(b) // 2], signed=True),
    "a page more, signed": lambda _, f: ((f / "site/x.html").write_bytes(ADDED), sign(f, "site/x.html")),
    "a page less, signed": lambda _, f: (
        (f / "site/index.html").unlink(),
        change_entry("files", "site/index.html", None)(_, f),
    ),
}
NEED_THE_SITE = {
    name for name in CORRUPTIONS if name.startswith("a ") and ("signed" in name or "everywhere" in name)
}
"""Those that only building the site anew can tell."""
