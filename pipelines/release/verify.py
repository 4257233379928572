"""Holds a release against its manifest, its tables, the code that made it, and what ``latest`` says."""

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from pipelines.release import verify_code, verify_manifest
from pipelines.release.footer import SCHEMA_VERSION
from pipelines.release.open_release import (
    DATABASE,
    Questions,
    Release,
    ReleaseError,
    named_release,
    newest_release,
    open_database,
)
from pipelines.release.verify_manifest import MANIFEST
from pipelines.warehouse.questions import read_question
from pipelines.warehouse.quoting import read_parquet
from pipelines.warehouse.store import file_digest

LOG = f"{DATABASE}.wal"


@dataclass(frozen=True)
class Finding:
    """One thing looked at: whether it is as it must be, and what was seen."""

    is_good: bool
    line: str


def verify_home(home: Path, *, is_quick: bool = True, refit: int = 0) -> list[Finding]:
    """Verify the newest release and what points at it; whatever is met there is a finding, never an error.

    Unless ``is_quick``, the site is built anew and compared; ``refit`` thresholds are fitted again. Raises
    NoReleaseError before the first release.
    """
    try:
        release = newest_release(home)
    except ReleaseError as error:
        return [Finding(False, str(error))]
    named = Finding(True, f"latest names {release.name}")
    return [
        named,
        *_guarded(DATABASE, lambda: _top(home, release)),
        *_verify(release, is_quick=is_quick, refit=refit),
    ]


def verify_release(home: Path, name: Path, *, is_quick: bool = True, refit: int = 0) -> list[Finding]:
    """Verify one release, given by its name or folder; raises ReleaseError when there is none."""
    return _verify(named_release(home, name), is_quick=is_quick, refit=refit)


def _guarded(what: str, look: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
    """Yield what a look finds; what stops it is a finding, too: a damaged release may hold anything."""
    try:
        yield from look()
    except Exception as error:
        yield Finding(False, f"{what} cannot be read: {type(error).__name__}: {' '.join(str(error).split())}")


def _top(home: Path, release: Release) -> Iterator[Finding]:
    top = home / DATABASE
    if os.path.lexists(home / LOG):
        yield Finding(False, f"{home / LOG} is there: a client wrote to the database beside it; run again")
    if top.is_symlink() or (top.is_file() and top.samefile(release.database)):
        yield Finding(False, f"{top} is the released file itself, which clients may change; run again")
        return
    both = top.is_file() and release.database.is_file()
    same = both and file_digest(top) == file_digest(release.database)
    yield Finding(same, f"{top} is {'' if same else 'not '}its database{'' if same else '; run again'}")


def _verify(release: Release, *, is_quick: bool, refit: int) -> list[Finding]:
    try:
        manifest = release.manifest()
        files, tables = dict(manifest["files"]), dict(manifest["tables"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        return [Finding(False, f"{release.folder / MANIFEST} cannot be read: {error!r}")]
    wrong = [*_lines("the manifest", lambda: _manifest(release, manifest))]
    if not wrong:
        wrong = [*_guarded("a file", lambda: _files(release, files))]
    size = sum(entry["bytes"] for entry in files.values()) if not wrong else 0
    sound = [Finding(True, f"{len(files):,} files, {size:,} bytes: each has the digest on record")]
    findings = [*(wrong or sound), *_guarded("a table", lambda: _tables(release, tables))]
    if not all(finding.is_good for finding in findings):
        # What is not as on record is not held against the code: it was not the code that made it so.
        return findings
    findings += _guarded("the release", lambda: _made(release, manifest, is_quick=is_quick))
    return [*findings, *_guarded("a fit", lambda: _fits(release, manifest, refit))]


def _fits(release: Release, manifest: dict[str, Any], rows: int) -> Iterator[Finding]:
    """Yield how a sample of fits compares with itself fitted again."""
    if rows and verify_code.is_of_this_code(manifest):
        # Statistics take seconds to import, which who asks for no fit need not pay.
        from pipelines.release.verify_fits import refitted

        yield from (Finding(is_good, line) for is_good, line in refitted(release, manifest, rows))


def _manifest(release: Release, manifest: dict[str, Any]) -> Iterator[str]:
    yield from verify_manifest.fields(release, manifest, SCHEMA_VERSION)
    yield from verify_manifest.entries(manifest)


def _lines(what: str, look: Callable[[], Iterable[str]]) -> Iterator[Finding]:
    return _guarded(what, lambda: (Finding(False, line) for line in look()))


def _made(release: Release, manifest: dict[str, Any], *, is_quick: bool) -> Iterator[Finding]:
    """Yield what the code that is here makes otherwise of a release's tables."""
    if not verify_code.is_of_this_code(manifest):
        yield Finding(True, "made by other code than is here: views, comments, papers, site are not compared")
        return
    with open_database(release.database) as held:
        wrong = list(verify_code.structure(release, held))
    wrong += verify_code.papers(release, manifest)
    before = manifest["previous"]
    if not is_quick and before and not (release.folder.parent / before / DATABASE).is_file():
        yield Finding(True, f"the site is not built anew: it tells changes from {before}, which is gone")
    elif not is_quick:
        wrong += verify_code.site(release, manifest)
    yield from (Finding(False, line) for line in wrong)
    if not wrong:
        more = "" if is_quick else ", site and figures"
        yield Finding(True, f"views, macros, comments and papers{more} are what the code makes of the tables")


def _files(release: Release, files: dict[str, dict[str, Any]]) -> Iterator[Finding]:
    """Yield what is wrong with the files."""
    for name, entry in files.items():
        path = release.folder / name
        if path.is_symlink() or not path.is_file():
            yield Finding(False, f"{name} is missing")
        elif path.stat().st_size != entry["bytes"]:
            yield Finding(False, f"{name} has {path.stat().st_size:,} bytes, on record {entry['bytes']:,}")
        elif file_digest(path) != entry["sha256"]:
            yield Finding(False, f"{name} has other bytes than on record")
    for name, kind in verify_manifest.walk(release.folder):
        if kind not in ("file", "folder"):
            yield Finding(False, f"{name} is {kind}")
        elif kind == "file" and name not in files and name != MANIFEST:
            yield Finding(False, f"{name} is not on record")


def _tables(release: Release, tables: dict[str, dict[str, Any]]) -> Iterator[Finding]:
    """Yield one finding a table that differs between Parquet, database and manifest, or one for all."""
    if not release.database.is_file():  # of a pipe nobody would ever come to the end
        yield Finding(False, f"{DATABASE} is no file")
        return
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
        if not release.table(name).is_file():
            yield Finding(False, f"table {name} cannot be read: its Parquet is no file")
            continue
        try:
            in_file = _contents(read_parquet(files, release.table(name)))
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
