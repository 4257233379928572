"""Holds a release against its manifest: every byte, every table, and what ``latest`` says."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from pipelines.release.open_release import (
    DATABASE,
    Questions,
    Release,
    ReleaseError,
    named_release,
    newest_release,
    open_database,
)
from pipelines.warehouse.questions import read_question
from pipelines.warehouse.store import file_digest

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Finding:
    """One thing looked at: whether it is as it must be, and what was seen."""

    is_good: bool
    line: str


def verify_home(home: Path) -> list[Finding]:
    """Verify the newest release and what points at it.

    Raises NoReleaseError before the first release.
    """
    try:
        release = newest_release(home)
    except ReleaseError as error:
        return [Finding(False, str(error))]
    return [Finding(True, f"latest names {release.name}"), _top(home, release), *_verify(release)]


def verify_release(home: Path, name: Path) -> list[Finding]:
    """Verify one release, given by its name or folder; raises ReleaseError when there is none."""
    return _verify(named_release(home, name))


def _top(home: Path, release: Release) -> Finding:
    top = home / DATABASE
    same = top.is_file() and (
        top.samefile(release.database) or file_digest(top) == file_digest(release.database)
    )
    return Finding(same, f"{top} is {'' if same else 'not '}its database{'' if same else '; run again'}")


def _verify(release: Release) -> list[Finding]:
    try:
        manifest = release.manifest()
        files, tables = manifest["files"], manifest["tables"]
    except (OSError, ValueError, KeyError) as error:
        return [Finding(False, f"{release.folder / MANIFEST} cannot be read: {error!r}")]
    findings = list(_files(release, files))
    if not findings:
        size = sum(entry["bytes"] for entry in files.values())
        findings.append(Finding(True, f"{len(files)} files, {size:,} bytes: each has the digest on record"))
    return [*findings, *_tables(release, tables)]


def _files(release: Release, files: dict[str, dict[str, Any]]) -> Iterator[Finding]:
    """Yield what is wrong with the files."""
    for name, entry in files.items():
        path = release.folder / name
        if not path.is_file():
            yield Finding(False, f"{name} is missing")
        elif path.stat().st_size != entry["bytes"]:
            yield Finding(False, f"{name} has {path.stat().st_size:,} bytes, on record {entry['bytes']:,}")
        elif file_digest(path) != entry["sha256"]:
            yield Finding(False, f"{name} has other bytes than on record")
    held = {p.relative_to(release.folder).as_posix() for p in release.folder.rglob("*") if p.is_file()}
    for name in sorted(held - set(files) - {MANIFEST}):
        yield Finding(False, f"{name} is not on record")


def _tables(release: Release, tables: dict[str, dict[str, Any]]) -> Iterator[Finding]:
    """Yield one finding a table that differs between Parquet, database and manifest, or one for all."""
    try:
        with open_database(release.database) as held, duckdb.connect() as files:
            wrong = list(_differences(release, tables, held, files))
    except ReleaseError as error:
        yield Finding(False, str(error))
        return
    except duckdb.Error as error:
        yield Finding(False, f"{DATABASE} cannot be read: {error}")
        return
    yield from wrong
    if not wrong:
        rows = sum(entry["rows"] for entry in tables.values())
        yield Finding(True, f"{len(tables)} tables, {rows:,} rows: the same in Parquet and database")


def _differences(
    release: Release,
    tables: dict[str, dict[str, Any]],
    held: Questions,
    files: duckdb.DuckDBPyConnection,
) -> Iterator[Finding]:
    kinds = dict(held.ask("verify/relations").rows())
    views = {name for name, kind in kinds.items() if kind == "view"}
    for name in sorted(set(kinds) - set(tables) - views):
        yield Finding(False, f"table {name} is not on record")
    for view in sorted(views):
        try:
            held.con.table(view).limit(1).fetchall()
        except duckdb.Error as error:
            yield Finding(False, f"view {view} gives no row: {error}")
    for name, entry in tables.items():
        try:
            in_file = _contents(files.read_parquet(str(release.table(name))))
            in_database = _contents(held.con.table(name))
        except duckdb.Error as error:
            yield Finding(False, f"table {name} cannot be read: {error}")
            continue
        if in_file["rows"] != entry["rows"]:
            yield Finding(False, f"table {name} has {in_file['rows']:,} rows, on record {entry['rows']:,}")
        for part in ("columns", "rows", "fingerprint"):
            if in_file[part] != in_database[part]:
                yield Finding(False, f"table {name}: {part} differ between Parquet and database")
                break


def _contents(relation: duckdb.DuckDBPyRelation) -> dict[str, Any]:
    """Return columns with types, number of rows, and the fingerprint of all rows in any order."""
    asked = relation.query("held", read_question("verify/fingerprint"))
    rows, fingerprint = asked.pl().row(0) if asked else (0, "")
    columns = [(name, str(kind)) for name, kind in zip(relation.columns, relation.types, strict=True)]
    return {"columns": columns, "rows": rows, "fingerprint": fingerprint}
